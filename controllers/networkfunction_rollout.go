// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
)

// +kubebuilder:rbac:groups=nf.strowger.dev,resources=networkfunctionrollouts,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=nf.strowger.dev,resources=networkfunctionrollouts/status,verbs=get;patch
// +kubebuilder:rbac:groups=nf.strowger.dev,resources=networkfunctionrollouts/finalizers,verbs=update

// rolloutHolds keeps a NetworkFunction from what Git changed until its rollout lets it:
// one of waves releases it for what it is to be, an atomic one makes the change by
// itself. The way back to a former state, asked for on the object, waits for nobody.
func (r *NetworkFunctionReconciler) rolloutHolds(ctx context.Context, s *scope) error {
	if s.rollback != nil {
		return nil
	}
	rollout, err := r.rolloutOf(ctx, s.nf)
	if rollout == nil || err != nil {
		return err
	}
	place := placeOf(rollout, s.nf.Name)
	meant := place != nil && place.Digest == s.digest
	status := &rollout.Status
	switch {
	case rollout.Spec.Strategy == v1alpha1.RolloutWaves && meant && place.State == v1alpha1.MemberReleased:
		return nil
	case meant && status.Phase == v1alpha1.RolloutFailed && status.Failed != "":
		return reconcile.Stallf(v1alpha1.RolloutFailedReason, "NetworkFunctionRollout %s, which changes it, failed: %s; not tried again before a new commit, or a request by %s on the rollout",
			rollout.Name, status.Reason, meta.ReconcileRequestAnnotation)
	case place != nil && place.Wave != "" && rollout.Spec.Strategy == v1alpha1.RolloutWaves:
		return reconcile.Waitf(v1alpha1.WaitingForRolloutReason, "%s waits for its turn in wave %s of NetworkFunctionRollout %s", revisionOr(s), place.Wave, rollout.Name)
	}
	return reconcile.Waitf(v1alpha1.WaitingForRolloutReason, "%s waits for NetworkFunctionRollout %s", revisionOr(s), rollout.Name)
}

// changedTogether says whether a dependency is changed in the same transaction: other,
// which nf depends on, waits for the same atomic rollout, or is being changed by it. It
// is as ready then as it will be before nf is changed.
func (r *NetworkFunctionReconciler) changedTogether(ctx context.Context, nf, other *v1alpha1.NetworkFunction) bool {
	if nf.Namespace != other.Namespace {
		return false
	}
	rollout, err := r.rolloutOf(ctx, nf)
	if err != nil || rollout == nil || rollout.Spec.Strategy != v1alpha1.RolloutAtomic {
		return false
	}
	theirs, err := r.rolloutOf(ctx, other)
	if err != nil || theirs == nil || theirs.Name != rollout.Name {
		return false
	}
	if p := other.Status.PendingCommit; p != nil {
		return p.Rollout != nil && p.Rollout.Name == rollout.Name
	}
	return other.Status.ObservedGeneration == other.Generation && waitsForRollout(other)
}

// waitsForRollout: it could be changed, and its rollout has yet to do it, or failed to.
func waitsForRollout(nf *v1alpha1.NetworkFunction) bool {
	reason := conditions.GetReason(nf, meta.ReadyCondition)
	return conditions.IsFalse(nf, v1alpha1.AppliedCondition) && (reason == v1alpha1.WaitingForRolloutReason || reason == v1alpha1.RolloutFailedReason)
}

// rolloutOf is the rollout that a NetworkFunction belongs to, nil if there is none.
func (r *NetworkFunctionReconciler) rolloutOf(ctx context.Context, nf *v1alpha1.NetworkFunction) (*v1alpha1.NetworkFunctionRollout, error) {
	rollouts, err := rolloutsIn(ctx, r.Client, nf.Namespace)
	if err != nil {
		return nil, err
	}
	return ownerAmong(rollouts, nf), nil
}

// rolloutsIn are the rollouts of a namespace, the oldest first.
func rolloutsIn(ctx context.Context, c client.Reader, namespace string) ([]v1alpha1.NetworkFunctionRollout, error) {
	var list v1alpha1.NetworkFunctionRolloutList
	if err := c.List(ctx, &list, client.InNamespace(namespace)); err != nil {
		return nil, fmt.Errorf("listing the NetworkFunctionRollouts of namespace %s: %w", namespace, err)
	}
	slices.SortFunc(list.Items, func(a, b v1alpha1.NetworkFunctionRollout) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	return list.Items, nil
}

// ownerAmong is the rollout of a NetworkFunction among those of its namespace, of which
// the oldest is the first: that one has it.
func ownerAmong(rollouts []v1alpha1.NetworkFunctionRollout, nf *v1alpha1.NetworkFunction) *v1alpha1.NetworkFunctionRollout {
	if !canBeMember(nf) {
		return nil
	}
	for i := range rollouts {
		if selects(&rollouts[i].Spec.Selector, nf) {
			return &rollouts[i]
		}
	}
	return nil
}

// canBeMember: what is only planned, or goes, is not rolled out.
func canBeMember(nf *v1alpha1.NetworkFunction) bool {
	return nf.DeletionTimestamp.IsZero() && nf.Spec.Mode != v1alpha1.ModePlan &&
		nf.Annotations[v1alpha1.PlanAnnotation] != "true" && nf.Annotations[v1alpha1.PlanForAnnotation] == ""
}

// selects says whether a selector matches. One that cannot be read matches nothing; the
// rollout's own status says so.
func selects(selector *metav1.LabelSelector, o client.Object) bool {
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(o.GetLabels()))
}

// placeOf is what a rollout says of a member, nil if it says nothing.
func placeOf(rollout *v1alpha1.NetworkFunctionRollout, name string) *v1alpha1.RolloutMember {
	for i := range rollout.Status.Members {
		if rollout.Status.Members[i].Name == name {
			return &rollout.Status.Members[i]
		}
	}
	return nil
}
