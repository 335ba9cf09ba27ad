// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/drift"
)

// The DriftReport is where a drift is kept until it is in Git. The write-back
// writes in it too, so that every change here starts from what it holds now and is
// made again where somebody was faster.

// reportTries is how often a change is made again; the write-back writes seldom.
const reportTries = 5

// currentReport is the report as it is now, nil where there is none.
func (r *NetworkFunctionReconciler) currentReport(ctx context.Context, nf *v1alpha1.NetworkFunction) (*v1alpha1.DriftReport, error) {
	return readReport(ctx, r.APIReader, nf)
}

// reportOf is the report for a run. Where nothing differs, and nothing did when the
// run before ended, what the cache has of it will do.
func (r *NetworkFunctionReconciler) reportOf(ctx context.Context, s *scope) (*v1alpha1.DriftReport, error) {
	was := s.nf.Status.Drift
	if s.observed.plan.Empty() && len(s.observed.unmanaged) == 0 && (was == nil || was.Entries == 0) {
		return readReport(ctx, r.Client, s.nf)
	}
	return r.currentReport(ctx, s.nf)
}

func readReport(ctx context.Context, from client.Reader, nf *v1alpha1.NetworkFunction) (*v1alpha1.DriftReport, error) {
	report := &v1alpha1.DriftReport{}
	err := from.Get(ctx, nameOf(nf), report)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading DriftReport %s: %w", nameOf(nf), err)
	}
	return report, nil
}

// changeReport changes the report, nil where there is none yet, and writes it if
// change changed anything.
func (r *NetworkFunctionReconciler) changeReport(ctx context.Context, nf *v1alpha1.NetworkFunction, report *v1alpha1.DriftReport, change func(*v1alpha1.DriftReport)) (*v1alpha1.DriftReport, error) {
	for try := 1; ; try++ {
		next := newReport(nf)
		if report != nil {
			next = report.DeepCopy()
		}
		change(next)
		var err error
		switch {
		case report == nil:
			err = r.Create(ctx, next, client.FieldOwner(r.ControllerName))
		case equality.Semantic.DeepEqual(report, next):
			return report, nil
		default:
			err = r.Patch(ctx, next, client.MergeFromWithOptions(report, client.MergeFromWithOptimisticLock{}), client.FieldOwner(r.ControllerName))
		}
		if err == nil {
			return next, nil
		}
		stale := apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) || report != nil && apierrors.IsNotFound(err)
		if !stale || try == reportTries {
			return nil, fmt.Errorf("writing DriftReport %s: %w", nameOf(nf), err)
		}
		if report, err = r.currentReport(ctx, nf); err != nil {
			return nil, err
		}
	}
}

// report keeps what differs in the DriftReport. What was reported before and is the
// same is not written again.
func (r *NetworkFunctionReconciler) report(ctx context.Context, s *scope, report *v1alpha1.DriftReport, entries []drift.Entry, more bool) (*v1alpha1.DriftReport, error) {
	var fresh, adopted bool
	next, err := r.changeReport(ctx, s.nf, report, func(report *v1alpha1.DriftReport) {
		was := report.DeepCopy()
		r.fillReport(s, report, entries, more)
		fresh = unheardOf(was, report)
		adopted = decisionOf(&was.Status) == drift.Merged && report.Status.ProposedDigest == ""
	})
	if err != nil {
		return nil, err
	}
	if fresh {
		r.event(s.nf, s.revision, corev1.EventTypeWarning, v1alpha1.DriftedReason, driftMessage(entries)+changedBy(next))
	}
	if adopted {
		r.event(s.nf, s.revision, corev1.EventTypeNormal, v1alpha1.DriftAdoptedReason, adoptedMessage(next))
	}
	s.nf.Status.Drift = summary(next, entries)
	return next, nil
}

// fillReport says in a report what differs now.
func (r *NetworkFunctionReconciler) fillReport(s *scope, report *v1alpha1.DriftReport, entries []drift.Entry, more bool) {
	now := metav1.Now().Rfc3339Copy()
	past := pastOf(report, s.settledAt)
	status := &report.Status
	carried := unpushed(status, entries)
	if !past.open || past.again {
		*status = v1alpha1.DriftReportStatus{
			State:        v1alpha1.DriftOpen,
			Revision:     s.revision,
			SessionID:    int64(s.observed.session),
			ChangedBy:    r.Announced.who(s.endpoint.Key, time.Now()),
			ObservedTime: now,
			Git:          r.gitOf(s, nil),
		}
		delete(report.Annotations, mergedAnnotation)
	} else {
		status.Git = r.gitOf(s, status.Git)
	}
	if status.Git == nil {
		carried = nil // there is no Git to hear of it
	}
	r.compose(s, report, entries, carried, more, now)
	if decisionOf(status) == drift.Merged && report.Annotations[mergedAnnotation] == "" && s.settledAt != "" {
		metav1.SetMetaDataAnnotation(&report.ObjectMeta, mergedAnnotation, mergedAt(s))
		status.Revision = s.revision
	}
}

// compose brings entries and digests of an open report to what differs now, with
// what was put back before Git heard of it.
func (r *NetworkFunctionReconciler) compose(s *scope, report *v1alpha1.DriftReport, entries []drift.Entry, carried []v1alpha1.DriftEntry, more bool, now metav1.Time) {
	status := &report.Status
	all := slices.Clone(entries)
	for _, e := range carried {
		all = append(all, drift.Entry{Path: e.Path, Operation: drift.Operation(e.Operation), Desired: e.Desired, Actual: e.Actual, Action: drift.Action(e.Action)})
	}
	digest, proposed := drift.Digest(all), drift.Proposed(all)
	next := reportEntries(entries, status.Entries, carried, now)
	if digest == status.Digest && proposed == status.ProposedDigest && sameActions(status.Entries, next) {
		status.DecideBy = decideBy(entries)
		return
	}
	if git := status.Git; git != nil {
		switch {
		case git.Digest == "" || git.Digest != status.Digest || git.Commit == "":
		case proposed == status.ProposedDigest && onlyPutBack(status.Entries, next):
			git.Digest = digest // it is in Git with the rest
		case digest == status.Digest:
			git.Digest = "" // the same leaves, for which something else is done
		}
		if pr := git.PullRequest; pr != nil && pr.State != v1alpha1.PullRequestOpen && proposed != "" && proposed != status.ProposedDigest {
			git.PullRequest = nil // what was decided is over
			delete(report.Annotations, mergedAnnotation)
		}
	}
	if digest != status.Digest && !onlyPutBack(status.Entries, next) {
		status.SessionID = int64(s.observed.session)
		if by := r.Announced.who(s.endpoint.Key, time.Now()); by != "" {
			status.ChangedBy = by
		}
	}
	status.Digest, status.ProposedDigest, status.DecideBy = digest, proposed, decideBy(entries)
	status.Count, status.Truncated = int32(len(all)), more || len(all) > len(next)
	status.Entries = next
}

// closeReport notes that a drift is over, because Strowger put Git's values back or
// because it is gone. report is what was just read or written.
func (r *NetworkFunctionReconciler) closeReport(ctx context.Context, s *scope, report *v1alpha1.DriftReport, corrected bool) (*v1alpha1.DriftReport, error) {
	if report == nil {
		return nil, nil
	}
	adopted := false
	next, err := r.changeReport(ctx, s.nf, report, func(report *v1alpha1.DriftReport) {
		status := &report.Status
		was := status.State
		switch {
		case was == v1alpha1.DriftOpen && corrected:
			status.State = v1alpha1.DriftCorrected
		case was == v1alpha1.DriftOpen || was == v1alpha1.DriftGone:
			// Flux may have applied the merge before anybody saw it on the forge.
			status.State = v1alpha1.DriftGone
			if decisionOf(status) == drift.Merged {
				status.State = v1alpha1.DriftAdopted
			}
		}
		if was == v1alpha1.DriftOpen {
			now := metav1.Now().Rfc3339Copy()
			status.ResolvedTime = &now
		}
		if status.Git == nil {
			status.Git = r.gitOf(s, nil) // its repository was not known before
		}
		adopted = was != status.State && status.State == v1alpha1.DriftAdopted
	})
	if err != nil {
		return report, err
	}
	if adopted {
		r.event(s.nf, s.revision, corev1.EventTypeNormal, v1alpha1.DriftAdoptedReason, adoptedMessage(next))
	}
	s.nf.Status.Drift = summary(next, nil)
	return next, nil
}

func adoptedMessage(report *v1alpha1.DriftReport) string {
	return "Git says now what the NF says: pull request " + pullRequestURL(report) + " was merged and applied"
}

// changedBy is the end of a message on a report.
func changedBy(report *v1alpha1.DriftReport) string {
	if report.Status.ChangedBy == "" {
		return ""
	}
	return "; changed by " + report.Status.ChangedBy
}

func newReport(nf *v1alpha1.NetworkFunction) *v1alpha1.DriftReport {
	return &v1alpha1.DriftReport{
		ObjectMeta: metav1.ObjectMeta{
			Namespace:       nf.Namespace,
			Name:            nf.Name,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(nf, v1alpha1.GroupVersion.WithKind("NetworkFunction"))},
		},
		Spec: v1alpha1.DriftReportSpec{NetworkFunctionRef: v1alpha1.LocalReference{Name: nf.Name}},
	}
}

func summary(report *v1alpha1.DriftReport, entries []drift.Entry) *v1alpha1.DriftSummary {
	return &v1alpha1.DriftSummary{
		Entries:   int32(len(entries)),
		First:     lines(entries),
		ReportRef: &v1alpha1.LocalReference{Name: report.Name},
		Git:       report.Status.Git.DeepCopy(),
	}
}
