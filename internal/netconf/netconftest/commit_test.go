// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

// While a confirmed commit is pending, others may not lock running (RFC 6241 section 7.5), nor
// confirm, cancel or commit without its token (section 8.4.1).
func TestPendingCommitOfAnother(t *testing.T) {
	const persist = "<persist>token</persist>"
	const persistID = "<persist-id>token</persist-id>"
	tests := []struct {
		name, options string
		profile       Profile
		own           bool // the session that committed asks, not another
		ask           func(*client) error
		want          string
		ends          bool
	}{
		{name: "lock of running", ask: func(c *client) error { return c.lock("running") }, want: "lock-denied"},
		{name: "lock of running, persistent", options: persist, ask: func(c *client) error { return c.lock("running") }, want: "lock-denied"},
		{name: "lock of running by itself", own: true, ask: func(c *client) error { return c.lock("running") }},
		{name: "lock of candidate", options: persist, ask: func(c *client) error { return c.lock("candidate") }},
		{name: "lock of candidate on netconfd", options: persist, profile: Profile{PendingDeniesLocks: true},
			ask: func(c *client) error { return c.lock("candidate") }, want: "in-use"},
		{name: "commit", ask: func(c *client) error { return c.commit("") }, want: "in-use"},
		{name: "commit, persistent", options: persist, ask: func(c *client) error { return c.commit("") }, want: "invalid-value"},
		{name: "commit by itself, persistent", options: persist, own: true, ask: func(c *client) error { return c.commit("") }, want: "invalid-value"},
		{name: "commit by itself", own: true, ask: func(c *client) error { return c.commit("") }, ends: true},
		{name: "commit with a token, not persistent", ask: func(c *client) error { return c.commit(persistID) }, want: "invalid-value"},
		{name: "commit with another token", options: persist, ask: func(c *client) error { return c.commit("<persist-id>other</persist-id>") }, want: "invalid-value"},
		{name: "commit with its token", options: persist, ask: func(c *client) error { return c.commit(persistID) }, ends: true},
		{name: "confirmed commit without a token", options: persist, ask: func(c *client) error { return c.commit("<confirmed/><persist>mine</persist>") }, want: "invalid-value"},
		{name: "confirmed commit with its token", options: persist, ask: func(c *client) error { return c.commit("<confirmed/>" + persistID) }},
		{name: "cancel", ask: func(c *client) error { return c.cancel("") }, want: "in-use"},
		{name: "cancel, persistent", options: persist, ask: func(c *client) error { return c.cancel("") }, want: "invalid-value"},
		{name: "cancel with another token", options: persist, ask: func(c *client) error { return c.cancel("other") }, want: "invalid-value"},
		{name: "cancel with its token", options: persist, ask: func(c *client) error { return c.cancel("token") }, ends: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.profile.WritableRunning = true
			server, login := device(t, Options{Profile: tt.profile, Running: tree(t, system("<hostname>before</hostname>"))})
			c := login()
			c.ok(edit("candidate", system("<hostname>after</hostname>")))
			if err := c.commit("<confirmed/>" + tt.options); err != nil {
				t.Fatal(err)
			}
			asks := c
			if !tt.own {
				asks = login()
			}
			if err := tt.ask(asks); (err == nil) != (tt.want == "") || err != nil && tagOf(err) != tt.want {
				t.Errorf("got %v", err)
			}
			if server.CommitPending() == tt.ends {
				t.Errorf("pending %t", server.CommitPending())
			}
		})
	}
}

// The end of its session takes a confirmed commit back, unless it persists; a timeout takes that back too.
func TestPendingCommitEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		options string
		end     func(*Server, *client)
		want    string
	}{
		"session":                       {"", func(_ *Server, c *client) { _ = c.close() }, "before"},
		"session, persistent":           {"<persist>token</persist>", func(_ *Server, c *client) { _ = c.close() }, "after"},
		"timeout":                       {"<confirm-timeout>1</confirm-timeout>", func(*Server, *client) {}, "before"},
		"timeout without session":       {"<confirm-timeout>1</confirm-timeout><persist>token</persist>", func(_ *Server, c *client) { _ = c.close() }, "before"},
		"restart":                       {"", func(s *Server, _ *client) { s.Restart() }, "before"},
		"restart, persistent":           {"<persist>token</persist>", func(s *Server, _ *client) { s.Restart() }, "before"},
		"all connections":               {"", func(s *Server, _ *client) { s.DropSessions() }, "before"},
		"all connections, but it stays": {"<persist>token</persist>", func(s *Server, _ *client) { s.DropSessions() }, "after"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, login := device(t, Options{Running: tree(t, system("<hostname>before</hostname>"))})
			c := login()
			c.ok(edit("candidate", system("<hostname>after</hostname>")))
			if err := c.commit("<confirmed/>" + tt.options); err != nil {
				t.Fatal(err)
			}
			tt.end(server, c)
			if tt.want == "after" {
				eventually(t, "the session ends", func() bool { return server.Sessions() == 0 })
			}
			eventually(t, "the end", func() bool {
				return server.CommitPending() == (tt.want == "after") && text(server.Running()) == "system/hostname="+tt.want+"\n"
			})
		})
	}
}

// A confirmed commit that is lost because it was validated is pending nevertheless.
func TestLostCommitIsPending(t *testing.T) {
	server, login := device(t, Options{Profile: Profile{LosesValidatedCommits: true}})
	c := login()
	c.ok(edit("candidate", system("<hostname>lost</hostname>")))
	c.ok("<validate><source><candidate/></source></validate>")
	if err := c.commit("<confirmed/><persist>token</persist>"); err != nil || !server.CommitPending() || text(server.Running()) != "" {
		t.Errorf("got %v, pending %t, %s", err, server.CommitPending(), text(server.Running()))
	}
}

// What modules add to commit is taken, and nothing else.
func TestCommitComment(t *testing.T) {
	model, err := NewModel([]yang.Source{
		{Name: "ietf-netconf.yang", Data: []byte(`module ietf-netconf { namespace "` + netconfNamespace + `"; prefix nc; rpc commit { input { leaf persist-id { type string; } } } }`)},
		{Name: "vendor.yang", Data: []byte(`module vendor { namespace "urn:vendor"; prefix v; import ietf-netconf { prefix nc; }
			augment "/nc:commit/nc:input" { leaf comment { type string; } } }`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	server, login := device(t, Options{Model: model})
	c := login()
	if err := c.commit(`<comment xmlns="urn:vendor">why</comment>`); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{`<log xmlns="urn:vendor">why</log>`, `<comment xmlns="urn:other">why</comment>`, `<comment>why</comment>`} {
		if err := c.commit(other); tagOf(err) != "unknown-element" {
			t.Errorf("%s: %v", other, err)
		}
	}
	if diff := cmp.Diff("[why]", fmt.Sprint(server.Comments())); diff != "" {
		t.Error(diff)
	}
}
