// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	eventv1 "github.com/fluxcd/pkg/apis/event/v1beta1"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
)

// outcome is how one phase ended.
type outcome struct {
	condition string
	message   string
	err       *reconcile.Error
	// mirrored is what another object says, which is passed on as it is.
	mirrored *metav1.Condition
}

// record keeps the end of a phase. Only the status file reads it.
func (s *scope) record(condition, message string, err error) {
	s.outcomes = append(s.outcomes, outcome{condition: condition, message: message, err: reconcile.As(err)})
}

// failure is the first error of the run, nil if there was none.
func (s *scope) failure() *reconcile.Error {
	for _, o := range s.outcomes {
		if o.err != nil && o.condition != v1alpha1.DriftReportedCondition {
			return o.err
		}
	}
	return nil
}

// unreported: where in Git a report belongs could not be read, which fails nothing else
// and is tried again.
func (s *scope) unreported() bool {
	for _, o := range s.outcomes {
		if o.condition == v1alpha1.DriftReportedCondition && o.err != nil && o.err.Kind == reconcile.Failed {
			return true
		}
	}
	return false
}

// setConditions turns the outcomes of the phases into conditions. A phase that
// was not reached keeps the condition of the run before.
func (s *scope) setConditions() {
	nf := s.nf
	for i, o := range s.outcomes {
		switch {
		case s.superseded(i):
		case o.mirrored != nil:
			mirrored := *o.mirrored
			mirrored.Type, mirrored.ObservedGeneration = o.condition, nf.Generation
			mirrored.Message, mirrored.LastTransitionTime = reconcile.Clip(mirrored.Message), metav1.Time{}
			conditions.Set(nf, &mirrored)
		case o.err != nil:
			conditions.MarkFalse(nf, o.condition, o.err.Reason, "%s", reconcile.Clip(o.err.Error()))
		case o.condition == v1alpha1.ValidatedCondition && s.unproved:
			conditions.MarkUnknown(nf, o.condition, v1alpha1.NotProvedReason, "%s", reconcile.Clip(o.message))
		case o.condition == v1alpha1.InSyncCondition && s.rollback != nil:
			conditions.MarkFalse(nf, o.condition, v1alpha1.RolledBackReason, "%s", reconcile.Clip(appliedMessage(s)))
		case o.condition == v1alpha1.InSyncCondition && len(s.drifted) > 0:
			conditions.MarkFalse(nf, o.condition, v1alpha1.DriftedReason, "%s", reconcile.Clip(o.message))
		case o.message == "":
			conditions.Delete(nf, o.condition)
		default:
			conditions.MarkTrue(nf, o.condition, v1alpha1.SucceededReason, "%s", reconcile.Clip(o.message))
		}
	}
	reconcile.Summarize(nf, s.failure(), v1alpha1.SucceededReason, s.readyMessage())
	nf.Status.ObservedGeneration = nf.Generation
	if v, ok := meta.ReconcileAnnotationValue(nf.GetAnnotations()); ok {
		nf.Status.SetLastHandledReconcileRequest(v)
	}
}

// superseded tells whether a later phase speaks for the same condition. Setting
// it twice would count as a change in every run.
func (s *scope) superseded(i int) bool {
	for _, later := range s.outcomes[i+1:] {
		if later.condition == s.outcomes[i].condition {
			return true
		}
	}
	return false
}

// readyMessage says in one line what the NF runs and how far it is from Git.
func (s *scope) readyMessage() string {
	switch {
	case s.planned != "":
		return s.planned
	case s.rollback != nil:
		return appliedMessage(s)
	}
	at := s.nf.Status.LastAppliedRevision
	if at == "" {
		at = "generation " + fmt.Sprint(s.nf.Generation)
	}
	message := fmt.Sprintf("Applied %s: %d nodes, read back from the NF", at, s.ownedCount())
	if len(s.drifted) > 0 {
		message += fmt.Sprintf("; %s left as found by drift policy", count(len(s.drifted), "drifted leaf", "drifted leaves"))
	}
	return message
}

func (s *scope) ownedCount() int32 {
	if s.nf.Status.Inventory == nil {
		return 0
	}
	return s.nf.Status.Inventory.Count
}

// finish writes the status, if it changed, and says what changed as events.
func (r *NetworkFunctionReconciler) finish(ctx context.Context, s *scope) error {
	before := conditions.Get(s.nf, meta.ReadyCondition)
	r.hydrate(ctx, s)
	r.completeHistory(s.nf)
	s.setConditions()
	after := conditions.Get(s.nf, meta.ReadyCondition)
	if err := r.patch(ctx, s); err != nil {
		return err
	}
	switch {
	case before != nil && before.Status == after.Status && before.Reason == after.Reason && before.Message == after.Message:
	case goesItsWay(after.Reason):
		if before == nil || before.Reason != after.Reason {
			r.event(s.nf, s.revision, corev1.EventTypeNormal, after.Reason, after.Message)
		}
	case after.Status == "False":
		r.event(s.nf, s.revision, corev1.EventTypeWarning, after.Reason, after.Message)
	case before != nil && before.Status == "False" && before.Reason != "":
		r.event(s.nf, s.revision, corev1.EventTypeNormal, after.Reason, after.Message)
	}
	return nil
}

// goesItsWay: nothing is wrong, a change is on its way. What is awaited may be told in
// other words each second.
func goesItsWay(reason string) bool {
	switch reason {
	case v1alpha1.GatePendingReason, v1alpha1.ChangePendingReason, v1alpha1.WaitingForRolloutReason, v1alpha1.PlannedReason:
		return true
	}
	return false
}

func (r *NetworkFunctionReconciler) patch(ctx context.Context, s *scope) error {
	return s.status.write(ctx, s.nf)
}

// lastReason is the reason a condition had before this run.
func (s *scope) lastReason(condition string) string {
	return conditions.GetReason(s.nf, condition)
}

// event tells Kubernetes and, where set up, Flux's notification-controller. The
// revision travels in the metadata, as Flux's own events carry it.
func (r *NetworkFunctionReconciler) event(nf *v1alpha1.NetworkFunction, revision, kind, reason, message string) {
	var annotations map[string]string
	if revision != "" {
		annotations = map[string]string{v1alpha1.GroupVersion.Group + "/" + eventv1.MetaRevisionKey: revision}
	}
	r.AnnotatedEventf(nf, annotations, kind, reason, "%s", reconcile.Clip(message))
}

// count is "1 leaf" or "2 leaves".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
