// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// refuser is a transport that nobody may use.
type refuser struct{ t *testing.T }

// RoundTrip is http.RoundTripper's.
func (r refuser) RoundTrip(req *http.Request) (*http.Response, error) {
	r.t.Errorf("asked %s", req.URL)
	return nil, errors.New("no network")
}

func TestKnownHosts(t *testing.T) {
	for repository, want := range map[string]struct {
		provider Provider
		api      string
	}{
		"https://github.com/core/network.git":                 {GitHub, "https://api.github.com/"},
		"https://user:pw@GitHub.com/core/network":             {GitHub, "https://api.github.com/"},
		"ssh://git@github.com/core/network.git":               {GitHub, "https://api.github.com/"},
		"ssh://git@ssh.github.com:443/core/network.git":       {GitHub, "https://api.github.com/"},
		"git@github.com:core/network.git":                     {GitHub, "https://api.github.com/"},
		"https://telco.ghe.com/core/network":                  {GitHub, "https://api.telco.ghe.com/"},
		"https://gitlab.com/telco/core/network/":              {GitLab, "https://gitlab.com/api/v4/"},
		"ssh://git@altssh.gitlab.com:443/telco/core/net.work": {GitLab, "https://gitlab.com/api/v4/"},
		"https://codeberg.org/core/network":                   {Gitea, "https://codeberg.org/"},
		"https://gitea.com/core/network":                      {Gitea, "https://gitea.com/"},
	} {
		f, err := New(t.Context(), Options{RepositoryURL: repository, Token: fakeToken, HTTPClient: &http.Client{Transport: refuser{t}}})
		if err != nil {
			t.Errorf("%s: %v", repository, err)
			continue
		}
		var api string
		switch f := f.(type) {
		case *gitHub:
			api = f.client.BaseURL.String()
			if f.owner != "core" || f.repo != "network" {
				t.Errorf("%s: %s/%s", repository, f.owner, f.repo)
			}
		case *gitLab:
			api = f.client.BaseURL().String()
			if !strings.HasPrefix(f.project, "telco/core/net") {
				t.Errorf("%s: %s", repository, f.project)
			}
		case *gitea:
			api = f.base + "/"
		}
		if f.Provider() != want.provider || api != want.api {
			t.Errorf("%s: %s at %s, want %s at %s", repository, f.Provider(), api, want.provider, want.api)
		}
	}
}

// TestNamedProvider: nothing is asked where the provider is named.
func TestNamedProvider(t *testing.T) {
	for _, c := range []struct {
		provider        Provider
		repository, api string
	}{
		{GitHub, "https://git.example.com/core/network", "https://git.example.com/api/v3/"},
		{GitLab, "http://git.example.com:8080/telco/core/network.git", "http://git.example.com:8080/api/v4/"},
		{GitLab, "ssh://git@git.example.com:2222/telco/core/network.git", "https://git.example.com/api/v4/"},
		{Gitea, "https://git.example.com/core/network", "https://git.example.com"},
		{Gitea, "https://git.example.com/forge/git/core/network", "https://git.example.com/forge/git"},
	} {
		f := connected(t, Options{RepositoryURL: c.repository, Provider: c.provider, Token: fakeToken, HTTPClient: &http.Client{Transport: refuser{t}}})
		var api string
		switch f := f.(type) {
		case *gitHub:
			api = f.client.BaseURL.String()
		case *gitLab:
			api = f.client.BaseURL().String()
		case *gitea:
			api = f.base
		}
		if f.Provider() != c.provider || api != c.api {
			t.Errorf("%s: %s at %s, want %s", c.repository, f.Provider(), api, c.api)
		}
	}
}

// answering is a server that answers some paths with JSON, and others as a web server does.
func answering(t *testing.T, paths map[string]func(http.ResponseWriter)) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a probe has credentials")
		}
		if say, ok := paths[r.URL.Path]; ok {
			say(w)
			return
		}
		http.Redirect(w, r, "/users/sign_in", http.StatusFound)
	}))
	t.Cleanup(s.Close)
	return s
}

func say(status int, body any, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		(&fake{}).reply(w, nil, status, body, false)
	}
}

func TestDetection(t *testing.T) {
	type object = map[string]any
	type paths = map[string]func(http.ResponseWriter)
	for name, c := range map[string]struct {
		paths      paths
		repository string
		want       Provider
		kind       Kind
	}{
		"Gitea":                     {paths{"/api/v1/version": say(200, object{"version": "1.24.6"})}, "/core/network", Gitea, ""},
		"Forgejo":                   {paths{"/api/v1/version": say(200, object{"version": "11.0.1+gitea-1.22.0"})}, "/core/network.git", Gitea, ""},
		"Gitea below a path":        {paths{"/git/api/v1/version": say(200, object{"version": "1.24.6"})}, "/git/core/network", Gitea, ""},
		"Gitea, only users":         {paths{"/api/v1/version": say(403, object{"message": "Only signed in user is allowed to call APIs."})}, "/core/network", Gitea, ""},
		"GitLab":                    {paths{"/api/v4/version": say(401, object{"message": "401 Unauthorized"})}, "/telco/core/network", GitLab, ""},
		"GitLab, told":              {paths{"/api/v4/version": say(200, object{"version": "17.1.0", "revision": "abc"})}, "/core/network", GitLab, ""},
		"GitLab below a path":       {paths{"/gitlab/api/v4/version": say(401, object{"message": "401 Unauthorized"})}, "/gitlab/telco/core/network", GitLab, ""},
		"GitHub Enterprise":         {paths{"/api/v3/meta": say(200, object{"verifiable_password_authentication": true, "installed_version": "3.17.0"})}, "/core/network", GitHub, ""},
		"GitHub Enterprise, closed": {paths{"/api/v3/meta": say(401, object{"message": "Must authenticate to access this API."}, "X-GitHub-Enterprise-Version", "3.17.0")}, "/core/network", GitHub, ""},
		"a plain Git server":        {paths{}, "/core/network", "", ErrUnknownForge},
		"something with versions":   {paths{"/api/v1/version": say(200, []string{"1"}), "/api/v4/version": say(401, "x"), "/api/v3/meta": say(200, object{"a": 1})}, "/core/network", "", ErrUnknownForge},
		"down":                      {paths{"/api/v1/version": say(502, "x"), "/api/v4/version": say(502, "x"), "/api/v3/meta": say(502, "x")}, "/core/network", "", ErrUnreachable},
		"busy":                      {paths{"/api/v1/version": say(429, "x", "Retry-After", "9")}, "/core/network", "", ErrRateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			server := answering(t, c.paths)
			f, err := New(t.Context(), Options{RepositoryURL: server.URL + c.repository, Token: fakeToken})
			if c.kind != "" {
				checkError(t, name, err, c.kind)
				if e := explained(err); c.kind == ErrUnknownForge && !strings.Contains(e.Remedy, "provider") {
					t.Error(e)
				}
				return
			}
			if err != nil || f.Provider() != c.want {
				t.Fatalf("%v, %v", f, err)
			}
			switch f := f.(type) {
			case *gitea:
				if f.owner != "core" || f.repo != "network" {
					t.Errorf("%s/%s", f.owner, f.repo)
				}
			case *gitLab:
				if want := strings.TrimPrefix(strings.TrimPrefix(c.repository, "/gitlab"), "/"); f.project != want {
					t.Errorf("project %s, want %s", f.project, want)
				}
			}
		})
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		o    Options
		kind Kind
	}{
		"an SSH key only":        {Options{RepositoryURL: "ssh://git@github.com/core/network"}, ErrAuth},
		"no owner":               {Options{RepositoryURL: "https://github.com/network", Token: fakeToken}, ErrRejected},
		"nested on GitHub":       {Options{RepositoryURL: "https://github.com/telco/core/network", Token: fakeToken}, ErrRejected},
		"no forge of the scheme": {Options{RepositoryURL: "file:///core/network", Token: fakeToken}, ErrRejected},
		"a bundle":               {Options{RepositoryURL: "s3://bucket/core/network", Token: fakeToken}, ErrRejected},
		"cannot be read":         {Options{RepositoryURL: "https://u:" + fakeToken + "@h:x/a/b", Token: fakeToken}, ErrRejected},
		"upwards":                {Options{RepositoryURL: "https://github.com/../admin/x", Token: fakeToken}, ErrRejected},
		"unknown provider":       {Options{RepositoryURL: "https://h/a/b", Provider: "Bitbucket", Token: fakeToken}, ErrUnknownForge},
	} {
		_, err := New(t.Context(), c.o)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, c.kind) || strings.Contains(err.Error(), fakeToken) || e.Remedy == "" && c.kind != ErrRejected {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCredentials: a password is one on Gitea and a token elsewhere.
func TestCredentials(t *testing.T) {
	for p, lab := range fakes(t) {
		o := lab.options()
		o.Token, o.Username, o.Password = "", "strowger", fakeToken
		if _, err := connected(t, o).ListOpen(t.Context()); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
}

func TestBounds(t *testing.T) {
	p := Proposal{Title: " a\n b " + strings.Repeat("ü", 500), Body: strings.Repeat("ü", 100000)}.bounded()
	if len([]rune(p.Title)) != maxTitle || !strings.HasPrefix(p.Title, "a b ü") || len([]rune(p.Body)) != maxBody {
		t.Errorf("%d, %d", len([]rune(p.Title)), len([]rune(p.Body)))
	}
}
