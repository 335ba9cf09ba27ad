// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// While a change is under way, others are refused, and reading is not.
func TestChangePending(t *testing.T) {
	c := newChange(t, netconftest.Options{Profile: netconftest.Profile{Startup: true}, Startup: config(t, hostname("old"))})
	ctx := t.Context()
	other := request(t, c.Server, config(t, hostname("other")))
	check := func(step string) {
		t.Helper()
		c.ResetRequests()
		for name, do := range map[string]func() error{
			"apply":   func() error { _, err := c.p.Apply(ctx, c.e, other); return err },
			"prepare": func() error { _, err := c.p.Prepare(ctx, c.e, "other", other); return err },
			"commit": func() error {
				_, err := c.p.CommitConfirmed(ctx, c.e, "other", other, Confirmation{Method: Persistent})
				return err
			},
			"confirm": func() error { _, err := c.p.Confirm(ctx, c.e, "other", Persistent, other); return err },
			"cancel":  func() error { _, err := c.p.Cancel(ctx, c.e, "other", Persistent, c.u); return err },
			"save":    func() error { return c.p.Save(ctx, c.e) },
		} {
			if err := do(); ReasonOf(err) != ChangePending || !strings.Contains(err.Error(), changeToken) {
				t.Errorf("%s while %s: got %v", name, step, err)
			}
		}
		if n := c.Count(""); n != 0 {
			t.Errorf("%d requests", n)
		}
		if _, err := c.p.Observe(ctx, c.e, nil); err != nil {
			t.Error(err)
		}
		if _, err := c.p.Facts(ctx, c.e); err != nil {
			t.Error(err)
		}
		if c.LockHolder("candidate") == 0 {
			t.Error("the lock is gone")
		}
	}
	c.must(c.prepare())
	check("prepared")
	c.must(c.prepare()) // anew
	c.must(c.commit())
	check("committed")
	if err := c.commit(); ReasonOf(err) != ChangePending {
		t.Errorf("committed again: %v", err)
	}
	_, err := c.confirm()
	c.must(err)
	if _, err := c.p.Apply(ctx, c.e, request(t, c.Server, config(t, hostname("other")))); err != nil {
		t.Error(err)
	}
	c.holds("other", "other", false, false)
}

// Somebody else's confirmed commit is in the way; it is told, and ours leaves nothing behind.
func TestSomebodysPendingCommit(t *testing.T) {
	for _, kind := range []Method{Persistent, Session} {
		t.Run(string(kind), func(t *testing.T) {
			c := newChange(t, netconftest.Options{})
			rival := newPool(t, Options{})
			theirs := c.e
			theirs.Key = "other"
			_, err := rival.CommitConfirmed(t.Context(), theirs, "theirs", request(t, c.Server, config(t, hostname("theirs"))),
				Confirmation{Method: kind, Timeout: time.Minute})
			c.must(err)
			if err := c.commit(); ReasonOf(err) != LockDenied {
				t.Errorf("locked: got %v", err)
			}
			c.unlockAs(rival, theirs)
			if err := c.commit(); ReasonOf(err) != ChangePending {
				t.Errorf("pending: got %s: %v", ReasonOf(err), err)
			}
			if _, err := c.p.Apply(t.Context(), c.e, c.r); ReasonOf(err) != ChangePending {
				t.Errorf("pending: got %s: %v", ReasonOf(err), err)
			}
			if end, err := c.cancel(); err != nil || !end.Unknown {
				t.Errorf("got %+v, %v", end, err)
			}
			if runningHostname(c.Server) != "theirs" || !c.CommitPending() {
				t.Error("theirs is gone")
			}
			if _, err := c.confirm(); ReasonOf(err) != CommitExpired {
				t.Errorf("got %v", err)
			}
			if !c.CommitPending() {
				t.Error("theirs was confirmed")
			}
		})
	}
}

// unlockAs frees the locks of a pool's pending change, and leaves the change.
func (c *confirmedChange) unlockAs(p *Pool, e Endpoint) {
	c.t.Helper()
	d := p.current(e.Key)
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	tx := &transaction{link: p.link(d, e), endpoint: e}
	tx.resume(d.held())
	tx.cleanUp(c.t.Context())
	d.held().locked = nil
}

// What ends the session of a change ends what was held for it, and is noticed: the change goes on on another.
func TestHeldSessionEnds(t *testing.T) {
	for name, end := range map[string]func(*confirmedChange){
		"dropped": func(c *confirmedChange) {
			c.DropSessions()
			waitFor(c.t, "that to be noticed", func() bool { return c.p.current(c.e.Key).latest.Load().Err() != nil })
		},
		"forgotten":      func(c *confirmedChange) { c.p.Forget(c.e.Key) },
		"other endpoint": func(c *confirmedChange) { c.e.ConnectTimeout = time.Minute },
		"pool closed":    func(c *confirmedChange) { c.restarted() },
	} {
		t.Run(name+", prepared", func(t *testing.T) {
			t.Parallel()
			c := newChange(t, netconftest.Options{})
			c.must(c.prepare())
			end(c)
			c.must(c.commit()) // prepares it again
			_, err := c.confirm()
			c.must(err)
			c.holds("new", "new", false, false)
		})
		t.Run(name+", committed", func(t *testing.T) {
			t.Parallel()
			c := newChange(t, netconftest.Options{})
			c.must(c.commit())
			end(c)
			if !c.CommitPending() {
				t.Fatal("it was cancelled")
			}
			got, err := c.confirm()
			c.must(err)
			if got.Unknown {
				t.Errorf("got %+v", got)
			}
			c.holds("new", "new", false, false)
		})
	}
}

// An idle session is not closed while a change is under way, and is afterwards.
func TestHeldSessionIsNotIdle(t *testing.T) {
	c := newChange(t, netconftest.Options{Profile: netconftest.Profile{ConfirmedCommit10Only: true}})
	c.e.IdleTimeout = 20 * time.Millisecond
	c.must(c.prepare())
	session := c.LockHolder("candidate")
	idle := make(chan struct{})
	time.AfterFunc(5*c.e.IdleTimeout, func() { close(idle) })
	<-idle
	c.must(c.commit())
	if c.LockHolder("candidate") != session {
		t.Error("it was another session that committed")
	}
	_, err := c.confirm()
	c.must(err)
	waitFor(t, "the idle session to end", func() bool { return c.Sessions() == 0 })
	c.holds("new", "new", false, false)
}

// What nobody ends is not held for ever: others may want the lock.
func TestHoldLapses(t *testing.T) {
	c := newChange(t, netconftest.Options{})
	c.p.options.holdAfter = 10 * time.Millisecond
	_, err := c.p.CommitConfirmed(t.Context(), c.e, changeToken, c.r, Confirmation{Method: c.method, Timeout: time.Second})
	c.must(err)
	c.holds("new", "new", true, true)
	c.holds("old", "old", false, false)
	if c.Sessions() != 1 {
		t.Error("the session has ended too")
	}
	if _, err := c.p.Apply(t.Context(), c.e, c.r); err != nil {
		t.Error(err)
	}
}

// The end of a subscription does not end a change on the same session, but the session when that has ended.
func TestUnwatchedWhileHeld(t *testing.T) {
	c := newChange(t, netconftest.Options{Profile: netconftest.Profile{Notifications: true, ConfirmedCommit10Only: true}})
	c.p.Watch(c.e)
	waitFor(t, "the subscription", func() bool { return c.Subscriptions() == 1 })
	c.must(c.commit())
	c.p.Unwatch(c.e.Key)
	waitFor(t, "the subscription to be given up", func() bool {
		d := c.p.current(c.e.Key)
		d.turn <- struct{}{}
		defer func() { <-d.turn }()
		return d.watched == nil
	})
	if !c.CommitPending() || c.LockHolder("candidate") == 0 {
		t.Error("the session has ended")
	}
	_, err := c.confirm()
	c.must(err)
	waitFor(t, "the session to end", func() bool { return c.Sessions() == 0 })
	c.holds("new", "new", false, false)
}
