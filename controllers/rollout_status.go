// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"fmt"
	"time"

	"github.com/fluxcd/pkg/apis/event/v1beta1"
	"github.com/fluxcd/pkg/apis/meta"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/rollout"
)

// stored is the status as decisions are made from it.
func (s *rolloutScope) stored() rollout.Status {
	o := &s.rollout.Status
	out := rollout.Status{
		Phase: rollout.Phase(cmp.Or(o.Phase, v1alpha1.RolloutIdle)), ID: o.ID, Reason: o.Reason, Wave: o.Wave, Failed: o.Failed,
		Deadline: timeOf(o.Deadline), SettledSince: timeOf(o.SettledSince), Started: timeOf(o.StartedTime), Completed: timeOf(o.CompletedTime),
	}
	if o.PausedUntil != nil {
		out.PausedUntil = o.PausedUntil.Time
	}
	for _, m := range o.Members {
		out.Places = append(out.Places, rollout.Place{
			Name: m.Name, Wave: m.Wave, State: rollout.State(m.State), Digest: m.Digest, Revision: m.Revision,
			Previous: m.Previous, PreviousRevision: m.PreviousRevision, Message: m.Message,
		})
	}
	return out
}

func timeOf(t *metav1.MicroTime) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Time
}

// store puts what was decided into the status.
func (s *rolloutScope) store(next rollout.Status) {
	o := &s.rollout.Status
	o.Phase, o.ID, o.Wave, o.Failed = v1alpha1.RolloutPhase(next.Phase), next.ID, next.Wave, next.Failed
	o.Reason = clipTo(next.Reason, 2048)
	o.Deadline, o.SettledSince = microTime(next.Deadline), microTime(next.SettledSince)
	o.StartedTime, o.CompletedTime = microTime(next.Started), microTime(next.Completed)
	o.PausedUntil = nil
	if !next.PausedUntil.IsZero() {
		t := metav1.NewTime(next.PausedUntil)
		o.PausedUntil = &t
	}
	if len(o.Members) != len(next.Places) { // or a transaction goes on with its members' places
		o.Members = make([]v1alpha1.RolloutMember, len(next.Places))
	}
	for i, p := range next.Places {
		o.Members[i] = v1alpha1.RolloutMember{
			Name: p.Name, Wave: p.Wave, State: v1alpha1.MemberState(p.State), Digest: p.Digest, Revision: p.Revision,
			Previous: p.Previous, PreviousRevision: p.PreviousRevision, Message: clipTo(p.Message, 512),
		}
	}
	o.Done, o.Total = int32(rollout.Done(next.Places)), int32(len(next.Places))
	if next.Phase != rollout.Idle || o.Revision == "" {
		o.Revision = cmp.Or(newest(next.Places), o.Revision)
	}
}

// newest is the revision that is rolled out: that of a member that changes.
func newest(places []rollout.Place) string {
	for _, p := range places {
		if p.State != rollout.IsUpToDate && p.Revision != "" {
			return p.Revision
		}
	}
	return ""
}

// tell makes events of what a decision changed.
func (r *NetworkFunctionRolloutReconciler) tell(s *rolloutScope, was, next rollout.Status) {
	revision := cmp.Or(newest(next.Places), s.rollout.Status.Revision)
	what := cmp.Or(revision, "what Git changed")
	switch {
	case next.Phase == rollout.Stopped && was.Phase != rollout.Stopped:
		r.event(s, revision, corev1.EventTypeWarning, v1alpha1.RolloutFailedReason, fmt.Sprintf("Rollout of %s failed: %s", what, next.Reason))
	case next.Phase == rollout.Reverting && was.Phase != rollout.Reverting:
		r.event(s, revision, corev1.EventTypeWarning, v1alpha1.RevertedReason, fmt.Sprintf("Rollout of %s is taken back: %s", what, next.Reason))
	case next.ID != was.ID:
		open := len(next.Places) - rollout.Done(next.Places)
		r.event(s, revision, corev1.EventTypeNormal, meta.ProgressingReason, fmt.Sprintf("Rollout of %s to %s begins", what, count(open, "member", "members")))
	case next.Phase == rollout.Idle && !next.Completed.Equal(was.Completed):
		r.event(s, revision, corev1.EventTypeNormal, v1alpha1.SucceededReason, fmt.Sprintf("Rollout of %s is done", what))
	}
}

// event tells Kubernetes and, where set up, Flux's notification-controller.
func (r *NetworkFunctionRolloutReconciler) event(s *rolloutScope, revision, kind, reason, message string) {
	var annotations map[string]string
	if revision != "" {
		annotations = map[string]string{v1alpha1.GroupVersion.Group + "/" + v1beta1.MetaRevisionKey: revision}
	}
	r.AnnotatedEventf(s.rollout, annotations, kind, reason, "%s", reconcile.Clip(message))
}
