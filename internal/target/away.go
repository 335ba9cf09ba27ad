// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

// errSilent is of an NF that lets us log in, and does not answer.
var errSilent = errors.New("it takes requests and answers none")

// attempt to reach an NF that is away. While it lasts, nobody waits for it: when a whole site is dark, those who
// work on NFs would do nothing but wait for connect timeouts.
type attempt struct{ giveUp context.CancelFunc }

// tryBehind begins an attempt, unless there is one. Whoever calls it has the NF's turn.
func (p *Pool) tryBehind(d *device, e Endpoint) {
	if d.attempt != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	a, wasSilent := &attempt{cancel}, d.backoff.silences > 0
	d.attempt = a
	p.attempts.Go(func() {
		defer cancel()
		session, err := p.dialAway(ctx, e, wasSilent)
		d.turn <- struct{}{}
		wanted := d.attempt == a
		if wanted {
			p.reached(d, e, session, err)
		} else if session != nil {
			session.Abort()
		}
		<-d.turn
		if wanted && err == nil && p.options.OnReached != nil {
			p.options.OnReached(d.key)
		}
	})
}

// dialAway opens a session with an NF that was away. However many are, half of what may be dialled at once is left
// to the others. Of an NF that was silent it is not enough that it lets us log in.
func (p *Pool) dialAway(ctx context.Context, e Endpoint, wasSilent bool) (*netconf.Session, error) {
	select {
	case p.away <- struct{}{}:
		defer func() { <-p.away }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	session, err := p.dial(ctx, e)
	if err != nil || !wasSilent {
		return session, err
	}
	ctx, cancel := context.WithTimeout(ctx, e.rpcTimeout())
	defer cancel()
	if err := session.Probe(ctx); err != nil {
		session.Abort()
		return nil, fmt.Errorf("%w: %w", errSilent, err)
	}
	return session, nil
}

// reached notes how an attempt ended.
func (p *Pool) reached(d *device, e Endpoint, session *netconf.Session, err error) {
	d.attempt = nil
	d.backoff.tried(err, time.Now(), e.rpcTimeout())
	if err == nil {
		p.use(d, session)
		d.restWhenIdle(p, e)
	}
}

// giveUp ends an attempt that is under way.
func (d *device) giveUp() {
	if d.attempt != nil {
		d.attempt.giveUp()
		d.attempt = nil
	}
}

// Away notes that an NF of which the pool knows nothing yet was not reached by another before: then nobody waits for
// it. Of an NF that was asked already it says nothing new.
func (p *Pool) Away(ctx context.Context, e Endpoint, why *Error) {
	d, err := p.acquire(ctx, e)
	if err != nil {
		return
	}
	defer func() { <-d.turn }()
	if !d.tried {
		d.tried, d.backoff.err = true, why
	}
}

// missed notes that the session ended since the NF no longer answered: it is away, before anybody tried to reach it.
func (d *device) missed() {
	if d.session == nil || d.backoff.err != nil {
		return
	}
	if err := d.session.Err(); errors.Is(err, netconf.ErrTimeout) {
		d.backoff.err = err
	}
}

// Retry has whoever asks an NF next wait for it, even if it is to be left alone for a while.
func (p *Pool) Retry(ctx context.Context, e Endpoint) {
	d, err := p.acquire(ctx, e)
	if err != nil {
		return
	}
	defer func() { <-d.turn }()
	d.giveUp()
	d.backoff = backoff{silences: d.backoff.silences}
}
