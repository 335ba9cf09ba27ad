// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
)

// app is GitHub as far as tokens go.
type app struct {
	key    *rsa.PrivateKey
	asked  int
	status int // other than 201
	server *httptest.Server
}

func newAppServer(t *testing.T) *app {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	a := &app{key: key}
	a.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		a.asked++
		switch {
		case a.status != 0:
			http.Error(rw, "sorry", a.status)
		case r.URL.Path != "/app/installations/42/access_tokens":
			http.NotFound(rw, r)
		case !a.accepts(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")):
			http.Error(rw, "bad JWT", http.StatusUnauthorized)
		default:
			rw.WriteHeader(http.StatusCreated)
			_, _ = fmt.Fprintf(rw, `{"token": %q, "expires_at": %q}`, password, time.Now().Add(time.Hour).Format(time.RFC3339))
		}
	}))
	t.Cleanup(a.server.Close)
	return a
}

// accepts checks a JSON Web Token (RFC 7519) that is signed with RS256, of app 7.
func (a *app) accepts(jwt string) bool {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(&a.key.PublicKey, crypto.SHA256, sum[:], signature) != nil {
		return false
	}
	body, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Issuer  any   `json:"iss"`
		Expires int64 `json:"exp"`
	}
	return json.Unmarshal(body, &claims) == nil && fmt.Sprint(claims.Issuer) == "7" && time.Unix(claims.Expires, 0).After(time.Now())
}

func pemOf(key *rsa.PrivateKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

func (a *app) secret() map[string][]byte {
	return map[string][]byte{
		"githubAppID": []byte("7"), "githubAppInstallationID": []byte("42\n"),
		"githubAppPrivateKey": pemOf(a.key), "githubAppBaseURL": []byte(a.server.URL + "/"),
	}
}

func TestGitHubApp(t *testing.T) {
	github, w := newAppServer(t), newWorld(t)
	w.serve(false)
	names := map[string]bool{}
	w.before = func(_ http.ResponseWriter, r *http.Request) bool {
		name, _, _ := r.BasicAuth()
		names[name] = true
		return true
	}
	w.user = "x-access-token"
	repo := w.repo()
	repo.Spec.Provider = sourcev1.GitProviderGitHub
	p := pusher(t, Options{})
	for range 2 {
		if _, err := p.Push(t.Context(), repo, github.secret(), report()); err != nil {
			t.Fatal(err)
		}
	}
	if !names["x-access-token"] || len(names) != 1 || github.asked != 1 {
		t.Errorf("as %v, %d tokens", names, github.asked)
	}
	c, err := p.Credentials(t.Context(), Access{Repository: repo, Secret: github.secret()})
	if err != nil || c.Username != "x-access-token" || c.Password != password {
		t.Errorf("%v", err)
	}
}

func TestGitHubAppRefusals(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		key, value string
		status     int
		kind       Kind
		says       string
	}{
		"wrong key":          {"githubAppPrivateKey", string(pemOf(other)), 0, ErrAuth, "401"},
		"no key":             {"githubAppPrivateKey", "s3cret", 0, ErrInvalid, "githubAppPrivateKey is no RSA private key"},
		"no number":          {"githubAppID", "s3cret", 0, ErrInvalid, "githubAppID is no number"},
		"other app":          {"githubAppID", "8", 0, ErrAuth, "401"},
		"other installation": {"githubAppInstallationID", "43", 0, ErrAuth, "404"},
		"failing":            {"", "", http.StatusForbidden, ErrAuth, "403"},
		"no answer":          {"githubAppBaseURL", "http://127.0.0.1:1", 0, ErrUnreachable, "token of the GitHub App"},
	} {
		t.Run(name, func(t *testing.T) {
			github := newAppServer(t)
			github.status = tc.status
			secret := github.secret()
			if tc.key != "" {
				secret[tc.key] = []byte(tc.value)
			}
			repo := &sourcev1.GitRepository{Spec: sourcev1.GitRepositorySpec{Provider: "github", URL: "https://github.example.org/core.git"}}
			_, err := New(Options{}).Credentials(t.Context(), Access{Repository: repo, Secret: secret})
			var typed *Error
			if !errors.As(err, &typed) || typed.Kind != tc.kind || !strings.Contains(err.Error(), tc.says) {
				t.Fatalf("got %v, want %s with %q", err, tc.kind, tc.says)
			}
			if s := err.Error(); strings.Contains(s, "s3cret") || strings.Contains(s, "PRIVATE") || strings.Contains(s, "\n") {
				t.Errorf("not fit to be shown: %s", s)
			}
		})
	}
}

// proxied is a forward proxy that asks for a password.
func proxied(t *testing.T) (url string, seen *int) {
	t.Helper()
	seen = new(int)
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.Out.Header.Del("Proxy-Authorization") }}
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte("px:pr0xy-w0rd")) {
			http.Error(rw, "who are you?", http.StatusProxyAuthRequired)
			return
		}
		*seen++
		forward.ServeHTTP(rw, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, seen
}

func TestProxy(t *testing.T) {
	w := newWorld(t).serve(false)
	address, seen := proxied(t)
	push := func(url string, secret map[string]string) error {
		repo := w.repo()
		repo.Spec.ProxySecretRef = &meta.LocalObjectReference{Name: "proxy"}
		if url != "" {
			repo.Spec.URL = url
		}
		access := Access{Repository: repo, Secret: basic(), ProxySecret: map[string][]byte{}}
		for k, v := range secret {
			access.ProxySecret[k] = []byte(v)
		}
		_, err := publishTo(t, access, New(Options{}), report().wanted())
		if err != nil && (!errors.As(err, new(*Error)) || strings.Contains(err.Error(), "w0rd") || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%v", err)
		}
		return err
	}
	if err := push("", map[string]string{"address": address, "username": "px", "password": "hunter2"}); err == nil || !strings.Contains(err.Error(), "407") {
		t.Errorf("wrong password: %v", err)
	}
	if *seen != 0 {
		t.Error("the proxy let it pass")
	}
	if err := push("", map[string]string{"address": address, "username": "px", "password": "pr0xy-w0rd"}); err != nil || *seen != 4 {
		t.Errorf("%d requests over the proxy, want references and objects of reading and writing; %v", *seen, err)
	}
	if err := push("", map[string]string{"address": "http://127.0.0.1:1"}); !errors.Is(err, ErrUnreachable) {
		t.Errorf("no proxy there: %v", err)
	}
	for _, bad := range []string{"", "proxy:3128", "://"} {
		if err := push("", map[string]string{"address": bad}); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "proxySecretRef") {
			t.Errorf("address %q: %v", bad, err)
		}
	}
	if err := push("ssh://git@git.example.org/core.git", map[string]string{"address": address}); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "not supported with an ssh URL") {
		t.Errorf("ssh: %v", err)
	}
}
