// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

const maxPause = 5 * time.Minute

// SubscriptionStatus says whether an NF tells of changes by itself.
type SubscriptionStatus string

// The states of a subscription.
const (
	SubscriptionOff         SubscriptionStatus = "Off"         // nobody asked for it
	SubscriptionPending     SubscriptionStatus = "Pending"     // it is being established for the first time
	SubscriptionActive      SubscriptionStatus = "Active"      // changes are told
	SubscriptionUnsupported SubscriptionStatus = "Unsupported" // the NF cannot do it
	SubscriptionFailed      SubscriptionStatus = "Failed"      // it is tried again
)

// SubscriptionState is the state of an NF's subscription, and why it is not Active.
type SubscriptionState struct {
	Status  SubscriptionStatus
	Message string
}

// watch keeps the subscription of one NF.
type watch struct {
	pool     *Pool
	endpoint Endpoint
	digest   string
	changes  *joiner
	poked    chan struct{} // holds a token when there is a new session
	cancel   context.CancelFunc
	done     chan struct{}
	apart    atomic.Pointer[netconf.Session] // one that only carries notifications

	mu    sync.Mutex
	state SubscriptionState
}

// Watch subscribes to the configuration changes of an NF, and again whenever the subscription is lost, until
// Unwatch, Forget or Close. Each change of running that none of the pool's own sessions made is told to
// Options.OnChange. The subscription is to netconf-config-change (RFC 6470), or where that is missing to
// on-change push (RFC 8641), which does not tell who made a change: then what arrives during an Apply counts as
// its effect. It shares the NF's session, except on servers without :interleave. Watch does not wait; calling
// it again changes nothing unless the endpoint differs.
func (p *Pool) Watch(e Endpoint) {
	digest := e.digest()
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.watches[e.Key]
	if p.closed || before != nil && before.digest == digest {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &watch{pool: p, endpoint: e, digest: digest, cancel: cancel, poked: make(chan struct{}, 1), done: make(chan struct{}),
		changes: &joiner{tell: func(c Change) { p.options.OnChange(e.Key, c) }},
		state:   SubscriptionState{Status: SubscriptionPending}}
	p.watches[e.Key] = w
	if before != nil {
		before.cancel()
	}
	go func() {
		defer close(w.done)
		if before != nil {
			<-before.done
		}
		w.run(ctx)
	}()
}

// Unwatch ends what Watch began.
func (p *Pool) Unwatch(key string) { p.unwatch(key) }

func (p *Pool) unwatch(key string) *watch {
	p.mu.Lock()
	w := p.watches[key]
	delete(p.watches, key)
	p.mu.Unlock()
	if w != nil {
		w.cancel()
	}
	return w
}

// Subscription returns the state of an NF's subscription.
func (p *Pool) Subscription(key string) SubscriptionState {
	p.mu.Lock()
	w := p.watches[key]
	p.mu.Unlock()
	if w == nil {
		return SubscriptionState{Status: SubscriptionOff}
	}
	return w.current()
}

func (w *watch) current() SubscriptionState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// poke says that an NF has a new session.
func (p *Pool) poke(key string) {
	p.mu.Lock()
	w := p.watches[key]
	p.mu.Unlock()
	if w == nil {
		return
	}
	select {
	case w.poked <- struct{}{}:
	default:
	}
}

func (w *watch) run(ctx context.Context) {
	defer w.changes.end()
	pause, again := time.Duration(0), false
	for ctx.Err() == nil {
		f, err := w.pool.subscribe(ctx, w.endpoint)
		if err == nil {
			pause = 0
			if f.apart {
				w.apart.Store(f.session)
				w.pool.traceSession(w.endpoint.Key, f.session)
			}
			w.set(SubscriptionActive, nil)
			if again {
				w.changes.add(Change{Unseen: true})
			}
			again = true
			err = w.receive(ctx, f)
			f.end(w.pool, w.endpoint.Key)
		}
		if ReasonOf(err) == Unsupported {
			w.set(SubscriptionUnsupported, err)
			w.rest(ctx, nil) // another session may be one of another release
			continue
		}
		w.set(SubscriptionFailed, err)
		pause = min(max(2*pause, w.pool.options.firstPause), maxPause)
		timer := time.NewTimer(pause - rand.N(pause/4)) //nolint:gosec // no secret depends on it
		w.rest(ctx, timer.C)
		timer.Stop()
	}
}

// rest waits for a new session, or until the time has come.
func (w *watch) rest(ctx context.Context, due <-chan time.Time) {
	select {
	case <-w.poked:
	case <-due:
	case <-ctx.Done():
	}
}

// receive takes notifications until the subscription ends.
func (w *watch) receive(ctx context.Context, f *feed) error {
	for {
		e, err := f.Next(ctx)
		switch {
		case errors.Is(err, netconf.ErrNotificationsLost):
			w.changes.add(Change{Unseen: true})
			continue
		case err != nil:
			return w.endpoint.fail("notifications", err)
		}
		d := w.pool.current(w.endpoint.Key)
		if d == nil {
			continue // it was forgotten
		}
		change, kind := changeOf(e, d.own.has, d.applies.Load())
		w.pool.metrics.notifications.WithLabelValues(kind).Inc()
		if kind == foreign {
			w.changes.add(change)
		}
	}
}

func (w *watch) set(status SubscriptionStatus, err error) {
	state := SubscriptionState{Status: status}
	if err != nil {
		state.Message = err.Error()
	}
	w.mu.Lock()
	same := w.state == state
	w.state = state
	w.mu.Unlock()
	if !same {
		w.pool.options.OnSubscription(w.endpoint.Key)
	}
}
