// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	kuberecorder "k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	ctrlreconcile "sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/strowger/strowger/api/v1alpha1"
)

// rolloutsAtATime are decided on; an atomic one takes its turn until it ends.
const rolloutsAtATime = 16

// setupRollouts registers the controller, which makes changes by functions and wakes them
// by wake.
func setupRollouts(mgr ctrl.Manager, recorder kuberecorder.EventRecorder, opts controller.Options, functions *NetworkFunctionReconciler, wake wakes) error {
	err := (&NetworkFunctionRolloutReconciler{
		Client: mgr.GetClient(), EventRecorder: recorder, ControllerName: controllerName,
		APIReader: mgr.GetAPIReader(), Functions: functions, Wake: wake,
	}).SetupWithManager(mgr, opts)
	if err != nil {
		return fmt.Errorf("setting up the NetworkFunctionRollout controller: %w", err)
	}
	return nil
}

// SetupWithManager registers the controller and its watches.
func (r *NetworkFunctionRolloutReconciler) SetupWithManager(mgr ctrl.Manager, opts controller.Options) error {
	opts.MaxConcurrentReconciles = max(opts.MaxConcurrentReconciles, rolloutsAtATime)
	return ctrl.NewControllerManagedBy(mgr).
		Named("networkfunctionrollout").
		For(&v1alpha1.NetworkFunctionRollout{}, builder.WithPredicates(changed())).
		Watches(&v1alpha1.NetworkFunctionRollout{}, handler.EnqueueRequestsFromMapFunc(r.neighbours), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.NetworkFunctionRollout{}, r.waker()).
		Watches(&v1alpha1.NetworkFunction{}, handler.EnqueueRequestsFromMapFunc(r.neighbours), builder.WithPredicates(memberMoved())).
		WithOptions(opts).
		Complete(r)
}

// neighbours are the rollouts of the namespace of an object.
func (r *NetworkFunctionRolloutReconciler) neighbours(ctx context.Context, o client.Object) []ctrlreconcile.Request {
	rollouts, err := rolloutsIn(ctx, r.Client, o.GetNamespace())
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "cannot list rollouts")
		return nil
	}
	var requests []ctrlreconcile.Request
	for i := range rollouts {
		if rollouts[i].UID != o.GetUID() {
			requests = append(requests, requestFor(nameOf(&rollouts[i])))
		}
	}
	return requests
}

// memberMoved lets through NetworkFunctions that a rollout sees in another way than
// before.
func memberMoved() predicate.Predicate {
	return predicate.Or(predicate.LabelChangedPredicate{}, predicate.Funcs{
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok := e.ObjectOld.(*v1alpha1.NetworkFunction)
			after, ok2 := e.ObjectNew.(*v1alpha1.NetworkFunction)
			return ok && ok2 && (memberSeen(before) != memberSeen(after) || canBeMember(before) != canBeMember(after) || before.Spec.Suspend != after.Spec.Suspend)
		},
	})
}

// waker wakes NetworkFunctions to which their rollout says something new. It does so
// when the cache knows it: there they look it up.
func (r *NetworkFunctionRolloutReconciler) waker() handler.EventHandler {
	type queue = workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]
	return handler.Funcs{
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, _ queue) {
			before, ok := e.ObjectOld.(*v1alpha1.NetworkFunctionRollout)
			after, ok2 := e.ObjectNew.(*v1alpha1.NetworkFunctionRollout)
			if !ok || !ok2 {
				return
			}
			r.wakeMembers(before, after)
			if !equality.Semantic.DeepEqual(before.Spec, after.Spec) {
				r.wakeWaiting(ctx, after.Namespace)
			}
		},
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, _ queue) { r.wakeWaiting(ctx, e.Object.GetNamespace()) },
	}
}

// wakeMembers wakes those that may change now, and all when the rollout ends.
func (r *NetworkFunctionRolloutReconciler) wakeMembers(before, after *v1alpha1.NetworkFunctionRollout) {
	ended := before.Status.Phase != after.Status.Phase && (!underWay(after) || before.Status.Phase == v1alpha1.RolloutFailed)
	for _, m := range after.Status.Members {
		was := placeOf(before, m.Name)
		released := m.State == v1alpha1.MemberReleased && (was == nil || was.State != m.State || was.Digest != m.Digest)
		if released || ended && m.State != v1alpha1.MemberUpToDate {
			r.Wake.send(types.NamespacedName{Namespace: after.Namespace, Name: m.Name}.String())
		}
	}
}

// wakeWaiting wakes all of a namespace that wait for a rollout.
func (r *NetworkFunctionRolloutReconciler) wakeWaiting(ctx context.Context, namespace string) {
	var list v1alpha1.NetworkFunctionList
	if err := r.List(ctx, &list, client.InNamespace(namespace)); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "cannot list NetworkFunctions that wait for a rollout")
		return
	}
	for i := range list.Items {
		if nf := &list.Items[i]; waitsForRollout(nf) || nf.Status.PendingCommit != nil && nf.Status.PendingCommit.Rollout != nil {
			r.Wake.send(nameOf(nf).String())
		}
	}
}
