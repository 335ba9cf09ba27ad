// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

// lock locks the datastore to be edited, and running too where others might write to it while we edit the
// candidate. The candidate is then clean. If nobody holds a lock it costs one round trip.
func (t *transaction) lock(ctx context.Context) error {
	wanted := []netconf.Datastore{t.target}
	if t.target == netconf.CandidateStore && t.Capabilities().Has(netconf.WritableRunning) {
		wanted = append(wanted, netconf.Running)
	}
	return t.lockAll(ctx, wanted...)
}

// lockAll locks datastores, the one to be edited first.
func (t *transaction) lockAll(ctx context.Context, wanted ...netconf.Datastore) error {
	var discard []step
	if t.target == netconf.CandidateStore {
		discard = append(discard, step{method: netconf.DiscardChanges{}, done: t.cleaned})
	}
	var locks []step
	for _, ds := range wanted {
		locks = append(locks, t.locking(ds))
	}
	err := t.together(ctx, append(locks, discard...)...)
	if err == nil {
		return nil
	}
	if !t.mayRetry(err) {
		if len(t.locked) < len(wanted) {
			t.Abort() // whoever cannot lock for another reason may have done so nevertheless
		}
		return err
	}
	if !slices.Contains(t.locked, t.target) && len(t.locked) > 0 {
		// Whoever holds the first may be waiting for the others: locks are taken in one order only.
		if err := t.together(ctx, t.unlocking(t.locked[0])); err != nil {
			return err
		}
	}
	for _, ds := range wanted {
		if slices.Contains(t.locked, ds) {
			continue
		}
		if err = t.lockOne(ctx, ds, err); err != nil {
			return err
		}
	}
	return t.together(ctx, discard...)
}

// locking is the step that locks a datastore.
func (t *transaction) locking(ds netconf.Datastore) step {
	return step{method: netconf.Lock{Target: ds}, done: func(*netconf.Reply) error {
		t.locked = append(t.locked, ds)
		return nil
	}}
}

// unlocking is the step that frees a datastore.
func (t *transaction) unlocking(ds netconf.Datastore) step {
	return step{method: netconf.Unlock{Target: ds}, done: func(*netconf.Reply) error {
		t.locked = slices.DeleteFunc(t.locked, func(held netconf.Datastore) bool { return held == ds })
		return nil
	}}
}

// lockOne waits for a lock, but not for ever. err is not nil if it was just denied.
func (t *transaction) lockOne(ctx context.Context, ds netconf.Datastore, err error) error {
	patience := time.NewTimer(t.lockWait)
	defer patience.Stop()
	if err == nil {
		if err = t.together(ctx, t.locking(ds)); err == nil || !t.mayRetry(err) {
			return err
		}
	}
	for wait := lockRetry; ; wait = min(2*wait, 2*time.Second) {
		if ds == netconf.CandidateStore {
			// A candidate that somebody left dirty cannot be locked (RFC 6241 section 7.5). If it is locked
			// by somebody, this is refused.
			_ = t.discard(ctx)
		}
		retry := time.NewTimer(wait)
		select {
		case <-retry.C:
		case <-patience.C:
			retry.Stop()
			return t.lockDenied(err)
		case <-ctx.Done():
			retry.Stop()
			if errors.Is(ctx.Err(), context.Canceled) {
				return t.failed("lock", ctx.Err())
			}
			return t.lockDenied(err)
		}
		if err = t.together(ctx, t.locking(ds)); err == nil || !t.mayRetry(err) {
			return err
		}
	}
}

// mayRetry says whether an error leaves a session on which a lock may be had later.
func (t *transaction) mayRetry(err error) bool {
	return err != nil && t.Err() == nil && isRefused(err, netconf.TagLockDenied, netconf.TagInUse, netconf.TagResourceDenied) &&
		!(t.sparing && isRefused(err, netconf.TagInUse))
}

func (t *transaction) lockDenied(err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.Reason = LockDenied
	}
	return err
}
