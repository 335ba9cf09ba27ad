// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

// attend ends, or carries on, the change that the status tells of, knowing what Git
// says and what the NF holds. It returns nil when the change is final, or when there
// is nothing left of it and a new one may begin.
func (r *NetworkFunctionReconciler) attend(ctx context.Context, s *scope) error {
	pending := s.nf.Status.PendingCommit
	s.attended = true
	if pending.Target != s.endpoint.Key {
		return r.leavePending(ctx, s)
	}
	if mine, err := r.decides(ctx, s.nf); !mine {
		return err
	}
	s.change = r.request(s, r.changes.of(pending.PersistID))
	switch {
	case pending.Step == v1alpha1.StepReverting:
		return r.revertAgain(ctx, s)
	case pending.Step == v1alpha1.StepConfirming && pending.Digest == s.digest:
		return r.confirmChange(ctx, s)
	case pending.Digest != s.digest:
		return r.startAgain(s, r.revertChange(ctx, s, "Git says something else since"))
	case s.observed.held && s.change.Plan.Empty():
		return r.startAgain(s, r.revertChange(ctx, s, "it was not known any more what of it was to be left as found"))
	}
	return r.carryOn(ctx, s)
}

// carryOn goes by what the NF holds.
func (r *NetworkFunctionReconciler) carryOn(ctx context.Context, s *scope) error {
	pending := s.nf.Status.PendingCommit
	if s.observed.plan.Empty() {
		pending.Step = v1alpha1.StepGating
		r.gating.set(nameOf(s.nf), gating{token: pending.PersistID, filter: string(s.observed.filter), observed: s.observed.digest, held: s.observed.held})
		return r.await(ctx, s)
	}
	tree, err := r.heldWithin(ctx, s)
	if err != nil {
		return err
	}
	switch {
	case tree.Digest() != pending.Before:
		return r.startAgain(s, r.revertChange(ctx, s, "the NF held neither the change nor what was there before it"))
	case pending.Step == v1alpha1.StepGating:
		return r.expired(ctx, s)
	}
	return r.startOver(ctx, s)
}

// startOver forgets a change that was cut off before its commit. Should the NF know of
// it nevertheless, because the commit was on its way, it does not afterwards.
func (r *NetworkFunctionReconciler) startOver(ctx context.Context, s *scope) error {
	pending := s.nf.Status.PendingCommit
	end, err := r.Pool.Cancel(ctx, s.endpoint, pending.PersistID, target.Method(pending.Method),
		target.Undo{Schema: s.schema, Filter: []byte(pending.Filter), Before: pending.Before})
	if err != nil {
		return targetError(err)
	}
	if end.Observed == nil || end.Observed.Digest() != pending.Before {
		return r.startAgain(s, r.revertChange(ctx, s, "it was cut off at its commit"))
	}
	r.forgetChange(ctx, s)
	if err := r.observe(ctx, s); err != nil {
		return err
	}
	return r.holdBack(ctx, s)
}

// heldWithin is what the NF holds within the filter of the pending change.
func (r *NetworkFunctionReconciler) heldWithin(ctx context.Context, s *scope) (*yang.Tree, error) {
	filter := s.nf.Status.PendingCommit.Filter
	if filter == string(s.observed.filter) && s.observed.tree != nil {
		return s.observed.tree, nil
	}
	seen, err := r.Pool.Observe(ctx, s.endpoint, []byte(filter))
	if err != nil {
		return nil, targetError(err)
	}
	return decodeReply(s.schema, seen.XML)
}

// revertAgain carries out a decision that was made before.
func (r *NetworkFunctionReconciler) revertAgain(ctx context.Context, s *scope) error {
	pending := s.nf.Status.PendingCommit
	if !pending.GateFailed {
		return r.startAgain(s, r.revertChange(ctx, s, pending.Reason))
	}
	return r.gateFailed(ctx, s, pending.Reason)
}

// attendBlind deals with a pending change when a run failed before the NF was looked
// at: what fails keeps the checks from holding.
func (r *NetworkFunctionReconciler) attendBlind(ctx context.Context, s *scope) {
	pending := s.nf.Status.PendingCommit
	if s.endpoint.Key != pending.Target || s.schema == nil {
		if err := r.reach(ctx, s, pending.Target); err != nil {
			return
		}
	}
	if mine, err := r.decides(ctx, s.nf); !mine || err != nil {
		return
	}
	failure := s.failure()
	var err error
	switch {
	case pending.Step == v1alpha1.StepReverting:
		err = r.revertAgain(ctx, s)
	case pending.Step == v1alpha1.StepConfirming:
		return // what is to be confirmed is not known now
	case time.Now().Before(lastMoment(pending)):
		s.retry = gatePoll
		s.wake(lastMoment(pending), time.Now())
		return
	case time.Now().After(pending.Deadline.Time) && pending.Method != v1alpha1.MethodReverse:
		err = r.afterDeadline(ctx, s, failure)
	default:
		err = r.gateFailed(ctx, s, "until its deadline: "+failure.Error())
	}
	if err != nil {
		s.record(v1alpha1.AppliedCondition, "", err)
	}
}

// afterDeadline: the NF has taken the change back by itself, unless it is one that does not.
func (r *NetworkFunctionReconciler) afterDeadline(ctx context.Context, s *scope, failure *reconcile.Error) error {
	tree, err := r.heldWithin(ctx, s)
	switch {
	case err != nil:
		return err
	case tree.Digest() == s.nf.Status.PendingCommit.Before:
		return r.expired(ctx, s)
	}
	return r.gateFailed(ctx, s, "until its deadline: "+failure.Error())
}

// reach finds the way to the NF that a change is pending on, without anything else of
// a run.
func (r *NetworkFunctionReconciler) reach(ctx context.Context, s *scope, key string) error {
	var t v1alpha1.Target
	if err := r.Get(ctx, nameFromKey(key), &t); err != nil {
		return err
	}
	ep, err := r.Endpoints.For(ctx, &t)
	if err != nil {
		return err
	}
	schema := r.Schemas.OfTarget(nameFromKey(key))
	if schema == nil {
		return targetNotReady(&t)
	}
	s.target, s.endpoint, s.schema = &t, ep, schema
	return nil
}

// leavePending takes a change back on a Target that is not spec.targetRef any more.
func (r *NetworkFunctionReconciler) leavePending(ctx context.Context, s *scope) error {
	left := &scope{nf: s.nf, status: s.status}
	if err := r.reach(ctx, left, s.nf.Status.PendingCommit.Target); err != nil {
		return err
	}
	err := r.revertChange(ctx, left, "spec.targetRef names another Target since")
	s.reverted, s.lost = left.reverted, left.lost
	return r.startAgain(s, err)
}

// startAgain ends a run that took a change back: the next one begins at once, with what
// the NF holds now.
func (r *NetworkFunctionReconciler) startAgain(s *scope, err error) error {
	if err != nil {
		return err
	}
	s.retry = time.Millisecond
	return reconcile.Waitf(v1alpha1.RevertedReason, "a change was taken back: %s", s.reverted)
}

// nobodyElse waits for another NetworkFunction's pending change on the same NF, which
// has one at a time.
func (r *NetworkFunctionReconciler) nobodyElse(ctx context.Context, s *scope) error {
	others, err := r.usersOn(ctx, s.endpoint.Key)
	if err != nil {
		return err
	}
	for i := range others {
		p := others[i].Status.PendingCommit
		if p == nil || p.Target != s.endpoint.Key || nameOf(&others[i]) == nameOf(s.nf) {
			continue
		}
		s.retry = gatePoll
		return reconcile.Waitf(v1alpha1.ChangePendingReason, "NetworkFunction %s has a change under way on Target %s until %s at the latest",
			nameOf(&others[i]), s.endpoint.Key, timestamp(p.Deadline.Time))
	}
	return nil
}

// plansUnderWay remembers the plans of pending changes: what of an NF was to be left as
// found is not in the status.
type plansUnderWay struct{ memory[string, *plan.Plan] }

func (m *plansUnderWay) of(token string) *plan.Plan {
	if p, ok := m.get(token); ok {
		return p
	}
	return &plan.Plan{}
}

// decides says whether the NetworkFunction decides about its pending change by itself.
// A rollout that knows of it does so otherwise.
func (r *NetworkFunctionReconciler) decides(ctx context.Context, nf *v1alpha1.NetworkFunction) (bool, error) {
	pending := nf.Status.PendingCommit
	if pending.Rollout == nil {
		return true, nil
	}
	var rollout v1alpha1.NetworkFunctionRollout
	err := r.APIReader.Get(ctx, types.NamespacedName{Namespace: nf.Namespace, Name: pending.Rollout.Name}, &rollout)
	switch {
	case err == nil && underWay(&rollout) && strings.Contains(pending.PersistID, "/"+rollout.Status.ID+"-"):
		return false, reconcile.Waitf(v1alpha1.WaitingForRolloutReason, "the change is part of NetworkFunctionRollout %s, which is %s",
			rollout.Name, strings.ToLower(string(rollout.Status.Phase)))
	case err != nil && !apierrors.IsNotFound(err):
		return false, fmt.Errorf("reading NetworkFunctionRollout %s: %w", pending.Rollout.Name, err)
	}
	pending.Step, pending.Reason = v1alpha1.StepReverting, "its rollout is gone"
	return true, nil
}

// underWay: a rollout is under way and decides about its members.
func underWay(rollout *v1alpha1.NetworkFunctionRollout) bool {
	switch rollout.Status.Phase {
	case "", v1alpha1.RolloutIdle, v1alpha1.RolloutFailed:
		return false
	}
	return true
}
