// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/strowger/strowger/internal/netconf"
)

// Transport is what secures a session.
type Transport = netconf.Transport

// The transports of NETCONF.
const (
	SSH = netconf.SSH
	TLS = netconf.TLS
)

var errNotCalled = errors.New("the NF has not called home, or it hung up; it is used as soon as it calls")

// ServeCallHome accepts the connections of NFs that call home (RFC 8071) until ctx ends. An NF is known from
// the first use of its Endpoint on.
func (p *Pool) ServeCallHome(ctx context.Context, listener net.Listener, transport Transport) error {
	return p.callHome.Serve(ctx, listener, transport)
}

// expect makes an NF that calls home known.
func (p *Pool) expect(e Endpoint) error {
	if !e.CallHome {
		p.callHome.Forget(e.Key)
		return nil
	}
	caller := netconf.Caller{TLS: e.TLS}
	if e.TLS == nil {
		caller.SSH = &e.SSH
	}
	if err := p.callHome.Expect(e.Key, caller); err != nil {
		return &Error{Reason: AuthenticationFailed, Op: "expect the call", Key: e.Key, Address: e.Address, Err: err}
	}
	return nil
}

// called takes the session of an NF that called. The last call counts: an NF that calls again has given up
// the session before, whether we noticed or not.
func (p *Pool) called(key string, session *netconf.Session) {
	d := p.current(key)
	if d == nil {
		session.Abort()
		return
	}
	d.arrived.put(session)
	p.metrics.connected("call home", nil)
	p.poke(key)
	if p.options.OnCall != nil {
		p.options.OnCall(key)
	}
}

// arrival holds a session that nobody uses yet.
type arrival struct {
	mu      sync.Mutex
	closed  bool
	session *netconf.Session
}

// put replaces what has arrived before.
func (a *arrival) put(session *netconf.Session) {
	a.mu.Lock()
	old := a.session
	if a.session = session; a.closed {
		old, a.session = session, nil
	}
	a.mu.Unlock()
	if old != nil {
		old.Abort()
	}
}

func (a *arrival) take() *netconf.Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	session := a.session
	a.session = nil
	return session
}

// drop ends what has arrived, and close also what arrives later.
func (a *arrival) drop() {
	if session := a.take(); session != nil {
		session.Abort()
	}
}

func (a *arrival) close() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.drop()
}

// takeArrived makes the session of the last call the one in use. The one before is not closed with a word: the
// NF has given it up.
func (p *Pool) takeArrived(d *device) {
	session := d.arrived.take()
	if session == nil {
		return
	}
	if d.session != nil {
		d.session.Abort()
	}
	d.drop()
	p.use(d, session)
}
