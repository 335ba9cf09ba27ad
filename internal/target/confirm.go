// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"slices"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

// Ending is what running holds after the end of a change.
type Ending struct {
	// Observation is what was read, and Observed the same as a tree.
	Observation Observation
	Observed    *yang.Tree
	// StartupSaved says that running was copied to startup.
	StartupSaved bool
	// SessionID is that of the session that was used.
	SessionID uint64
	// Unknown: the NF knew of no such commit. It was confirmed before, cancelled before, or never made.
	Unknown bool
	// Echoes are those of the request, with what came back in another form than it was sent.
	Echoes plan.Echoes
	// RPCs are the names of the RPCs used, in their order.
	RPCs []string
}

// Confirm makes a change final, reads it back, and then saves startup and frees the locks: two round trips on
// the session that committed it. On another one, a Persistent commit is confirmed by its token under a lock
// of the candidate, which is discarded first: nobody else's edit is committed with it. That of a Session is
// over with its session. It may be called again: when the NF knows of no such commit, nothing is pending, and
// running holds the change, it was confirmed before (Unknown). When running does not hold it, the
// NF has taken it back by itself: CommitExpired.
func (p *Pool) Confirm(ctx context.Context, e Endpoint, token string, m Method, r ApplyRequest) (Ending, error) {
	var end Ending
	err := p.step(ctx, e, "confirm", token, r, func(t *transaction, h *holding) error {
		err := t.confirm(ctx, token, m)
		end = t.ending()
		if err != nil && h != nil && t.Err() == nil && !t.ended {
			// Still under way: the session, and what it holds, is needed for the next attempt.
			h.locked, h.dirty, h.committed = t.locked, t.dirty, t.committed
			return err
		}
		t.cleanUp(ctx)
		t.device.release()
		return err
	})
	return end, err
}

func (t *transaction) ending() Ending {
	r := t.result
	return Ending{Observation: r.Observation, Observed: r.Observed, StartupSaved: r.StartupSaved, SessionID: t.ID(),
		Unknown: t.unknown, Echoes: r.Echoes, RPCs: r.RPCs}
}

func (t *transaction) confirm(ctx context.Context, token string, m Method) error {
	t.unknown = m == Session && !t.committed
	var remaining *plan.Plan
	var err error
	switch m {
	case Reverse:
		remaining, err = t.conclude(ctx)
	case Persistent:
		remaining, err = t.confirmByToken(ctx, token)
	default:
		remaining, err = t.confirmWith(ctx, step{method: netconf.Commit{}})
		err = t.pending(err)
	}
	if err != nil {
		return err
	}
	t.ended = true
	switch {
	case remaining.Empty():
		return t.finish(ctx)
	case m == Reverse, t.unknown:
		return &Error{Reason: CommitExpired, Op: "confirm", Key: t.endpoint.Key, Address: t.endpoint.Address, Remaining: remaining,
			Err: errors.New("the NF does not hold the change any more; nobody confirmed it in time, or somebody took it back")}
	}
	return t.mismatch(remaining)
}

// confirmByToken confirms a commit, whichever session made it. An NF that knows of no such commit refuses; what
// that means is not told by its error, of which there are many kinds: that nothing is pending any more is
// proved by a plain commit of the clean candidate, which it must refuse while something is (RFC 6241 section
// 8.4.1).
func (t *transaction) confirmByToken(ctx context.Context, token string) (*plan.Plan, error) {
	remaining, err := t.confirmWith(ctx, step{method: netconf.Commit{PersistID: token}, refused: func(err error) error {
		if isTemporary(err) {
			return err
		}
		t.unknown = true
		return nil
	}})
	if err != nil || !t.unknown || !remaining.Empty() {
		return remaining, err
	}
	remaining, err = t.confirmWith(ctx, step{method: netconf.Commit{}})
	return remaining, t.pending(err)
}

// confirmWith commits nothing but what is in running already, and reads back. Where the candidate is not locked,
// or dirty, it is discarded in the same round trip: if it is somebody else's, the NF refuses that, and
// the commit as well.
func (t *transaction) confirmWith(ctx context.Context, commit step) (*plan.Plan, error) {
	locked, err := t.exclusive(ctx)
	if err != nil {
		return nil, err
	}
	var steps []step
	if !locked || t.dirty {
		steps = append(steps, step{method: netconf.DiscardChanges{}, done: t.cleaned})
	}
	return t.conclude(ctx, append(steps, commit)...)
}

// exclusive locks the candidate. Running needs no lock for it, which the NF would not grant while a commit of
// another session is to be confirmed (RFC 6241 section 7.5); nor does netconfd 2.13 grant that of the candidate
// then, which it refuses with in-use. It is done without.
func (t *transaction) exclusive(ctx context.Context) (bool, error) {
	if slices.Contains(t.locked, t.target) {
		return true, nil
	}
	err := t.together(ctx, t.locking(t.target), step{method: netconf.DiscardChanges{}, done: t.cleaned})
	if t.mayRetry(err) && !isRefused(err, netconf.TagInUse) {
		t.sparing = true
		err = t.lockOne(ctx, t.target, err)
	}
	if isRefused(err, netconf.TagInUse) && len(t.locked) == 0 {
		return false, nil
	}
	return true, err
}

// isTemporary says whether what was refused may be taken later.
func isTemporary(err error) bool {
	return isRefused(err, netconf.TagLockDenied, netconf.TagInUse, netconf.TagResourceDenied, netconf.TagAccessDenied)
}

// isRefused says whether the server answered with one of some error-tags.
func isRefused(err error, tags ...string) bool {
	var e *Error
	return errors.As(err, &e) && slices.ContainsFunc(e.Violations, func(v Violation) bool { return slices.Contains(tags, v.Tag) })
}
