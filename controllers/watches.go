// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	ctrlreconcile "sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/strowger/strowger/api/v1alpha1"
)

// SetupWithManager registers the controller and its watches.
func (r *YANGLibraryReconciler) SetupWithManager(mgr ctrl.Manager, opts controller.Options, woken <-chan event.TypedGenericEvent[types.NamespacedName]) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("yanglibrary").
		For(&v1alpha1.YANGLibrary{}, builder.WithPredicates(changed())).
		WatchesRawSource(source.TypedChannel(woken, enqueue(requestOf))).
		WithOptions(opts).
		Complete(r)
}

// SetupWithManager registers the controller, its index and its watches.
// What the session pool noticed of a target comes through woken.
func (r *TargetReconciler) SetupWithManager(mgr ctrl.Manager, opts controller.Options, woken wakes) error {
	err := mgr.GetFieldIndexer().IndexField(context.Background(), &v1alpha1.Target{}, libraryIndex, func(o client.Object) []string {
		t := o.(*v1alpha1.Target)
		if t.Spec.Schema == nil {
			return nil
		}
		return []string{inNamespace(t.Namespace, t.Spec.Schema.LibraryRef)}
	})
	if err != nil {
		return fmt.Errorf("indexing Targets by library: %w", err)
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named("target").
		For(&v1alpha1.Target{}, builder.WithPredicates(predicate.Or(changed(), predicate.AnnotationChangedPredicate{}))).
		Watches(&v1alpha1.YANGLibrary{}, handler.EnqueueRequestsFromMapFunc(r.usersOfLibrary), builder.WithPredicates(readinessChanged())).
		Watches(&v1alpha1.NetworkFunction{}, handler.EnqueueRequestsFromMapFunc(targetOfDeleted), builder.WithPredicates(deletedOnly())).
		WatchesRawSource(source.TypedChannel(r.Schemas.libraryChanged, enqueue(func(ctx context.Context, l *v1alpha1.YANGLibrary) []ctrlreconcile.Request {
			return r.usersOfLibrary(ctx, l)
		}))).
		WatchesRawSource(source.TypedChannel(woken, enqueue(requestOf))).
		WithOptions(opts).
		Complete(r)
}

func (r *TargetReconciler) usersOfLibrary(ctx context.Context, o client.Object) []ctrlreconcile.Request {
	var list v1alpha1.TargetList
	if err := r.List(ctx, &list, client.MatchingFields{libraryIndex: nameOf(o).String()}); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "cannot list the users of a library", "library", nameOf(o))
		return nil
	}
	requests := make([]ctrlreconcile.Request, 0, len(list.Items))
	for i := range list.Items {
		requests = append(requests, requestFor(nameOf(&list.Items[i])))
	}
	return requests
}

// targetOfDeleted wakes a target that may only have waited for its last user.
func targetOfDeleted(_ context.Context, o client.Object) []ctrlreconcile.Request {
	nf, ok := o.(*v1alpha1.NetworkFunction)
	if !ok {
		return nil
	}
	var requests []ctrlreconcile.Request
	for _, key := range targetsOf(nf) {
		requests = append(requests, requestFor(nameFromKey(key)))
	}
	return requests
}
