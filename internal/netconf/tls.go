// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// DefaultTLSPort is the port of NETCONF over TLS (RFC 7589 section 8).
const DefaultTLSPort = "6513"

// ErrCertificate says that the server's certificate is not to be trusted: expired, of an unknown
// authority, or for another name.
var ErrCertificate = errors.New("server certificate not trusted")

// TLSConfig says who we are and whom to believe over TLS, where both sides show a certificate (RFC 7589).
type TLSConfig struct {
	// Certificate is our certificate with its chain, and PrivateKey its key, in PEM.
	Certificate, PrivateKey []byte
	// CA are the certificates of the authorities that the server's must chain to, in PEM.
	CA []byte
	// ServerName is the DNS name or IP address that the server's certificate must be for (RFC 6125);
	// empty means the host that is dialled.
	ServerName string
	// ConnectTimeout bounds connection, handshake and hellos together; 0 means 15 s.
	ConnectTimeout time.Duration
	// Keepalive is how often an idle connection is probed by TCP; 0 means 30 s, negative never.
	Keepalive time.Duration
	// MaxMessageBytes bounds a received message; 0 means DefaultMaxMessageBytes.
	MaxMessageBytes int
	// Trace sees every message; see Options.
	Trace func(Direction, []byte)
}

// Digest identifies the configuration without telling it: two that differ have different digests.
func (c TLSConfig) Digest() string {
	h := sha256.New()
	for _, part := range []string{
		string(c.Certificate), string(c.PrivateKey), string(c.CA), c.ServerName,
		fmt.Sprint(c.ConnectTimeout, c.Keepalive, c.MaxMessageBytes),
	} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// DialTLS opens a NETCONF session over TLS (RFC 7589) with the server at addr, host or host:port; the port
// defaults to 6513. It ends when ctx does or after the connect timeout; the session itself does not depend
// on ctx. Errors are of ErrUnreachable, ErrCertificate, ErrAuth, ErrTimeout or ErrProtocol.
func DialTLS(ctx context.Context, addr string, cfg TLSConfig) (*Session, error) {
	addr = withPort(addr, DefaultTLSPort)
	ctx, cancel := context.WithTimeout(ctx, connectTimeout(cfg.ConnectTimeout))
	defer cancel()

	client, err := cfg.client(addr)
	if err != nil {
		return nil, err
	}
	conn, err := dialTCP(ctx, addr, cfg.Keepalive)
	if err != nil {
		return nil, err
	}
	secure := tls.Client(conn, client)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, tlsError(ctx, addr, err)
	}
	return startTLS(ctx, secure, addr, cfg)
}

// startTLS exchanges hellos. Since TLS 1.3 the client's handshake ends before the server has judged the
// client's certificate: a refusal is then what the server says instead of hello.
func startTLS(ctx context.Context, secure *tls.Conn, addr string, cfg TLSConfig) (*Session, error) {
	s, err := NewSession(ctx, secure, Options{MaxMessageBytes: cfg.MaxMessageBytes, Peer: addr, Trace: cfg.Trace})
	if err != nil && refusedByPeer(err) {
		return nil, tlsError(ctx, addr, err)
	}
	return s, err
}

// client is the configuration of a handshake with a server of a known name.
func (c TLSConfig) client(addr string) (*tls.Config, error) {
	own, roots, err := c.parse()
	if err != nil {
		return nil, &Error{Kind: ErrAuth, Op: "log in to", Addr: addr, Err: err}
	}
	name := c.ServerName
	if name == "" {
		name, _, _ = net.SplitHostPort(addr)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: name,
		// Not as Certificates: these are left out, without a word, when the server names other authorities.
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return own, nil },
	}, nil
}

// parse reads our certificate and the authorities.
func (c TLSConfig) parse() (*tls.Certificate, *x509.CertPool, error) {
	own, err := tls.X509KeyPair(c.Certificate, c.PrivateKey)
	if err != nil {
		return nil, nil, fmt.Errorf("the client certificate cannot be used: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(c.CA) {
		return nil, nil, errors.New("the authorities to verify the server with hold no certificate in PEM")
	}
	return &own, roots, nil
}

// tlsError finds the kind of a failed handshake.
func tlsError(ctx context.Context, addr string, err error) error {
	const op = "TLS handshake with"
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &verification):
		return &Error{Kind: ErrCertificate, Op: op, Addr: addr, Err: describeVerification(verification)}
	case refusedByPeer(err):
		return &Error{Kind: ErrAuth, Op: op, Addr: addr,
			Err: fmt.Errorf("the server does not accept us, or our certificate: %s", alertOf(err))}
	case errors.As(err, &record):
		return &Error{Kind: ErrUnreachable, Op: op, Addr: addr, Err: errors.New("the server does not speak TLS; is this its port for NETCONF over TLS?")}
	case ctx.Err() != nil:
		return contextError(ctx, op, addr)
	}
	return &Error{Kind: ErrUnreachable, Op: op, Addr: addr, Err: noEOF(err)}
}

// describeVerification adds whose certificate it was.
func describeVerification(e *tls.CertificateVerificationError) error {
	if len(e.UnverifiedCertificates) == 0 {
		return e.Err
	}
	leaf := e.UnverifiedCertificates[0]
	return fmt.Errorf("%w (subject %q, names %s, issuer %q, valid until %s)", e.Err, leaf.Subject, namesOf(leaf), leaf.Issuer,
		leaf.NotAfter.UTC().Format(time.RFC3339))
}

// namesOf lists the names that a certificate is for.
func namesOf(c *x509.Certificate) string {
	names := append([]string{}, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// refusedByPeer says whether the server ended the connection with a TLS alert.
func refusedByPeer(err error) bool { return alertOf(err) != "" }

func alertOf(err error) string {
	var remote *net.OpError
	if errors.As(err, &remote) && remote.Op == "remote error" {
		return strings.TrimPrefix(remote.Err.Error(), "tls: ")
	}
	return ""
}
