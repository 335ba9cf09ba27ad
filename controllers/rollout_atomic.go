// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/crash"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/rollout"
)

// An atomic rollout is one transaction over several NFs. Each phase is in the status
// before its first message is sent. Until Confirming is written, whoever finds it takes
// the change back everywhere; from then on, whoever finds it makes it stay everywhere,
// and commits again on an NF that has gone back by itself.

// fault is why a transaction does not go on.
type fault struct {
	reason string
	// innocent: it is no fault of what is rolled out, which is tried again.
	innocent bool
}

// transacting says whether a transaction was found that has yet to end.
func transacting(s *rolloutScope) bool {
	switch s.rollout.Status.Phase {
	case v1alpha1.RolloutPreparing, v1alpha1.RolloutCommitting, v1alpha1.RolloutGating, v1alpha1.RolloutConfirming:
		return true
	case v1alpha1.RolloutReverting:
		if s.rollout.Spec.Strategy == v1alpha1.RolloutAtomic {
			return true
		}
		for i := range s.members {
			if p := s.members[i].Status.PendingCommit; p != nil && p.Rollout != nil && p.Rollout.Name == s.rollout.Name {
				return true
			}
		}
	}
	return false
}

// transact makes a transaction that was just begun.
func (r *NetworkFunctionRolloutReconciler) transact(ctx context.Context, s *rolloutScope) error {
	status := &s.rollout.Status
	t := r.transaction(ctx, s)
	defer t.release()
	timeout := duration(s.rollout.Spec.PrepareTimeout, 30*time.Second)
	giveUp := time.Now().Add(timeout)
	status.Deadline = microTime(giveUp)
	if err := r.write(ctx, s, s.message); err != nil {
		return fmt.Errorf("storing the beginning of a rollout: %w", err)
	}
	crash.At(crash.RolloutBegun)
	if f := t.prepare(giveUp); f != nil {
		return r.takeBack(ctx, t, f)
	}
	crash.At(crash.RolloutAllPrepared)

	deadline := time.Now().Add(t.confirmTimeout())
	status.Phase, status.Deadline = v1alpha1.RolloutCommitting, microTime(deadline)
	status.Revision = cmp.Or(newest(s.stored().Places), status.Revision)
	if err := r.write(ctx, s, fmt.Sprintf("Committing on %s", count(len(t.partakers), "member", "members"))); err != nil {
		return fmt.Errorf("storing that a rollout commits: %w", err)
	}
	if f := t.commit(); f != nil {
		return r.takeBack(ctx, t, f)
	}
	crash.At(crash.RolloutAllCommitted)

	status.Phase = v1alpha1.RolloutGating
	if err := r.write(ctx, s, "All members hold the change; their checks are looked at"); err != nil {
		return fmt.Errorf("storing that a rollout is committed: %w", err)
	}
	return r.gate(ctx, t)
}

// resume goes on with a transaction that another run began, as its phase asks.
func (r *NetworkFunctionRolloutReconciler) resume(ctx context.Context, s *rolloutScope) error {
	t := r.transaction(ctx, s)
	t.resumed = true
	defer t.release()
	deadline := timeOf(s.rollout.Status.Deadline)
	now := time.Now()
	switch rollout.Found(rollout.Phase(s.rollout.Status.Phase), true, now, rollout.DecideBy(deadline.Add(-t.confirmTimeout()), deadline)) {
	case rollout.Gating:
		return r.gate(ctx, t)
	case rollout.Confirming:
		s.rollout.Status.Deadline = microTime(now.Add(t.confirmTimeout()))
		return r.confirm(ctx, t)
	}
	if s.rollout.Status.Phase != v1alpha1.RolloutReverting {
		return r.takeBack(ctx, t, &fault{reason: "it was cut off before it was decided that it stays", innocent: true})
	}
	return r.revert(t)
}

// gate waits until the checks of all members, and those of the rollout, hold.
func (r *NetworkFunctionRolloutReconciler) gate(ctx context.Context, t *transaction) error {
	deadline := timeOf(t.rollout.Status.Deadline)
	g := rollout.Gate{Window: t.window(), DecideBy: rollout.DecideBy(deadline.Add(-t.confirmTimeout()), deadline)}
	for {
		seen, f := t.look()
		if f == nil {
			f = r.interrupted(ctx, t)
		}
		if f != nil {
			return r.takeBack(ctx, t, f)
		}
		now := time.Now()
		if !seen.Holds || !g.Holds {
			g.Since = now
		}
		g.Holds = seen.Holds
		switch next, until := g.Decide(now); next {
		case rollout.Confirming:
			return r.decideToConfirm(ctx, t)
		case rollout.Reverting:
			return r.takeBack(ctx, t, &fault{reason: cmp.Or(seen.Message, "the checks did not hold without a break for "+g.Window.String())})
		default:
			if err := r.write(ctx, t.rolloutScope, cmp.Or(seen.Message, "All members hold the change, and all checks hold; they must for "+g.Window.String())); err != nil {
				return fmt.Errorf("storing how the checks are: %w", err)
			}
			t.park(reconcile.Waitf(v1alpha1.GatePendingReason, "the change is on the NF; NetworkFunctionRollout %s decides about it by %s", t.rollout.Name, timestamp(deadline)))
			if !pause(ctx, min(gatePoll, max(time.Until(until), time.Millisecond))) {
				t.until = time.Now().Add(gatePoll) // the manager stops; whoever comes next goes on
				return reconcile.Waitf(v1alpha1.GatePendingReason, "%s", t.message)
			}
		}
	}
}

// interrupted: the rollout is suspended, or is to go.
func (r *NetworkFunctionRolloutReconciler) interrupted(ctx context.Context, t *transaction) *fault {
	var now v1alpha1.NetworkFunctionRollout
	if err := r.Get(ctx, nameOf(t.rollout), &now); err != nil {
		return nil // what is done next fails, or not, by itself
	}
	switch {
	case now.Spec.Suspend:
		return &fault{reason: "it was suspended", innocent: true}
	case !now.DeletionTimestamp.IsZero():
		return &fault{reason: "it was deleted", innocent: true}
	}
	return nil
}

// decideToConfirm writes down that the change stays, and makes it stay.
func (r *NetworkFunctionRolloutReconciler) decideToConfirm(ctx context.Context, t *transaction) error {
	status := &t.rollout.Status
	status.Phase, status.Deadline = v1alpha1.RolloutConfirming, microTime(time.Now().Add(t.confirmTimeout()))
	return r.confirm(ctx, t)
}

func (r *NetworkFunctionRolloutReconciler) confirm(ctx context.Context, t *transaction) error {
	if err := r.write(ctx, t.rolloutScope, "Confirming everywhere"); err != nil {
		return fmt.Errorf("storing the decision to confirm: %w", err)
	}
	crash.At(crash.RolloutDecidedToConfirm)
	if f := t.confirm(timeOf(t.rollout.Status.Deadline)); f != nil {
		if ctx.Err() != nil { // the manager stops; whoever comes next goes on
			return reconcile.Failf(v1alpha1.RolloutFailedReason, "%s", f.reason)
		}
		return r.takeBack(ctx, t, f)
	}
	crash.At(crash.RolloutAllConfirmed)
	if err := t.conclude(); err != nil {
		return err // they are final; what the status lacks is written by the next run
	}
	was := t.stored()
	next := was
	next.Phase, next.Reason, next.Failed, next.Completed, next.Deadline = rollout.Idle, "", "", time.Now(), time.Time{}
	r.tell(t.rolloutScope, was, next)
	t.store(next)
	t.message = fmt.Sprintf("%d of %d members say what Git says", t.rollout.Status.Done, t.rollout.Status.Total)
	return nil
}

// takeBack writes down that the change goes, and takes it back everywhere.
func (r *NetworkFunctionRolloutReconciler) takeBack(ctx context.Context, t *transaction, f *fault) error {
	was := t.stored()
	next := was
	next.Phase, next.Reason, next.Deadline, next.Failed = rollout.Reverting, clipTo(f.reason, 1800), time.Time{}, ""
	if !f.innocent {
		next.Failed = rollout.Fingerprint(next.Places)
	}
	t.store(next)
	if err := r.write(ctx, t.rolloutScope, "Reverting: "+f.reason); err != nil {
		return fmt.Errorf("storing the decision to revert: %w", err)
	}
	r.tell(t.rolloutScope, was, next)
	crash.At(crash.RolloutDecidedToRevert)
	return r.revert(t)
}

// revert takes the change back everywhere. A member that cannot be reached is tried
// until it can.
func (r *NetworkFunctionRolloutReconciler) revert(t *transaction) error {
	reason := t.rollout.Status.Reason
	if err := t.revert(reason); err != nil {
		t.until = time.Now().Add(5 * rolloutRetry)
		t.message = fmt.Sprintf("Reverting: %s; not all members are back yet: %s", reason, err)
		return reconcile.Failf(v1alpha1.RolloutFailedReason, "%s", t.message)
	}
	was := t.stored()
	next := was
	next.Completed = time.Now()
	if next.Failed == "" { // no fault of what is rolled out
		next.Phase, next.SettledSince = rollout.Idle, time.Now()
		t.store(next)
		t.until = time.Now().Add(time.Millisecond)
		return reconcile.Waitf(v1alpha1.RevertedReason, "%s; all members are as they were; it is tried again", reason)
	}
	next.Phase = rollout.Stopped
	next.Reason = fmt.Sprintf("%s; all %d members are as they were", reason, len(next.Places))
	t.store(next)
	r.event(t.rolloutScope, next.Places[0].Revision, corev1.EventTypeWarning, v1alpha1.RolloutFailedReason, "Failed: "+next.Reason)
	return reconcile.Stallf(v1alpha1.RolloutFailedReason, "Failed: %s", next.Reason)
}

// pause waits, and says whether ctx lasted as long.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
