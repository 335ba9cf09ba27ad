// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

const (
	firstBackoff = time.Second
	maxBackoff   = 30 * time.Second
)

// WithPort adds the port of NETCONF over SSH (RFC 6242 section 6) to an address that has none.
func WithPort(address string) string { return netconf.WithPort(address) }

// WithTLSPort adds the port of NETCONF over TLS (RFC 7589 section 8) to an address that has none.
func WithTLSPort(address string) string { return netconf.WithTLSPort(address) }

// dial opens a session over the endpoint's transport.
func dial(ctx context.Context, e Endpoint) (*netconf.Session, error) {
	if e.TLS != nil {
		cfg := *e.TLS
		cfg.ConnectTimeout, cfg.Trace = e.ConnectTimeout, e.trace
		return netconf.DialTLS(ctx, e.Address, cfg)
	}
	cfg := e.SSH
	cfg.ConnectTimeout, cfg.Trace = e.ConnectTimeout, e.trace
	return netconf.DialSSH(ctx, e.Address, cfg)
}

// connect establishes the session of an NF, unless it failed to a moment ago: then that failure stands.
func (p *Pool) connect(ctx context.Context, d *device, e Endpoint) (*netconf.Session, error) {
	if e.CallHome {
		return nil, &Error{Reason: NotCalled, Op: "wait for a call", Key: e.Key, Address: e.Address, Err: errNotCalled}
	}
	if err := d.backoff.failed(time.Now()); err != nil {
		return nil, err
	}
	session, err := p.dial(ctx, e)
	switch {
	case err == nil:
		d.backoff = backoff{}
	case !errors.Is(err, context.Canceled):
		d.backoff.fail(err, time.Now())
	}
	return session, err
}

// dial opens a session, when its turn among all that are being opened has come.
func (p *Pool) dial(ctx context.Context, e Endpoint) (*netconf.Session, error) {
	select {
	case p.dials <- struct{}{}:
		defer func() { <-p.dials }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e.trace = p.tracer(e.Key, 0)
	session, err := p.options.Dial(ctx, e)
	p.metrics.connected(string(e.transport()), err)
	return session, err
}

// backoff keeps several users of one dead NF from dialling it one after the other. Its failure is repeated
// word by word: what is said of the NF does not change while nothing new is known.
type backoff struct {
	err   error
	until time.Time
	pause time.Duration
}

// failed returns the last failure while it is too early to try again.
func (b *backoff) failed(now time.Time) error {
	if now.Before(b.until) {
		return b.err
	}
	return nil
}

// fail notes a failure. The pause doubles up to 30 s, and is up to a quarter shorter by chance: thousands of
// NFs behind one broken link are not to be dialled at the same moment.
func (b *backoff) fail(err error, now time.Time) {
	b.err = err
	b.pause = min(max(2*b.pause, firstBackoff), maxBackoff)
	b.until = now.Add(b.pause - rand.N(b.pause/4)) //nolint:gosec // no secret depends on it
}
