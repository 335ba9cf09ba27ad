// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gate_test

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/gate"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// listen serves TLS with a certificate, or accepts and hangs up without one.
func listen(t *testing.T, pair *netconftest.KeyPair) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	var config *tls.Config
	if pair != nil {
		certificate, err := pair.TLS()
		if err != nil {
			t.Fatal(err)
		}
		config = &tls.Config{Certificates: []tls.Certificate{certificate}}
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if config != nil {
				_ = tls.Server(conn, config).HandshakeContext(t.Context())
			}
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

func issue(t *testing.T, a *netconftest.Authority, names ...string) *netconftest.KeyPair {
	t.Helper()
	pair, err := a.Issue("smf", names...)
	if err != nil {
		t.Fatal(err)
	}
	return &pair
}

func TestHandshake(t *testing.T) {
	ours, err := netconftest.NewAuthority("ours")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := netconftest.NewAuthority("theirs")
	if err != nil {
		t.Fatal(err)
	}
	presented, renewed := issue(t, ours, "127.0.0.1", "smf.example.org"), issue(t, ours, "127.0.0.1")
	expired, err := ours.IssueUntil(time.Now().Add(-time.Hour), "smf", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	stranger := issue(t, theirs, "127.0.0.1")
	for name, c := range map[string]struct {
		serves *netconftest.KeyPair
		probe  gate.TLS
		want   []string
	}{
		"that very one":                   {presented, gate.TLS{Certificate: presented.Certificate, CA: ours.PEM}, nil},
		"its authority is not told":       {presented, gate.TLS{Certificate: presented.Certificate}, nil},
		"any of an authority":             {presented, gate.TLS{CA: ours.PEM}, nil},
		"by another name":                 {presented, gate.TLS{CA: ours.PEM, ServerName: "smf.example.org"}, nil},
		"before it was renewed":           {presented, gate.TLS{Certificate: renewed.Certificate, CA: ours.PEM}, []string{"presents another certificate", "expected is", "serial"}},
		"expired":                         {&expired, gate.TLS{Certificate: expired.Certificate, CA: ours.PEM}, []string{"does not verify", "expired"}},
		"not for this name":               {presented, gate.TLS{CA: ours.PEM, ServerName: "amf.example.org"}, []string{"does not verify", "amf.example.org"}},
		"of another authority":            {stranger, gate.TLS{CA: ours.PEM}, []string{"does not verify", "unknown authority"}},
		"unknown to the system's roots":   {stranger, gate.TLS{}, []string{"does not verify"}},
		"a server without TLS":            {nil, gate.TLS{CA: ours.PEM}, []string{"no TLS handshake with 127.0.0.1:"}},
		"what is expected cannot be read": {presented, gate.TLS{Certificate: []byte("none")}, []string{"reading the certificate that is expected: it is no PEM"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.probe.Address = listen(t, c.serves)
			expect(t, c.probe.Handshake(t.Context()), c.want)
		})
	}
	expect(t, gate.TLS{Address: "nowhere"}.Handshake(t.Context()), []string{`"nowhere" is no host:port`})
}

func expect(t *testing.T, err error, want []string) {
	t.Helper()
	if (err == nil) != (want == nil) {
		t.Fatalf("got %v, want %q", err, want)
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %q in it", err, part)
		}
	}
}

func TestTCP(t *testing.T) {
	addr := listen(t, nil)
	expect(t, gate.TCP(t.Context(), addr), nil)

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	expect(t, gate.TCP(t.Context(), closed.Addr().String()), []string{"cannot connect to " + closed.Addr().String(), "refused"})

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	expect(t, gate.TCP(ended, addr), []string{"cannot connect"})
}
