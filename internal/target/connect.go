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

// connect establishes the session of an NF. One that is known to be away is tried behind the backs of those who
// need it: they hear at once why it was not reached before.
func (p *Pool) connect(ctx context.Context, d *device, e Endpoint) (*netconf.Session, error) {
	if e.CallHome {
		return nil, &Error{Reason: NotCalled, Op: "wait for a call", Key: e.Key, Address: e.Address, Err: errNotCalled}
	}
	d.tried = true
	if d.backoff.err != nil {
		if !time.Now().Before(d.backoff.until) {
			p.tryBehind(d, e)
		}
		return nil, d.backoff.err
	}
	session, err := p.dial(ctx, e)
	d.backoff.tried(err, time.Now(), e.rpcTimeout())
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
	err      error // nil: the NF was reached the last time, or nothing is known of it
	until    time.Time
	pause    time.Duration
	silences int // how often it has not answered since it last did
}

// tried notes how an attempt to reach the NF ended.
func (b *backoff) tried(err error, now time.Time, timeout time.Duration) {
	switch {
	case err == nil:
		*b = backoff{silences: b.silences} // whether it answers is yet to be seen
	case errors.Is(err, errSilent):
		b.silent(err, now, timeout)
	case !errors.Is(err, context.Canceled):
		b.fail(err, now)
	}
}

// fail notes a failure. The pause doubles up to 30 s, and is up to a quarter shorter by chance: thousands of
// NFs behind one broken link are not to be dialled at the same moment.
func (b *backoff) fail(err error, now time.Time) {
	b.err = err
	b.pause = min(max(2*b.pause, firstBackoff), maxBackoff)
	b.until = now.Add(b.pause - rand.N(b.pause/4)) //nolint:gosec // no secret depends on it
}

// maxSilence bounds how long an NF is left alone that takes requests and does not answer them.
const maxSilence = 10 * time.Minute

// silent notes that a request was not answered in time. Whoever asks such an NF waits as long as one RPC may take,
// and few can wait at once: from the second time on it is left alone for as long, then twice as long, and so on.
func (b *backoff) silent(err error, now time.Time, timeout time.Duration) {
	b.silences++
	if b.silences == 1 {
		return
	}
	b.err = err
	pause := min(timeout<<min(b.silences-2, 10), max(maxSilence, timeout))
	b.until = now.Add(pause - rand.N(pause/4+1)) //nolint:gosec // no secret depends on it
}

// lostSoon is the life of a session that counts as short.
const lostSoon = time.Minute

// watchEnd tells of the end of a session that is not ours.
func (p *Pool) watchEnd(d *device, session *netconf.Session) {
	if p.options.OnLost == nil {
		return
	}
	began := time.Now()
	session.OnEnd(func(err error) {
		if errors.Is(err, netconf.ErrClosed) {
			return
		}
		pause := p.options.lostPause
		if time.Since(began) >= lostSoon {
			d.lost.Store(0)
		} else {
			pause = min(pause<<min(d.lost.Add(1)-1, 10), maxBackoff)
		}
		time.AfterFunc(pause, func() {
			if p.current(d.key) == d && d.latest.Load().Err() != nil {
				p.options.OnLost(d.key)
			}
		})
	})
}
