// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
)

// defaultHistory is how many changes are kept where nothing is said.
const defaultHistory = 10

func historyLimit(nf *v1alpha1.NetworkFunction) int {
	if nf.Spec.HistoryLimit == nil {
		return defaultHistory
	}
	return int(*nf.Spec.HistoryLimit)
}

// remember puts a change at the top of the history.
func (r *NetworkFunctionReconciler) remember(s *scope, e v1alpha1.HistoryEntry) {
	status := &s.nf.Status
	e.Reason, e.Summary, e.Author = clipTo(e.Reason, 1024), clipTo(e.Summary, 256), clipTo(e.Author, 320)
	if len(status.History) > 0 && e.Outcome != v1alpha1.OutcomeApplied {
		last := status.History[0]
		last.Time = e.Time
		if last == e {
			return // a refusal that is repeated is not written each time
		}
	}
	status.History = append([]v1alpha1.HistoryEntry{e}, status.History...)
	if limit := historyLimit(s.nf); len(status.History) > limit {
		status.History = status.History[:limit]
	}
}

// record notes how a pending change ended.
func (r *NetworkFunctionReconciler) record(s *scope, p *v1alpha1.PendingCommit, outcome v1alpha1.Outcome, reason string) {
	e := v1alpha1.HistoryEntry{
		Revision: p.Revision, Author: p.Author, Digest: p.Digest, Outcome: outcome, Reason: reason, Summary: p.Summary,
		Time: metav1.Now().Rfc3339Copy(),
	}
	if p.Rollout != nil {
		e.Rollout = p.Rollout.Name
	}
	r.remember(s, e)
}

// rememberApplied notes that what is intended is on the NF, and keeps it to go back to.
func (r *NetworkFunctionReconciler) rememberApplied(ctx context.Context, s *scope, summary, rollout string) {
	outcome := v1alpha1.OutcomeApplied
	if s.rollback != nil {
		outcome = v1alpha1.OutcomeRolledBack
	}
	before := s.nf.Status.History
	r.remember(s, v1alpha1.HistoryEntry{
		Revision: s.appliedRevision(), Author: r.author(ctx, s), Digest: s.digest, Outcome: outcome, Summary: summary,
		Time: metav1.Now().Rfc3339Copy(), Snapshot: r.keepSnapshot(ctx, s), Rollout: rollout,
	})
	r.dropSnapshots(ctx, s.nf, before)
	s.nf.Status.Failed = nil
}

// fail remembers a change that is not to be tried again at once.
func (r *NetworkFunctionReconciler) fail(s *scope, p *v1alpha1.PendingCommit, reason string) {
	f := &v1alpha1.FailedCommit{Digest: p.Digest, Revision: p.Revision, Attempts: 1, Reason: clipTo(reason, 2048)}
	if was := s.nf.Status.Failed; was != nil && was.Digest == f.Digest {
		f.Attempts = was.Attempts + 1
	}
	f.HandledReconcileAt, _ = meta.ReconcileAnnotationValue(s.nf.GetAnnotations())
	if policy := s.nf.Spec.Commit; f.Attempts < max(policy.Attempts, 1) {
		pause := duration(policy.RetryBackoff, 5*time.Minute) << (f.Attempts - 1)
		at := metav1.NewTime(time.Now().Add(pause)).Rfc3339Copy()
		f.RetryTime = &at
	}
	s.nf.Status.Failed = f
}

// mayTry says whether a change may be made that failed before: not in a loop, but when
// its pause is over, when it is asked for, or when Git says something else.
func (r *NetworkFunctionReconciler) mayTry(s *scope) error {
	f := s.nf.Status.Failed
	if f == nil {
		return nil
	}
	if f.Digest != s.digest {
		s.nf.Status.Failed = nil
		return nil
	}
	if request, ok := meta.ReconcileAnnotationValue(s.nf.GetAnnotations()); ok && request != f.HandledReconcileAt {
		return nil
	}
	if f.RetryTime == nil {
		return reconcile.Stallf(v1alpha1.GateFailedReason, "Not applied, and %s: %s; tried %s, and not again before a new commit, or a request by %s",
			backAt(s), f.Reason, count(int(f.Attempts), "time", "times"), meta.ReconcileRequestAnnotation)
	}
	if now := time.Now(); now.Before(f.RetryTime.Time) {
		s.wake(f.RetryTime.Time, now)
		return reconcile.Failf(v1alpha1.GateFailedReason, "Not applied, and %s: %s; tried %s, and again at %s",
			backAt(s), f.Reason, count(int(f.Attempts), "time", "times"), timestamp(f.RetryTime.Time))
	}
	return nil
}

// guaranteesOf says what held for a change made by a method.
func (r *NetworkFunctionReconciler) guaranteesOf(ctx context.Context, s *scope, m v1alpha1.CommitMethod) *v1alpha1.Guarantees {
	p, err := r.Pool.Procedure(ctx, s.endpoint)
	if err != nil {
		return s.nf.Status.Guarantees
	}
	return &v1alpha1.Guarantees{
		Method: m, Transaction: p.Candidate || p.RollsBack, Validated: p.Validates,
		SelfReverting: m == v1alpha1.MethodPersistent || m == v1alpha1.MethodSession,
		Exclusive:     true, Saved: true,
	}
}
