// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// pki is an authority with a server's and a client's certificate.
type pki struct {
	authority      *Authority
	server, client tls.Certificate
}

func newPKI(t *testing.T) *pki {
	t.Helper()
	authority, err := NewAuthority("test")
	if err != nil {
		t.Fatal(err)
	}
	p := &pki{authority: authority}
	for name, to := range map[string]*tls.Certificate{"server": &p.server, "admin": &p.client} {
		pair, err := authority.Issue(name, "localhost", "127.0.0.1")
		if name == "admin" {
			pair, err = authority.Issue(name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if *to, err = pair.TLS(); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *pki) options() *TLSOptions {
	return &TLSOptions{Certificate: p.server, ClientCAs: p.authority.Pool()}
}

func (p *pki) config() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{p.client}, RootCAs: p.authority.Pool(), ServerName: "localhost", MinVersion: tls.VersionTLS12}
}

// dialTLS connects and exchanges hellos.
func dialTLS(t *testing.T, s *Server, config *tls.Config) *rawClient {
	t.Helper()
	conn, err := tls.Dial("tcp", s.TLSAddr, config)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	c := newRaw(t, conn, conn.Close)
	c.greet(true)
	return c
}

func TestTLS(t *testing.T) {
	p := newPKI(t)
	s, _ := device(t, Options{Addr: NoListener, TLS: p.options(), Profile: Profile{Notifications: true}})
	if s.Addr != "" || s.TLSAddr == "" {
		t.Fatalf("listens on %q and %q", s.Addr, s.TLSAddr)
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := p.config()
		config.MaxVersion = version
		c := dialTLS(t, s, config)
		c.ok("<discard-changes/>")
		infos := s.SessionInfos()
		if last := infos[len(infos)-1]; last.User != "admin" || last.Transport != "netconf-tls" || last.Host != "127.0.0.1" {
			t.Errorf("%+v", last)
		}
		c.ok("<close-session/>")
		if _, err := c.read(); err == nil || err.Error() != "EOF" {
			t.Errorf("after close-session: %v", err)
		}
	}
	// A held request is given up when the client goes, and its session's locks with it.
	c := dialTLS(t, s, p.config())
	c.ok("<lock><target><running/></target></lock>")
	s.Hold("commit")
	c.send("<commit/>")
	eventually(t, "the request arrives", func() bool { return s.Count("commit") == 1 })
	_ = c.close()
	eventually(t, "the session ends", func() bool { return s.Sessions() == 0 && s.LockHolder("running") == 0 })
}

func TestTLSRefusals(t *testing.T) {
	p, stranger := newPKI(t), newPKI(t)
	options := p.options()
	options.CertToName = func(c *x509.Certificate) (string, error) {
		if c.Subject.CommonName != "admin" {
			return "", errLogin
		}
		return "operator", nil
	}
	s, _ := device(t, Options{TLS: options})
	nobody, err := p.authority.Issue("nobody")
	if err != nil {
		t.Fatal(err)
	}
	expired, err := p.authority.IssueUntil(time.Now().Add(-time.Minute), "admin")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*tls.Config){
		"no certificate":        func(c *tls.Config) { c.Certificates = nil },
		"of another authority":  func(c *tls.Config) { c.Certificates = []tls.Certificate{stranger.client} },
		"nobody's":              func(c *tls.Config) { c.Certificates[0], _ = nobody.TLS() },
		"expired":               func(c *tls.Config) { c.Certificates[0], _ = expired.TLS() },
		"an old version of TLS": func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 },
	} {
		t.Run(name, func(t *testing.T) {
			config := p.config()
			change(config)
			conn, err := tls.Dial("tcp", s.TLSAddr, config)
			if err == nil {
				_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
				_, err = conn.Read(make([]byte, 1))
				_ = conn.Close()
			}
			if err == nil {
				t.Error("let in")
			}
		})
	}
	c := dialTLS(t, s, p.config())
	c.ok("<discard-changes/>")
	if got := s.SessionInfos()[0].User; got != "operator" {
		t.Error(got)
	}
}

// A device calls until somebody answers, and again when the session ends.
func TestCallHome(t *testing.T) {
	p := newPKI(t)
	home, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := home.Addr().String()
	home.Close() // nobody answers yet
	retry := 10 * time.Millisecond
	for _, secure := range []bool{false, true} {
		s, _ := device(t, Options{Addr: NoListener, TLS: p.options(), CallHome: []CallHome{{Addr: addr, TLS: secure, Retry: retry}}})
		time.Sleep(3 * retry) // some calls fail
		if home, err = net.Listen("tcp", addr); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			conn, err := home.Accept()
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			var c *rawClient
			if secure {
				c = newRaw(t, tls.Client(conn, p.config()), conn.Close)
			} else {
				channel, over := sshChannel(t, s, conn)
				c = newRaw(t, channel, over.Close)
			}
			c.greet(true)
			c.ok("<discard-changes/>")
			_ = c.close()
		}
		s.Close()
		home.Close()
	}
	if _, err := Start(Options{Model: testModel(), CallHome: []CallHome{{Addr: addr, TLS: true}}}); err == nil || !strings.Contains(err.Error(), "TLS") {
		t.Errorf("without certificates: %v", err)
	}
}

func TestUserCertificate(t *testing.T) {
	signer := func() ssh.Signer {
		s, err := NewHostKey()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	authority, user := signer(), signer()
	s, _ := device(t, Options{UserAuthorities: []ssh.PublicKey{authority.PublicKey()}, SSH: func(c *ssh.ServerConfig) {
		c.KeyExchanges = []string{"diffie-hellman-group14-sha256"}
	}})
	login := func(by ssh.Signer, principal string) error {
		certificate := &ssh.Certificate{Key: user.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{principal}, ValidBefore: ssh.CertTimeInfinity}
		if err := certificate.SignCert(rand.Reader, by); err != nil {
			t.Fatal(err)
		}
		method, err := ssh.NewCertSigner(certificate, user)
		if err != nil {
			t.Fatal(err)
		}
		config := &ssh.ClientConfig{User: "netconf", Auth: []ssh.AuthMethod{ssh.PublicKeys(method)}, HostKeyCallback: ssh.FixedHostKey(s.hostKey.PublicKey())}
		config.KeyExchanges = []string{"diffie-hellman-group14-sha256"}
		client, err := ssh.Dial("tcp", s.Addr, config)
		if err == nil {
			client.Close()
		}
		return err
	}
	if err := login(authority, "netconf"); err != nil {
		t.Error(err)
	}
	if login(authority, "somebody") == nil || login(signer(), "netconf") == nil {
		t.Error("a certificate for somebody else, or of somebody else, was believed")
	}
}
