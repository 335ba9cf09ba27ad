// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	userAgent    = "strowger"
	maxErrorBody = 64 << 10 // bytes of an error's body that are looked at
	maxBodyBytes = 16 << 20 // bytes of an answer
	headerWait   = time.Minute
	maxRedirects = 5
)

// httpClient is the caller's, or one that trusts the CA.
func httpClient(o Options) (*http.Client, error) {
	if o.HTTPClient != nil {
		c := *o.HTTPClient
		if c.Transport == nil {
			c.Transport = http.DefaultTransport
		}
		return &c, nil
	}
	rt := http.DefaultTransport.(*http.Transport).Clone()
	rt.ResponseHeaderTimeout = headerWait
	rt.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if len(o.CA) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(o.CA) {
			return nil, errors.New("ca.crt holds no PEM certificate")
		}
		rt.TLSClientConfig.RootCAs = pool
	}
	return &http.Client{Transport: rt}, nil
}

// credentials gives what puts them on a request. GitHub, GitLab and Gitea take a
// token as a bearer token, Gitea a password too.
func credentials(p Provider, o Options) func(*http.Request) {
	token := o.Token
	if token == "" && p != Gitea {
		token = o.Password
	}
	if token == "" {
		return func(r *http.Request) { r.SetBasicAuth(o.Username, o.Password) }
	}
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// authorize makes a client of the API at base.
func authorize(c *http.Client, base *url.URL, sign func(*http.Request)) *http.Client {
	return &http.Client{
		Transport: &transport{rt: c.Transport, base: base, sign: sign, known: newValidators()},
		Timeout:   c.Timeout,
		Jar:       c.Jar,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			// A POST would become a GET, and go elsewhere than what was asked.
			if len(via) >= maxRedirects || via[0].Method != http.MethodGet || !sameOrigin(r.URL, base) {
				return &movedError{to: r.URL.Scheme + "://" + r.URL.Host + r.URL.Path}
			}
			return nil
		},
	}
}

func sameOrigin(a, b *url.URL) bool { return a.Scheme == b.Scheme && a.Host == b.Host }

// transport is under the forges' clients: it puts the credentials on requests to
// the API and to nowhere else, asks only for what changed, bounds what is read,
// and makes every refusal an *answerError, so that one place explains them all.
type transport struct {
	rt    http.RoundTripper
	base  *url.URL
	sign  func(*http.Request)
	known *validators
}

// RoundTrip is http.RoundTripper's.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Del("Authorization")
	req.Header.Set("User-Agent", userAgent)
	if sameOrigin(req.URL, t.base) {
		t.sign(req)
	}
	t.known.condition(req)
	res, err := t.rt.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= http.StatusBadRequest {
		defer res.Body.Close()
		body, err := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
		if err != nil {
			return nil, err
		}
		return nil, newAnswerError(res, body, time.Now())
	}
	res.Body = &boundedBody{ReadCloser: res.Body, left: maxBodyBytes}
	return t.known.resolve(req, res)
}

// boundedBody fails where more is read than a forge ever says.
type boundedBody struct {
	io.ReadCloser
	left int64
}

var errTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxBodyBytes>>20)

// Read is io.Reader's.
func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, errTooLarge
	}
	return n, err
}

// replay gives the body again that was read from res.
func replay(res *http.Response, body []byte) *http.Response {
	res.Body = io.NopCloser(bytes.NewReader(body))
	res.ContentLength = int64(len(body))
	return res
}
