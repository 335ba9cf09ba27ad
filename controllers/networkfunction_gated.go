// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/crash"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
)

const (
	// gatePoll is how often checks are looked at while they are awaited; what is watched
	// wakes the object sooner.
	gatePoll = time.Second
	// confirmMargin of the time to confirm is kept for confirming, at most maxMargin.
	confirmMargin = 10
	maxMargin     = 5 * time.Second
)

// gated says whether checks decide about the change that s would make.
func (s *scope) gated() bool { return len(s.nf.Spec.Commit.Checks) > 0 && s.rollback == nil }

// changeGated makes what Git changed as a pending change: begin, prepare, commit, and what
// the checks then say.
func (r *NetworkFunctionReconciler) changeGated(ctx context.Context, s *scope) error {
	err := r.begin(ctx, s, s.observed.plan, terms{timeout: duration(s.nf.Spec.Commit.ConfirmTimeout, 2*time.Minute)})
	for _, step := range []func(context.Context, *scope) error{r.prepareChange, r.commitChange, r.storeStep} {
		if err != nil {
			return err
		}
		err = step(ctx, s)
	}
	if err != nil {
		return err
	}
	return r.await(ctx, s)
}

func (r *NetworkFunctionReconciler) storeStep(ctx context.Context, s *scope) error {
	if err := r.patch(ctx, s); err != nil {
		return fmt.Errorf("storing that the change is committed: %w", err)
	}
	crash.At(crash.GatingWritten)
	return nil
}

// await looks at the checks of a change that is on the NF: confirms it, takes it back,
// or waits.
func (r *NetworkFunctionReconciler) await(ctx context.Context, s *scope) error {
	pending := s.nf.Status.PendingCommit
	holds, checks, err := r.gateChange(ctx, s)
	if err != nil {
		return r.gateUnknown(ctx, s, reconcile.As(err))
	}
	pending.Checks = checks
	now := metav1.NowMicro()
	window := s.nf.Spec.Commit.StabilityWindow.Duration
	switch {
	case !holds:
		pending.HeldSince = nil
	case pending.HeldSince == nil:
		pending.HeldSince = &now
	}
	switch {
	case holds && now.Sub(pending.HeldSince.Time) >= window:
		if there, err := r.there(ctx, s); !there || err != nil {
			return err
		}
		return r.confirmChange(ctx, s)
	case !now.Time.Before(lastMoment(pending)):
		return r.gateFailed(ctx, s, unmet(checks, window))
	}
	s.retry = gatePoll
	if holds {
		s.wake(pending.HeldSince.Add(window), now.Time)
		return reconcile.Waitf(v1alpha1.GatePendingReason, "%s is on %s; all checks hold, and must for %s; otherwise the NF takes it back at %s",
			revisionOr(s), s.endpoint.Address, window, timestamp(pending.Deadline.Time))
	}
	s.wake(lastMoment(pending), now.Time)
	return reconcile.Waitf(v1alpha1.GatePendingReason, "%s is on %s; %s; it is taken back at %s unless all hold",
		revisionOr(s), s.endpoint.Address, unmet(checks, 0), timestamp(pending.Deadline.Time))
}

// lastMoment is when a decision must be made, so that there is time to carry it out.
func lastMoment(p *v1alpha1.PendingCommit) time.Time {
	whole := p.Deadline.Sub(p.StartedTime.Time)
	return p.Deadline.Add(-min(whole/confirmMargin, maxMargin))
}

// unmet names the checks that do not hold, and why.
func unmet(checks []v1alpha1.CheckStatus, window time.Duration) string {
	var bad []string
	for _, c := range checks {
		if !c.Holds {
			bad = append(bad, c.Name+": "+c.Message)
		}
	}
	if len(bad) == 0 {
		return fmt.Sprintf("the checks did not hold for %s without a break", window)
	}
	return fmt.Sprintf("%d of %d checks do not hold: %s", len(bad), len(checks), strings.Join(bad, "; "))
}

// gateUnknown: nothing can be said about the checks. That counts as not holding.
func (r *NetworkFunctionReconciler) gateUnknown(ctx context.Context, s *scope, why *reconcile.Error) error {
	pending := s.nf.Status.PendingCommit
	pending.HeldSince = nil
	if !time.Now().Before(lastMoment(pending)) {
		return r.gateFailed(ctx, s, "the checks cannot be looked at: "+why.Error())
	}
	s.retry = gatePoll
	return reconcile.Waitf(v1alpha1.GatePendingReason, "the change is on %s, and its checks cannot be looked at: %s; it is taken back at %s unless all hold",
		s.endpoint.Address, why.Error(), timestamp(pending.Deadline.Time))
}

// gateChange looks at the checks of one NetworkFunction, once.
func (r *NetworkFunctionReconciler) gateChange(ctx context.Context, s *scope) (holds bool, checks []v1alpha1.CheckStatus, err error) {
	if checks, err = r.evaluateGate(ctx, s); err != nil {
		return false, nil, err
	}
	for _, c := range checks {
		if !c.Holds {
			return false, checks, nil
		}
	}
	return true, checks, nil
}

// gating is the reply in which a pending change was last found, so that the checks can
// be looked at often without decoding and comparing each time.
type gating struct {
	token, filter, observed string
	held                    bool
}

// stillThere says whether the NF holds the pending change as it did the last time.
func (r *NetworkFunctionReconciler) stillThere(ctx context.Context, s *scope) (bool, error) {
	pending := s.nf.Status.PendingCommit
	was, ok := r.gating.get(nameOf(s.nf))
	if !ok || pending == nil || pending.Step != v1alpha1.StepGating || pending.PersistID != was.token || pending.Digest != s.digest || s.intended != nil {
		return false, nil
	}
	seen, err := r.Pool.Observe(ctx, s.endpoint, []byte(was.filter))
	if err != nil {
		return false, targetError(err)
	}
	s.observed = observation{filter: []byte(was.filter), digest: seen.Digest, session: seen.SessionID, reply: &seen, plan: &plan.Plan{}, held: was.held}
	return seen.Digest == was.observed, nil
}

// there makes sure that what is to be confirmed is what the NF holds, where that was
// not compared in this run.
func (r *NetworkFunctionReconciler) there(ctx context.Context, s *scope) (bool, error) {
	if s.intended != nil {
		return true, nil
	}
	if err := r.lookClosely(ctx, s); err != nil {
		return false, err
	}
	s.change = r.request(s, r.changes.of(s.nf.Status.PendingCommit.PersistID))
	if !s.observed.plan.Empty() {
		return false, r.carryOn(ctx, s)
	}
	return true, nil
}

func pendingDigest(nf *v1alpha1.NetworkFunction) string {
	if nf.Status.PendingCommit == nil || nf.Status.PendingCommit.Step != v1alpha1.StepGating {
		return ""
	}
	return nf.Status.PendingCommit.Digest
}
