// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	ctrlreconcile "sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
)

// Several objects may configure one NF, each its part. A value that two of them declare
// would be put back by each in turn: the older one keeps it.

// refuseConflict refuses what an older object owns already, before it is sent. What was
// applied and is unchanged on the NF is in nobody's way.
func (r *NetworkFunctionReconciler) refuseConflict(ctx context.Context, s *scope) error {
	if s.applied() && s.observed.plan.Empty() {
		return nil
	}
	users, err := r.usersOn(ctx, s.endpoint.Key)
	if err != nil {
		return err
	}
	var mine plan.Inventory
	for i := range users {
		other := &users[i]
		inv := other.Status.Inventory
		if inv == nil || inv.Target != s.endpoint.Key || !older(other, s.holder()) || nameOf(other) == nameOf(s.holder()) {
			continue
		}
		theirs, err := plan.DecodeInventory(inv.Data)
		if err != nil {
			continue // its own run says so
		}
		if mine.Len() == 0 {
			mine = plan.Own(plan.Inventory{}, s.intended, nil)
		}
		if paths := plan.Shared(mine, theirs); len(paths) > 0 {
			return reconcile.Stallf(v1alpha1.PathConflictReason,
				"NetworkFunction %s, which is older, declares on Target %s too: %s; declare each in one object only", nameOf(other), s.endpoint.Key, firstOf(paths))
		}
	}
	return nil
}

// usersOn are the NetworkFunctions that name a Target, or hold configuration on it.
func (r *NetworkFunctionReconciler) usersOn(ctx context.Context, key string) ([]v1alpha1.NetworkFunction, error) {
	var users v1alpha1.NetworkFunctionList
	if err := r.List(ctx, &users, client.MatchingFields{targetIndex: key}); err != nil {
		return nil, fmt.Errorf("listing the users of Target %s: %w", key, err)
	}
	return users.Items, nil
}

// older says which of two objects was there first.
func older(a, b *v1alpha1.NetworkFunction) bool {
	return cmp.Or(
		a.CreationTimestamp.Compare(b.CreationTimestamp.Time),
		cmp.Compare(a.Namespace, b.Namespace),
		cmp.Compare(a.Name, b.Name)) < 0
}

func firstOf(paths []string) string {
	const told = 3
	text := strings.Join(paths[:min(len(paths), told)], ", ")
	if more := len(paths) - told; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// refusedNeighbours are the objects of the same NF that were refused because of what
// others declare or do not declare there.
func (r *NetworkFunctionReconciler) refusedNeighbours(ctx context.Context, o client.Object) []ctrlreconcile.Request {
	nf := o.(*v1alpha1.NetworkFunction)
	if nf.Status.Inventory == nil {
		return nil
	}
	users, err := r.usersOn(ctx, nf.Status.Inventory.Target)
	if err != nil {
		return nil // they look again after their interval
	}
	var requests []ctrlreconcile.Request
	for i := range users {
		other := &users[i]
		switch conditions.GetReason(other, meta.ReadyCondition) {
		case v1alpha1.PathConflictReason, v1alpha1.ConstraintViolatedReason:
			if nameOf(other) != nameOf(nf) {
				requests = append(requests, requestFor(nameOf(other)))
			}
		}
	}
	return requests
}

// holdingsChanged lets through objects that own something else on their NF than before.
func holdingsChanged() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok := e.ObjectOld.(*v1alpha1.NetworkFunction)
			after, ok2 := e.ObjectNew.(*v1alpha1.NetworkFunction)
			return ok && ok2 && !bytes.Equal(holdings(before), holdings(after))
		},
	}
}

func holdings(nf *v1alpha1.NetworkFunction) []byte {
	if nf.Status.Inventory == nil {
		return nil
	}
	return nf.Status.Inventory.Data
}
