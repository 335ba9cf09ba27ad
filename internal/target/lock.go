// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

// lock locks the datastore to be edited, and running too where others might write to it while we edit the
// candidate. The candidate is then clean.
func (t *transaction) lock(ctx context.Context) error {
	if err := t.lockOne(ctx, t.target); err != nil {
		return err
	}
	if t.target != netconf.CandidateStore {
		return nil
	}
	if t.Capabilities().Has(netconf.WritableRunning) {
		if err := t.lockOne(ctx, netconf.Running); err != nil {
			return err
		}
	}
	return t.discard(ctx)
}

// lockOne waits for a lock that somebody else holds, but not for ever.
func (t *transaction) lockOne(ctx context.Context, ds netconf.Datastore) error {
	patience := time.NewTimer(t.lockWait)
	defer patience.Stop()
	wait := lockRetry
	for {
		err := t.step(ctx, "lock", func(ctx context.Context) error { return t.Lock(ctx, ds) })
		if err == nil {
			t.locked = append(t.locked, ds)
			return nil
		}
		if t.device.session.Err() != nil || !t.isTaken(err) {
			return err
		}
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
			return t.lockDenied(err)
		}
		wait = min(2*wait, 2*time.Second)
	}
}

// isTaken says whether a lock may be had later.
func (t *transaction) isTaken(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	for _, v := range e.Violations {
		switch v.Tag {
		case netconf.TagLockDenied, netconf.TagInUse, netconf.TagResourceDenied:
			return true
		}
	}
	return false
}

func (t *transaction) lockDenied(err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.Reason = LockDenied
	}
	return err
}
