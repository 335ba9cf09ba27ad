// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"fmt"

	"github.com/strowger/strowger/internal/netconf"
)

// Method is how a change is made that can still be taken back.
type Method string

// The methods, best first.
const (
	// Persistent is a confirmed commit with a token, which any session can confirm or cancel; the NF takes it
	// back by itself when its time is over (RFC 6241 section 8.4, capability 1.1).
	Persistent Method = "Persistent"
	// Session is a confirmed commit of one session; the NF takes it back also when that session ends
	// (capability 1.0).
	Session Method = "Session"
	// Reverse commits for good; it is taken back by an edit of its own.
	Reverse Method = "Reverse"
)

// Procedure is the strongest that an NF allows, by what it announces.
type Procedure struct {
	Method Method
	// Candidate: the change is prepared in the candidate, and running is changed by its commit; else running
	// is edited.
	Candidate bool
	// Validates: the NF can be told to validate before it takes a change.
	Validates bool
	// RollsBack: an edit that fails is taken back as a whole (rollback-on-error), or never reached running.
	RollsBack bool
	// KeepsStartup: the NF has a startup of its own, which is saved when a change is final.
	KeepsStartup bool
}

// Procedure says how a change can be made on an NF. It costs no RPC; a session is established if need be.
func (p *Pool) Procedure(ctx context.Context, e Endpoint) (Procedure, error) {
	var found Procedure
	err := p.with(ctx, e, "connect", func(l *link) error {
		var err error
		found, err = procedureFor(l.Capabilities())
		return err
	})
	return found, err
}

func procedureFor(c netconf.Capabilities) (Procedure, error) {
	target, err := targetFor(c)
	if err != nil {
		return Procedure{}, err
	}
	found := Procedure{
		Method:    Reverse,
		Candidate: target == netconf.CandidateStore,
		Validates: c.CanValidate(), KeepsStartup: c.Has(netconf.Startup),
	}
	found.RollsBack = found.Candidate || c.Has(netconf.RollbackOnError)
	switch {
	case !found.Candidate:
	case c.Has(netconf.ConfirmedCommit11):
		found.Method = Persistent
	case c.Has(netconf.ConfirmedCommit10):
		found.Method = Session
	}
	return found, nil
}

// targetFor is the datastore that is edited.
func targetFor(c netconf.Capabilities) (netconf.Datastore, error) {
	switch {
	case c.Has(netconf.Candidate):
		return netconf.CandidateStore, nil
	case c.Has(netconf.WritableRunning):
		return netconf.Running, nil
	}
	return "", fmt.Errorf("%w: it offers neither candidate nor writable-running", netconf.ErrUnsupported)
}
