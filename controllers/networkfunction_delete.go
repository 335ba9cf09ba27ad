// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

// reconcileDelete removes from the NF what the object owns there, then lets the
// object go. Certificates, names and reports follow by garbage collection.
func (r *NetworkFunctionReconciler) reconcileDelete(ctx context.Context, nf *v1alpha1.NetworkFunction) (ctrl.Result, error) {
	if !controllerutil.ContainsFinalizer(nf, v1alpha1.Finalizer) {
		return ctrl.Result{}, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), duration(nf.Spec.Timeout, 2*time.Minute))
	defer cancel()
	s := &scope{nf: nf, status: newStatusWriter(r.Client, r.ControllerName, nf)}
	if err := r.dependentsRemain(ctx, nf); err != nil {
		s.record(v1alpha1.AppliedCondition, "", err)
		s.retry = dependentsRetry
		return s.result(), client.IgnoreNotFound(r.finish(context.WithoutCancel(ctx), s))
	}
	err := r.endPending(ctx, s)
	if err == nil {
		err = r.clear(ctx, nf)
	}
	if err != nil {
		return r.deletionFailed(context.WithoutCancel(ctx), s, reconcile.As(err))
	}
	r.forget(nameOf(nf))
	base := nf.DeepCopy()
	controllerutil.RemoveFinalizer(nf, v1alpha1.Finalizer)
	return ctrl.Result{}, client.IgnoreNotFound(r.Patch(ctx, nf, client.MergeFrom(base)))
}

// forget drops what is kept in memory of an object that is gone.
func (r *NetworkFunctionReconciler) forget(name types.NamespacedName) {
	r.OwnWatches.Forget(name)
	r.InputWatches.Forget(name)
	r.rendered.forget(name)
	r.settled.forget(name)
	r.compared.forget(name)
	r.proofs.forget(name)
	r.gating.forget(name)
}

// endPending takes back a change that was under way when the object was deleted.
func (r *NetworkFunctionReconciler) endPending(ctx context.Context, s *scope) error {
	pending := s.nf.Status.PendingCommit
	if pending == nil {
		return nil
	}
	if mine, err := r.decides(ctx, s.nf); !mine {
		return err
	}
	if err := r.reach(ctx, s, pending.Target); err != nil {
		if apierrors.IsNotFound(err) {
			return nil // there is nothing that could be taken back
		}
		return err
	}
	return r.revertChange(ctx, s, "the NetworkFunction is deleted")
}

func (r *NetworkFunctionReconciler) clear(ctx context.Context, nf *v1alpha1.NetworkFunction) error {
	inv := nf.Status.Inventory
	if nf.Spec.DeletionPolicy == v1alpha1.DeletionPolicyOrphan || inv == nil || inv.Target == "" {
		return nil
	}
	owned, err := plan.DecodeInventory(inv.Data)
	if err != nil {
		return reconcile.Stallf(v1alpha1.DeletionFailedReason, "status.inventory cannot be read: %w; set spec.deletionPolicy to Orphan to let the object go", err)
	}
	return r.leave(ctx, nf, inv.Target, owned)
}

func (r *NetworkFunctionReconciler) deletionFailed(ctx context.Context, s *scope, failure *reconcile.Error) (ctrl.Result, error) {
	s.record(v1alpha1.AppliedCondition, "", reconcile.Failf(v1alpha1.DeletionFailedReason,
		"removing the configuration from the NF: %w; set spec.deletionPolicy to Orphan to leave it there", failure))
	if err := r.finish(ctx, s); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	return s.result(), nil
}

// leave removes all that is owned on a target, as one transaction. A target that
// no longer exists has nothing that could be removed.
func (r *NetworkFunctionReconciler) leave(ctx context.Context, nf *v1alpha1.NetworkFunction, key string, owned plan.Inventory) error {
	namespace, name, _ := strings.Cut(key, "/")
	t := &v1alpha1.Target{}
	err := r.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, t)
	if apierrors.IsNotFound(err) {
		r.event(nf, "", corev1.EventTypeWarning, v1alpha1.TargetNotFoundReason,
			fmt.Sprintf("Target %s is gone: %s left on the NF", key, count(owned.Len(), "node was", "nodes were")))
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading Target %s: %w", key, err)
	}
	if t.Spec.Suspend {
		return reconcile.Waitf(v1alpha1.SuspendedReason, "Target %s is suspended", key)
	}
	schema := r.Schemas.OfTarget(nameOf(t))
	if schema == nil {
		return targetNotReady(t)
	}
	ep, err := r.Endpoints.For(ctx, t)
	if err != nil && !t.DeletionTimestamp.IsZero() && reconcile.As(err).Reason == v1alpha1.SecretNotFoundReason {
		// The credentials went with the namespace, or with the same prune: they do not come back.
		r.event(nf, "", corev1.EventTypeWarning, v1alpha1.SecretNotFoundReason,
			fmt.Sprintf("The credentials of Target %s are gone: %s left on the NF", key, count(owned.Len(), "node was", "nodes were")))
		return nil
	}
	if err != nil {
		return err
	}
	return r.remove(ctx, nf, ep, schema, owned)
}

func (r *NetworkFunctionReconciler) remove(ctx context.Context, nf *v1alpha1.NetworkFunction, ep target.Endpoint, schema *yang.Schema, owned plan.Inventory) error {
	nothing := yang.NewTree(schema)
	filter := plan.Filter(schema, owned)
	seen, err := r.Pool.Observe(ctx, ep, filter)
	if err != nil {
		return targetError(err)
	}
	observed, err := decodeReply(schema, seen.XML)
	if err != nil {
		return err
	}
	p := plan.Diff(nothing, observed, owned, plan.Options{})
	if p.Empty() {
		return nil
	}
	if _, err := r.Pool.Apply(ctx, ep, target.ApplyRequest{Schema: schema, Plan: p, Filter: filter, Intended: nothing, Owned: owned}); err != nil {
		return r.explain(ctx, nf, err, trial{
			endpoint: ep, schema: schema, intended: nothing, digest: nothing.Digest(), plan: p,
			observed: observation{tree: observed, filter: filter, digest: seen.Digest},
		})
	}
	r.event(nf, nf.Status.LastAppliedRevision, corev1.EventTypeNormal, v1alpha1.DeletedReason,
		fmt.Sprintf("Removed what this object owned on %s: %s", ep.Address, p.Summary()))
	return nil
}

// explain says which rules of the YANG modules the removal breaks that the NF refused,
// such as a reference from what others configured. The NF has the last word on a
// removal: it brings nothing to the NF, and a rule that only the modules know must not
// keep an object for ever.
func (r *NetworkFunctionReconciler) explain(ctx context.Context, nf *v1alpha1.NetworkFunction, refusal error, t trial) error {
	said := refusedByNF(refusal)
	if said == nil {
		return targetError(refusal)
	}
	nf.Status.Violations = said
	errs, err := r.tryOut(ctx, nameOf(nf), t)
	if err != nil || len(errs) == 0 {
		return targetError(refusal)
	}
	nf.Status.Violations = listViolations(errs, ofYANG)
	return reconcile.Failf(v1alpha1.RPCErrorReason, "the NF refused: %w; it would break:\n%s", refusal, tell(errs, seeStatus))
}
