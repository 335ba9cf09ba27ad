// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/drift"
	"github.com/strowger/strowger/internal/plan"
)

// filterOf selects what is read of the NF: what is owned or declared and, where it is
// asked for, what is around it that nobody declares.
func filterOf(s *scope) []byte {
	owned := s.owned
	if s.nf.Spec.Drift.Unmanaged != nil {
		owned = plan.Union(owned, areaOf(s).Cover(s.schema))
	}
	return plan.Filter(s.schema, owned, s.intended)
}

// areaOf is where configuration that nobody declares is looked for.
func areaOf(s *scope) plan.Area {
	if paths := s.nf.Spec.Drift.Unmanaged.Paths; len(paths) > 0 {
		return plan.Area{Paths: paths}
	}
	return plan.AreaOf(s.intended)
}

// findUnmanaged finds what the NF holds and no NetworkFunction declares, if that is
// asked for. It is reported, and never touched.
func (r *NetworkFunctionReconciler) findUnmanaged(ctx context.Context, s *scope) error {
	s.observed.unmanaged, s.observed.moreUnmanaged = nil, false
	if s.nf.Spec.Drift.Unmanaged == nil {
		return nil
	}
	claims := plan.Claims{Declared: s.intended, Owned: []plan.Inventory{s.owned}, Planned: s.observed.plan}
	var users v1alpha1.NetworkFunctionList
	if err := r.List(ctx, &users, client.MatchingFields{targetIndex: s.endpoint.Key}); err != nil {
		return fmt.Errorf("listing the users of Target %s: %w", s.endpoint.Key, err)
	}
	for i := range users.Items {
		other := &users.Items[i]
		inv := other.Status.Inventory
		if inv == nil || inv.Target != s.endpoint.Key || nameOf(other) == nameOf(s.nf) {
			continue
		}
		if theirs, err := plan.DecodeInventory(inv.Data); err == nil { // else its own run says so
			claims.Owned = append(claims.Owned, theirs)
		}
	}
	s.observed.unmanaged, s.observed.moreUnmanaged = plan.Unmanaged(s.observed.tree, areaOf(s), claims, maxUnmanaged)
	return nil
}

// holdBack takes out of a plan that Git asked for what the policy leaves as found and
// Git changed nothing about: it stays drift.
func (r *NetworkFunctionReconciler) holdBack(ctx context.Context, s *scope) error {
	if s.applied() || s.observed.plan.Empty() || s.holder().Status.Inventory == nil {
		return nil // an NF that nothing was applied to has no drift
	}
	report, err := r.currentReport(ctx, s.holder())
	if err != nil {
		return err
	}
	all := s.observed.plan
	s.observed.plan = drift.HoldBack(all, pastOf(report, "").known)
	s.observed.held = len(s.observed.plan.Changes) < len(all.Changes)
	return nil
}
