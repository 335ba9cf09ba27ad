// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"slices"
	"strings"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/drift"
)

// mergedAnnotation on a DriftReport holds the revisions that Flux had applied, and was
// applying, when its proposal was first seen merged: a later one brings it.
const mergedAnnotation = "nf.strowger.dev/merged-at"

// mergedAt is the value of mergedAnnotation in this run.
func mergedAt(s *scope) string { return s.settledAt + "," + s.revision }

// past is what a DriftReport says of the present drift.
type past struct {
	// open: there is a report of a drift that is still there.
	open bool
	// again: what was merged was applied. What still differs is another occurrence.
	again bool
	// known is what was reported, by path, with what was decided about it.
	known drift.Known
	// Of a report that had no room for all: since when the rest is known. The decision
	// is about the rest too if all that is proposed has the digest proposedAll.
	rest        drift.Seen
	proposedAll string
	decision    drift.Decision
}

// pastOf reads a report, nil where there is none. at is the revision that Flux has
// applied to the end, empty where nobody waits for a merge.
func pastOf(report *v1alpha1.DriftReport, at string) past {
	if report == nil || report.Status.State != v1alpha1.DriftOpen {
		return past{}
	}
	status := &report.Status
	p := past{open: true, known: make(drift.Known, len(status.Entries)), decision: decisionOf(status)}
	if seen := report.Annotations[mergedAnnotation]; p.decision == drift.Merged && seen != "" && at != "" {
		p.again = !slices.Contains(strings.Split(seen, ","), at)
	}
	for _, e := range status.Entries {
		k := drift.Seen{Desired: e.Desired, Actual: e.Actual, Action: drift.Action(e.Action), First: e.FirstSeen.Time}
		switch {
		case e.Action == v1alpha1.DriftAdopt:
			k.Decision = p.decision
		case e.Class == v1alpha1.DriftUnmanaged && e.Action == v1alpha1.DriftReportOnly && pullRequestIs(status, v1alpha1.PullRequestClosed):
			// It was turned down with what was put back since, and cannot be put back.
			k.Decision = drift.Rejected
		}
		p.known[e.Path] = k
	}
	if status.Truncated {
		p.rest = drift.Seen{First: status.ObservedTime.Time}
		if p.decision != "" {
			p.proposedAll = status.ProposedDigest
		}
	}
	return p
}

// decisionOf is what became of what is proposed now. What a pull request proposed
// before counts no more.
func decisionOf(status *v1alpha1.DriftReportStatus) drift.Decision {
	git := status.Git
	if git == nil || git.PullRequest == nil || status.ProposedDigest == "" || git.PullRequest.Digest != status.ProposedDigest {
		return ""
	}
	switch git.PullRequest.State {
	case v1alpha1.PullRequestMerged:
		return drift.Merged
	case v1alpha1.PullRequestClosed:
		return drift.Rejected
	}
	return ""
}

func pullRequestIs(status *v1alpha1.DriftReportStatus, state v1alpha1.PullRequestState) bool {
	return status.Git != nil && status.Git.PullRequest != nil && status.Git.PullRequest.State == state
}
