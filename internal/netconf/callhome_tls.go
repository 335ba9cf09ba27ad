// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
)

// tlsCallers are the callers over TLS, by the name that their certificate must be for.
type tlsCallers struct {
	mu     sync.RWMutex
	byKey  map[string]*tlsCaller
	byName map[string][]*tlsCaller
}

type tlsCaller struct {
	key   string
	cfg   TLSConfig
	own   *tls.Certificate
	roots *x509.CertPool
}

func (c *tlsCallers) put(key string, cfg TLSConfig) error {
	if cfg.ServerName == "" {
		return errors.New("an NF that calls home over TLS is recognised by a name in its certificate: give that name")
	}
	own, roots, err := cfg.parse()
	if err != nil {
		return err
	}
	c.remove(key)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey == nil {
		c.byKey, c.byName = map[string]*tlsCaller{}, map[string][]*tlsCaller{}
	}
	caller := &tlsCaller{key: key, cfg: cfg, own: own, roots: roots}
	name := strings.ToLower(cfg.ServerName)
	c.byKey[key] = caller
	c.byName[name] = append(c.byName[name], caller)
	return nil
}

func (c *tlsCallers) remove(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	caller, ok := c.byKey[key]
	if !ok {
		return
	}
	delete(c.byKey, key)
	name := strings.ToLower(caller.cfg.ServerName)
	c.byName[name] = without(c.byName[name], caller)
	if len(c.byName[name]) == 0 {
		delete(c.byName, name)
	}
}

// recognise finds the caller that the certificates are of. A certificate is verified as that of a server
// that was dialled (RFC 8071 section 3.1), only that its name says which. One that is good for several is
// refused: none of them may get what is another's.
func (c *tlsCallers) recognise(chain []*x509.Certificate) (*tlsCaller, error) {
	leaf := chain[0]
	intermediates := x509.NewCertPool()
	for _, i := range chain[1:] {
		intermediates.AddCert(i)
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	failure := fmt.Errorf("no NF is expected to call with a certificate for %s", namesOf(leaf))
	fits := map[string]*tlsCaller{}
	for _, caller := range c.named(leaf) {
		_, err := leaf.Verify(x509.VerifyOptions{DNSName: caller.cfg.ServerName, Roots: caller.roots, Intermediates: intermediates})
		if err == nil {
			fits[caller.key] = caller
			continue
		}
		failure = fmt.Errorf("%s: %w", caller.key, &tls.CertificateVerificationError{UnverifiedCertificates: chain, Err: err})
	}
	keys := slices.Sorted(maps.Keys(fits))
	switch len(keys) {
	case 0:
		return nil, failure
	case 1:
		return fits[keys[0]], nil
	}
	return nil, fmt.Errorf("the certificate for %s is that of %s and of %s: NFs that call home need names of their own",
		namesOf(leaf), keys[0], keys[1])
}

// named are the callers that a certificate may be of by its names; a wildcard may be of any.
func (c *tlsCallers) named(leaf *x509.Certificate) []*tlsCaller {
	var found []*tlsCaller
	for _, name := range leaf.DNSNames {
		if strings.HasPrefix(name, "*.") {
			for known, callers := range c.byName {
				if leaf.VerifyHostname(known) == nil {
					found = append(found, callers...)
				}
			}
			continue
		}
		found = append(found, c.byName[strings.ToLower(name)]...)
	}
	for _, ip := range leaf.IPAddresses {
		found = append(found, c.byName[ip.String()]...)
	}
	return found
}

// open is the handshake as the TLS client of a server that called. Go verifies nothing by itself here,
// because it cannot know which name to expect: VerifyConnection does all of it.
func (c *tlsCallers) open(ctx context.Context, conn net.Conn, trace func(string) func(Direction, []byte)) (string, *Session, error) {
	addr := conn.RemoteAddr().String()
	var caller *tlsCaller
	secure := tls.Client(conn, &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // see above
		VerifyConnection: func(state tls.ConnectionState) error {
			var err error
			caller, err = c.recognise(state.PeerCertificates)
			return err
		},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return caller.own, nil },
	})
	if err := secure.HandshakeContext(ctx); err != nil {
		return keyOf(caller), nil, tlsError(ctx, addr, err)
	}
	setKeepalive(conn, caller.cfg.Keepalive)
	cfg := caller.cfg
	cfg.Trace = trace(caller.key)
	session, err := startTLS(ctx, secure, addr, cfg)
	return caller.key, session, err
}

func keyOf(c *tlsCaller) string {
	if c == nil {
		return ""
	}
	return c.key
}
