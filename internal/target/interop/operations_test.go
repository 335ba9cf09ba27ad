// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/internal/netconf"
)

const ietfInterfaces = "urn:ietf:params:xml:ns:yang:ietf-interfaces"

// Every operation that netconfd offers and that TestSession does not use.
func TestEveryOperation(t *testing.T) {
	n := netconfd(t, stack.NetconfdOptions{Startup: true})
	s := dial(t, n, sshConfig(n))
	t.Log(s.Capabilities().Names())
	t.Run("pipelined", func(t *testing.T) { testPipelined(t, s) })
	t.Run("XPath filter", func(t *testing.T) { testXPath(t, s) })
	t.Run("with-defaults", func(t *testing.T) { testWithDefaults(t, s) })
	t.Run("configuration in the request", func(t *testing.T) { testInline(t, s) })
	t.Run("edit options", func(t *testing.T) { testEditOptions(t, s) })
	t.Run("data while it arrives", func(t *testing.T) { testReadData(t, s) })
	t.Run("confirmed commit that persists", func(t *testing.T) { testPersist(t, n, s) })
	t.Run("notifications", func(t *testing.T) { testNotifications(t, n, s) })
	t.Run("cancelled requests", func(t *testing.T) { testCancelled(t, s) })
}

func must(t *testing.T, s *netconf.Session, methods ...netconf.Method) []*netconf.Reply {
	t.Helper()
	calls, err := s.StartAll(t.Context(), methods...)
	if err != nil {
		t.Fatal(err)
	}
	replies := make([]*netconf.Reply, len(calls))
	for i, call := range calls {
		reply, waited := call.Wait(t.Context())
		err = errors.Join(err, waited)
		replies[i] = reply
	}
	if err != nil {
		t.Fatal(err)
	}
	return replies
}

// testPipelined is a whole transaction in four round trips.
func testPipelined(t *testing.T, s *netconf.Session) {
	ds := netconf.CandidateStore
	must(t, s, netconf.Lock{Target: ds}, netconf.Lock{Target: netconf.Running}, netconf.DiscardChanges{})
	must(t, s, edit("piped"))
	replies := must(t, s, netconf.Commit{}, netconf.GetConfig{Source: netconf.Running, Filter: netconf.Subtree([]byte(`<system xmlns="` + ietfSystem + `"/>`))})
	if !strings.Contains(string(replies[1].Data()), "<hostname>piped</hostname>") {
		t.Errorf("got %s", replies[1].Data())
	}
	must(t, s, netconf.CopyConfig{Target: netconf.StartupStore, Source: netconf.Running}, netconf.Unlock{Target: netconf.Running}, netconf.Unlock{Target: ds})
}

func testXPath(t *testing.T, s *netconf.Session) {
	must(t, s, withInterfaces("x1", "x2"))
	// netconfd does not find the module by some prefixes other than the module's own.
	filter := netconf.XPathFilter("/if:interfaces/if:interface[if:name='x2']/if:type", map[string]string{"if": ietfInterfaces})
	got := string(must(t, s, netconf.GetConfig{Source: netconf.CandidateStore, Filter: filter})[0].Data())
	if !strings.Contains(got, "x2") || strings.Contains(got, "x1") || !strings.Contains(got, "ethernetCsmacd") {
		t.Errorf("get-config: %s", got)
	}
	got = string(must(t, s, netconf.Get{Filter: netconf.XPathFilter("/m:netconf-state/m:sessions", map[string]string{"m": netconf.MonitoringNamespace})})[0].Data())
	if !strings.Contains(got, "<session-id>") {
		t.Errorf("get: %s", got)
	}
	bad := netconf.XPathFilter("/if:interfaces[", map[string]string{"if": ietfInterfaces})
	if _, err := s.Exec(t.Context(), netconf.Get{Filter: bad}); !errors.As(err, new(netconf.RPCErrors)) {
		t.Errorf("a bad expression: %v", err)
	}
	must(t, s, netconf.DiscardChanges{})
}

func withInterfaces(names ...string) netconf.EditConfig {
	e := netconf.EditConfig{Target: netconf.CandidateStore}
	e.Config = append(e.Config, `<interfaces xmlns="`+ietfInterfaces+`">`...)
	for _, name := range names {
		e.Config = append(e.Config, `<interface><name>`+name+`</name><type xmlns:t="urn:ietf:params:xml:ns:yang:iana-if-type">t:ethernetCsmacd</type></interface>`...)
	}
	e.Config = append(e.Config, "</interfaces>"...)
	return e
}

func testWithDefaults(t *testing.T, s *netconf.Session) {
	must(t, s, withInterfaces("d1"))
	for mode, want := range map[netconf.WithDefaultsMode]bool{
		netconf.ReportAll: true, netconf.ReportAllTagged: true, netconf.Trim: false, netconf.Explicit: false,
	} {
		got := string(must(t, s, netconf.GetConfig{Source: netconf.CandidateStore, WithDefaults: mode,
			Filter: netconf.Subtree([]byte(`<interfaces xmlns="` + ietfInterfaces + `"/>`))})[0].Data())
		if strings.Contains(got, "enabled") != want {
			t.Errorf("%s: %s", mode, got)
		}
	}
	must(t, s, netconf.DiscardChanges{})
}

func testInline(t *testing.T, s *netconf.Session) {
	config := edit("inline").Config
	must(t, s, netconf.Validate{Config: config}, netconf.CopyConfig{Target: netconf.CandidateStore, Config: config})
	if got := hostname(t, s, netconf.CandidateStore); got != "inline" {
		t.Errorf("hostname %q", got)
	}
	must(t, s, netconf.DiscardChanges{})
}

func testEditOptions(t *testing.T, s *netconf.Session) {
	before := hostname(t, s, netconf.CandidateStore)
	only := edit("test-only")
	only.TestOption, only.ErrorOption = "test-only", "rollback-on-error"
	must(t, s, only)
	if got := hostname(t, s, netconf.CandidateStore); got != before {
		t.Errorf("hostname %q after test-only", got)
	}
	none := edit("none")
	none.DefaultOperation = "none"
	must(t, s, none)
	if got := hostname(t, s, netconf.CandidateStore); got != before {
		t.Errorf("hostname %q after the default operation none", got)
	}
	set := edit("set")
	set.TestOption, set.ErrorOption, set.DefaultOperation = "set", "stop-on-error", "replace"
	must(t, s, set)
	if got := hostname(t, s, netconf.CandidateStore); got != "set" {
		t.Errorf("hostname %q", got)
	}
	must(t, s, netconf.DiscardChanges{})
}

func testReadData(t *testing.T, s *netconf.Session) {
	var names []string
	for i := range 1500 {
		names = append(names, "eth"+strings.Repeat("0", i%7)+string(rune('a'+i%26))+time.Duration(i).String())
	}
	must(t, s, withInterfaces(names...))
	var size int64
	read := func(r io.Reader) error {
		var err error
		size, err = io.Copy(io.Discard, r)
		return err
	}
	all := netconf.GetConfig{Source: netconf.CandidateStore}
	if err := s.ReadData(t.Context(), all, read); err != nil {
		t.Fatal(err)
	}
	if whole := must(t, s, all)[0].Data(); size != int64(len(whole)) || size < 100_000 {
		t.Errorf("%d bytes while they arrived, %d at once", size, len(whole))
	}
	must(t, s, netconf.DiscardChanges{})
}

// testPersist confirms from another session than the one that committed, and undoes from another too.
func testPersist(t *testing.T, n *stack.Netconfd, s *netconf.Session) {
	before := hostname(t, s, netconf.Running)
	confirmed := netconf.Commit{Confirmed: true, ConfirmTimeout: time.Minute, Persist: "a <token>"}
	one := dial(t, n, sshConfig(n))
	must(t, one, edit("cancelled"), confirmed)
	_ = one.Close(t.Context())
	if got := hostname(t, s, netconf.Running); got != "cancelled" {
		t.Errorf("hostname %q after a confirmed commit", got)
	}
	if err := s.CancelCommit(t.Context(), "wrong"); !errors.As(err, new(netconf.RPCErrors)) {
		t.Errorf("another token: %v", err)
	}
	must(t, s, netconf.CancelCommit{PersistID: confirmed.Persist})
	if got := hostname(t, s, netconf.Running); got != before {
		t.Errorf("hostname %q after cancel-commit", got)
	}
	one = dial(t, n, sshConfig(n))
	must(t, one, netconf.DiscardChanges{}, edit("kept"), confirmed)
	one.Abort()
	must(t, s, netconf.Commit{PersistID: confirmed.Persist})
	if got := hostname(t, s, netconf.Running); got != "kept" {
		t.Errorf("hostname %q", got)
	}
}

func testNotifications(t *testing.T, n *stack.Netconfd, s *netconf.Session) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if c := s.Capabilities(); !c.Has(netconf.Notification) || !c.Has(netconf.Interleave) {
		t.Fatalf("capabilities %v", c.Names())
	}
	from := time.Now().Add(-time.Hour)
	watcher := dial(t, n, sshConfig(n))
	sub, err := watcher.Subscribe(ctx, netconf.CreateSubscription{Stream: "NETCONF", StartTime: from})
	if err != nil {
		t.Fatal(err)
	}
	next := func(what string, is func(netconf.Event) bool) {
		t.Helper()
		for {
			e, err := sub.Next(ctx)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if is(e) {
				t.Logf("%s %s", e.Time.Format(time.RFC3339), e.XML)
				return
			}
		}
	}
	next("replayed", func(e netconf.Event) bool { return e.Name == "replayComplete" })
	other := dial(t, n, sshConfig(n))
	must(t, other, netconf.DiscardChanges{}, edit("announced"), netconf.Commit{})
	next("netconf-config-change", func(e netconf.Event) bool {
		change, ok := e.ConfigChange()
		return ok && change.By.SessionID == other.ID() && change.Datastore == netconf.Running && len(change.Edits) > 0 &&
			strings.HasSuffix(change.Edits[0].Target, "hostname") && !e.Time.IsZero()
	})
	if got := hostname(t, watcher, netconf.Running); got != "announced" { // interleaved
		t.Errorf("hostname %q", got)
	}
	if err := s.KillSession(ctx, other.ID()); err != nil {
		t.Fatal(err)
	}
	next("netconf-session-end", func(e netconf.Event) bool {
		end, ok := e.SessionEnd()
		return ok && end.By.SessionID == other.ID() && end.Reason == "killed" && end.KilledBy == s.ID()
	})
	filtered := dial(t, n, sshConfig(n))
	if sub, err = filtered.Subscribe(ctx, netconf.CreateSubscription{
		// Not an XPath filter: netconfd ends when an event meets one.
		Filter: netconf.Subtree([]byte(`<netconf-config-change xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-notifications"/>`)),
	}); err != nil {
		t.Fatal(err)
	}
	third := dial(t, n, sshConfig(n))
	must(t, third, edit("filtered"), netconf.Commit{})
	next("filtered", func(e netconf.Event) bool {
		if e.Name != "netconf-config-change" {
			t.Errorf("%s passed the filter", e.Name)
		}
		return true
	})
}

// testCancelled abandons requests at any time; the session goes on.
func testCancelled(t *testing.T, s *netconf.Session) {
	must(t, s, netconf.DiscardChanges{})
	for i := range 30 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*200*time.Microsecond)
		_, _ = s.Exec(ctx, netconf.GetConfig{Source: netconf.Running})
		cancel()
		must(t, s, netconf.GetConfig{Source: netconf.Running, Filter: netconf.Subtree(nil)})
	}
}
