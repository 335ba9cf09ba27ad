// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// watching starts a device and watches it; changes arrive in the channel.
func watching(t *testing.T, profile netconftest.Profile) (*netconftest.Server, *Pool, Endpoint, <-chan Change) {
	t.Helper()
	s, e := newDevice(t, netconftest.Options{Profile: profile, Running: config(t, hostname("old"))})
	changes := make(chan Change, 100)
	p := newPool(t, Options{firstPause: time.Millisecond, OnChange: func(key string, c Change) {
		if key != e.Key {
			t.Errorf("a change of %s", key)
		}
		changes <- c
	}})
	p.Watch(e)
	return s, p, e, changes
}

func waitForState(t *testing.T, p *Pool, e Endpoint, want SubscriptionStatus) {
	t.Helper()
	waitFor(t, "the subscription to be "+string(want), func() bool { return p.Subscription(e.Key).Status == want })
}

func awaitChange(t *testing.T, changes <-chan Change) Change {
	t.Helper()
	select {
	case c := <-changes:
		return c
	case <-time.After(5 * time.Second):
		t.Fatal("no change was told")
		return Change{}
	}
}

// Changes of others are told, with their author; our own are not.
func TestWatch(t *testing.T) {
	before := runtime.NumGoroutine()
	for name, tt := range map[string]struct {
		profile  netconftest.Profile
		sessions int
	}{
		"on the same session":        {netconftest.Profile{Notifications: true}, 1},
		"on a session of its own":    {netconftest.Profile{Notifications: true, NoInterleave: true}, 2},
		"told who, rather than push": {netconftest.Profile{Notifications: true, Push: true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, p, e, changes := watching(t, tt.profile)
			waitForState(t, p, e, SubscriptionActive)
			p.Watch(e) // again: nothing changes
			if s.Sessions() != tt.sessions || s.Subscriptions() != 1 {
				t.Errorf("%d sessions, %d subscriptions", s.Sessions(), s.Subscriptions())
			}
			if _, err := p.Apply(t.Context(), e, request(t, s, config(t, hostname("ours")))); err != nil {
				t.Fatal(err)
			}
			rival := newPool(t, Options{})
			applied, err := rival.Apply(t.Context(), e, request(t, s, config(t, hostname("theirs"))))
			if err != nil {
				t.Fatal(err)
			}
			// Events keep their order: had our own change been told, it would come first.
			c := awaitChange(t, changes)
			if c.SessionID != applied.SessionID || c.User != s.User || c.SourceHost == "" || c.Time.IsZero() || c.Unseen ||
				len(c.Edits) == 0 || !strings.Contains(c.Edits[0].Path, "system") {
				t.Errorf("got %+v; it was session %d", c, applied.SessionID)
			}
		})
	}
	waitFor(t, "all goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

func TestWatchPush(t *testing.T) {
	s, p, e, changes := watching(t, netconftest.Profile{Push: true})
	waitForState(t, p, e, SubscriptionActive)
	s.SetRunning(config(t, hostname("changed")))
	c := awaitChange(t, changes)
	if len(c.Edits) == 0 || !strings.Contains(c.Edits[0].Path, "hostname") || c.Edits[0].Operation == "" {
		t.Errorf("got %+v", c)
	}
	p.Unwatch(e.Key)
	waitFor(t, "the subscription to end", func() bool { return s.Subscriptions() == 0 })
	if s.Sessions() != 1 {
		t.Errorf("%d sessions: there was no need to end it", s.Sessions())
	}
}

// A burst is told as two changes at most: the first at once, the others together.
func TestWatchJoins(t *testing.T) {
	told := make(chan Change, 100)
	j := &joiner{tell: func(c Change) { told <- c }}
	for i := range 100 {
		j.add(Change{SessionID: uint64(i), Edits: make([]ChangeEdit, 10), Unseen: i == 50})
	}
	if first := awaitChange(t, told); first.SessionID != 0 {
		t.Errorf("got %+v", first)
	}
	rest := awaitChange(t, told)
	if rest.SessionID != 99 || len(rest.Edits) != maxEdits || !rest.Unseen || len(told) != 0 {
		t.Errorf("got session %d, %d edits, and %d more", rest.SessionID, len(rest.Edits), len(told))
	}
	j.end()
	j.add(Change{})
	waitFor(t, "the rest to end", func() bool { j.mu.Lock(); defer j.mu.Unlock(); return !j.resting })
	if len(told) != 0 {
		t.Error("a change was told after the end")
	}
}

// A lost subscription is established again, and what may have been missed is told.
func TestWatchAgain(t *testing.T) {
	for name, profile := range map[string]netconftest.Profile{
		"shared": {Notifications: true},
		"apart":  {Notifications: true, NoInterleave: true},
		"push":   {Push: true},
	} {
		t.Run(name, func(t *testing.T) {
			s, p, e, changes := watching(t, profile)
			waitForState(t, p, e, SubscriptionActive)
			s.DropSessions()
			if c := awaitChange(t, changes); !c.Unseen {
				t.Errorf("got %+v", c)
			}
			s.SetRunning(config(t, hostname("changed")))
			if c := awaitChange(t, changes); c.Unseen || c.SessionID != 0 {
				t.Errorf("got %+v", c)
			}
		})
	}
}

func TestWatchStates(t *testing.T) {
	s, p, e, _ := watching(t, netconftest.Profile{})
	waitForState(t, p, e, SubscriptionUnsupported)
	if why := p.Subscription(e.Key).Message; !strings.Contains(why, "RFC 5277") {
		t.Errorf("got %s", why)
	}
	p.Unwatch(e.Key)
	waitForState(t, p, e, SubscriptionOff)
	if _, err := p.Observe(t.Context(), e, nil); err != nil || s.Sessions() != 1 {
		t.Errorf("%d sessions, %v", s.Sessions(), err)
	}

	s, p, e, changes := watching(t, netconftest.Profile{Notifications: true})
	waitForState(t, p, e, SubscriptionActive)
	wrong := e
	wrong.SSH.Password = "wrong"
	p.Watch(wrong)
	waitForState(t, p, e, SubscriptionFailed)
	waitFor(t, "the reason", func() bool { return strings.Contains(p.Subscription(e.Key).Message, "authenticat") })
	p.Watch(e)
	waitForState(t, p, e, SubscriptionActive)
	s.SetRunning(config(t, hostname("changed")))
	awaitChange(t, changes)
	p.Forget(e.Key)
	waitFor(t, "the session to end", func() bool { return s.Sessions() == 0 })
	if got := p.Subscription(e.Key); got.Status != SubscriptionOff {
		t.Errorf("got %+v", got)
	}
}

// A session that bears a subscription is never idle.
func TestWatchKeepsTheSession(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{Profile: netconftest.Profile{Notifications: true}})
	p := newPool(t, Options{})
	e.IdleTimeout = 10 * time.Millisecond
	p.Watch(e)
	waitForState(t, p, e, SubscriptionActive)
	d := p.current(e.Key)
	d.turn <- struct{}{}
	d.restWhenIdle(p, e)
	armed := d.idle != nil
	<-d.turn
	if armed {
		t.Error("the idle timeout is armed")
	}
	p.Unwatch(e.Key)
	waitFor(t, "the session to end with the subscription", func() bool { return s.Sessions() == 0 })
}
