// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
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
	"github.com/strowger/strowger/internal/gitreport"
)

// RevisionReconciler wakes NetworkFunctions whose Kustomization is at a new
// revision. Flux writes it down a moment after it has applied the objects, and a
// commit that changes none of them writes nothing else; without this a
// NetworkFunction would show the revision before until its next interval.
type RevisionReconciler struct {
	client.Client
	// APIReader reads Kustomizations.
	APIReader client.Reader
	// Watches see them, whenever Flux is installed.
	Watches Watcher
	// Functions wakes the NetworkFunction controller.
	Functions wakes
}

// SetupWithManager registers the controller. Kustomizations that changed come
// through woken.
func (r *RevisionReconciler) SetupWithManager(mgr ctrl.Manager, opts controller.Options, woken <-chan event.TypedGenericEvent[types.NamespacedName]) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("revision").
		Watches(&v1alpha1.NetworkFunction{}, handler.EnqueueRequestsFromMapFunc(appliedBy),
			builder.WithPredicates(predicate.LabelChangedPredicate{})).
		WatchesRawSource(source.TypedChannel(woken, enqueue(requestOf))).
		WithOptions(opts).
		Complete(r)
}

// appliedBy is the Kustomization that says to have applied the object.
func appliedBy(_ context.Context, o client.Object) []ctrlreconcile.Request {
	key, err := gitreport.Origin(o)
	if err != nil {
		return nil
	}
	return []ctrlreconcile.Request{requestFor(key)}
}

// Reconcile wakes the NetworkFunctions of one Kustomization that were last looked
// at at another revision than its own.
func (r *RevisionReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	functions, err := r.functions(ctx, req.NamespacedName)
	if err != nil {
		return ctrl.Result{}, err
	}
	if len(functions) == 0 {
		r.Watches.Forget(req.NamespacedName)
		return ctrl.Result{}, nil
	}
	ref := v1alpha1.ObjectReference{
		APIVersion: kustomizev1.GroupVersion.String(), Kind: kustomizev1.KustomizationKind,
		Namespace: req.Namespace, Name: req.Name,
	}
	if err := r.Watches.Ensure(ctx, req.NamespacedName, "", []v1alpha1.ObjectReference{ref}); err != nil {
		ctrl.LoggerFrom(ctx).Info("new revisions are seen at the interval only", "error", err.Error())
	}
	var k kustomizev1.Kustomization
	err = r.APIReader.Get(ctx, req.NamespacedName, &k)
	if apierrors.IsNotFound(err) || apimeta.IsNoMatchError(err) {
		return ctrl.Result{}, nil
	}
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("reading Kustomization %s: %w", req.NamespacedName, err)
	}
	for i := range functions {
		if functions[i].Status.LastAttemptedRevision != k.Status.LastAttemptedRevision {
			r.Functions.send(nameOf(&functions[i]).String())
		}
	}
	return ctrl.Result{}, nil
}

func (r *RevisionReconciler) functions(ctx context.Context, kustomization types.NamespacedName) ([]v1alpha1.NetworkFunction, error) {
	var list v1alpha1.NetworkFunctionList
	if err := r.List(ctx, &list, gitreport.AppliedBy(kustomization)); err != nil {
		return nil, fmt.Errorf("listing the NetworkFunctions of Kustomization %s: %w", kustomization, err)
	}
	return list.Items, nil
}
