// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
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
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
)

// apply brings the NF to what Git says, when Git changed. At an unchanged revision it
// changes nothing: that is drift, and the next phase's, as is what was held back.
func (r *NetworkFunctionReconciler) apply(ctx context.Context, s *scope) (string, error) {
	status := &s.nf.Status
	if !s.applied() {
		if err := r.bring(ctx, s); err != nil {
			return "", err
		}
		s.owned = plan.Own(s.owned, s.intended, s.observed.tree)
		r.saveInventory(s, s.owned)
		s.keepEchoes(s.echoes.Tried())
		now := metav1.Now()
		status.LastAppliedTime = &now
		status.LastAppliedDigest = s.digest
		if s.observed.held {
			if err := r.observe(ctx, s); err != nil {
				return "", err
			}
		}
	}
	status.LastAppliedRevision = s.revision
	return fmt.Sprintf("%s is committed and was read back from %s", revisionOr(s), s.endpoint.Address), nil
}

// bring commits what Git changed. Until that ended well no revision counts as
// applied: should Git go back meanwhile, that is a change too, and not drift.
func (r *NetworkFunctionReconciler) bring(ctx context.Context, s *scope) error {
	if s.observed.plan.Empty() {
		// Maybe an earlier run was cut off between its commit and the copy to startup.
		return targetError(r.Pool.Save(ctx, s.endpoint))
	}
	s.nf.Status.LastAppliedDigest = ""
	if err := r.commit(ctx, s, s.observed.plan); err != nil {
		return err
	}
	r.event(s.nf, s.revision, corev1.EventTypeNormal, v1alpha1.SucceededReason,
		fmt.Sprintf("Committed %s on %s: %s", revisionOr(s), s.endpoint.Address, s.observed.plan.Summary()))
	s.observed.plan = &plan.Plan{}
	return nil
}

// commit makes one transaction of a plan. What it is about to own is in the
// status first, so that it can be removed even if we die right after.
func (r *NetworkFunctionReconciler) commit(ctx context.Context, s *scope, p *plan.Plan) error {
	r.saveInventory(s, plan.Union(s.owned, plan.Own(s.owned, s.intended, s.observed.tree)))
	s.tryEchoes(p)
	conditions.MarkReconciling(s.nf, meta.ProgressingReason, "%s", reconcile.Clip("Committing "+p.Summary()+" on "+s.endpoint.Address))
	if err := r.patch(ctx, s); err != nil {
		return fmt.Errorf("storing what is about to be owned: %w", err)
	}
	result, err := r.Pool.Apply(ctx, s.endpoint, target.ApplyRequest{
		Schema: s.schema, Plan: p, Filter: s.observed.filter,
		Intended: s.intended, Owned: s.owned, Options: plan.Options{Echoes: s.echoes},
	})
	r.learnEchoes(s, result, err)
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

// untouched says that a transaction certainly changed nothing on the NF, so that
// nothing more is owned than before. An answer that was lost says no such thing.
func untouched(t *v1alpha1.Target, err error) bool {
	var e *target.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Reason {
	case target.LockDenied, target.InvalidEdit, target.Unsupported, target.NotCalled:
		return true
	case target.RPCError:
		candidate := slices.ContainsFunc(t.Status.Capabilities, func(c string) bool { return strings.HasPrefix(c, "candidate") })
		return candidate && slices.Contains([]string{"lock", "discard-changes", "edit-config", "validate", "commit"}, e.Op)
	}
	return false
}

func (r *NetworkFunctionReconciler) loadInventory(ctx context.Context, s *scope) error {
	inv := s.nf.Status.Inventory
	if inv == nil {
		return nil
	}
	owned, err := plan.DecodeInventory(inv.Data)
	if err != nil {
		return reconcile.Stallf(v1alpha1.InvalidSpecReason, "status.inventory cannot be read: %w", err)
	}
	if inv.Target != "" && inv.Target != s.endpoint.Key {
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
	if s.revision != "" {
		return "Revision " + s.revision
	}
	return fmt.Sprintf("Generation %d", s.nf.Generation)
}
