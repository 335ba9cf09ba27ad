// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// road is how a pool reaches its NFs: it may be closed, or so long that nobody arrives for now.
type road struct {
	taken  atomic.Int32
	closed atomic.Bool
	open   chan struct{}
}

func (r *road) dial(ctx context.Context, e Endpoint) (*netconf.Session, error) {
	r.taken.Add(1)
	if r.closed.Load() {
		return nil, &netconf.Error{Kind: netconf.ErrUnreachable, Op: "connect to", Addr: e.Address, Err: errors.New("the road is closed")}
	}
	select {
	case <-r.open:
		return dial(ctx, e)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// awayDevice is an NF that was not reached and may be tried again now, by a road that is long.
func awayDevice(t *testing.T, o Options) (*netconftest.Server, Endpoint, *Pool, *road) {
	t.Helper()
	s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	r := &road{open: make(chan struct{})}
	o.Dial = r.dial
	p := newPool(t, o)
	r.closed.Store(true)
	if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != Unreachable {
		t.Fatalf("got %v", err)
	}
	r.closed.Store(false)
	due(p, e)
	return s, e, p, r
}

// due ends the pause of an NF.
func due(p *Pool, e Endpoint) {
	d := p.current(e.Key)
	d.turn <- struct{}{}
	d.backoff.until = time.Time{}
	<-d.turn
}

// Nobody waits for an NF that is known to be away: it is tried once at a time, and told of when it is back.
func TestAwayIsTriedBehind(t *testing.T) {
	reached := make(chan string, 10)
	_, e, p, r := awayDevice(t, Options{OnReached: func(key string) { reached <- key }})
	for range 3 {
		if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != Unreachable {
			t.Fatalf("got %v", err)
		}
	}
	waitFor(t, "an attempt", func() bool { return r.taken.Load() == 2 })
	close(r.open)
	if key := <-reached; key != e.Key {
		t.Errorf("told of %s", key)
	}
	if _, err := p.Observe(t.Context(), e, nil); err != nil {
		t.Error(err)
	}
	if n := r.taken.Load(); n != 2 || len(reached) != 0 {
		t.Errorf("dialled %d times, told of %d more", n, len(reached))
	}
}

// Whoever says that it is to be asked now waits for it.
func TestRetryWaits(t *testing.T) {
	_, e, p, r := awayDevice(t, Options{})
	if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != Unreachable {
		t.Fatalf("got %v", err)
	}
	waitFor(t, "an attempt", func() bool { return r.taken.Load() == 2 })
	p.Retry(t.Context(), e)
	go close(r.open)
	if _, err := p.Observe(t.Context(), e, nil); err != nil {
		t.Error(err)
	}
}

// What another found out before us counts until we know better.
func TestAwayForAnother(t *testing.T) {
	reached := make(chan string, 1)
	_, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	r := &road{open: make(chan struct{})}
	p := newPool(t, Options{Dial: r.dial, OnReached: func(key string) { reached <- key }})
	why := &Error{Reason: Unreachable, Op: "connect", Key: e.Key, Address: e.Address, Err: errors.New("no route to host")}
	p.Away(t.Context(), e, why)
	if _, err := p.Observe(t.Context(), e, nil); !errors.Is(err, why) {
		t.Fatalf("got %v", err)
	}
	close(r.open)
	<-reached
	p.Away(t.Context(), e, why)
	if _, err := p.Observe(t.Context(), e, nil); err != nil {
		t.Error(err)
	}
	p.Forget(e.Key)
	if _, err := p.Observe(t.Context(), e, nil); err != nil || len(reached) != 0 {
		t.Error("one that was forgotten was taken for away", err)
	}
}

// An attempt that nobody wants any more leaves nothing behind.
func TestAttemptIsGivenUp(t *testing.T) {
	for name, giveUp := range map[string]func(*Pool, Endpoint, *road) error{
		"forgotten": func(p *Pool, e Endpoint, _ *road) error { p.Forget(e.Key); return nil },
		"closed":    func(p *Pool, _ Endpoint, _ *road) error { p.Close(); return nil },
		"moved": func(p *Pool, e Endpoint, r *road) error {
			close(r.open)
			e.Address = "127.0.0.1:1"
			if _, err := p.Observe(context.Background(), e, nil); ReasonOf(err) != Unreachable {
				return err
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, e, p, r := awayDevice(t, Options{OnReached: func(key string) { t.Errorf("told of %s", key) }})
			before := runtime.NumGoroutine()
			if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != Unreachable {
				t.Fatalf("got %v", err)
			}
			waitFor(t, "an attempt", func() bool { return r.taken.Load() == 2 })
			if err := giveUp(p, e, r); err != nil {
				t.Error(err)
			}
			waitFor(t, "all goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
			waitFor(t, "all sessions to end", func() bool { return s.Sessions() == 0 })
		})
	}
}

// An NF that was silent is away until it has answered.
func TestSilentIsTriedBehind(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	e.RPCTimeout = 50 * time.Millisecond
	reached := make(chan string, 1)
	p := newPool(t, Options{OnReached: func(key string) { reached <- key }})
	s.Inject(netconftest.Fault{Operation: "get-config", Do: netconftest.Ignore, Times: -1})
	for range 2 {
		if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != Timeout {
			t.Fatalf("got %v", err)
		}
	}
	asked := s.Count("get-config")
	due(p, e)
	if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != Timeout {
		t.Fatalf("got %v", err)
	}
	silences := func() int {
		d := p.current(e.Key)
		d.turn <- struct{}{}
		defer func() { <-d.turn }()
		return d.backoff.silences
	}
	waitFor(t, "the silence to be noted", func() bool { return silences() == 3 })
	if n := s.Count("get-config") - asked; n != 1 || s.Sessions() != 0 {
		t.Errorf("asked %d times; %d sessions", n, s.Sessions())
	}
	s.ClearFaults()
	due(p, e)
	if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != Timeout {
		t.Fatalf("got %v", err)
	}
	<-reached
	if _, err := p.Observe(t.Context(), e, nil); err != nil {
		t.Error(err)
	}
}

// An NF whose session ended since it no longer answered is away, before anybody tried to reach it.
func TestMissedIsAway(t *testing.T) {
	_, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	w, e := newWire(t, e, 0)
	e.SSH.Keepalive = 20 * time.Millisecond
	lost, reached := make(chan string, 1), make(chan string, 1)
	p := newPool(t, Options{lostPause: time.Millisecond,
		OnLost: func(key string) { lost <- key }, OnReached: func(key string) { reached <- key }})
	if _, err := p.Observe(t.Context(), e, nil); err != nil {
		t.Fatal(err)
	}
	w.broken.Store(true)
	<-lost
	if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != Timeout {
		t.Fatalf("got %v", err)
	}
	w.broken.Store(false)
	waitFor(t, "it to be reached", func() bool {
		due(p, e)
		_, err := p.Observe(t.Context(), e, nil)
		return err == nil
	})
	<-reached
}
