// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	kuberecorder "k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

// defaultRetry applies to objects stored before the API server defaulted it.
const defaultRetry = 30 * time.Second

// TargetReconciler keeps a session with each target, what it can do, and the
// schema of its modules.
type TargetReconciler struct {
	client.Client
	kuberecorder.EventRecorder
	ControllerName string

	APIReader           client.Reader
	Endpoints           *Endpoints
	Pool                *target.Pool
	Schemas             *Schemas
	Traces              *traces
	AllowCrossNamespace bool
}

// +kubebuilder:rbac:groups=nf.strowger.dev,resources=targets,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=nf.strowger.dev,resources=targets/status,verbs=get;patch
// +kubebuilder:rbac:groups=nf.strowger.dev,resources=targets/finalizers,verbs=update
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get
// +kubebuilder:rbac:groups="",resources=events,verbs=create;patch

// Reconcile checks that a target can be reached and that its schema is ready.
func (r *TargetReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	t := &v1alpha1.Target{}
	// Not from the cache: the status is compared with what the last run wrote.
	if err := r.APIReader.Get(ctx, req.NamespacedName, t); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !t.DeletionTimestamp.IsZero() {
		return r.release(ctx, t)
	}
	if !controllerutil.ContainsFinalizer(t, v1alpha1.Finalizer) {
		base := t.DeepCopy()
		controllerutil.AddFinalizer(t, v1alpha1.Finalizer)
		return ctrl.Result{RequeueAfter: time.Millisecond}, client.IgnoreNotFound(r.Patch(ctx, t, client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{})))
	}
	if t.Spec.Suspend {
		r.Pool.Unwatch(nameOf(t).String())
		r.Traces.end(nameOf(t).String())
		return ctrl.Result{}, nil
	}
	if r.starting(ctx, t) {
		return ctrl.Result{RequeueAfter: duration(t.Spec.RetryInterval, defaultRetry)}, nil
	}
	return r.check(ctx, t)
}

// starting: the library is usable, but this manager is too young to have compiled
// it. The end of that wakes the target.
func (r *TargetReconciler) starting(ctx context.Context, t *v1alpha1.Target) bool {
	if t.Spec.Schema == nil {
		return false
	}
	ref := t.Spec.Schema.LibraryRef
	key, err := resolveName(t.Namespace, ref.Namespace, ref.Name, "YANGLibrary", r.AllowCrossNamespace)
	if err != nil || r.Schemas.HasLibrary(key) {
		return false
	}
	var lib v1alpha1.YANGLibrary
	if err := r.Get(ctx, key, &lib); err != nil || lib.Spec.Suspend || lib.Status.ObservedGeneration != lib.Generation {
		return false
	}
	return conditions.IsReady(&lib) || conditions.GetReason(&lib, meta.ReadyCondition) == v1alpha1.InvalidYANGReason
}

func (r *TargetReconciler) check(ctx context.Context, t *v1alpha1.Target) (ctrl.Result, error) {
	writer := newStatusWriter(r.Client, r.ControllerName, t)
	before := conditions.Get(t, meta.ReadyCondition)

	traced, tracing := r.Traces.follow(t)
	ep, err := r.Endpoints.For(ctx, t)
	if err == nil {
		err = r.reach(ctx, t, ep)
	}
	reach := reconcile.As(err)
	var schemaErr *reconcile.Error
	if reach == nil || t.Spec.Schema != nil {
		schemaErr = reconcile.As(r.loadSchema(ctx, t, ep))
		markPhase(t, v1alpha1.SchemaReadyCondition, schemaErr, fmt.Sprintf("%s compiled", count(int(t.Status.ModuleCount), "module", "modules")))
	}
	markPhase(t, v1alpha1.ReachableCondition, reach, fmt.Sprintf("NETCONF session established with %s over %s", peer(t), transport(t)))
	failure := reach
	if failure == nil {
		failure = schemaErr
	}
	message := fmt.Sprintf("Reachable, %s", count(int(t.Status.ModuleCount), "module", "modules"))
	reconcile.Summarize(t, failure, v1alpha1.SucceededReason, message+remark(t, ep)+tracing)
	t.Status.ObservedGeneration = t.Generation
	if v, ok := meta.ReconcileAnnotationValue(t.GetAnnotations()); ok {
		t.Status.SetLastHandledReconcileRequest(v)
	}
	if err := writer.write(ctx, t); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	eventOnChange(r.EventRecorder, t, before)
	result := reconcile.Schedule{
		Interval: duration(t.Spec.Interval, 10*time.Minute),
		Retry:    duration(t.Spec.RetryInterval, defaultRetry),
	}.Result(failure)
	if !traced.IsZero() {
		result.RequeueAfter = min(result.RequeueAfter, max(time.Until(traced), time.Second))
	}
	return result, nil
}

// reach opens a session, or uses the one that is open, and notes what the NF
// announced.
func (r *TargetReconciler) reach(ctx context.Context, t *v1alpha1.Target, ep target.Endpoint) error {
	t.Status.Transport = transport(t)
	t.Status.ClientCertificateNotAfter = notAfter(ep)
	if why := missedBefore(t, ep); why != nil {
		r.Pool.Away(ctx, ep, why)
	}
	keepSubscribed(r.Pool, ep)
	if v, ok := meta.ReconcileAnnotationValue(t.GetAnnotations()); ok && v != t.Status.GetLastHandledReconcileRequest() {
		r.Pool.Retry(ctx, ep)
	}
	facts, err := r.Pool.Facts(ctx, ep)
	if err == nil {
		subscribe(r.Pool, t, ep)
		t.Status.Capabilities = facts.Capabilities
	}
	t.Status.Subscription = subscription(r.Pool, ep.Key, t.Status.Subscription)
	return targetError(err)
}

// loadSchema compiles, or finds, the schema of the target's modules.
func (r *TargetReconciler) loadSchema(ctx context.Context, t *v1alpha1.Target, ep target.Endpoint) error {
	schema, err := r.schema(ctx, t, ep)
	if err != nil {
		return err
	}
	if ep.Key != "" { // else it cannot be reached for what its spec lacks
		r.Pool.Guard(ep, schema)
	}
	t.Status.SchemaDigest = schema.Digest()
	t.Status.ModuleCount = implementedCount(schema)
	_, t.Status.SchemaErrors = firstProblems(moduleErrors(schema))
	t.Status.SchemaWarningCount, t.Status.SchemaWarnings = 0, nil
	if t.Spec.Schema == nil { // else they are the library's
		t.Status.SchemaWarningCount, t.Status.SchemaWarnings = firstProblems(moduleWarnings(schema))
	}
	return nil
}

func (r *TargetReconciler) schema(ctx context.Context, t *v1alpha1.Target, ep target.Endpoint) (*yang.Schema, error) {
	if t.Spec.Schema != nil {
		ref := t.Spec.Schema.LibraryRef
		key, err := resolveName(t.Namespace, ref.Namespace, ref.Name, "YANGLibrary", r.AllowCrossNamespace)
		if err != nil {
			return nil, err
		}
		return r.librarySchema(ctx, t, key)
	}
	sources, modules, err := r.Pool.Schema(ctx, ep)
	if err != nil {
		if e := reconcile.As(targetError(err)); e.Reason != "Failed" {
			return nil, e
		}
		return nil, reconcile.Failf(v1alpha1.SchemaFailedReason, "reading the YANG modules from the NF: %w; name a YANGLibrary in spec.schema if it cannot hand them out", err)
	}
	return r.Schemas.CompileTarget(t, sources, yang.Options{Implement: modules}), nil
}

// release lets a target go when no NetworkFunction needs it any more to remove
// its configuration from the NF.
func (r *TargetReconciler) release(ctx context.Context, t *v1alpha1.Target) (ctrl.Result, error) {
	var users v1alpha1.NetworkFunctionList
	if err := r.List(ctx, &users, client.MatchingFields{targetIndex: nameOf(t).String()}); err != nil {
		return ctrl.Result{}, fmt.Errorf("listing the users of Target %s: %w", nameOf(t), err)
	}
	if len(users.Items) > 0 {
		return r.outlive(ctx, t)
	}
	r.Traces.end(nameOf(t).String())
	r.Pool.Forget(nameOf(t).String())
	r.Schemas.ForgetTarget(nameOf(t))
	base := t.DeepCopy()
	controllerutil.RemoveFinalizer(t, v1alpha1.Finalizer)
	return ctrl.Result{}, client.IgnoreNotFound(r.Patch(ctx, t, client.MergeFrom(base)))
}

// outlive keeps a deleted target at the service of its users: without its schema,
// which a new manager has yet to load, they could never remove what they own.
func (r *TargetReconciler) outlive(ctx context.Context, t *v1alpha1.Target) (ctrl.Result, error) {
	again := ctrl.Result{RequeueAfter: duration(t.Spec.RetryInterval, defaultRetry)}
	if t.Spec.Suspend || r.Schemas.OfTarget(nameOf(t)) != nil {
		return again, nil
	}
	_, err := r.check(ctx, t)
	return again, err
}

func (r *TargetReconciler) librarySchema(ctx context.Context, t *v1alpha1.Target, key client.ObjectKey) (*yang.Schema, error) {
	var lib v1alpha1.YANGLibrary
	if err := r.Get(ctx, key, &lib); apierrors.IsNotFound(err) {
		return nil, reconcile.Waitf(v1alpha1.SourceNotFoundReason, "YANGLibrary %s does not exist: create it, or mend spec.schema.libraryRef", key)
	} else if err != nil {
		return nil, fmt.Errorf("reading YANGLibrary %s: %w", key, err)
	}
	if schema := r.Schemas.ShareLibrary(t, key); schema != nil {
		return schema, nil
	}
	return nil, reconcile.Waitf(v1alpha1.SourceNotReadyReason, "YANGLibrary %s is not compiled yet%s", key, because(&lib))
}

// markPhase sets one condition from the end of one phase.
func markPhase(obj conditions.Setter, condition string, err *reconcile.Error, message string) {
	if err != nil {
		conditions.MarkFalse(obj, condition, err.Reason, "%s", reconcile.Clip(err.Error()))
		return
	}
	conditions.MarkTrue(obj, condition, v1alpha1.SucceededReason, "%s", reconcile.Clip(message))
}
