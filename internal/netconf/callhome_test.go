// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// issuer signs certificates for names.
type issuer struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newIssuer(t *testing.T) issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := issuer{key: key, cert: &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}}
	i.cert = i.sign(t, i.cert)
	return i
}

func (i issuer) sign(t *testing.T, template *x509.Certificate) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, i.cert, &i.key.PublicKey, i.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func (i issuer) forNames(t *testing.T, names ...string) *x509.Certificate {
	t.Helper()
	return i.sign(t, &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: names, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}})
}

// expects is the configuration for an NF of a name.
func (i issuer) expects(t *testing.T, name string) TLSConfig {
	t.Helper()
	key, err := x509.MarshalECPrivateKey(i.key)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	return TLSConfig{Certificate: block("CERTIFICATE", i.forNames(t, "operator").Raw), PrivateKey: block("EC PRIVATE KEY", key),
		CA: block("CERTIFICATE", i.cert.Raw), ServerName: name}
}

// Whose certificate it is must be beyond doubt: what is for one NF must never reach another.
func TestTLSCallersAreToldApart(t *testing.T) {
	ca, other := newIssuer(t), newIssuer(t)
	var c tlsCallers
	for key, cfg := range map[string]TLSConfig{
		"ran/cell-1": ca.expects(t, "cell-1.ran.net"), "ran/cell-2": ca.expects(t, "cell-2.ran.net"), "ran/cell-3": ca.expects(t, "cell-3.ran.net"),
		"lab/cell-3": ca.expects(t, "CELL-3.ran.net"), "far/cell-1": other.expects(t, "cell-1.ran.net"),
	} {
		if err := c.put(key, cfg); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		cert *x509.Certificate
		want string // the key, or what the error says
	}{
		"one":                   {ca.forNames(t, "cell-1.ran.net"), "ran/cell-1"},
		"another authority":     {other.forNames(t, "cell-1.ran.net"), "far/cell-1"},
		"also for nobody":       {ca.forNames(t, "cell-9.ran.net", "cell-2.ran.net"), "ran/cell-2"},
		"two names":             {ca.forNames(t, "cell-2.ran.net", "cell-1.ran.net"), "that of ran/cell-1 and of ran/cell-2"},
		"two with the name":     {ca.forNames(t, "cell-3.ran.net"), "that of lab/cell-3 and of ran/cell-3"},
		"wildcard":              {ca.forNames(t, "*.ran.net"), "that of lab/cell-3 and of ran/cell-1"},
		"wildcard for one":      {other.forNames(t, "*.ran.net"), "far/cell-1"},
		"unknown":               {ca.forNames(t, "cell-9.ran.net"), "no NF is expected"},
		"of nobody's authority": {newIssuer(t).forNames(t, "cell-1.ran.net"), "certificate signed by unknown authority"},
	} {
		for range 20 { // the order of maps must not matter
			caller, err := c.recognise([]*x509.Certificate{tt.cert})
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = caller.key
			}
			if err == nil && got != tt.want || !strings.Contains(got, tt.want) {
				t.Fatalf("%s: %s, want %s", name, got, tt.want)
			}
		}
	}
}

// Whoever connects and says nothing takes no place of those who call, and is hung up on.
func TestSilentCallers(t *testing.T) {
	for _, transport := range []Transport{SSH, TLS} {
		refused := make(chan string, 10)
		home := NewCallHome(CallHomeOptions{MaxHandshakes: 1, silence: 20 * time.Millisecond,
			OnSession: func(string, *Session) { t.Error("a session") }, OnRefused: func(_ net.Addr, err error) { refused <- err.Error() }})
		if err := home.Expect("ran/ssh", Caller{SSH: &SSHConfig{User: "netconf", Password: "x", KnownHosts: []byte(
			"* ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBl9oXc2YPfQFBoZIYJMYyGAtGMPwQNfbrGwFvFZ5q3H\n")}}); err != nil {
			t.Fatal(err)
		}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = home.Serve(t.Context(), listener, transport) }()
		for range 3 {
			conn, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
		}
		for range 3 {
			select {
			case why := <-refused:
				if !strings.Contains(why, "said nothing for 20ms") {
					t.Errorf("%s: %s", transport, why)
				}
			case <-time.After(5 * time.Second):
				t.Fatal("a silent connection is kept")
			}
		}
		if len(home.slots) != 0 {
			t.Errorf("%s: %d places are taken", transport, len(home.slots))
		}
	}
}

// The old algorithms of those who may call are offered to whoever does, as to an NF that is dialled.
func TestLegacyAlgorithmsOfCallers(t *testing.T) {
	const known = "* ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBl9oXc2YPfQFBoZIYJMYyGAtGMPwQNfbrGwFvFZ5q3H\n"
	var c sshCallers
	for key, cfg := range map[string]SSHConfig{
		"a": {User: "netconf", LegacyAlgorithms: []string{"aes128-cbc", "diffie-hellman-group1-sha1"}},
		"b": {User: "netconf", LegacyAlgorithms: []string{"aes128-cbc"}},
		"c": {User: "other", LegacyAlgorithms: []string{"3des-cbc"}},
	} {
		cfg.KnownHosts = []byte(known)
		if err := c.put(key, cfg); err != nil {
			t.Fatal(err)
		}
	}
	call := &sshCall{user: "netconf"}
	client := call.config(nil)
	if err := offer(client, c.legacyOf(call.user)); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(client.KeyExchanges, "diffie-hellman-group1-sha1") || !slices.Contains(client.Ciphers, "aes128-cbc") ||
		slices.Contains(client.Ciphers, "3des-cbc") {
		t.Errorf("offered %v, %v", client.KeyExchanges, client.Ciphers)
	}
	err := c.put("d", SSHConfig{User: "netconf", KnownHosts: []byte(known), LegacyAlgorithms: []string{"rot13"}})
	if err == nil || !strings.Contains(err.Error(), "rot13") {
		t.Errorf("got %v", err)
	}
}
