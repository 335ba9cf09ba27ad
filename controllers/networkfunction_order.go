// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	ctrlreconcile "sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
)

// Objects are deleted in the reverse order of their dependencies: what depends on this
// one goes first.

const (
	// dependentsPatience is how long after its deletion an object waits for dependents
	// that nobody deletes: a prune deletes one object after the other.
	dependentsPatience = 5 * time.Second
	// dependentsRetry is how soon they are looked at again. The end of one wakes the
	// object, so this matters for the end of the patience only.
	dependentsRetry = time.Second
)

// dependentsRemain is an error while objects that depend on this one have configuration
// on their NFs that is being removed, or may be in a moment. Dependents that stay do not
// keep it.
func (r *NetworkFunctionReconciler) dependentsRemain(ctx context.Context, nf *v1alpha1.NetworkFunction) error {
	if nf.Spec.DeletionPolicy == v1alpha1.DeletionPolicyOrphan || nf.Status.Inventory == nil {
		return nil // nothing is removed from the NF
	}
	var dependents v1alpha1.NetworkFunctionList
	if err := r.List(ctx, &dependents, client.MatchingFields{dependencyIndex: nameOf(nf).String()}); err != nil {
		return fmt.Errorf("listing the dependents of NetworkFunction %s: %w", nameOf(nf), err)
	}
	below, err := r.dependencies(ctx, nf)
	if err != nil {
		return err
	}
	var leaving, staying []string
	for i := range dependents.Items {
		other := &dependents.Items[i]
		switch {
		case other.Namespace != nf.Namespace && !r.AllowCrossNamespace:
			// Its reference is refused, and must not keep what others own.
		case nameOf(other) == nameOf(nf), below[nameOf(other)]:
			// Each depends on the other: they would wait for each other for ever.
		case other.DeletionTimestamp.IsZero():
			staying = append(staying, nameOf(other).String())
		case controllerutil.ContainsFinalizer(other, v1alpha1.Finalizer):
			leaving = append(leaving, nameOf(other).String())
		}
	}
	switch {
	case len(leaving) > 0:
		return reconcile.Waitf(v1alpha1.DependentsRemainReason, "%s on this one and must be removed from the NF first: %s",
			count(len(leaving), "NetworkFunction that is being deleted depends", "NetworkFunctions that are being deleted depend"), firstOf(leaving))
	case len(staying) == 0:
		return nil
	case time.Since(nf.DeletionTimestamp.Time) < dependentsPatience:
		return reconcile.Waitf(v1alpha1.DependentsRemainReason, "%s on this one: %s; waiting %s in case they are deleted too",
			count(len(staying), "NetworkFunction depends", "NetworkFunctions depend"), firstOf(staying), dependentsPatience)
	}
	if conditions.GetReason(nf, meta.ReadyCondition) != v1alpha1.DeletionFailedReason { // said before
		r.event(nf, "", corev1.EventTypeWarning, v1alpha1.DependentsRemainReason,
			"Removing the configuration, although these depend on it and are not deleted: "+strings.Join(staying, ", "))
	}
	return nil
}

// dependencies are all objects that an object depends on, directly or not.
func (r *NetworkFunctionReconciler) dependencies(ctx context.Context, nf *v1alpha1.NetworkFunction) (map[types.NamespacedName]bool, error) {
	found := map[types.NamespacedName]bool{}
	for open := []*v1alpha1.NetworkFunction{nf}; len(open) > 0; {
		at := open[0]
		open = open[1:]
		for _, ref := range at.Spec.DependsOn {
			key, err := resolveName(at.Namespace, ref.Namespace, ref.Name, "NetworkFunction", r.AllowCrossNamespace)
			if err != nil || found[key] {
				continue // a reference that is refused leads nowhere
			}
			found[key] = true
			next := &v1alpha1.NetworkFunction{}
			err = r.Get(ctx, key, next)
			if apierrors.IsNotFound(err) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("reading NetworkFunction %s: %w", key, err)
			}
			open = append(open, next)
		}
	}
	return found, nil
}

// waitingForDeletion are the objects that a dependent named and that wait for its end.
func (r *NetworkFunctionReconciler) waitingForDeletion(ctx context.Context, o client.Object) []ctrlreconcile.Request {
	nf := o.(*v1alpha1.NetworkFunction)
	var requests []ctrlreconcile.Request
	for _, ref := range nf.Spec.DependsOn {
		key, err := resolveName(nf.Namespace, ref.Namespace, ref.Name, "NetworkFunction", r.AllowCrossNamespace)
		if err != nil {
			continue
		}
		var other v1alpha1.NetworkFunction
		if err := r.Get(ctx, key, &other); err == nil && !other.DeletionTimestamp.IsZero() {
			requests = append(requests, requestFor(key))
		}
	}
	return requests
}

// deletionProgress lets through objects that began to be deleted, or are gone.
func deletionProgress() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		DeleteFunc: func(event.DeleteEvent) bool { return true },
		UpdateFunc: func(e event.UpdateEvent) bool {
			return e.ObjectOld.GetDeletionTimestamp().IsZero() && !e.ObjectNew.GetDeletionTimestamp().IsZero()
		},
	}
}
