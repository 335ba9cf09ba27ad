// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
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
	"github.com/strowger/strowger/internal/gitreport"
)

// Indexes of DriftReports by their GitRepository, as namespace/name, and of
// NetworkFunctions by the files of their layers.
const (
	repositoryIndex = "status.git.repository"
	layerFileIndex  = "spec.config.sourceRef"
)

// SetupWithManager registers the controller, its indexes and its watches.
// GitRepositories that changed come through woken.
func (r *WriteBackReconciler) SetupWithManager(mgr ctrl.Manager, opts controller.Options, woken <-chan event.TypedGenericEvent[types.NamespacedName]) error {
	if err := indexForWriteBack(mgr); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named("writeback").
		Watches(&v1alpha1.DriftReport{}, r.reports(), builder.WithPredicates(reportMoved())).
		Watches(&v1alpha1.NetworkFunction{}, r.functions(), builder.WithPredicates(appliedOrReady())).
		WatchesRawSource(source.TypedChannel(woken, enqueue(requestOf))).
		WatchesRawSource(source.TypedChannel(r.Hydrated.Repositories, r.gathering())).
		WithOptions(opts).
		Complete(r)
}

func indexForWriteBack(mgr ctrl.Manager) error {
	indexer := mgr.GetFieldIndexer()
	err := indexer.IndexField(context.Background(), &v1alpha1.DriftReport{}, repositoryIndex, func(o client.Object) []string {
		if git := o.(*v1alpha1.DriftReport).Status.Git; git != nil && git.Repository != "" {
			return []string{git.Repository}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("indexing DriftReports by repository: %w", err)
	}
	err = indexer.IndexField(context.Background(), &v1alpha1.NetworkFunction{}, layerFileIndex, func(o client.Object) []string {
		nf := o.(*v1alpha1.NetworkFunction)
		var files []string
		for i := range nf.Spec.Config {
			if f := fileOfLayer(nf.Namespace, &nf.Spec.Config[i]); f != "" {
				files = append(files, f)
			}
		}
		return files
	})
	if err != nil {
		return fmt.Errorf("indexing NetworkFunctions by the files of their layers: %w", err)
	}
	return nil
}

// fileOfLayer names the file of a layer among those of all sources; empty for an
// inline one.
func fileOfLayer(namespace string, l *v1alpha1.ConfigLayer) string {
	if l.SourceRef == nil {
		return ""
	}
	if l.SourceRef.Namespace != "" {
		namespace = l.SourceRef.Namespace
	}
	return strings.Join([]string{l.SourceRef.Kind, namespace, l.SourceRef.Name, l.Path}, "/")
}

// reports wakes the repository of a report after the window, so that others can
// join. One that is deleted leaves its pull request behind.
func (r *WriteBackReconciler) reports() handler.EventHandler {
	wake := func(o client.Object, q workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]) {
		git := o.(*v1alpha1.DriftReport).Status.Git
		if git == nil {
			return
		}
		if key, err := repositoryNamed(git.Repository); err == nil {
			q.AddAfter(requestFor(key), r.Window)
		}
	}
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, q workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]) {
			wake(e.Object, q)
		},
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]) {
			wake(e.ObjectOld, q) // it may have moved from one repository to another
			wake(e.ObjectNew, q)
		},
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, q workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]) {
			r.repositories.orphan(e.Object.(*v1alpha1.DriftReport))
			wake(e.Object, q)
		},
	}
}

// gathering wakes after the window.
func (r *WriteBackReconciler) gathering() handler.TypedEventHandler[types.NamespacedName, ctrlreconcile.Request] {
	return handler.TypedFuncs[types.NamespacedName, ctrlreconcile.Request]{
		GenericFunc: func(_ context.Context, e event.TypedGenericEvent[types.NamespacedName], q workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]) {
			q.AddAfter(requestFor(e.Object), r.Window)
		},
	}
}

// functions wakes the repository of a NetworkFunction that shows its state there.
func (r *WriteBackReconciler) functions() handler.EventHandler {
	wake := func(ctx context.Context, o client.Object, q workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]) {
		nf := o.(*v1alpha1.NetworkFunction)
		r.wakeReport(ctx, nf, q)
		if nf.Spec.CommitStatus != commitStatusForge || !nf.DeletionTimestamp.IsZero() {
			r.repositories.leave(nameOf(nf))
			return
		}
		// The status belongs on the commit that is applied, wherever drift is reported.
		location, _, err := gitreport.Locate(ctx, r.APIReader, nf)
		if err != nil {
			ctrl.LoggerFrom(ctx).V(1).Info("no commit to show the state on", "networkFunction", nameOf(nf), "error", err.Error())
			r.repositories.leave(nameOf(nf))
			return
		}
		r.repositories.join(nameOf(nf), location.Repository)
		q.AddAfter(requestFor(location.Repository), r.Window)
	}
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]) {
			wake(ctx, e.Object, q)
		},
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]) {
			wake(ctx, e.ObjectNew, q)
		},
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, _ workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]) {
			r.repositories.leave(nameOf(e.Object))
			r.Hydrated.Forget(nameOf(e.Object))
		},
	}
}

// wakeReport wakes the repository of a NetworkFunction's report, if it waits: how it
// is proposed may have changed.
func (r *WriteBackReconciler) wakeReport(ctx context.Context, nf *v1alpha1.NetworkFunction, q workqueue.TypedRateLimitingInterface[ctrlreconcile.Request]) {
	report := &v1alpha1.DriftReport{}
	if err := r.Get(ctx, nameOf(nf), report); err != nil || report.Status.Git == nil || report.Status.State != v1alpha1.DriftOpen {
		return
	}
	if key, err := repositoryNamed(report.Status.Git.Repository); err == nil {
		q.AddAfter(requestFor(key), r.Window)
	}
}

// reportMoved lets through what may have to be brought to Git, not what we wrote
// about it ourselves.
func reportMoved() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, after := &e.ObjectOld.(*v1alpha1.DriftReport).Status, &e.ObjectNew.(*v1alpha1.DriftReport).Status
		if before.State != after.State || before.Digest != after.Digest || before.ProposedDigest != after.ProposedDigest {
			return true
		}
		was, is := gitOf(before), gitOf(after)
		return was.Repository != is.Repository || was.Branch != is.Branch ||
			is.Digest != after.Digest && was.Digest != is.Digest || was.PullRequest != nil && is.PullRequest == nil
	}}
}

func gitOf(s *v1alpha1.DriftReportStatus) v1alpha1.GitReport {
	if s.Git == nil {
		return v1alpha1.GitReport{}
	}
	return *s.Git
}

// appliedOrReady lets through NetworkFunctions that are declared anew, or whose state
// on a commit may be another one.
func appliedOrReady() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(e event.CreateEvent) bool {
			return e.Object.(*v1alpha1.NetworkFunction).Spec.CommitStatus == commitStatusForge
		},
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, after := e.ObjectOld.(*v1alpha1.NetworkFunction), e.ObjectNew.(*v1alpha1.NetworkFunction)
			if before.Generation != after.Generation {
				return true
			}
			return after.Spec.CommitStatus == commitStatusForge &&
				(before.Status.LastAttemptedRevision != after.Status.LastAttemptedRevision ||
					before.Status.LastAppliedRevision != after.Status.LastAppliedRevision ||
					conditions.GetReason(before, meta.ReadyCondition) != conditions.GetReason(after, meta.ReadyCondition) ||
					conditions.GetMessage(before, meta.ReadyCondition) != conditions.GetMessage(after, meta.ReadyCondition))
		},
	}
}
