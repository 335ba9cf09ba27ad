// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

const (
	defaultRPCTimeout = 60 * time.Second
	closeTimeout      = 2 * time.Second
)

// SSHConfig says how to log in over SSH, and whom to believe.
type SSHConfig = netconf.SSHConfig

// Endpoint is how to reach one NF.
type Endpoint struct {
	// Key identifies the NF: namespace/name of its Target. Endpoints of one key share a session.
	Key string
	// Address is host:port; the port defaults to 830.
	Address string
	SSH     SSHConfig
	// ConnectTimeout bounds connection, login and hellos; 0 means 15 s.
	ConnectTimeout time.Duration
	// RPCTimeout bounds each RPC; 0 means 60 s.
	RPCTimeout time.Duration
	// IdleTimeout closes a session that was not used for so long; 0 keeps it.
	IdleTimeout time.Duration
}

// WithPort adds the port of NETCONF over SSH (RFC 6242 section 6) to an address that has none.
func WithPort(address string) string { return netconf.WithPort(address) }

func (e Endpoint) digest() string {
	ssh := e.SSH
	ssh.ConnectTimeout = e.ConnectTimeout
	return e.Address + " " + ssh.Digest()
}

func (e Endpoint) rpcTimeout() time.Duration {
	if e.RPCTimeout > 0 {
		return e.RPCTimeout
	}
	return defaultRPCTimeout
}

// Options are those of a Pool. The zero value is ready to use.
type Options struct {
	// Dial opens a session; nil means SSH.
	Dial func(context.Context, Endpoint) (*netconf.Session, error)
	// LockWait is how long to wait for a lock that somebody else holds; 0 means 10 s.
	LockWait time.Duration
}

// Pool keeps a session per NF. Its methods may be called concurrently; those of one NF wait for each
// other, those of different NFs never do.
type Pool struct {
	options Options

	mu      sync.Mutex
	closed  bool
	devices map[string]*device
	schemas schemaCache
}

// NewPool returns an empty pool.
func NewPool(o Options) *Pool {
	if o.Dial == nil {
		o.Dial = dialSSH
	}
	if o.LockWait <= 0 {
		o.LockWait = 10 * time.Second
	}
	return &Pool{options: o, devices: make(map[string]*device)}
}

func dialSSH(ctx context.Context, e Endpoint) (*netconf.Session, error) {
	cfg := e.SSH
	cfg.ConnectTimeout = e.ConnectTimeout
	return netconf.DialSSH(ctx, e.Address, cfg)
}

// device is what the pool knows of one NF. Whoever holds turn may use the other fields.
type device struct {
	turn    chan struct{} // holds one token while a method works on the NF
	digest  string        // of the endpoint that session and facts belong to
	session *netconf.Session
	idle    *time.Timer
	facts   *Facts
	// losesValidated says that the NF lost a change that was validated before its commit.
	losesValidated bool
}

// Close closes all sessions. Methods called later fail.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	devices := p.devices
	p.devices = make(map[string]*device)
	p.mu.Unlock()
	var all sync.WaitGroup
	for _, d := range devices {
		all.Go(func() {
			d.turn <- struct{}{}
			d.drop()
			<-d.turn
		})
	}
	all.Wait()
}

// Forget closes the session of an NF that is no longer of interest.
func (p *Pool) Forget(key string) {
	p.mu.Lock()
	d := p.devices[key]
	delete(p.devices, key)
	p.mu.Unlock()
	if d != nil {
		d.turn <- struct{}{}
		d.drop()
		<-d.turn
	}
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
		d = &device{turn: make(chan struct{}, 1)}
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
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = d.session.Close(ctx) // closed, whatever the server says
	d.session = nil
}

// forget drops the session and all that was learned.
func (d *device) forget() {
	d.drop()
	d.facts = nil
	d.losesValidated = false
}

// link is a session in use by one method.
type link struct {
	*netconf.Session
	device  *device
	timeout time.Duration
	// touched says that the NF may have been changed: the method must not simply be repeated.
	touched bool
}

// rpc runs f with the timeout of one RPC.
func (l *link) rpc(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	return f(ctx)
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
		reused := d.alive()
		if !reused {
			d.drop()
			d.facts = nil
			if d.session, err = p.options.Dial(ctx, e); err != nil {
				d.session = nil
				return e.fail("connect", err)
			}
		}
		l := &link{Session: d.session, device: d, timeout: e.rpcTimeout()}
		if err = f(l); err == nil {
			return nil
		}
		dead := !d.alive()
		if dead || errors.Is(err, netconf.ErrTimeout) {
			// Whoever does not answer may never do so again; and the end of the session frees its locks.
			d.session.Abort()
			d.session = nil
		}
		if !dead || !reused || l.touched || ctx.Err() != nil {
			return e.fail(op, err)
		}
	}
}

func (d *device) alive() bool { return d.session != nil && d.session.Err() == nil }

// restWhenIdle arms the idle timeout.
func (d *device) restWhenIdle(p *Pool, e Endpoint) {
	if d.idle != nil {
		d.idle.Stop()
		d.idle = nil
	}
	if e.IdleTimeout <= 0 || d.session == nil {
		return
	}
	session := d.session
	d.idle = time.AfterFunc(e.IdleTimeout, func() {
		select {
		case d.turn <- struct{}{}:
		default:
			return // in use; whoever uses it arms the timeout again
		}
		if d.session == session && p.current(e.Key) == d {
			d.drop()
		}
		<-d.turn
	})
}
