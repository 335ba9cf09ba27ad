// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/crash"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
)

// revertChange takes a change back, whatever became of it, and makes sure that the NF
// holds what it held before. The decision is written down first. It returns nil when
// the NF is back; what that means for the run, the caller says.
func (r *NetworkFunctionReconciler) revertChange(ctx context.Context, s *scope, reason string) error {
	pending := s.nf.Status.PendingCommit
	if pending.Step != v1alpha1.StepReverting {
		pending.Step, pending.Reason = v1alpha1.StepReverting, clipTo(reason, 2048)
		if pending.Rollout == nil {
			if err := r.patch(ctx, s); err != nil {
				return fmt.Errorf("storing the decision to revert: %w", err)
			}
		}
	}
	crash.At(crash.DecidedToRevert)
	edit, err := r.undoOf(ctx, s.nf, pending)
	if err != nil {
		return err
	}
	end, err := r.Pool.Cancel(ctx, s.endpoint, pending.PersistID, target.Method(pending.Method), target.Undo{
		Schema: s.schema, Filter: []byte(pending.Filter), Edit: edit, Before: pending.Before,
	})
	if err != nil {
		return targetError(err)
	}
	crash.At(crash.Reverted)
	outcome := v1alpha1.OutcomeReverted
	s.reverted = reason
	back := end.Observed != nil && end.Observed.Digest() == pending.Before
	r.forgetChange(ctx, s)
	if !back {
		// Somebody else changed it meanwhile, or the NF did not do as it said. What differs
		// from Git is found out anew from what it holds now.
		s.nf.Status.LastAppliedDigest = ""
		reason = "the NF does not hold what it held before; before that: " + reason
		outcome, s.lost = v1alpha1.OutcomeUnknown, true
	}
	r.record(s, pending, outcome, reason)
	s.observed = observation{plan: &plan.Plan{}}
	return nil
}

// gateFailed reverts a change whose checks did not hold, and remembers not to try it
// again at once.
func (r *NetworkFunctionReconciler) gateFailed(ctx context.Context, s *scope, reason string) error {
	pending := s.nf.Status.PendingCommit
	pending.GateFailed = true
	if err := r.revertChange(ctx, s, reason); err != nil {
		return err
	}
	r.fail(s, pending, reason)
	message := fmt.Sprintf("%s was taken back on %s; %s: %s", revisionIn(pending), s.endpoint.Address, backAt(s), reason)
	r.event(s.nf, pending.Revision, corev1.EventTypeWarning, v1alpha1.GateFailedReason, message)
	return r.mayTry(s)
}

// backAt says what the NF holds after a revert, as it was read.
func backAt(s *scope) string {
	status := &s.nf.Status
	switch {
	case s.lost, status.LastAppliedDigest == "" && len(status.History) > 0 && status.History[0].Outcome == v1alpha1.OutcomeUnknown:
		return "the NF holds neither it nor what it held before"
	case status.LastAppliedRevision != "":
		return "the NF is back at " + status.LastAppliedRevision + ", as was read back"
	}
	return "the NF is back at what it held before, as was read back"
}

// expired: the NF reverted by itself, because nobody confirmed in time. That is no
// fault of the change, which is tried again.
func (r *NetworkFunctionReconciler) expired(ctx context.Context, s *scope) error {
	pending := s.nf.Status.PendingCommit
	r.forgetChange(ctx, s)
	const why = "nobody confirmed it in time, and the NF took it back by itself"
	r.record(s, pending, v1alpha1.OutcomeExpired, why)
	s.retry = gatePoll
	return reconcile.Failf(v1alpha1.CommitExpiredReason, "%s: %s; it is tried again", revisionIn(pending), why)
}

func revisionIn(p *v1alpha1.PendingCommit) string {
	if p.Revision != "" {
		return "Revision " + p.Revision
	}
	return "The change " + p.PersistID
}
