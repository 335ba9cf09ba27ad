// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

// netconfd starts a server, or skips the test where there is none to be had.
func netconfd(t *testing.T, o stack.NetconfdOptions) *stack.Netconfd {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("netconfd behind sshd needs root")
	}
	for _, program := range []string{"/usr/sbin/netconfd", "/usr/sbin/netconf-subsystem", "/usr/sbin/sshd"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: apt-get install netconfd openssh-server", program)
		}
	}
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	n, stop, err := stack.StartNetconfd(t.Context(), stack.Options{Log: t.Output(), Netconfd: o})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return n
}

func sshConfig(n *stack.Netconfd) netconf.SSHConfig {
	return netconf.SSHConfig{User: n.User, Password: n.Password, KnownHosts: []byte(n.KnownHosts)}
}

func dial(t *testing.T, n *stack.Netconfd, cfg netconf.SSHConfig) *netconf.Session {
	t.Helper()
	s, err := netconf.DialSSH(t.Context(), n.Addr, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	return s
}

const ietfSystem = "urn:ietf:params:xml:ns:yang:ietf-system"

func edit(hostname string) netconf.EditConfig {
	return netconf.EditConfig{Target: netconf.CandidateStore, DefaultOperation: "merge",
		Config: []byte(`<system xmlns="` + ietfSystem + `"><hostname>` + hostname + `</hostname></system>`)}
}

func hostname(t *testing.T, s *netconf.Session, ds netconf.Datastore) string {
	t.Helper()
	data, err := s.GetConfig(t.Context(), ds, []byte(`<system xmlns="`+ietfSystem+`"><hostname/></system>`))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "hostname>")
	value, _, _ := strings.Cut(rest, "<")
	return value
}

// Sessions: hello, both ways to log in, no stall of the first rpc, every operation of a candidate server.
func TestSession(t *testing.T) {
	n := netconfd(t, stack.NetconfdOptions{Startup: true})
	t.Run("first rpc", func(t *testing.T) {
		for range 20 {
			s := dial(t, n, sshConfig(n))
			if _, err := s.GetConfig(t.Context(), netconf.Running, []byte{}); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("key", func(t *testing.T) {
		cfg := sshConfig(n)
		cfg.Password, cfg.PrivateKey = "", n.PrivateKeyPEM
		dial(t, n, cfg)
	})
	t.Run("wrong password", func(t *testing.T) {
		cfg := sshConfig(n)
		cfg.Password = "wrong"
		if _, err := netconf.DialSSH(t.Context(), n.Addr, cfg); !errors.Is(err, netconf.ErrAuth) {
			t.Fatalf("got %v", err)
		}
	})
	s := dial(t, n, sshConfig(n))
	if c := s.Capabilities(); !c.Has(netconf.Base11) || !c.Has(netconf.Candidate) || !c.Has(netconf.Startup) || !c.CanConfirm() || s.ID() == 0 {
		t.Fatalf("capabilities %v", c.Names())
	}
	t.Run("operations", func(t *testing.T) { testOperations(t, n, s) })
	t.Run("confirmed commit", func(t *testing.T) { testConfirmedCommit(t, s) })
	t.Run("errors", func(t *testing.T) { testErrors(t, n, s) })
	t.Run("large message", func(t *testing.T) { testLargeMessage(t, s) })
}

func testOperations(t *testing.T, n *stack.Netconfd, s *netconf.Session) {
	ctx := t.Context()
	steps := []struct {
		name string
		do   func() error
	}{
		{"lock", func() error { return s.Lock(ctx, netconf.CandidateStore) }},
		{"discard-changes", func() error { return s.DiscardChanges(ctx) }},
		{"edit-config", func() error { return s.EditConfig(ctx, edit("one")) }},
		{"commit", func() error { return s.Commit(ctx, netconf.Commit{}) }},
		{"unlock", func() error { return s.Unlock(ctx, netconf.CandidateStore) }},
		{"validate", func() error { return s.Validate(ctx, netconf.Running) }},
		{"copy-config", func() error { return s.CopyConfig(ctx, netconf.StartupStore, netconf.Running) }},
		{"get", func() error {
			_, err := s.Get(ctx, []byte(`<netconf-state xmlns="`+netconf.MonitoringNamespace+`"/>`))
			return err
		}},
		{"delete-config", func() error { return s.DeleteConfig(ctx, netconf.StartupStore) }},
		{"kill-session", func() error {
			other := dial(t, n, sshConfig(n))
			err := s.KillSession(ctx, other.ID())
			<-other.Done()
			return err
		}},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
	}
	if got := hostname(t, s, netconf.Running); got != "one" {
		t.Errorf("hostname %q", got)
	}
	text, err := s.GetSchema(ctx, "ietf-system", "")
	if err != nil || !strings.Contains(string(text), "module ietf-system") {
		t.Errorf("get-schema: %v", err)
	}
}

func testConfirmedCommit(t *testing.T, s *netconf.Session) {
	ctx := t.Context()
	if err := errors.Join(s.EditConfig(ctx, edit("two")), s.Commit(ctx, netconf.Commit{Confirmed: true, ConfirmTimeout: time.Minute})); err != nil {
		t.Fatal(err)
	}
	if got := hostname(t, s, netconf.Running); got != "two" {
		t.Errorf("hostname %q", got)
	}
	if err := s.CancelCommit(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if got := hostname(t, s, netconf.Running); got != "one" {
		t.Errorf("hostname %q after cancel-commit", got)
	}
	if err := s.DiscardChanges(ctx); err != nil {
		t.Fatal(err)
	}
}

func testErrors(t *testing.T, n *stack.Netconfd, s *netconf.Session) {
	ctx := t.Context()
	other := dial(t, n, sshConfig(n))
	if err := other.Lock(ctx, netconf.CandidateStore); err != nil {
		t.Fatal(err)
	}
	err := s.Lock(ctx, netconf.CandidateStore)
	var denied *netconf.RPCError
	if !errors.As(err, &denied) || denied.Tag != netconf.TagLockDenied || denied.SessionID != other.ID() {
		t.Errorf("got %v", err)
	}
	if err := other.Close(ctx); err != nil {
		t.Fatal(err)
	}
	bad := edit(strings.Repeat("x", 300))
	err = s.EditConfig(ctx, bad)
	var invalid *netconf.RPCError
	if !errors.As(err, &invalid) || invalid.Path == "" || invalid.Tag == "" {
		t.Errorf("got %v", err)
	}
	t.Log(err)
	if err := s.DiscardChanges(ctx); err != nil {
		t.Fatal(err)
	}
}

// netconfd sends chunks of 2,000 bytes.
func testLargeMessage(t *testing.T, s *netconf.Session) {
	var b strings.Builder
	b.WriteString(`<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">`)
	for i := range 500 {
		fmt.Fprintf(&b, `<interface><name>eth%d</name><type xmlns:ianaift="urn:ietf:params:xml:ns:yang:iana-if-type">ianaift:ethernetCsmacd</type><description>number %d</description></interface>`, i, i)
	}
	b.WriteString(`</interfaces>`)
	e := edit("large")
	e.Config = append(e.Config, b.String()...)
	if err := s.EditConfig(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	data, err := s.GetConfig(t.Context(), netconf.CandidateStore, nil)
	if err != nil || strings.Count(string(data), "<description>number ") != 500 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if err := s.DiscardChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// The pool learns the schema from the device, applies through each kind of datastore, and gets round the
// lost commit.
func TestPool(t *testing.T) {
	for name, o := range map[string]stack.NetconfdOptions{
		"candidate": {}, "candidate and startup": {Startup: true}, "running": {Target: "running"},
	} {
		t.Run(name, func(t *testing.T) {
			n := netconfd(t, o)
			e := target.Endpoint{Key: "core/netconfd", Address: n.Addr, SSH: sshConfig(n)}
			p := target.NewPool(target.Options{})
			defer p.Close()
			schema := deviceSchema(t, p, e)
			first := apply(t, p, e, schema, "first", "n3")
			again := apply(t, p, e, schema, "second", "n6")
			t.Logf("first: %v", first.RPCs)
			t.Logf("again: %v", again.RPCs)
			if want := o.Target != "running"; first.Repeated != want || again.Repeated {
				t.Errorf("repeated %t, then %t", first.Repeated, again.Repeated)
			}
			if first.StartupSaved != o.Startup {
				t.Errorf("startup saved %t", first.StartupSaved)
			}
			s := dial(t, n, sshConfig(n))
			if got := hostname(t, s, netconf.Running); got != "second" {
				t.Errorf("hostname %q", got)
			}
			testRejected(t, p, e, schema)
			for _, ds := range []netconf.Datastore{netconf.CandidateStore, netconf.Running} {
				if ds == netconf.CandidateStore && o.Target == "running" {
					continue
				}
				if err := errors.Join(s.Lock(t.Context(), ds), s.Unlock(t.Context(), ds)); err != nil {
					t.Errorf("a lock or a dirty candidate was left: %v", err)
				}
			}
		})
	}
}

func deviceSchema(t *testing.T, p *target.Pool, e target.Endpoint) *yang.Schema {
	t.Helper()
	facts, err := p.Facts(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d modules from %s", len(facts.Modules), facts.ModuleSource)
	sources, refs, err := p.Schema(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	schema := yang.Compile(sources, yang.Options{Implement: refs})
	if node, err := schema.Find("/ietf-interfaces:interfaces/interface/ietf-ip:ipv4/address"); err != nil || node == nil {
		t.Fatalf("the device's schema: %v %v", err, schema.Problems())
	}
	return schema
}

func intended(t *testing.T, schema *yang.Schema, values ...string) *yang.Tree {
	t.Helper()
	tree := yang.NewTree(schema)
	for i := 0; i < len(values); i += 2 {
		if _, err := tree.Set(values[i], values[i+1], yang.Origin{}, false); err != nil {
			t.Fatal(err)
		}
	}
	return tree
}

func request(t *testing.T, p *target.Pool, e target.Endpoint, schema *yang.Schema, want *yang.Tree) target.ApplyRequest {
	t.Helper()
	filter := plan.Filter(schema, plan.Inventory{}, want)
	seen, err := p.Observe(t.Context(), e, filter)
	if err != nil {
		t.Fatal(err)
	}
	observed := decoded(t, schema, seen.XML)
	owned := plan.Own(plan.Inventory{}, want, observed)
	return target.ApplyRequest{Schema: schema, Intended: want, Owned: owned, Filter: filter, Plan: plan.Diff(want, observed, owned, plan.Options{})}
}

func decoded(t *testing.T, schema *yang.Schema, data []byte) *yang.Tree {
	t.Helper()
	tree, _, errs := yang.DecodeXML(schema, bytes.NewReader(data), yang.XMLOptions{IgnoreUnknown: true, ConfigOnly: true})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return tree
}

func apply(t *testing.T, p *target.Pool, e target.Endpoint, schema *yang.Schema, name, port string) target.ApplyResult {
	t.Helper()
	entry := "/ietf-interfaces:interfaces/interface[name='" + port + "']"
	want := intended(t, schema,
		"/ietf-system:system/hostname", name,
		entry+"/type", "iana-if-type:ethernetCsmacd",
		entry+"/ietf-ip:ipv4/address[ip='192.0.2.1']/prefix-length", "24")
	got, err := p.Apply(t.Context(), e, request(t, p, e, schema, want))
	if err != nil {
		t.Fatal(err)
	}
	if left := request(t, p, e, schema, want).Plan; !left.Empty() {
		t.Errorf("still to do: %s", left)
	}
	return got
}

// testRejected sends what our engine lets pass and the device does not: a type that does not exist there.
func testRejected(t *testing.T, p *target.Pool, e target.Endpoint, schema *yang.Schema) {
	t.Helper()
	want := intended(t, schema, "/ietf-interfaces:interfaces/interface[name='bad']/description", "no type: it is mandatory")
	_, err := p.Apply(t.Context(), e, request(t, p, e, schema, want))
	var failure *target.Error
	if !errors.As(err, &failure) || failure.Reason != target.RPCError || len(failure.Violations) == 0 {
		t.Fatalf("got %v", err)
	}
	t.Log(err)
}
