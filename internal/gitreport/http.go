// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/fluxcd/pkg/git"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
)

// useHTTP sets the remote up for http and https. The connections are its own,
// so that CAs and client certificates do not leak into other remotes.
func (r *remote) useHTTP(opts *git.AuthOptions, proxy transport.ProxyOptions, maxBytes int64) error {
	rt := http.DefaultTransport.(*http.Transport).Clone()
	if err := trust(rt, opts.CAFile); err != nil {
		return err
	}
	if proxy.URL != "" {
		var err error
		if rt.Proxy, err = proxyFunc(proxy); err != nil {
			return err
		}
	}
	if len(opts.ClientCert) > 0 || len(opts.ClientKey) > 0 {
		pair, err := tls.X509KeyPair(opts.ClientCert, opts.ClientKey)
		if err != nil {
			return errors.New("tls.crt and tls.key are not a pair of a certificate and its key")
		}
		rt.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}

	switch {
	case opts.BearerToken != "":
		r.auth = &githttp.TokenAuth{Token: opts.BearerToken}
	case opts.Username != "" || opts.Password != "":
		r.auth = &githttp.BasicAuth{Username: opts.Username, Password: opts.Password}
	}
	r.transport = githttp.NewClient(&http.Client{Transport: &boundedTransport{rt: rt, max: maxBytes}})
	r.close = rt.CloseIdleConnections
	return nil
}

// ProxiedTransport is for HTTP through the proxy that the Secret of spec.proxySecretRef
// names, trusting a CA beside the system's.
func ProxiedTransport(proxySecret map[string][]byte, ca []byte) (*http.Transport, error) {
	proxy := transport.ProxyOptions{
		URL:      strings.TrimSpace(string(proxySecret["address"])),
		Username: string(proxySecret["username"]), Password: string(proxySecret["password"]),
	}
	if u, err := url.Parse(proxy.URL); err != nil || u.Host == "" {
		return nil, errors.New("the Secret of spec.proxySecretRef has no address of a proxy: put its URL there")
	}
	rt := http.DefaultTransport.(*http.Transport).Clone()
	if err := trust(rt, ca); err != nil {
		return nil, err
	}
	var err error
	rt.Proxy, err = proxyFunc(proxy)
	return rt, err
}

// trust has a transport trust a CA beside the system's.
func trust(rt *http.Transport, ca []byte) error {
	rt.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if len(ca) == 0 {
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(ca) {
		return errors.New("ca.crt holds no PEM certificate")
	}
	rt.TLSClientConfig.RootCAs = pool
	return nil
}

// boundedTransport bounds every response's body.
type boundedTransport struct {
	rt  http.RoundTripper
	max int64
}

// RoundTrip is http.RoundTripper's.
func (t *boundedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := t.rt.RoundTrip(req)
	if err == nil && res.Body != nil {
		res.Body = &boundedReader{ReadCloser: res.Body, n: t.max}
	}
	return res, err
}
