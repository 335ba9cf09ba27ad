// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
)

// A stand-in shows what a NetworkFunction would change if it were another one: a file
// that is not merged yet. It owns nothing and is gone soon.

// standInLife is how long one is kept that nobody deleted.
const standInLife = time.Hour

// isStandIn says whether an object stands in for another.
func isStandIn(nf *v1alpha1.NetworkFunction) bool {
	return nf.Annotations[v1alpha1.PlanForAnnotation] != ""
}

// reconcileStandIn plans for a stand-in, as for the NetworkFunction it names.
func (r *NetworkFunctionReconciler) reconcileStandIn(ctx context.Context, nf *v1alpha1.NetworkFunction) (ctrl.Result, error) {
	end := nf.CreationTimestamp.Add(standInLife)
	if now := time.Now(); !end.After(now) {
		return ctrl.Result{}, client.IgnoreNotFound(r.Delete(ctx, nf))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), duration(nf.Spec.Timeout, 2*time.Minute))
	defer cancel()
	s := &scope{nf: nf, status: newStatusWriter(r.Client, r.ControllerName, nf)}
	s.wake(end, time.Now()) // its own interval may be longer
	if err := r.standIn(ctx, s); err != nil {
		s.record(v1alpha1.AppliedCondition, "", err)
	} else {
		r.run(ctx, s)
	}
	return s.result(), client.IgnoreNotFound(r.finish(context.WithoutCancel(ctx), s))
}

// standIn finds whom it stands in for. One that does not exist yet owns nothing.
func (r *NetworkFunctionReconciler) standIn(ctx context.Context, s *scope) error {
	if !planOnly(s.nf) {
		return reconcile.Stallf(v1alpha1.InvalidSpecReason, "the annotation %s needs spec.mode Plan", v1alpha1.PlanForAnnotation)
	}
	key := types.NamespacedName{Namespace: s.nf.Namespace, Name: s.nf.Annotations[v1alpha1.PlanForAnnotation]}
	original := &v1alpha1.NetworkFunction{}
	err := r.APIReader.Get(ctx, key, original)
	if apierrors.IsNotFound(err) {
		original = s.nf.DeepCopy()
		original.Name, original.Status = key.Name, v1alpha1.NetworkFunctionStatus{}
	} else if err != nil {
		return fmt.Errorf("reading NetworkFunction %s: %w", key, err)
	}
	s.original = original
	return nil
}

// holder is whose configuration on the NF, certificates and names are meant: the object's
// own, or those of the one it stands in for.
func (s *scope) holder() *v1alpha1.NetworkFunction { return cmp.Or(s.original, s.nf) }
