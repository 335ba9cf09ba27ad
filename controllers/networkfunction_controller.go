// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package controllers drives each kind from what is declared to what is. A
// Reconcile is thin, its phases fill a scope in order, and only the status file
// turns a scope into conditions. It is the one place that passes values between
// the stages; it must not know how any stage does its work.
package controllers

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	kuberecorder "k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/dns"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/target"
)

// NetworkFunctionReconciler brings NFs to what Git says, and says in Git what
// they drifted to.
type NetworkFunctionReconciler struct {
	client.Client
	kuberecorder.EventRecorder
	ControllerName string

	APIReader    client.Reader
	Impersonator *Impersonator
	Sources      *Sources
	Endpoints    *Endpoints
	Schemas      *Schemas
	Pool         *target.Pool
	// Targets wakes the Target controller.
	Targets wakes
	// Announced is what NFs told of changes that others made.
	Announced *announcements
	Renderer  *render.Renderer
	// Conditions evaluates what checks want.
	Conditions *render.Renderer
	// OwnWatches act with the manager's rights, InputWatches with those of tenants.
	OwnWatches, InputWatches Watcher
	DNS                      dns.Checker
	// DriftMode is for what neither a NetworkFunction nor its Target says.
	DriftMode v1alpha1.DriftMode
	// Hydrated takes what was applied to Git; nil: nothing does.
	Hydrated            *HydratedStore
	AllowCrossNamespace bool

	turns    turns
	changes  plansUnderWay
	gating   memory[types.NamespacedName, gating]
	authors  authors
	rendered renderings
	settled  settledStates
	proofs   proofs
	compared comparisons
}

// +kubebuilder:rbac:groups=nf.strowger.dev,resources=networkfunctions,verbs=get;list;watch;patch;delete
// +kubebuilder:rbac:groups=nf.strowger.dev,resources=networkfunctions/status,verbs=get;patch
// +kubebuilder:rbac:groups=nf.strowger.dev,resources=networkfunctions/finalizers,verbs=update
// +kubebuilder:rbac:groups=nf.strowger.dev,resources=driftreports,verbs=get;create;patch
// +kubebuilder:rbac:groups=cert-manager.io,resources=certificates,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=cert-manager.io,resources=issuers;clusterissuers,verbs=get;list;watch
// +kubebuilder:rbac:groups=externaldns.k8s.io,resources=dnsendpoints,verbs=get;create;patch;delete
// +kubebuilder:rbac:groups=source.toolkit.fluxcd.io,resources=gitrepositories;ocirepositories;buckets,verbs=get;list;watch
// +kubebuilder:rbac:groups=kustomize.toolkit.fluxcd.io,resources=kustomizations,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;create;delete
// +kubebuilder:rbac:groups="",resources=serviceaccounts,verbs=impersonate
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;list;watch

// phase is one step of a run. What it says when it went well becomes the message
// of its condition; an empty message means the condition does not apply. A silent
// phase sets its condition only when it fails: a later one speaks for it.
type phase struct {
	condition string
	run       func(*NetworkFunctionReconciler, context.Context, *scope) (string, error)
	silent    bool
}

// phases is the whole life of a change, in order. The first error ends the run.
var phases = []phase{
	{condition: v1alpha1.InputsReadyCondition, run: (*NetworkFunctionReconciler).resolve},
	{condition: v1alpha1.CertificatesReadyCondition, run: (*NetworkFunctionReconciler).ensureCertificates},
	{condition: v1alpha1.RenderedCondition, run: (*NetworkFunctionReconciler).render},
	{condition: v1alpha1.ValidatedCondition, run: (*NetworkFunctionReconciler).validate},
	{condition: v1alpha1.DNSReadyCondition, run: (*NetworkFunctionReconciler).publishNames},
	{condition: v1alpha1.AppliedCondition, run: (*NetworkFunctionReconciler).look, silent: true},
	{condition: v1alpha1.ValidatedCondition, run: (*NetworkFunctionReconciler).prove},
	{condition: v1alpha1.AppliedCondition, run: (*NetworkFunctionReconciler).apply},
	{condition: v1alpha1.InSyncCondition, run: (*NetworkFunctionReconciler).compare},
	{condition: v1alpha1.DNSReadyCondition, run: (*NetworkFunctionReconciler).checkNames},
}

// Reconcile runs all phases for one NF, or removes its configuration.
func (r *NetworkFunctionReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	release, ok := r.turns.take(req.NamespacedName)
	if !ok {
		return busy(), nil
	}
	defer release()
	nf := &v1alpha1.NetworkFunction{}
	// Not from the cache: what the run before noted as applied and owned decides
	// what is drift, and a run may follow the one before at once.
	if err := r.APIReader.Get(ctx, req.NamespacedName, nf); err != nil {
		if apierrors.IsNotFound(err) {
			r.forget(req.NamespacedName)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !nf.DeletionTimestamp.IsZero() {
		return r.reconcileDelete(ctx, nf)
	}
	if isStandIn(nf) {
		return r.reconcileStandIn(ctx, nf)
	}
	if !controllerutil.ContainsFinalizer(nf, v1alpha1.Finalizer) {
		return r.addFinalizer(ctx, nf)
	}
	if nf.Spec.Suspend && nf.Status.PendingCommit == nil {
		ctrl.LoggerFrom(ctx).Info("suspended")
		return ctrl.Result{}, nil
	}
	if r.starting(ctx, nf) {
		return ctrl.Result{RequeueAfter: duration(nf.Spec.RetryInterval, defaultRetry)}, nil
	}
	// A manager that stops lets the run end: half a change is worse than a late stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), duration(nf.Spec.Timeout, 2*time.Minute))
	defer cancel()

	s := &scope{nf: nf, status: newStatusWriter(r.Client, r.ControllerName, nf)}
	r.run(ctx, s)
	// The status is written even when the run used up its time.
	if err := r.finish(context.WithoutCancel(ctx), s); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	return s.result(), nil
}

// run goes through the phases until one fails.
func (r *NetworkFunctionReconciler) run(ctx context.Context, s *scope) {
	for _, p := range phases {
		message, err := p.run(r, ctx, s)
		if s.planned != "" {
			return // nothing was changed, so there is nothing more to be done or compared
		}
		if err != nil || !p.silent {
			s.record(p.condition, message, err)
		}
		if err != nil {
			ctrl.LoggerFrom(ctx).Info("not applied", "condition", p.condition, "reason", reconcile.As(err).Reason, "error", err.Error())
			break
		}
	}
	if s.nf.Status.PendingCommit != nil && !s.attended && s.change == nil {
		r.attendBlind(ctx, s)
	}
}

// addFinalizer comes first, so that nothing is ever written to an NF that could
// not be removed again.
func (r *NetworkFunctionReconciler) addFinalizer(ctx context.Context, nf *v1alpha1.NetworkFunction) (ctrl.Result, error) {
	base := nf.DeepCopy()
	controllerutil.AddFinalizer(nf, v1alpha1.Finalizer)
	err := r.Patch(ctx, nf, client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{}))
	return ctrl.Result{RequeueAfter: time.Millisecond}, client.IgnoreNotFound(err)
}
