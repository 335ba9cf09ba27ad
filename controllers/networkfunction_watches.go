// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/runtime/predicates"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
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

// Indexes of NetworkFunctions by what they refer to, as namespace/name.
const (
	targetIndex     = "spec.targetRef"
	dependencyIndex = "spec.dependsOn"
	libraryIndex    = "spec.schema.libraryRef"
)

// Watcher wakes an object when one that it refers to changes, whatever its kind,
// also when that kind is installed later.
type Watcher interface {
	// Ensure replaces what owner watches with the rights of a service account
	// (empty: the manager's own) by refs.
	Ensure(ctx context.Context, owner types.NamespacedName, serviceAccount string, refs []v1alpha1.ObjectReference) error
	// Forget ends all that owner watches.
	Forget(owner types.NamespacedName)
}

// changed lets through what a person or Flux changed, not our own status.
func changed() predicate.Predicate {
	return predicate.Or(predicate.GenerationChangedPredicate{}, predicates.ReconcileRequestedPredicate{})
}

// SetupWithManager registers the controller, its indexes and its watches. What
// woke is sent through events of the dynamic watches; targets are those whose NFs
// have something new to look at.
func (r *NetworkFunctionReconciler) SetupWithManager(mgr ctrl.Manager, opts controller.Options, targets wakes, woken ...<-chan event.TypedGenericEvent[types.NamespacedName]) error {
	if err := indexNetworkFunctions(mgr); err != nil {
		return err
	}
	b := ctrl.NewControllerManagedBy(mgr).
		Named("networkfunction").
		For(&v1alpha1.NetworkFunction{}, builder.WithPredicates(predicate.Or(changed(), predicate.LabelChangedPredicate{}, predicate.AnnotationChangedPredicate{}))).
		Watches(&v1alpha1.Target{}, handler.EnqueueRequestsFromMapFunc(r.usersOfTarget), builder.WithPredicates(targetMoved())).
		Watches(&v1alpha1.NetworkFunction{}, handler.EnqueueRequestsFromMapFunc(r.dependents), builder.WithPredicates(readinessChanged())).
		Watches(&v1alpha1.NetworkFunction{}, handler.EnqueueRequestsFromMapFunc(r.refusedNeighbours), builder.WithPredicates(holdingsChanged())).
		Watches(&v1alpha1.NetworkFunction{}, handler.EnqueueRequestsFromMapFunc(r.waitingForDeletion), builder.WithPredicates(deletionProgress())).
		Watches(&v1alpha1.DriftReport{}, handler.EnqueueRequestsFromMapFunc(reporter), builder.WithPredicates(decided())).
		WatchesRawSource(source.TypedChannel(r.Schemas.targetChanged, enqueue(func(ctx context.Context, t *v1alpha1.Target) []ctrlreconcile.Request {
			return r.usersOfTarget(ctx, t)
		}))).
		WatchesRawSource(source.TypedChannel(targets, enqueue(r.usersOfNamed))).
		WithOptions(opts)
	for _, c := range woken {
		b = b.WatchesRawSource(source.TypedChannel(c, enqueue(requestOf)))
	}
	return b.Complete(r)
}

func indexNetworkFunctions(mgr ctrl.Manager) error {
	indexer := mgr.GetFieldIndexer()
	err := indexer.IndexField(context.Background(), &v1alpha1.NetworkFunction{}, targetIndex, func(o client.Object) []string {
		return targetsOf(o.(*v1alpha1.NetworkFunction))
	})
	if err != nil {
		return fmt.Errorf("indexing NetworkFunctions by target: %w", err)
	}
	err = indexer.IndexField(context.Background(), &v1alpha1.NetworkFunction{}, dependencyIndex, func(o client.Object) []string {
		nf := o.(*v1alpha1.NetworkFunction)
		names := make([]string, 0, len(nf.Spec.DependsOn))
		for _, ref := range nf.Spec.DependsOn {
			names = append(names, inNamespace(nf.Namespace, ref))
		}
		return names
	})
	if err != nil {
		return fmt.Errorf("indexing NetworkFunctions by dependency: %w", err)
	}
	return nil
}

// targetsOf are the target an NF names and, while it is moved, the one that still
// holds its configuration.
func targetsOf(nf *v1alpha1.NetworkFunction) []string {
	targets := []string{inNamespace(nf.Namespace, nf.Spec.TargetRef)}
	if inv := nf.Status.Inventory; inv != nil && inv.Target != "" && inv.Target != targets[0] {
		targets = append(targets, inv.Target)
	}
	return targets
}

func inNamespace(own string, ref v1alpha1.NamespacedReference) string {
	if ref.Namespace != "" {
		own = ref.Namespace
	}
	return own + "/" + ref.Name
}

func (r *NetworkFunctionReconciler) usersOfTarget(ctx context.Context, o client.Object) []ctrlreconcile.Request {
	return r.referrers(ctx, targetIndex, o)
}

func (r *NetworkFunctionReconciler) dependents(ctx context.Context, o client.Object) []ctrlreconcile.Request {
	return r.referrers(ctx, dependencyIndex, o)
}

func (r *NetworkFunctionReconciler) referrers(ctx context.Context, index string, o client.Object) []ctrlreconcile.Request {
	var list v1alpha1.NetworkFunctionList
	if err := r.List(ctx, &list, client.MatchingFields{index: nameOf(o).String()}); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "cannot list referrers", "index", index, "object", nameOf(o))
		return nil
	}
	requests := make([]ctrlreconcile.Request, 0, len(list.Items))
	for i := range list.Items {
		requests = append(requests, requestFor(nameOf(&list.Items[i])))
	}
	return requests
}

// targetMoved lets through changes of a target that its users must know of: its
// spec, and whether it is ready; not each sighting.
func targetMoved() predicate.Predicate {
	return predicate.Or(predicate.GenerationChangedPredicate{}, readinessChanged())
}

// readinessChanged lets through objects that became ready at their present
// generation, or ceased to be.
func readinessChanged() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		DeleteFunc: func(event.DeleteEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok := e.ObjectOld.(conditions.Getter)
			after, ok2 := e.ObjectNew.(conditions.Getter)
			return ok && ok2 && readyNow(before) != readyNow(after)
		},
	}
}

// readyNow: Ready, and speaking of the present generation.
func readyNow(o conditions.Getter) bool {
	return conditions.IsReady(o) && conditions.GetObservedGeneration(o, meta.ReadyCondition) == o.GetGeneration()
}

// reporter is the NetworkFunction that a DriftReport is about.
func reporter(_ context.Context, o client.Object) []ctrlreconcile.Request {
	return []ctrlreconcile.Request{requestFor(types.NamespacedName{
		Namespace: o.GetNamespace(), Name: o.(*v1alpha1.DriftReport).Spec.NetworkFunctionRef.Name,
	})}
}

// decided lets through what the write-back did about a DriftReport: what it committed,
// what became of the pull request, and what keeps it from either.
func decided() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		DeleteFunc: func(event.DeleteEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok := e.ObjectOld.(*v1alpha1.DriftReport)
			after, ok2 := e.ObjectNew.(*v1alpha1.DriftReport)
			return ok && ok2 && writtenBack(&before.Status, &after.Status)
		},
	}
}

func writtenBack(before, after *v1alpha1.DriftReportStatus) bool {
	if c := apimeta.FindStatusCondition(after.Conditions, v1alpha1.ReportedCondition); c != nil {
		was := apimeta.FindStatusCondition(before.Conditions, v1alpha1.ReportedCondition)
		if was == nil || was.Status != c.Status || was.Reason != c.Reason || was.Message != c.Message {
			return true
		}
	}
	if after.Git == nil {
		return false
	}
	was := v1alpha1.GitReport{}
	if before.Git != nil {
		was = *before.Git
	}
	if after.Git.Commit != "" && after.Git.Commit != was.Commit {
		return true
	}
	pr := after.Git.PullRequest
	return pr != nil && (was.PullRequest == nil || *was.PullRequest != *pr)
}

// deletedOnly lets through what is gone.
func deletedOnly() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		UpdateFunc: func(event.UpdateEvent) bool { return false },
		DeleteFunc: func(event.DeleteEvent) bool { return true },
	}
}

// enqueue maps the events of a channel to requests.
func enqueue[T any](mapper func(context.Context, T) []ctrlreconcile.Request) handler.TypedEventHandler[T, ctrlreconcile.Request] {
	return handler.TypedFuncs[T, ctrlreconcile.Request]{
		GenericFunc: func(ctx context.Context, e event.TypedGenericEvent[T], q workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]) {
			for _, req := range mapper(ctx, e.Object) {
				q.Add(req)
			}
		},
	}
}

func requestOf(_ context.Context, name types.NamespacedName) []ctrlreconcile.Request {
	return []ctrlreconcile.Request{requestFor(name)}
}

func requestFor(name types.NamespacedName) ctrlreconcile.Request {
	return ctrlreconcile.Request{NamespacedName: name}
}
