// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package gate probes what a change is to bring about: that something listens, and that
// it presents the certificate it was given. It must not know Kubernetes, NETCONF or what
// is decided by what it finds.
package gate

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"time"
)

// timeout of one probe.
const timeout = 5 * time.Second

// TCP connects to host:port. The error says what is wrong.
func TCP(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("cannot connect to %s: %w", address, cause(err))
	}
	return conn.Close()
}

// TLS is a handshake that is to be made.
type TLS struct {
	// Address is host:port.
	Address string
	// ServerName to ask for and to verify; empty: the host of Address.
	ServerName string
	// Certificate in PEM, its leaf first, that the server must present; nil: any.
	Certificate []byte
	// CA in PEM that signs it; nil: the system's roots, or where Certificate is given,
	// nobody: being that very one is enough.
	CA []byte
}

// Handshake makes it. The error says what was presented.
func (p TLS) Handshake(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	host, _, err := net.SplitHostPort(p.Address)
	if err != nil {
		return fmt.Errorf("%q is no host:port: %w", p.Address, err)
	}
	if p.ServerName != "" {
		host = p.ServerName
	}
	var wanted *x509.Certificate
	if p.Certificate != nil {
		if wanted, err = leaf(p.Certificate); err != nil {
			return fmt.Errorf("reading the certificate that is expected: %w", err)
		}
	}
	// What is presented is verified below, so that the error can say what it was.
	config := &tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS12} //nolint:gosec // see p.verify
	conn, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", p.Address)
	if err != nil {
		var alert tls.AlertError
		if errors.As(err, &alert) {
			return fmt.Errorf("%s ended the TLS handshake: %w", p.Address, err)
		}
		return fmt.Errorf("no TLS handshake with %s: %w", p.Address, cause(err))
	}
	defer func() { _ = conn.Close() }()
	return p.verify(conn.(*tls.Conn).ConnectionState().PeerCertificates, host, wanted)
}

func (p TLS) verify(chain []*x509.Certificate, host string, wanted *x509.Certificate) error {
	if len(chain) == 0 {
		return fmt.Errorf("%s presents no certificate", p.Address)
	}
	if wanted != nil && !bytes.Equal(chain[0].Raw, wanted.Raw) {
		return fmt.Errorf("%s presents another certificate: %s; expected is %s", p.Address, describe(chain[0]), describe(wanted))
	}
	options := x509.VerifyOptions{DNSName: host, Intermediates: x509.NewCertPool()}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	switch {
	case p.CA != nil:
		options.Roots = x509.NewCertPool()
		options.Roots.AppendCertsFromPEM(p.CA)
	case wanted != nil:
		options.Roots = x509.NewCertPool()
		options.Roots.AddCert(chain[0])
	}
	if _, err := chain[0].Verify(options); err != nil {
		return fmt.Errorf("%s presents %s, which does not verify: %w", p.Address, describe(chain[0]), err)
	}
	return nil
}

func leaf(data []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("it is no PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

// describe is what tells certificates apart, all of it public.
func describe(c *x509.Certificate) string {
	return fmt.Sprintf("%s, serial %X, by %s, until %s", name(c), c.SerialNumber, c.Issuer, c.NotAfter.UTC().Format(time.RFC3339))
}

func name(c *x509.Certificate) string {
	if subject := c.Subject.String(); subject != "" {
		return subject
	}
	if len(c.DNSNames) > 0 {
		return c.DNSNames[0]
	}
	return "a certificate without subject"
}

// cause is an error of net without the addresses, which are said already.
func cause(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}
