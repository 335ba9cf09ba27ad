// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// pki is an authority with the certificates of both sides.
type pki struct {
	authority *netconftest.Authority
	server    *netconftest.TLSOptions
	client    TLSConfig
}

func newPKI(t *testing.T, names ...string) pki {
	t.Helper()
	authority, err := netconftest.NewAuthority("test")
	if err != nil {
		t.Fatal(err)
	}
	own, err := authority.Issue("netconf", "netconf")
	if err != nil {
		t.Fatal(err)
	}
	p := pki{authority: authority, client: TLSConfig{Certificate: own.Certificate, PrivateKey: own.Key, CA: authority.PEM, ServerName: names[0]}}
	p.server = p.serverFor(t, names...)
	return p
}

func (p pki) serverFor(t *testing.T, names ...string) *netconftest.TLSOptions {
	t.Helper()
	pair, err := p.authority.Issue(names[0], names...)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := pair.TLS()
	if err != nil {
		t.Fatal(err)
	}
	return &netconftest.TLSOptions{Certificate: certificate, ClientCAs: p.authority.Pool()}
}

// observeCaller observes an NF until it has called.
func observeCaller(t *testing.T, p *Pool, e Endpoint) Observation {
	t.Helper()
	var seen Observation
	waitFor(t, "the call of "+e.Key, func() bool {
		var err error
		if seen, err = p.Observe(t.Context(), e, nil); err != nil && ReasonOf(err) != NotCalled {
			t.Errorf("got %s: %v", ReasonOf(err), err)
			return true
		}
		return err == nil
	})
	return seen
}

// home is a pool that listens for calls.
type home struct {
	*Pool
	addr    string
	mu      sync.Mutex
	called  []string
	refused []string
}

func newHome(t *testing.T, transport Transport) *home {
	t.Helper()
	h := &home{}
	h.Pool = newPool(t, Options{
		OnCall: func(key string) { h.mu.Lock(); defer h.mu.Unlock(); h.called = append(h.called, key) },
		OnRefused: func(_ net.Addr, err error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.refused = append(h.refused, err.Error())
		},
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.addr = listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.ServeCallHome(ctx, listener, transport) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return h
}

// hasRefused says whether a call was refused for a reason.
func (h *home) hasRefused(why string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.refused {
		if strings.Contains(r, why) {
			return true
		}
	}
	return false
}

func (h *home) calls() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.called)
}

// caller starts a device that calls, and nothing else.
func (h *home) caller(t *testing.T, o netconftest.Options, tls bool) (*netconftest.Server, Endpoint) {
	t.Helper()
	o.Addr = netconftest.NoListener
	if o.TLS != nil {
		o.TLS.Addr = netconftest.NoListener
	}
	o.CallHome = []netconftest.CallHome{{Addr: h.addr, TLS: tls, Retry: 5 * time.Millisecond}}
	s, e := newDevice(t, o)
	e.Address, e.CallHome = "the one that calls", true
	return s, e
}

func TestCallHome(t *testing.T) {
	for _, transport := range []Transport{SSH, TLS} {
		t.Run(string(transport), func(t *testing.T) {
			h := newHome(t, transport)
			o := netconftest.Options{Running: config(t, hostname("old"))}
			keys := newPKI(t, "nf.example")
			if transport == TLS {
				o.TLS = keys.server
			} else {
				key, err := netconftest.NewHostKey()
				if err != nil {
					t.Fatal(err)
				}
				o.HostKey = key
			}
			s, e := h.caller(t, o, transport == TLS)
			if transport == TLS {
				e.TLS = &keys.client
			} else {
				e.SSH.KnownHosts = []byte("any.host " + string(marshalKey(o.HostKey)))
			}

			unknown := "no NF is expected"
			waitFor(t, "the call to be refused", func() bool { return h.hasRefused(unknown) })
			first := observeCaller(t, h.Pool, e)
			if _, err := h.Apply(t.Context(), e, request(t, s, config(t, hostname("new")))); err != nil || runningHostname(s) != "new" {
				t.Errorf("got %v", err)
			}

			// A new call replaces the session, and is traced from its hellos on.
			var seen recorder
			h.Trace(e.Key, seen.write)
			calls := h.calls()
			s.DropSessions()
			waitFor(t, "the next call", func() bool { return h.calls() > calls })
			second := observeCaller(t, h.Pool, e)
			if second.SessionID == first.SessionID {
				t.Error("it is the session of the first call")
			}
			waitFor(t, "hellos in the trace", func() bool { return strings.Count(seen.String(), "<hello") >= 2 })

			// One who is forgotten is unknown.
			h.mu.Lock()
			h.refused = nil
			h.mu.Unlock()
			h.Forget(e.Key)
			waitFor(t, "the call to be refused again", func() bool { return h.hasRefused(unknown) })
			waitFor(t, "all sessions to end", func() bool { return s.Sessions() == 0 })
		})
	}
}

// An NF that calls again although its session seems to live has given that up.
func TestCallAgain(t *testing.T) {
	h := newHome(t, SSH)
	key, err := netconftest.NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	s, e := h.caller(t, netconftest.Options{HostKey: key}, false)
	e.SSH.KnownHosts = []byte("any.host " + string(marshalKey(key)))
	first := observeCaller(t, h.Pool, e)
	calls := h.calls()
	again, _ := h.caller(t, netconftest.Options{HostKey: key}, false) // the same NF, after a power failure
	waitFor(t, "the second call", func() bool { return h.calls() > calls })
	if _, err := h.Observe(t.Context(), e, nil); err != nil {
		t.Fatal(err)
	}
	if again.Count("get-config") != 1 || s.Count("get-config") != 1 || first.SessionID == 0 {
		t.Errorf("requests %v and %v", s.Requests(), again.Requests())
	}
}

// An NF that calls home is watched from each call on.
func TestWatchCaller(t *testing.T) {
	h := newHome(t, SSH)
	key, err := netconftest.NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	s, e := h.caller(t, netconftest.Options{HostKey: key, Profile: netconftest.Profile{Notifications: true}}, false)
	e.SSH.KnownHosts = []byte("any.host " + string(marshalKey(key)))
	h.Watch(e) // makes it known
	waitForState(t, h.Pool, e, SubscriptionActive)
	calls := h.calls()
	s.DropSessions()
	waitFor(t, "the next call", func() bool { return h.calls() > calls })
	waitFor(t, "the next subscription", func() bool { return s.Subscriptions() == 1 })
	waitForState(t, h.Pool, e, SubscriptionActive)

	deaf, e := h.caller(t, netconftest.Options{Profile: netconftest.Profile{Notifications: true, NoInterleave: true}}, false)
	e.Key = "core/deaf"
	e.SSH.KnownHosts = []byte(deaf.KnownHosts())
	h.Watch(e)
	waitForState(t, h.Pool, e, SubscriptionUnsupported)
	if _, err := h.Observe(t.Context(), e, nil); err != nil {
		t.Errorf("got %v", err)
	}
}

// Over SSH the user is named before the NF is known: a wrong guess is put right by the next call.
func TestCallersOfSeveralUsers(t *testing.T) {
	h := newHome(t, SSH)
	var all []Endpoint
	for _, user := range []string{"alice", "bob"} {
		key, err := netconftest.NewHostKey()
		if err != nil {
			t.Fatal(err)
		}
		_, e := h.caller(t, netconftest.Options{HostKey: key, User: user, Password: user + "'s"}, false)
		e.Key = "core/" + user
		e.SSH = SSHConfig{User: user, Password: user + "'s", KnownHosts: []byte("any.host " + string(marshalKey(key)))}
		all = append(all, e)
		_, _ = h.Observe(t.Context(), e, nil) // makes it known
	}
	for _, e := range all {
		observeCaller(t, h.Pool, e)
	}
	if !h.hasRefused("the next call will be right") {
		t.Error("nobody was mistaken")
	}
}

func TestNotCalled(t *testing.T) {
	h := newHome(t, SSH)
	key, err := netconftest.NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	e := Endpoint{Key: "core/silent", CallHome: true, SSH: SSHConfig{User: "x", Password: "y", KnownHosts: []byte("h " + string(marshalKey(key)))}}
	if _, err := h.Observe(t.Context(), e, nil); ReasonOf(err) != NotCalled {
		t.Errorf("got %s: %v", ReasonOf(err), err)
	}
	e.SSH.KnownHosts = nil
	if _, err := h.Observe(t.Context(), e, nil); ReasonOf(err) != AuthenticationFailed || !strings.Contains(err.Error(), "known_hosts") {
		t.Errorf("got %s: %v", ReasonOf(err), err)
	}
}

func TestTLSReasons(t *testing.T) {
	keys, others := newPKI(t, "127.0.0.1"), newPKI(t, "127.0.0.1")
	expired, err := keys.authority.IssueUntil(time.Now().Add(-time.Hour), "127.0.0.1", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	old, err := expired.TLS()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		server *netconftest.TLSOptions
		client TLSConfig
		want   Reason
	}{
		{"right", keys.server, keys.client, ""},
		{"server of another authority", others.server, keys.client, CertificateMismatch},
		{"server of another name", keys.serverFor(t, "other.example"), keys.client, CertificateMismatch},
		{"expired server", &netconftest.TLSOptions{Certificate: old, ClientCAs: keys.authority.Pool()}, keys.client, CertificateMismatch},
		{"client of another authority", keys.server,
			TLSConfig{Certificate: others.client.Certificate, PrivateKey: others.client.PrivateKey, CA: keys.client.CA}, AuthenticationFailed},
		{"no certificate", keys.server, TLSConfig{CA: keys.client.CA}, AuthenticationFailed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			options := *tt.server
			s, e := newDevice(t, netconftest.Options{TLS: &options})
			e.Address, e.TLS = s.TLSAddr, &tt.client
			p := newPool(t, Options{})
			if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != tt.want || (err == nil) != (tt.want == "") {
				t.Fatalf("got %s: %v", ReasonOf(err), err)
			}
			if tt.want == "" {
				return
			}
			e.TLS = &keys.client // a renewed certificate is used at once
			if tt.server == keys.server {
				if _, err := p.Observe(t.Context(), e, nil); err != nil {
					t.Errorf("after renewal: %v", err)
				}
			}
		})
	}
}
