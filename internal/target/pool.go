// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

const closeTimeout = 2 * time.Second

// Options are those of a Pool. The zero value is ready to use.
type Options struct {
	// Dial opens a session; nil means the Endpoint's transport.
	Dial func(context.Context, Endpoint) (*netconf.Session, error)
	// OnCall hears that an NF called home; its session is used from then on.
	OnCall func(key string)
	// OnRefused hears of connections to the call home listeners that did not become sessions.
	OnRefused func(remote net.Addr, err error)
	// OnChange hears of changes that others made on an NF that is watched. It must return soon.
	OnChange func(key string, c Change)
	// OnLost hears that the session of an NF ended, and not by us, and that there is no other by now. It is
	// told after a second, and later when that happens often.
	OnLost func(key string)
	// OnReached hears that an NF that was away, and that somebody asked for meanwhile, has a session again.
	OnReached func(key string)
	// OnSubscription hears that Subscription(key) changed.
	OnSubscription func(key string)
	// MaxDials bounds how many connections are being established at once; 0 means 64.
	MaxDials int
	// LockWait is how long to wait for a lock that somebody else holds; 0 means 10 s.
	LockWait time.Duration

	firstPause time.Duration // before a lost subscription is established again
	lostPause  time.Duration // before the loss of a session is told
	holdAfter  time.Duration // how long locks are kept when the NF has taken a change back by itself
}

// Pool keeps a session per NF. Its methods may be called concurrently; those of one NF wait for each
// other, those of different NFs never do.
type Pool struct {
	options  Options
	callHome *netconf.CallHome
	metrics  *metrics
	dials    chan struct{} // holds a token per connection being established
	away     chan struct{} // and this one per connection to an NF that was not reached before
	attempts sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	devices map[string]*device
	watches map[string]*watch
	traces  map[string]*trace
	schemas schemaCache
}

// NewPool returns an empty pool.
func NewPool(o Options) *Pool {
	if o.Dial == nil {
		o.Dial = dial
	}
	if o.LockWait <= 0 {
		o.LockWait = 10 * time.Second
	}
	if o.firstPause <= 0 {
		o.firstPause = firstBackoff
	}
	if o.lostPause <= 0 {
		o.lostPause = firstBackoff
	}
	if o.holdAfter <= 0 {
		o.holdAfter = holdAfter
	}
	if o.OnChange == nil {
		o.OnChange = func(string, Change) {}
	}
	if o.OnSubscription == nil {
		o.OnSubscription = func(string) {}
	}
	if o.MaxDials <= 0 {
		o.MaxDials = 64
	}
	p := &Pool{options: o, devices: make(map[string]*device), watches: make(map[string]*watch), traces: make(map[string]*trace),
		dials: make(chan struct{}, o.MaxDials), away: make(chan struct{}, (o.MaxDials+1)/2)}
	p.metrics = newMetrics(p)
	p.callHome = netconf.NewCallHome(netconf.CallHomeOptions{OnSession: p.called, OnRefused: o.OnRefused, MaxHandshakes: o.MaxDials,
		Trace: func(key string) func(netconf.Direction, []byte) { return p.tracer(key, 0) }})
	return p
}

// device is what the pool knows of one NF. Whoever holds turn may use the other fields.
type device struct {
	key     string
	own     ownSessions                     // safe to use at any time
	applies atomic.Bool                     // so is this: a transaction is under way
	latest  atomic.Pointer[netconf.Session] // and this: the session, or a former one that has ended
	secrets secrets                         // and these
	lost    atomic.Int32                    // and this: how many sessions ended soon, one after the other
	turn    chan struct{}                   // holds one token while a method works on the NF
	digest  string                          // of the endpoint that session and facts belong to
	session *netconf.Session
	backoff backoff
	tried   bool     // somebody tried to reach it
	attempt *attempt // to reach it again
	arrived arrival
	idle    *time.Timer
	facts   *Facts
	// watched is the session if it bears a subscription: it is then never idle.
	watched *netconf.Session
	// losesValidated says that the NF lost a change that was validated before its commit.
	losesValidated bool
	// holding is the change that is under way; see held.
	holding *holding
}

// Close closes all sessions. Methods called later fail.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	devices := p.devices
	p.devices = make(map[string]*device)
	watches := p.watches
	p.watches = make(map[string]*watch)
	p.mu.Unlock()
	for _, w := range watches {
		w.cancel()
	}
	for _, w := range watches {
		<-w.done
	}
	var all sync.WaitGroup
	for _, d := range devices {
		all.Go(d.end)
	}
	all.Wait()
	p.attempts.Wait()
}

// Forget closes the session of an NF that is no longer of interest.
func (p *Pool) Forget(key string) {
	if w := p.unwatch(key); w != nil {
		<-w.done
	}
	p.mu.Lock()
	d := p.devices[key]
	delete(p.devices, key)
	delete(p.traces, key)
	p.mu.Unlock()
	p.callHome.Forget(key)
	if d != nil {
		d.end()
	}
}

// end closes what there is of an NF, and what is yet to come.
func (d *device) end() {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	d.giveUp()
	d.drop()
	d.arrived.close()
}

// acquire waits for the NF's turn.
func (p *Pool) acquire(ctx context.Context, e Endpoint) (*device, error) {
	for {
		d, err := p.device(e)
		if err != nil {
			return nil, err
		}
		select {
		case d.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, e.fail("wait for other work", ctx.Err())
		}
		if p.current(e.Key) == d {
			if digest := e.digest(); d.digest != digest {
				d.forget()
				if err := p.expect(e); err != nil {
					<-d.turn
					return nil, err
				}
				d.digest = digest
			}
			return d, nil
		}
		<-d.turn // it was forgotten while we waited
	}
}

func (p *Pool) device(e Endpoint) (*device, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, &Error{Reason: Unreachable, Op: "connect", Key: e.Key, Address: e.Address, Err: errors.New("the pool is closed")}
	}
	d, ok := p.devices[e.Key]
	if !ok {
		d = &device{key: e.Key, turn: make(chan struct{}, 1)}
		p.devices[e.Key] = d
	}
	return d, nil
}

func (p *Pool) current(key string) *device {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.devices[key]
}

// drop closes the session, if there is one.
func (d *device) drop() {
	if d.idle != nil {
		d.idle.Stop()
		d.idle = nil
	}
	if d.session == nil {
		d.release()
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = d.session.Close(ctx) // closed, whatever the server says
	d.session = nil
	d.release()
}

// forget drops the session and all that was learned.
func (d *device) forget() {
	d.giveUp()
	d.drop()
	d.arrived.drop()
	d.backoff = backoff{}
	d.facts = nil
	d.losesValidated = false
}

// link is a session in use by one method.
type link struct {
	*netconf.Session
	device  *device
	metrics *metrics
	timeout time.Duration
	// touched says that the NF may have been changed: the method must not simply be repeated.
	touched bool
}

// rpc runs f, which waits for the reply to an operation, with the timeout of one RPC.
func (l *link) rpc(ctx context.Context, operation string, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	began := time.Now()
	err := f(ctx)
	l.metrics.answered(operation, began, err)
	return err
}

// startAll sends requests; it waits for the NF to take them as long as for the reply to one.
func (l *link) startAll(ctx context.Context, methods ...netconf.Method) ([]*netconf.Call, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	return l.StartAll(ctx, methods...)
}

// with runs f on the NF's session, which is established if need be. A session that turns out to be dead
// is replaced once.
func (p *Pool) with(ctx context.Context, e Endpoint, op string, f func(*link) error) error {
	d, err := p.acquire(ctx, e)
	if err != nil {
		return err
	}
	defer func() { <-d.turn }()
	defer d.restWhenIdle(p, e)

	for {
		p.takeArrived(d)
		reused := d.alive()
		if !reused {
			d.missed()
			d.drop()
			session, err := p.connect(ctx, d, e)
			if err != nil {
				return e.fail("connect", err)
			}
			p.use(d, session)
		}
		l := p.link(d, e)
		err = f(l)
		silent := errors.Is(err, netconf.ErrTimeout)
		if silent {
			d.backoff.silent(err, time.Now(), e.rpcTimeout())
		} else if d.alive() {
			d.backoff = backoff{}
		}
		if err == nil {
			return nil
		}
		dead := !d.alive()
		if dead || silent {
			// Whoever does not answer may never do so again; and the end of the session frees its locks.
			d.session.Abort()
			d.session = nil
		}
		if !dead || silent || !reused || l.touched || ctx.Err() != nil {
			return e.fail(op, err)
		}
	}
}

func (p *Pool) link(d *device, e Endpoint) *link {
	return &link{Session: d.session, device: d, metrics: p.metrics, timeout: e.rpcTimeout()}
}

// use makes a session the one of its NF.
func (p *Pool) use(d *device, session *netconf.Session) {
	d.session = session
	d.latest.Store(session)
	p.traceSession(d.key, session)
	p.watchEnd(d, session)
	d.facts = nil
	d.own.add(session.ID())
	p.poke(d.key)
}

func (d *device) alive() bool { return d.session != nil && d.session.Err() == nil }

// restWhenIdle arms the idle timeout.
func (d *device) restWhenIdle(p *Pool, e Endpoint) {
	if d.idle != nil {
		d.idle.Stop()
		d.idle = nil
	}
	if e.IdleTimeout <= 0 || e.CallHome || d.session == nil || d.session == d.watched || d.held() != nil {
		return
	}
	session := d.session
	d.idle = time.AfterFunc(e.IdleTimeout, func() {
		select {
		case d.turn <- struct{}{}:
		default:
			return // in use; whoever uses it arms the timeout again
		}
		if d.session == session && d.session != d.watched && d.held() == nil && p.current(e.Key) == d {
			d.drop()
		}
		<-d.turn
	})
}
