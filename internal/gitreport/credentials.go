// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/bradleyfalzon/ghinstallation/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/go-git/go-git/v5/plumbing/transport"
)

// Keys of a Secret of a GitRepository with spec.provider github, as Flux has them.
const (
	appID           = "githubAppID"
	appInstallation = "githubAppInstallationID"
	appPrivateKey   = "githubAppPrivateKey"
	appBaseURL      = "githubAppBaseURL"

	remedySecret = "correct the Secret named by spec.secretRef of the GitRepository"
)

// Credentials are what a forge's own API is used with.
type Credentials struct {
	// Token is a bearer token.
	Token string
	// Username and Password are those that Git uses; the password may be a token too.
	Username, Password string
	// CA is a PEM certificate that the server is trusted by, beside the system's.
	CA []byte
}

// Credentials returns what the Secret of the GitRepository holds for the forge's API.
// For a GitHub App it asks GitHub for a token. Errors are *Error.
func (w *Writer) Credentials(ctx context.Context, a Access) (Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, w.timeout(a.Repository))
	defer cancel()
	secret, err := w.secret(ctx, a)
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{
		Token: string(secret["bearerToken"]), Username: string(secret["username"]), Password: string(secret["password"]),
		CA: secret["ca.crt"],
	}, nil
}

// remote connects to the repository, with a token in place of a GitHub App.
func (w *Writer) remote(ctx context.Context, a Access) (*remote, error) {
	secret, err := w.secret(ctx, a)
	if err != nil {
		return nil, err
	}
	proxy, err := proxyOf(a)
	if err != nil {
		return nil, err
	}
	return newRemote(a.Repository.Spec.URL, secret, proxy, w.o.MaxBytes)
}

// secret is the Secret's data as Git itself takes it.
func (w *Writer) secret(ctx context.Context, a Access) (map[string][]byte, error) {
	switch p := a.Repository.Spec.Provider; p {
	case "", sourcev1.GitProviderGeneric:
		return a.Secret, nil
	case sourcev1.GitProviderGitHub:
		return w.appSecret(ctx, a)
	default:
		return nil, &Error{Kind: ErrInvalid, Subject: "credentials of the GitRepository", Message: "spec.provider " + p + " is not supported for writing",
			Remedy: "name a GitRepository with a secretRef in spec.drift.report.gitRepositoryRef"}
	}
}

// appSecret exchanges the key of a GitHub App for the token of its installation, which
// GitHub takes as a password.
func (w *Writer) appSecret(ctx context.Context, a Access) (map[string][]byte, error) {
	invalid := func(err error) error {
		return &Error{Kind: ErrInvalid, Subject: "credentials of the GitHub App", Message: oneLine(err.Error()), Remedy: remedySecret, Err: err}
	}
	numbers := map[string]int64{}
	for _, key := range []string{appID, appInstallation} {
		n, err := strconv.ParseInt(strings.TrimSpace(string(a.Secret[key])), 10, 64)
		if err != nil {
			return nil, invalid(errors.New("its key " + key + " is no number"))
		}
		numbers[key] = n
	}
	proxy, err := proxyOf(a)
	if err != nil {
		return nil, err
	}
	app, err := w.apps.get(a, func() (*ghinstallation.Transport, error) { return newApp(a, numbers, proxy) })
	if err != nil {
		return nil, invalid(err)
	}
	token, err := app.Token(ctx)
	var refused *ghinstallation.HTTPError
	switch {
	case errors.As(err, &refused) && refused.Response != nil:
		return nil, &Error{Kind: ErrAuth, Subject: "token of the GitHub App", Message: "GitHub answers " + refused.Response.Status,
			Remedy: remedySecret + ", and the installation of the app", Err: err}
	case err != nil:
		return nil, classify(ctx, err, "token of the GitHub App")
	}
	out := maps.Clone(a.Secret)
	out["username"], out["password"] = []byte("x-access-token"), []byte(token)
	return out, nil
}

// newApp signs in as an app; its tokens are kept until they expire.
func newApp(a Access, numbers map[string]int64, proxy transport.ProxyOptions) (*ghinstallation.Transport, error) {
	rt := http.DefaultTransport.(*http.Transport).Clone()
	if err := trust(rt, a.Secret["ca.crt"]); err != nil {
		return nil, err
	}
	if proxy.URL != "" {
		var err error
		if rt.Proxy, err = proxyFunc(proxy); err != nil {
			return nil, err
		}
	}
	app, err := ghinstallation.New(rt, numbers[appID], numbers[appInstallation], a.Secret[appPrivateKey])
	if err != nil {
		return nil, errors.New("its key " + appPrivateKey + " is no RSA private key in PEM")
	}
	if base := strings.TrimSpace(string(a.Secret[appBaseURL])); base != "" {
		app.BaseURL = strings.TrimSuffix(base, "/")
	}
	return app, nil
}

// apps keeps GitHub Apps, and so their tokens, by what they are made from.
type apps struct {
	mu   sync.Mutex
	made map[string]*ghinstallation.Transport
}

// maxApps is far more than there are; it bounds what rotated keys leave behind.
const maxApps = 64

func (m *apps) get(a Access, make func() (*ghinstallation.Transport, error)) (*ghinstallation.Transport, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%q %q", a.Secret, a.ProxySecret)))
	if app, ok := m.made[key]; ok {
		return app, nil
	}
	app, err := make()
	if err != nil {
		return nil, err
	}
	if m.made == nil || len(m.made) >= maxApps {
		m.made = map[string]*ghinstallation.Transport{}
	}
	m.made[key] = app
	return app, nil
}

// proxyOf reads the Secret of spec.proxySecretRef: address, username and password.
func proxyOf(a Access) (transport.ProxyOptions, error) {
	if a.Repository.Spec.ProxySecretRef == nil {
		return transport.ProxyOptions{}, nil
	}
	p := transport.ProxyOptions{
		URL: string(a.ProxySecret["address"]), Username: string(a.ProxySecret["username"]), Password: string(a.ProxySecret["password"]),
	}
	const subject = "proxy of the GitRepository"
	if strings.HasPrefix(a.Repository.Spec.URL, "ssh://") {
		return p, &Error{Kind: ErrInvalid, Subject: subject, Message: "spec.proxySecretRef is not supported with an ssh URL",
			Remedy: "name a GitRepository with an https URL in spec.drift.report.gitRepositoryRef"}
	}
	if u, err := url.Parse(p.URL); err != nil || u.Host == "" {
		return p, &Error{Kind: ErrInvalid, Subject: subject, Message: "its key address is no URL",
			Remedy: "correct the Secret named by spec.proxySecretRef of the GitRepository"}
	}
	return p, nil
}

func proxyFunc(p transport.ProxyOptions) (func(*http.Request) (*url.URL, error), error) {
	u, err := url.Parse(p.URL)
	if err != nil {
		return nil, errors.New("the proxy's address is no URL")
	}
	if p.Username != "" {
		u.User = url.UserPassword(p.Username, p.Password)
	}
	return http.ProxyURL(u), nil
}
