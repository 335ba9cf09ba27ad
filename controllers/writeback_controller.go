// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/types"
	kuberecorder "k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/forge"
	"github.com/strowger/strowger/internal/gitreport"
)

// WriteBackReconciler brings what drifted to Git: what the DriftReports of one
// GitRepository hold and Git does not becomes one push, what they propose pull
// requests, and what was decided there comes back into the DriftReports. It acts on
// one repository at a time, and on several repositories at once. All that must
// outlive the manager is in the DriftReports and on the forge.
type WriteBackReconciler struct {
	client.Client
	kuberecorder.EventRecorder
	ControllerName string

	APIReader client.Reader
	// Watches see GitRepositories, whenever Flux is installed.
	Watches  Watcher
	Git      *gitreport.Writer
	Hydrated *HydratedStore
	// Forges gives the forge of a repository. Default: forge.New.
	Forges  func(context.Context, forge.Options) (forge.Forge, error)
	Metrics *writeBackMetrics
	// Window is how long the first push of a quiet repository waits for more.
	Window time.Duration
	// PullRequestInterval is how often open pull requests are looked at.
	PullRequestInterval time.Duration
	// MaxPullRequests that may be open in one repository.
	MaxPullRequests     int
	AllowCrossNamespace bool
	// Now is the clock. Default: time.Now.
	Now func() time.Time

	repositories repositories
}

// +kubebuilder:rbac:groups=nf.strowger.dev,resources=driftreports,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=source.toolkit.fluxcd.io,resources=gitrepositories,verbs=get;list;watch;patch

// roundTimeout bounds one round: a forge or a Git server that hangs does not hold up
// for ever what waits behind it.
const roundTimeout = 10 * time.Minute

// round is what one run over a repository knows and found out.
type round struct {
	key   types.NamespacedName
	state *repositoryState
	now   time.Time
	// reader answers the same question once.
	reader client.Reader

	repository *sourcev1.GitRepository
	access     gitreport.Access
	// members are the DriftReports of the repository.
	members []*member
	// orphans are pull requests whose DriftReports are gone.
	orphans map[int64]orphan
	// hydrated waits to be committed.
	hydrated map[types.NamespacedName]packed
	// functions want to have their state on the commit that they apply.
	functions []types.NamespacedName
	// again is when the next round is due; zero: when something happens.
	again time.Duration
}

// Reconcile does one round over a repository.
func (r *WriteBackReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	// A manager that stops lets the round end: what was pushed is noted, too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), roundTimeout)
	defer cancel()
	rd, err := r.gather(ctx, req.NamespacedName)
	if err != nil {
		return ctrl.Result{}, err
	}
	if rd.idle() {
		r.Watches.Forget(req.NamespacedName)
		r.Metrics.open(rd.key, 0)
		return ctrl.Result{}, nil
	}
	if wait := rd.resting(); wait > 0 {
		return ctrl.Result{RequeueAfter: wait}, nil
	}
	r.watch(ctx, req.NamespacedName)
	if err := r.open(ctx, rd); err != nil {
		return r.unusable(ctx, rd, err)
	}
	r.lookAtPullRequests(ctx, rd)
	if err := r.publish(ctx, rd); err != nil {
		return ctrl.Result{}, err
	}
	if err := r.propose(ctx, rd); err != nil {
		return ctrl.Result{}, err
	}
	r.sayOnCommits(ctx, rd)
	r.Metrics.open(rd.key, len(rd.openNumbers()))
	return ctrl.Result{RequeueAfter: rd.again}, nil
}

// after asks for another round, no later than d from now.
func (rd *round) after(d time.Duration) {
	if d > 0 && (rd.again == 0 || d < rd.again) {
		rd.again = d
	}
}

// watch sees to it that a new artifact of the repository wakes us. Without it, what
// happened is seen at the interval.
func (r *WriteBackReconciler) watch(ctx context.Context, key types.NamespacedName) {
	ref := v1alpha1.ObjectReference{
		APIVersion: sourcev1.GroupVersion.String(), Kind: sourcev1.GitRepositoryKind,
		Namespace: key.Namespace, Name: key.Name,
	}
	if err := r.Watches.Ensure(ctx, key, "", []v1alpha1.ObjectReference{ref}); err != nil {
		ctrl.LoggerFrom(ctx).Info("new artifacts are seen at the interval only", "error", err.Error())
	}
}

// unusable says in every report that waits why its repository cannot be used.
func (r *WriteBackReconciler) unusable(ctx context.Context, rd *round, cause error) (ctrl.Result, error) {
	rd.state.pace.failed(rd.now)
	r.Metrics.failed(failureKind(cause))
	for _, m := range rd.members {
		if m.unpushed() {
			m.pushErr = cause
		}
	}
	r.hydratedFailed(ctx, rd.hydrated, cause)
	if err := r.write(ctx, rd, rd.members); err != nil {
		return ctrl.Result{}, err
	}
	ctrl.LoggerFrom(ctx).Info("the repository cannot be written to", "error", cause.Error())
	return ctrl.Result{RequeueAfter: rd.state.pace.wait(rd.now)}, nil
}

// function reads the NetworkFunction of a report; nil where there is none that
// controls it.
func (r *WriteBackReconciler) function(ctx context.Context, report *v1alpha1.DriftReport) (*v1alpha1.NetworkFunction, error) {
	nf := &v1alpha1.NetworkFunction{}
	if err := r.Get(ctx, nameOf(report), nf); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	for _, o := range report.OwnerReferences {
		if o.UID == nf.UID {
			return nf, nil
		}
	}
	return nil, nil
}

func (r *WriteBackReconciler) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

// repositoryNamed is the key of a GitRepository as a DriftReport names it.
func repositoryNamed(s string) (types.NamespacedName, error) {
	key := nameFromKey(s)
	if key.Name == "" || key.Namespace == "" {
		return key, fmt.Errorf("%q is not the namespace and the name of a GitRepository", s)
	}
	return key, nil
}
