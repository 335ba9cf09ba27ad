// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/crash"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
)

// apply brings the NF to what Git says, when Git changed. At an unchanged revision it
// changes nothing: that is drift, and the next phase's, as is what was held back.
func (r *NetworkFunctionReconciler) apply(ctx context.Context, s *scope) (string, error) {
	if s.nf.Status.PendingCommit != nil {
		if err := r.attend(ctx, s); err != nil {
			if s.nf.Status.PendingCommit != nil {
				s.retry = gatePoll // the NF's clock runs
			}
			return "", err
		}
	}
	if planOnly(s.nf) {
		return r.planned(ctx, s)
	}
	if !s.applied() {
		if err := r.bring(ctx, s); err != nil {
			return "", err
		}
		if s.observed.held {
			if err := r.observe(ctx, s); err != nil {
				return "", err
			}
		}
	}
	s.nf.Status.Plan = nil
	s.nf.Status.LastAppliedRevision = s.reached()
	return appliedMessage(s), r.postActions(ctx, s)
}

func appliedMessage(s *scope) string {
	if s.rollback != nil {
		return fmt.Sprintf("ROLLED BACK to %s by the annotation %s, and read back from %s. Git says %s, which is not applied; the next change in Git ends this",
			cmp.Or(s.rollback.Revision, s.rollback.Digest), v1alpha1.RollbackAnnotation, s.endpoint.Address, cmp.Or(s.revision, s.rollback.From))
	}
	return fmt.Sprintf("%s is committed and was read back from %s", revisionOr(s), s.endpoint.Address)
}

// bring commits what Git changed. Until that ended well no revision counts as
// applied: should Git go back meanwhile, that is a change too, and not drift.
func (r *NetworkFunctionReconciler) bring(ctx context.Context, s *scope) error {
	if err := r.mayTry(s); err != nil {
		return err
	}
	if s.observed.plan.Empty() {
		// Maybe an earlier run was cut off between its commit and the copy to startup.
		if err := r.Pool.Save(ctx, s.endpoint); err != nil {
			return targetError(err)
		}
		r.settle(ctx, s, "nothing had to be changed", "")
		return nil
	}
	r.fillPlan(s)
	if err := r.rolloutHolds(ctx, s); err != nil {
		return err
	}
	if err := r.preActions(ctx, s); err != nil {
		return err
	}
	if s.gated() {
		return r.changeGated(ctx, s)
	}
	return r.changePlain(ctx, s)
}

// changePlain makes what Git changed final at once.
func (r *NetworkFunctionReconciler) changePlain(ctx context.Context, s *scope) error {
	s.nf.Status.LastAppliedDigest = ""
	if err := r.commit(ctx, s, s.observed.plan); err != nil {
		if said := s.nf.Status.Violations; said != nil {
			r.remember(s, v1alpha1.HistoryEntry{
				Revision: s.cause(), Author: r.author(ctx, s), Digest: s.digest, Outcome: v1alpha1.OutcomeRefused,
				Reason: err.Error(), Summary: s.observed.plan.Summary(), Time: metav1.Now().Rfc3339Copy(),
			})
		}
		return err
	}
	crash.At(crash.PlainCommitted)
	s.nf.Status.Guarantees = r.guaranteesOf(ctx, s, v1alpha1.MethodPlain)
	summary := s.observed.plan.Summary()
	r.event(s.nf, s.cause(), corev1.EventTypeNormal, v1alpha1.SucceededReason,
		fmt.Sprintf("Committed %s on %s: %s%s", revisionOr(s), s.endpoint.Address, summary, by(r.author(ctx, s))))
	r.settle(ctx, s, summary, "")
	return nil
}

// settle notes that what is intended is on the NF for good.
func (r *NetworkFunctionReconciler) settle(ctx context.Context, s *scope, summary, rollout string) {
	s.owned = plan.Own(s.owned, s.intended, s.observed.tree)
	r.saveInventory(s, s.owned)
	s.keepEchoes(s.echoes.Tried())
	status := &s.nf.Status
	now := metav1.Now()
	status.LastAppliedTime, status.LastAppliedDigest, status.LastAppliedRevision = &now, s.digest, s.reached()
	status.Plan = nil
	r.rememberApplied(ctx, s, summary, rollout)
	s.observed.plan = &plan.Plan{}
}

// commit makes one transaction of a plan. What it is about to own is in the
// status first, so that it can be removed even if we die right after.
func (r *NetworkFunctionReconciler) commit(ctx context.Context, s *scope, p *plan.Plan) error {
	if err := r.nobodyElse(ctx, s); err != nil {
		return err
	}
	r.saveInventory(s, plan.Union(s.owned, plan.Own(s.owned, s.intended, s.observed.tree)))
	s.tryEchoes(p)
	conditions.MarkReconciling(s.nf, meta.ProgressingReason, "%s", reconcile.Clip("Committing "+p.Summary()+" on "+s.endpoint.Address))
	if err := r.patch(ctx, s); err != nil {
		return fmt.Errorf("storing what is about to be owned: %w", err)
	}
	result, err := r.Pool.Apply(ctx, s.endpoint, target.ApplyRequest{
		Schema: s.schema, Plan: p, Filter: s.observed.filter,
		Intended: s.intended, Owned: s.owned, Options: plan.Options{Echoes: s.echoes},
		Comment: r.comment(s, token(s, ""), r.author(ctx, s)),
	})
	r.learnEchoes(s, result, err)
	r.tellWarnings(s, result.Warnings)
	if err != nil {
		if untouched(s.target, err) {
			r.saveInventory(s, s.owned)
		}
		s.nf.Status.Violations = refusedByNF(err)
		return targetError(err)
	}
	s.observed.session = result.SessionID
	return nil
}

// tellWarnings tells what the NF had to say of a change that it took: it is in no status, since it is over with
// the change.
func (r *NetworkFunctionReconciler) tellWarnings(s *scope, list []target.Violation) {
	if len(list) == 0 {
		return
	}
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = v.String()
	}
	r.event(s.nf, s.revision, corev1.EventTypeWarning, v1alpha1.NFWarningReason, "The NF took the change and warns: "+strings.Join(words, "; "))
}

// untouched says that a transaction certainly changed nothing on the NF, so that
// nothing more is owned than before. An answer that was lost says no such thing.
func untouched(t *v1alpha1.Target, err error) bool {
	var e *target.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Reason {
	case target.LockDenied, target.ChangePending, target.InvalidEdit, target.Unsupported, target.NotCalled:
		return true
	case target.RPCError:
		candidate := slices.ContainsFunc(t.Status.Capabilities, func(c string) bool { return strings.HasPrefix(c, "candidate") })
		return candidate && slices.Contains([]string{"lock", "discard-changes", "edit-config", "validate", "commit"}, e.Op)
	}
	return false
}

func (r *NetworkFunctionReconciler) loadInventory(ctx context.Context, s *scope) error {
	inv := s.holder().Status.Inventory
	if inv == nil {
		return nil
	}
	owned, err := plan.DecodeInventory(inv.Data)
	if err != nil {
		return reconcile.Stallf(v1alpha1.InvalidSpecReason, "status.inventory cannot be read: %w", err)
	}
	if inv.Target != "" && inv.Target != s.endpoint.Key {
		if planOnly(s.nf) {
			return nil // it would be removed there; nothing of ours is here yet
		}
		if err := r.leave(ctx, s.nf, inv.Target, owned); err != nil {
			return err
		}
		s.nf.Status.Inventory, s.nf.Status.Echoes, s.nf.Status.LastAppliedDigest = nil, nil, ""
		return r.patch(ctx, s)
	}
	s.owned = owned
	return nil
}

func (r *NetworkFunctionReconciler) saveInventory(s *scope, owned plan.Inventory) {
	s.nf.Status.Inventory = &v1alpha1.Inventory{
		Paths:  owned.Roots(),
		Count:  int32(owned.Len()),
		Target: s.endpoint.Key,
		Data:   owned.Encode(),
	}
}

func revisionOr(s *scope) string {
	if revision := s.cause(); revision != "" {
		return "Revision " + revision
	}
	return fmt.Sprintf("Generation %d", s.nf.Generation)
}
