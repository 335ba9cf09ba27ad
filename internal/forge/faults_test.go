// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestFaults makes every forge answer what servers answer when something is wrong.
func TestFaults(t *testing.T) {
	answers := map[string]struct {
		say    func(w http.ResponseWriter, r *http.Request)
		kind   Kind
		wait   time.Duration
		lacks  string
		speaks string
	}{
		"a permission is missing": {say: func(w http.ResponseWriter, _ *http.Request) {
			(&fake{}).reply(w, nil, 403, map[string]any{"message": "token does not have at least one of required scope(s)"}, false)
		}, kind: ErrAuth, speaks: "required scope(s); give the token the "},
		"it repeats the token": {say: func(w http.ResponseWriter, r *http.Request) {
			(&fake{}).reply(w, nil, 400, map[string]any{"error": "bad\nheader " + r.Header.Get("Authorization")}, false)
		}, kind: ErrRejected, speaks: "bad header Bearer ***", lacks: fakeToken},
		"it is down behind a proxy": {say: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "5")
			w.WriteHeader(502)
			_, _ = w.Write([]byte("<html>Bad Gateway</html>"))
		}, kind: ErrUnreachable, wait: 5 * time.Second, speaks: "HTTP 502 Bad Gateway", lacks: "html"},
		"a page for people": {say: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<html>Sign in</html>"))
		}, kind: ErrUnreachable, speaks: "not what the API gives"},
		"another type": {say: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"a":1}`))
		}, kind: ErrUnreachable, speaks: "not what the API gives"},
		"a long word": {say: func(w http.ResponseWriter, _ *http.Request) {
			(&fake{}).reply(w, nil, 422, map[string]any{"message": strings.Repeat("x", 5000)}, false)
		}, kind: ErrRejected, speaks: "xxx"},
		"it hangs up": {say: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, kind: ErrUnreachable, speaks: "EOF"},
	}
	for p, lab := range fakes(t) {
		f := connected(t, lab.options())
		for name, a := range answers {
			t.Run(string(p)+"/"+name, func(t *testing.T) {
				lab.mu.Lock()
				lab.intercept = func(w http.ResponseWriter, r *http.Request) bool { a.say(w, r); return true }
				lab.mu.Unlock()
				_, err := f.ListOpen(t.Context())
				checkError(t, name, err, a.kind)
				e := explained(err)
				if e.RetryAfter != a.wait || !strings.Contains(e.Error(), a.speaks) || a.lacks != "" && strings.Contains(e.Error(), a.lacks) {
					t.Errorf("after %s: %s", e.RetryAfter, e)
				}
			})
		}
	}
}

func TestRateLimit(t *testing.T) {
	want := map[Provider]time.Duration{GitHub: maxRetryAfter, GitLab: 17 * time.Second, Gitea: 17 * time.Second}
	for p, lab := range fakes(t) {
		t.Run(string(p), func(t *testing.T) {
			f := connected(t, lab.options())
			lab.branch(t, "drift/a/b")
			lab.intercept = func(w http.ResponseWriter, _ *http.Request) bool { lab.dialect.limit(w); return true }
			for name, err := range map[string]error{
				"list": second(f.ListOpen(t.Context())),
				"open": second(f.Open(t.Context(), Proposal{Head: "drift/a/b", Base: "main", Title: "t"})),
				"set":  f.SetStatus(t.Context(), lab.commit(t), Status{Context: "a", State: StatusPending}),
			} {
				checkError(t, name, err, ErrRateLimited)
				if e := explained(err); e.RetryAfter != want[p] {
					t.Errorf("%s: wait %s, want %s", name, e.RetryAfter, want[p])
				}
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for name, c := range map[string]struct {
		status int
		header map[string]string
		body   string
		want   time.Duration
		kind   bool
	}{
		"seconds":                  {429, map[string]string{"Retry-After": "30"}, "", 30 * time.Second, true},
		"a date":                   {429, map[string]string{"Retry-After": now.Add(time.Minute).UTC().Format(http.TimeFormat)}, "", time.Minute, true},
		"a date that is over":      {429, map[string]string{"Retry-After": now.Add(-time.Minute).UTC().Format(http.TimeFormat)}, "", defaultRetryAfter, true},
		"a reset":                  {403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000090"}, "", 90 * time.Second, true},
		"GitLab's reset":           {429, map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "1700000090"}, "", 90 * time.Second, true},
		"a secondary limit":        {403, nil, `{"message":"You have exceeded a secondary rate limit."}`, defaultRetryAfter, true},
		"nothing":                  {429, nil, "", defaultRetryAfter, true},
		"for ever":                 {429, map[string]string{"Retry-After": "99999999999999"}, "", maxRetryAfter, true},
		"forbidden, requests left": {403, map[string]string{"X-RateLimit-Remaining": "9", "X-RateLimit-Reset": "1700000090"}, "", 0, false},
	} {
		h := http.Header{}
		for k, v := range c.header {
			h.Set(k, v)
		}
		e := newAnswerError(&http.Response{StatusCode: c.status, Header: h}, []byte(c.body), now)
		if e.limited != c.kind || e.retryAfter != c.want {
			t.Errorf("%s: limited %t for %s, want %t for %s", name, e.limited, e.retryAfter, c.kind, c.want)
		}
	}
}

// TestLabelsAreNoCondition: a pull request without labels is one too.
func TestLabelsAreNoCondition(t *testing.T) {
	for p, lab := range fakes(t) {
		t.Run(string(p), func(t *testing.T) {
			lab.noLabels = true
			f := connected(t, lab.options())
			pr, err := f.Open(t.Context(), propose(t, lab, "drift/a/b"))
			if err != nil || len(lab.labels(t, pr.Number)) != 0 {
				t.Errorf("%+v, %v", pr, err)
			}
		})
	}
}

// TestDecidedMeanwhile: somebody merges between our look and our closing.
func TestDecidedMeanwhile(t *testing.T) {
	for p, lab := range fakes(t) {
		t.Run(string(p), func(t *testing.T) {
			f := connected(t, lab.options())
			pr, err := f.Open(t.Context(), propose(t, lab, "drift/a/b"))
			if err != nil {
				t.Fatal(err)
			}
			lab.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPost {
					q := lab.pull(pr.Number)
					q.state, q.by = "merged", "ada"
				}
				return false
			}
			if err := f.Close(t.Context(), pr.Number, "gone"); err != nil {
				t.Error(err)
			}
			if got, err := f.Get(t.Context(), pr.Number); err != nil || got.State != Merged {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// TestCommentIsNoCondition: who may not comment may close.
func TestCommentIsNoCondition(t *testing.T) {
	for p, lab := range fakes(t) {
		t.Run(string(p), func(t *testing.T) {
			f := connected(t, lab.options())
			pr, err := f.Open(t.Context(), propose(t, lab, "drift/a/b"))
			if err != nil {
				t.Fatal(err)
			}
			status := http.StatusServiceUnavailable
			lab.intercept = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPost {
					(&fake{}).reply(w, nil, status, map[string]any{"message": "no"}, false)
				}
				return r.Method == http.MethodPost
			}
			checkError(t, "down", f.Close(t.Context(), pr.Number, "gone"), ErrUnreachable)
			if got, err := f.Get(t.Context(), pr.Number); err != nil || got.State != Open {
				t.Errorf("closed without the comment, which may be tried again: %+v, %v", got, err)
			}
			status = http.StatusForbidden
			if err := f.Close(t.Context(), pr.Number, "gone"); err != nil {
				t.Error(err)
			}
			if got, err := f.Get(t.Context(), pr.Number); err != nil || got.State != Closed {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// TestUnchangedIsNotSentAgain: GitHub and GitLab tell by the entity tag.
func TestUnchangedIsNotSentAgain(t *testing.T) {
	for p, lab := range fakes(t) {
		t.Run(string(p), func(t *testing.T) {
			f := connected(t, lab.options())
			pr, err := f.Open(t.Context(), propose(t, lab, "drift/a/b"))
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if got, err := f.ListOpen(t.Context()); err != nil || len(got) != 1 || got[0] != *pr {
					t.Fatalf("%+v, %v", got, err)
				}
			}
			if want := map[Provider]int{GitHub: 2, GitLab: 2, Gitea: 0}[p]; lab.unmodified != want {
				t.Errorf("%d answers of not modified, want %d", lab.unmodified, want)
			}
			lab.shut(t, pr.Number)
			if got, err := f.ListOpen(t.Context()); err != nil || len(got) != 0 {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestValidatorsAreBounded(t *testing.T) {
	v := newValidators()
	for i := range 3 * maxKnown {
		v.remember(strings.Repeat("x", i+1), knownAnswer{tag: "t"})
		v.remember(strings.Repeat("x", i+1), knownAnswer{tag: "u"})
	}
	if len(v.known) != maxKnown || len(v.recent) != maxKnown {
		t.Errorf("%d answers, %d addresses", len(v.known), len(v.recent))
	}
}

// TestRedirects: the token goes to no other host, and a POST becomes no GET.
func TestRedirects(t *testing.T) {
	var leaked string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaked = r.Header.Get("Authorization")
		_, _ = w.Write([]byte("[]"))
	}))
	defer other.Close()
	for p, lab := range fakes(t) {
		t.Run(string(p), func(t *testing.T) {
			f := connected(t, lab.options())
			target := other.URL
			lab.intercept = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/elsewhere" {
					_, _ = w.Write([]byte("[]"))
					return true
				}
				http.Redirect(w, r, target+"/elsewhere", http.StatusMovedPermanently)
				return true
			}
			_, err := f.ListOpen(t.Context())
			checkError(t, "elsewhere", err, ErrRejected)
			if e := explained(err); !strings.Contains(e.Remedy, "spec.url") || leaked != "" {
				t.Errorf("%s; the other host saw %q", e, leaked)
			}
			target = lab.server.URL
			if _, err := f.ListOpen(t.Context()); err != nil {
				t.Errorf("a repository that was renamed: %v", err)
			}
			_, err = f.Open(t.Context(), Proposal{Head: "a", Base: "main", Title: "t"})
			checkError(t, "a POST", err, ErrRejected)
		})
	}
}

// TestCredentialsStayAtHome: whatever the clients above ask for.
func TestCredentialsStayAtHome(t *testing.T) {
	seen := map[string]string{}
	c := &http.Client{Transport: recorder(func(r *http.Request) { seen[r.URL.Host] = r.Header.Get("Authorization") })}
	base := &url.URL{Scheme: "https", Host: "home.example.com"}
	home := authorize(c, base, credentials(GitHub, Options{Token: fakeToken}))
	for _, address := range []string{"https://home.example.com/a", "https://other.example.com/a"} {
		res, err := home.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	if seen["home.example.com"] != "Bearer "+fakeToken || seen["other.example.com"] != "" {
		t.Errorf("%q", seen)
	}
}

// recorder answers everything with an empty list.
type recorder func(*http.Request)

// RoundTrip is http.RoundTripper's.
func (f recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	f(r)
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("[]")), Request: r}, nil
}

func TestTimeAndTransport(t *testing.T) {
	for p, lab := range fakes(t) {
		t.Run(string(p), func(t *testing.T) {
			f := connected(t, lab.options())
			ctx, cancel := context.WithCancel(t.Context())
			lab.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
				cancel()
				<-r.Context().Done()
				return true
			}
			_, err := f.ListOpen(ctx)
			checkError(t, "cancelled", err, ErrUnreachable)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
			lab.server.Close()
			_, err = f.ListOpen(t.Context())
			checkError(t, "closed", err, ErrUnreachable)
			if e := explained(err); !strings.Contains(e.Message, "refused") {
				t.Error(e)
			}
		})
	}
}

func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) }))
	defer server.Close()
	server.Config.ErrorLog = nil
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	o := Options{RepositoryURL: server.URL + "/core/network", Provider: Gitea, Username: "strowger", Password: fakeToken}
	_, err := connected(t, o).ListOpen(t.Context())
	checkError(t, "unknown CA", err, ErrUnreachable)
	if e := explained(err); !strings.Contains(e.Remedy, "ca.crt") {
		t.Error(e)
	}
	o.CA = ca
	if _, err := connected(t, o).ListOpen(t.Context()); err != nil {
		t.Error(err)
	}
	o.CA = []byte("none")
	_, err = New(t.Context(), o)
	checkError(t, "no PEM", err, ErrRejected)
	o.CA, o.HTTPClient = nil, server.Client()
	if _, err := connected(t, o).ListOpen(t.Context()); err != nil {
		t.Errorf("the caller's client: %v", err)
	}
}
