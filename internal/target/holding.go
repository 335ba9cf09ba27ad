// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"fmt"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

const (
	// holdPrepared is how long what is prepared, and its locks, are kept for its commit.
	holdPrepared = 5 * time.Minute
	// holdAfter is how long locks are kept after the NF has taken back what nobody confirmed.
	holdAfter = 5 * time.Second
)

// holding is a change that is under way on a session between two methods of a Pool. It ends with the session:
// the NF then frees the locks and forgets the candidate.
type holding struct {
	token     string
	session   *netconf.Session
	locked    []netconf.Datastore
	dirty     bool // the candidate holds the change
	validated bool // which was validated
	committed bool // running holds it
	lapse     *time.Timer
	// dropLater closes the session when the change has ended: somebody wanted it closed meanwhile.
	dropLater bool
}

// held returns the change that is under way on the present session, or nil.
func (d *device) held() *holding {
	if d.holding != nil && (d.holding.session != d.session || !d.alive()) {
		d.release()
	}
	return d.holding
}

// release forgets the change that is under way. What it held on the NF is another matter.
func (d *device) release() {
	h := d.holding
	if h == nil {
		return
	}
	h.lapse.Stop()
	d.holding = nil
	if h.dropLater && h.session == d.session {
		d.drop()
	}
}

// notUnderWay returns an error if a change other than that of token is under way.
func (d *device) notUnderWay(e Endpoint, op, token string) error {
	h := d.held()
	if h == nil || h.token == token {
		return nil
	}
	return &Error{Reason: ChangePending, Op: op, Key: e.Key, Address: e.Address,
		Err: fmt.Errorf("change %s is under way, which is to be confirmed or cancelled first", h.token)}
}

// hold keeps what a transaction holds for the next step of its change, but not for ever: the NF is others' too.
func (p *Pool) hold(t *transaction, token string, most time.Duration) {
	d := t.device
	d.release()
	h := &holding{token: token, session: t.Session, locked: t.locked, dirty: t.dirty, validated: t.validated, committed: t.committed}
	h.lapse = time.AfterFunc(most, func() { p.letGo(d, t.endpoint, h) })
	d.holding = h
}

// letGo frees what a change holds that nobody has ended.
func (p *Pool) letGo(d *device, e Endpoint, h *holding) {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	if d.held() != h {
		return
	}
	t := &transaction{link: p.link(d, e), endpoint: e}
	t.resume(h)
	t.cleanUp(context.Background())
	d.release()
	d.restWhenIdle(p, e)
}

// resume goes on with what a former transaction holds.
func (t *transaction) resume(h *holding) {
	t.locked, t.dirty, t.validated, t.committed = h.locked, h.dirty, h.validated, h.committed
}
