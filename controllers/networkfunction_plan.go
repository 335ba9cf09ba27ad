// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
)

// maxPlanLines is how many changes status.plan lists, each cut to maxPlanLine bytes.
const (
	maxPlanLines = 200
	maxPlanLine  = 512
)

// discardTimeout is what an NF gets to discard what it took on trial.
const discardTimeout = 30 * time.Second

// planOnly says whether a NetworkFunction only shows what would be changed.
func planOnly(nf *v1alpha1.NetworkFunction) bool {
	return nf.Spec.Mode == v1alpha1.ModePlan || nf.Annotations[v1alpha1.PlanAnnotation] == "true"
}

// planned shows what would be changed, and has the NF try it where that changes nothing.
// A refusal of the NF is an error, as it would be in earnest.
func (r *NetworkFunctionReconciler) planned(ctx context.Context, s *scope) (string, error) {
	was := s.nf.Status.Plan
	r.fillPlan(s)
	p := s.nf.Status.Plan
	switch {
	case s.observed.plan.Empty():
		p.RehearsalMessage = "there is nothing to try"
	case was != nil && was.Digest == p.Digest && was.PlanDigest == p.PlanDigest && was.Rehearsed:
		p.Rehearsed, p.RehearsalMessage = true, was.RehearsalMessage
	default:
		if err := r.rehearse(ctx, s, p); err != nil {
			return "", err
		}
	}
	s.planned = planMessage(s, p)
	s.outcomes = append(s.outcomes, outcome{condition: v1alpha1.AppliedCondition, mirrored: &metav1.Condition{
		Status: metav1.ConditionUnknown, Reason: v1alpha1.PlannedReason, Message: s.planned,
	}})
	return "", nil
}

func planMessage(s *scope, p *v1alpha1.PlanStatus) string {
	message := "Plan: nothing would be changed on " + s.endpoint.Address
	if !s.observed.plan.Empty() {
		message = fmt.Sprintf("Plan: %s on %s; nothing was changed", s.observed.plan.Summary(), s.endpoint.Address)
	}
	if p.RehearsalMessage != "" {
		message += "; " + p.RehearsalMessage
	}
	return message
}

// fillPlan writes what is to be done on the NF into the status.
func (r *NetworkFunctionReconciler) fillPlan(s *scope) {
	found := s.observed.plan
	creates, modifies, deletes := found.Counts()
	s.nf.Status.Plan = &v1alpha1.PlanStatus{
		Revision: s.cause(), Digest: s.digest, PlanDigest: found.Digest(),
		Creates: int32(creates), Modifies: int32(modifies), Deletes: int32(deletes),
		Changes: planLines(found), ObservedGeneration: s.nf.Generation,
	}
}

// planDigest is that of the configuration that status.plan is about.
func planDigest(nf *v1alpha1.NetworkFunction) string {
	if nf.Status.Plan == nil {
		return ""
	}
	return nf.Status.Plan.Digest
}

// planLines are the first changes, one line each, without secrets.
func planLines(p *plan.Plan) []string {
	shown := (&plan.Plan{Changes: p.Changes[:min(len(p.Changes), maxPlanLines)]}).Concealed()
	var out []string
	for line := range strings.Lines(shown.String()) {
		if line = strings.TrimRight(line, "\n"); line != "" && len(out) < maxPlanLines {
			out = append(out, clipTo(line, maxPlanLine))
		}
	}
	return out
}

// rehearse locks, edits and validates on the NF's candidate, and discards it: running is
// not touched. An NF that edits running is asked to test the edit.
func (r *NetworkFunctionReconciler) rehearse(ctx context.Context, s *scope, p *v1alpha1.PlanStatus) error {
	procedure, err := r.Pool.Procedure(ctx, s.endpoint)
	if err != nil {
		return targetError(err)
	}
	if !procedure.Candidate && !procedure.Validates {
		p.RehearsalMessage = "the NF has neither a candidate nor a test of edits, so it was not asked"
		return nil
	}
	request := target.ApplyRequest{
		Schema: s.schema, Plan: s.observed.plan, Filter: s.observed.filter,
		Intended: s.intended, Owned: s.owned, Options: plan.Options{Echoes: s.echoes},
	}
	token := token(s, "plan")
	_, err = r.Pool.Prepare(ctx, s.endpoint, token, request)
	if err == nil {
		// Also when the run's time is over: what is only prepared keeps others off the NF.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTimeout)
		defer cancel()
		_, err = r.Pool.Cancel(ctx, s.endpoint, token, target.Reverse, target.Undo{Schema: s.schema, Filter: s.observed.filter})
	}
	if held := (*target.Error)(nil); errors.As(err, &held) && (held.Reason == target.LockDenied || held.Reason == target.ChangePending) {
		p.RehearsalMessage = "somebody else holds the NF's lock, so it was not asked"
		return nil
	}
	if err != nil {
		s.nf.Status.Violations = refusedByNF(err)
		return targetError(err)
	}
	p.Rehearsed, p.RehearsalMessage = true, "the NF took it on trial"
	if procedure.Candidate && procedure.Validates {
		p.RehearsalMessage = "the NF took it on its candidate, and validated it"
	}
	return nil
}

// refusePlanned waits for what a plan needs, and what in earnest would be created.
func refusePlanned(what, name string) error {
	return reconcile.Waitf(v1alpha1.PlannedReason, "%s %s does not exist yet, and in mode Plan none is created: what depends on it cannot be planned", what, name)
}
