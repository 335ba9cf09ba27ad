// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

var testModel = sync.OnceValue(func() *netconftest.Model {
	data, err := os.ReadFile("../netconf/netconftest/testdata/acme-router.yang")
	if err != nil {
		panic(err)
	}
	model, err := netconftest.NewModel([]yang.Source{{Name: "acme-router.yang", Data: data}})
	if err != nil {
		panic(err)
	}
	return model
})

// newDevice starts a device and returns how to reach it.
func newDevice(t *testing.T, o netconftest.Options) (*netconftest.Server, Endpoint) {
	t.Helper()
	if o.Model == nil {
		o.Model = testModel()
	}
	s := netconftest.NewServer(o)
	t.Cleanup(s.Close)
	return s, Endpoint{
		Key:        "core/" + t.Name(),
		Address:    s.Addr,
		SSH:        SSHConfig{User: s.User, Password: s.Password, KnownHosts: []byte(s.KnownHosts())},
		RPCTimeout: 10 * time.Second,
	}
}

func newPool(t *testing.T, o Options) *Pool {
	t.Helper()
	p := NewPool(o)
	t.Cleanup(p.Close)
	return p
}

func config(t *testing.T, content string) *yang.Tree {
	t.Helper()
	tree, _, errs := yang.DecodeXML(testModel().Schema(), strings.NewReader(content), yang.XMLOptions{ConfigOnly: true})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return tree
}

func hostname(name string) string {
	return `<system xmlns="urn:acme:router"><hostname>` + name + `</hostname></system>`
}

// request plans the way from what the device has to what is intended, all of which is ours.
func request(t *testing.T, s *netconftest.Server, intended *yang.Tree) ApplyRequest {
	t.Helper()
	observed := s.Running()
	owned := plan.Union(plan.Own(plan.Inventory{}, observed, nil), plan.Own(plan.Inventory{}, intended, observed))
	return ApplyRequest{
		Schema:   testModel().Schema(),
		Plan:     plan.Diff(intended, observed, owned, plan.Options{}),
		Filter:   plan.Filter(testModel().Schema(), owned, intended),
		Intended: intended,
		Owned:    owned,
	}
}

// An unchanged device costs one get-config, on one session.
func TestObserveCostsOneRPC(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("a"))})
	p := newPool(t, Options{})
	first, err := p.Observe(t.Context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.ResetRequests()
	for range 3 {
		again, err := p.Observe(t.Context(), e, nil)
		if err != nil || again.Digest != first.Digest || again.SessionID != first.SessionID {
			t.Fatalf("got %+v, %v", again, err)
		}
	}
	if got := fmt.Sprint(s.Requests()); got != "[get-config get-config get-config]" {
		t.Errorf("requests %s", got)
	}
	s.SetRunning(config(t, hostname("b")))
	if changed, err := p.Observe(t.Context(), e, nil); err != nil || changed.Digest == first.Digest {
		t.Errorf("a change was not seen: %v", err)
	}
}

func TestReasons(t *testing.T) {
	other, err := netconftest.NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*netconftest.Server, *Endpoint)
		want   Reason
		says   string
	}{
		{"nobody listens", func(_ *netconftest.Server, e *Endpoint) { e.Address = "127.0.0.1:1" }, Unreachable, "127.0.0.1:1"},
		{"wrong password", func(_ *netconftest.Server, e *Endpoint) { e.SSH.Password = "x" }, AuthenticationFailed, `"netconf"`},
		{"wrong user", func(_ *netconftest.Server, e *Endpoint) { e.SSH.User = "x" }, AuthenticationFailed, `"x"`},
		{"no credentials", func(_ *netconftest.Server, e *Endpoint) { e.SSH.Password = "" }, AuthenticationFailed, "neither a password nor a private key"},
		{"unusable key", func(_ *netconftest.Server, e *Endpoint) { e.SSH.PrivateKey = []byte("key") }, AuthenticationFailed, "private key"},
		{"unknown host", func(_ *netconftest.Server, e *Endpoint) { e.SSH.KnownHosts = nil }, HostKeyMismatch, "SHA256:"},
		{"wrong host key", func(s *netconftest.Server, e *Endpoint) {
			own := strings.Fields(s.KnownHosts())
			key := strings.Fields(string(marshalKey(other)))
			e.SSH.KnownHosts = []byte(own[0] + " " + key[0] + " " + key[1] + "\n")
		}, HostKeyMismatch, "expects"},
		{"known_hosts is rubbish", func(_ *netconftest.Server, e *Endpoint) { e.SSH.KnownHosts = []byte("x y z") }, HostKeyMismatch, "known_hosts"},
		{"no answer", func(s *netconftest.Server, e *Endpoint) {
			t.Cleanup(s.Hold("get-config"))
			e.RPCTimeout = 50 * time.Millisecond
		}, Timeout, "get-config"},
		{"dropped", func(s *netconftest.Server, _ *Endpoint) { s.Drop("get-config") }, Unreachable, "get-config"},
		{"refused", func(s *netconftest.Server, _ *Endpoint) {
			s.Fail("get-config", netconftest.RPCError{Tag: "access-denied", Message: "not you"})
		}, RPCError, "access-denied: not you"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, e := newDevice(t, netconftest.Options{})
			p := newPool(t, Options{})
			tt.change(s, &e)
			_, err := p.Observe(t.Context(), e, nil)
			if ReasonOf(err) != tt.want || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("got %s: %v", ReasonOf(err), err)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %v", err)
			}
		})
	}
}

// After any failure the next attempt succeeds, on a new session where the old one broke.
func TestReconnect(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{})
	p := newPool(t, Options{})
	first, err := p.Observe(t.Context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.DropSessions() // a session that died unnoticed does not count as a failure
	second, err := p.Observe(t.Context(), e, nil)
	if err != nil || second.SessionID == first.SessionID {
		t.Fatalf("session %d, %v", second.SessionID, err)
	}
	release := s.Hold("get-config")
	defer release()
	e.RPCTimeout = 50 * time.Millisecond
	if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != Timeout {
		t.Fatalf("got %v", err)
	}
	e.RPCTimeout = 10 * time.Second
	third, err := p.Observe(t.Context(), e, nil)
	if err != nil || third.SessionID == second.SessionID {
		t.Fatalf("session %d, %v", third.SessionID, err)
	}
	s.Fail("get-config", netconftest.RPCError{Tag: "operation-failed"})
	if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != RPCError {
		t.Fatalf("got %v", err)
	}
	if fourth, err := p.Observe(t.Context(), e, nil); err != nil || fourth.SessionID != third.SessionID {
		t.Fatalf("session %d, %v: an rpc-error is no reason for a new session", fourth.SessionID, err)
	}
}

// New credentials are used at once.
func TestChangedEndpoint(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{})
	p := newPool(t, Options{})
	first, err := p.Observe(t.Context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	wrong := e
	wrong.SSH.Password = "wrong"
	if _, err := p.Observe(t.Context(), wrong, nil); ReasonOf(err) != AuthenticationFailed {
		t.Fatalf("got %v", err)
	}
	second, err := p.Observe(t.Context(), e, nil)
	if err != nil || second.SessionID == first.SessionID {
		t.Fatalf("session %d, %v", second.SessionID, err)
	}
	waitFor(t, "the old session to end", func() bool { return s.Sessions() == 1 })
	p.Forget(e.Key)
	waitFor(t, "the session to end", func() bool { return s.Sessions() == 0 })
}

func TestIdleTimeout(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{})
	p := newPool(t, Options{})
	e.IdleTimeout = 20 * time.Millisecond
	for range 2 {
		if _, err := p.Observe(t.Context(), e, nil); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "the session to end", func() bool { return s.Sessions() == 0 })
	}
	if s.Count("close-session") != 2 {
		t.Errorf("requests %v", s.Requests())
	}
}

// One slow device delays those who want something of it, and nobody else.
func TestSlowDevice(t *testing.T) {
	slow, slowEndpoint := newDevice(t, netconftest.Options{})
	_, fast := newDevice(t, netconftest.Options{})
	slowEndpoint.Key = "core/slow"
	p := newPool(t, Options{})
	release := slow.Hold("get-config")
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if _, err := p.Observe(t.Context(), slowEndpoint, nil); err != nil {
			t.Error(err)
		}
	})
	waitFor(t, "the request", func() bool { return slow.Count("get-config") == 1 })
	if _, err := p.Observe(t.Context(), fast, nil); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Observe(ctx, slowEndpoint, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	release()
	waiting.Wait()
}

func TestFactsAndSchema(t *testing.T) {
	for name, profile := range map[ModuleSource]netconftest.Profile{
		Library11: {}, Library10: {Modules: netconftest.InLibrary10}, Hello: {Modules: netconftest.InHello},
	} {
		t.Run(string(name), func(t *testing.T) {
			s, e := newDevice(t, netconftest.Options{Profile: profile})
			p := newPool(t, Options{})
			facts, err := p.Facts(t.Context(), e)
			if err != nil || facts.ModuleSource != name || facts.SessionID == 0 {
				t.Fatalf("got %+v, %v", facts, err)
			}
			found := false
			for _, m := range facts.Modules {
				found = found || m.Name == "acme-router" && m.Implemented && m.Revision == "2026-01-15" &&
					m.Namespace == "urn:acme:router" && fmt.Sprint(m.Features) == "[shaping]"
			}
			if !found || !strings.Contains(fmt.Sprint(facts.Capabilities), "candidate:1.0") {
				t.Errorf("got %+v", facts)
			}
			s.ResetRequests()
			if again, err := p.Facts(t.Context(), e); err != nil || again.ModuleSetDigest != facts.ModuleSetDigest || s.Count("") != 1 {
				t.Errorf("again: %v, %v", err, s.Requests())
			}
			sources, refs, err := p.Schema(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			schema := yang.Compile(sources, yang.Options{Implement: refs})
			if node, err := schema.Find("/acme-router:interfaces/interface/rate"); err != nil || node == nil {
				t.Errorf("the schema lacks a node: %v, %v", err, schema.Problems())
			}
			s.ResetRequests()
			if _, _, err := p.Schema(t.Context(), e); err != nil || s.Count("get-schema") != 0 {
				t.Errorf("again: %v, %v", err, s.Requests())
			}
		})
	}
}

// Hundreds of devices at once, under the race detector, leave nothing behind.
func TestManyDevices(t *testing.T) {
	before := runtime.NumGoroutine()
	const n = 300
	p := NewPool(Options{})
	key, err := netconftest.NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	servers := make([]*netconftest.Server, n)
	var all sync.WaitGroup
	for i := range servers {
		s := netconftest.NewServer(netconftest.Options{Model: testModel(), HostKey: key})
		servers[i] = s
		e := Endpoint{Key: fmt.Sprint("core/", i), Address: s.Addr,
			SSH: SSHConfig{User: s.User, Password: s.Password, KnownHosts: []byte(s.KnownHosts())}, ConnectTimeout: time.Minute}
		for range 2 {
			all.Go(func() {
				if _, err := p.Observe(t.Context(), e, nil); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	p.Close()
	if _, err := p.Observe(t.Context(), Endpoint{Key: "core/0"}, nil); ReasonOf(err) != Unreachable {
		t.Errorf("a closed pool: %v", err)
	}
	for _, s := range servers {
		if s.Sessions() > 1 {
			t.Errorf("%d sessions", s.Sessions())
		}
		s.Close()
	}
	waitFor(t, "all goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 500 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("waited in vain for %s", what)
}
