// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/drift"
)

// maxDriftLines is how many drifted leaves the NetworkFunction's status lists;
// the DriftReport has them all.
const maxDriftLines = 10

// compare deals with what differs at an unchanged revision. The DriftReport comes
// first, so that what is then corrected is never lost. Git hears of it from the
// write-back, which nothing here waits for.
func (r *NetworkFunctionReconciler) compare(ctx context.Context, s *scope) (string, error) {
	report, err := r.reportOf(ctx, s)
	if err != nil {
		return "", err
	}
	if report != nil && decisionOf(&report.Status) == drift.Merged {
		if s.settledAt, err = r.settledRevision(ctx, s); err != nil {
			return "", err
		}
	}
	now := metav1.Now().Time
	v := r.judge(s, pastOf(report, s.settledAt), now)
	r.compared.note(nameOf(s.nf), now)
	if end := s.nf.Spec.Drift.SuspendUntil; end != nil {
		s.wake(end.Time, now)
	}
	last, err := r.act(ctx, s, report, v)
	if last != nil {
		r.mirror(s, last)
	}
	if err != nil {
		return "", err
	}
	left := v.left()
	for _, e := range left {
		s.wake(e.DecideBy, now)
	}
	if s.drifted = withoutClass(left, drift.Unmanaged); len(s.drifted) > 0 {
		return driftMessage(s.drifted) + awaited(last), nil
	}
	return inSync(withClass(left, drift.Unmanaged)), nil
}

// act reports what differs and corrects what is to be corrected. It returns the
// report as it was written last, nil where there is none.
func (r *NetworkFunctionReconciler) act(ctx context.Context, s *scope, report *v1alpha1.DriftReport, v verdict) (*v1alpha1.DriftReport, error) {
	if len(v.shown) == 0 {
		return r.closeReport(ctx, s, report, false)
	}
	report, err := r.report(ctx, s, report, v.shown, v.more)
	if err != nil {
		return nil, err
	}
	if err := r.correct(ctx, s, v, report); err != nil {
		return report, err
	}
	switch left := v.left(); len(left) {
	case 0:
		return r.closeReport(ctx, s, report, true)
	case len(v.shown):
		return report, nil
	default:
		return r.report(ctx, s, report, left, v.more)
	}
}

// inSync says that nothing declared differs, and what of nobody's is reported.
func inSync(foreign []drift.Entry) string {
	if len(foreign) == 0 {
		return "The NF says what Git says"
	}
	return fmt.Sprintf("The NF says what Git says, and %s: %s",
		count(len(foreign), "more thing that nobody declares", "more things that nobody declares"), strings.Join(firstLines(foreign), "; "))
}

// correct puts Git's values back, as one transaction, and says why.
func (r *NetworkFunctionReconciler) correct(ctx context.Context, s *scope, v verdict, report *v1alpha1.DriftReport) error {
	if v.correct.Empty() {
		return nil
	}
	if err := r.proveOrRefuse(ctx, s, s.trial(v.correct)); err != nil {
		return err
	}
	if err := r.commit(ctx, s, v.correct); err != nil {
		return err
	}
	for _, c := range []struct {
		decision drift.Decision
		reason   string
		why      string
	}{
		{drift.Rejected, v1alpha1.DriftRejectedReason, "Pull request " + pullRequestURL(report) + " was closed: p"},
		{drift.Expired, v1alpha1.ReviewExpiredReason, "Nobody decided in time: p"},
		{"", v1alpha1.DriftCorrectedReason, "P"},
	} {
		var back []drift.Entry
		for _, e := range v.shown {
			if e.Corrects() && e.Decision == c.decision {
				back = append(back, e)
			}
		}
		if len(back) > 0 {
			r.event(s.nf, s.revision, corev1.EventTypeNormal, c.reason, fmt.Sprintf("%sut back what Git says on %s: %s, %s",
				c.why, s.endpoint.Address, count(len(back), "change", "changes"), strings.Join(firstLines(back), "; ")))
		}
	}
	return nil
}

func pullRequestURL(report *v1alpha1.DriftReport) string {
	if git := report.Status.Git; git != nil && git.PullRequest != nil {
		if git.PullRequest.URL != "" {
			return git.PullRequest.URL
		}
		return fmt.Sprintf("%d of %s", git.PullRequest.Number, git.Repository)
	}
	return ""
}

// awaited says what is being waited for, where something is proposed.
func awaited(report *v1alpha1.DriftReport) string {
	if report.Status.ProposedDigest == "" {
		return ""
	}
	switch {
	case decisionOf(&report.Status) == drift.Merged:
		return "; pull request " + pullRequestURL(report) + " is merged: waiting for Flux to apply it"
	case pullRequestIs(&report.Status, v1alpha1.PullRequestOpen) && report.Status.DecideBy != nil:
		return "; proposed by pull request " + pullRequestURL(report) + ", to be decided by " + timestamp(report.Status.DecideBy.Time)
	case pullRequestIs(&report.Status, v1alpha1.PullRequestOpen):
		return "; proposed by pull request " + pullRequestURL(report)
	case report.Status.DecideBy != nil:
		return "; to be decided by " + timestamp(report.Status.DecideBy.Time)
	}
	return ""
}

func withClass(entries []drift.Entry, class drift.Class) []drift.Entry {
	var out []drift.Entry
	for _, e := range entries {
		if e.Class == class {
			out = append(out, e)
		}
	}
	return out
}

func withoutClass(entries []drift.Entry, class drift.Class) []drift.Entry {
	var out []drift.Entry
	for _, e := range entries {
		if e.Class != class {
			out = append(out, e)
		}
	}
	return out
}

func driftMessage(entries []drift.Entry) string {
	return fmt.Sprintf("%s: %s", count(len(entries), "leaf differs", "leaves differ"), strings.Join(firstLines(entries), "; "))
}

// firstLines are a few lines, and how many there are beside them.
func firstLines(entries []drift.Entry) []string {
	const told = 3
	first := lines(entries[:min(len(entries), told)])
	if more := len(entries) - told; more > 0 {
		first = append(first, fmt.Sprintf("and %d more", more))
	}
	return first
}

func lines(entries []drift.Entry) []string {
	out := make([]string, 0, maxDriftLines)
	for _, e := range entries[:min(len(entries), maxDriftLines)] {
		out = append(out, clipTo(e.String(), 512))
	}
	return out
}

// clipTo cuts a line to n bytes at a rune's border.
func clipTo(s string, n int) string { return drift.Clip(s, n) }
