// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"
)

// TLSOptions are for NETCONF over TLS with mutual authentication (RFC 7589).
type TLSOptions struct {
	// Addr is where to listen; empty is a free port on loopback, NoListener nowhere.
	Addr string
	// Certificate is the server's, with its key. ClientCAs sign those of clients, which must have one.
	Certificate tls.Certificate
	ClientCAs   *x509.CertPool
	// CertToName maps a client's certificate to the name of a user (RFC 7589 section 7). Nil takes the first
	// of email address, DNS name, IP address and common name.
	CertToName func(*x509.Certificate) (user string, err error)
	// Config, if not nil, may change the configuration, such as versions and ciphers.
	Config func(*tls.Config)
}

func (o *TLSOptions) config() *tls.Config {
	config := &tls.Config{
		Certificates: []tls.Certificate{o.Certificate},
		ClientCAs:    o.ClientCAs,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		MinVersion:   tls.VersionTLS12,
	}
	if o.Config != nil {
		o.Config(config)
	}
	return config
}

// serveTLS serves one connection; the server has the TLS server's role, whoever connected.
func (s *Server) serveTLS(conn net.Conn) {
	ctx, cancel := context.WithTimeout(s.ctx, loginTimeout)
	defer cancel()
	secure := tls.Server(conn, s.options.TLS.config())
	if err := secure.HandshakeContext(ctx); err != nil {
		s.failed(conn.RemoteAddr().String(), fmt.Errorf("TLS: %w", err))
		return
	}
	user, err := s.tlsUser(secure.ConnectionState())
	if err != nil {
		s.failed(conn.RemoteAddr().String(), fmt.Errorf("TLS: %w", err))
		return
	}
	cancel()
	s.serveSession(conn, secure, peer{user: user, host: hostOf(conn.RemoteAddr()), remote: conn.RemoteAddr().String(), transport: "netconf-tls"})
	_ = secure.SetWriteDeadline(time.Now().Add(time.Second))
	_ = secure.CloseWrite() // close_notify, if the client still listens
}

func (s *Server) tlsUser(state tls.ConnectionState) (string, error) {
	if len(state.PeerCertificates) == 0 {
		return "", errors.New("the client has no certificate")
	}
	if toName := s.options.TLS.CertToName; toName != nil {
		return toName(state.PeerCertificates[0])
	}
	return certName(state.PeerCertificates[0])
}

func certName(c *x509.Certificate) (string, error) {
	switch {
	case len(c.EmailAddresses) > 0:
		return c.EmailAddresses[0], nil
	case len(c.DNSNames) > 0:
		return c.DNSNames[0], nil
	case len(c.IPAddresses) > 0:
		return c.IPAddresses[0].String(), nil
	case c.Subject.CommonName != "":
		return c.Subject.CommonName, nil
	}
	return "", errors.New("the client's certificate names nobody")
}
