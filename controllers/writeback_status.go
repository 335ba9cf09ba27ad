// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"sync"

	eventv1 "github.com/fluxcd/pkg/apis/event/v1beta1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/forge"
	"github.com/strowger/strowger/internal/gitreport"
	"github.com/strowger/strowger/internal/proposal"
	"github.com/strowger/strowger/internal/reconcile"
)

// writeAttempts is how often a report is written again that somebody else wrote
// meanwhile. What is left is written by the next round.
const writeAttempts = 3

// concurrentWrites is how many reports are written at a time: a storm leaves a
// thousand of them.
const concurrentWrites = 8

// write brings what the round found out into the reports.
func (r *WriteBackReconciler) write(ctx context.Context, rd *round, members []*member) error {
	errs := make([]error, len(members))
	var running sync.WaitGroup
	slots := make(chan struct{}, concurrentWrites)
	for i, m := range members {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			errs[i] = r.writeReport(ctx, rd, m)
		})
	}
	running.Wait()
	return errors.Join(errs...)
}

// writeReport patches one report, if anything changed in it. It never overwrites
// what the report says by now: a drift that changed meanwhile is not in Git.
func (r *WriteBackReconciler) writeReport(ctx context.Context, rd *round, m *member) error {
	current := m.report.DeepCopy()
	for range writeAttempts {
		base := current.DeepCopy()
		before := reportedOf(base)
		r.fillIn(current, rd, m)
		if equality.Semantic.DeepEqual(base.Status, current.Status) {
			return nil
		}
		err := r.Patch(ctx, current, client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{}), client.FieldOwner(r.ControllerName))
		if err == nil {
			m.report = current
			r.tell(ctx, m, before)
			return nil
		}
		if !apierrors.IsConflict(err) {
			return client.IgnoreNotFound(wrapWrite(err, base))
		}
		current = &v1alpha1.DriftReport{}
		if err := r.APIReader.Get(ctx, m.name(), current); err != nil {
			return client.IgnoreNotFound(wrapWrite(err, base))
		}
	}
	return fmt.Errorf("writing DriftReport %s: it changes all the time", m.name())
}

func wrapWrite(err error, report *v1alpha1.DriftReport) error {
	return fmt.Errorf("writing DriftReport %s: %w", nameOf(report), err)
}

// fillIn makes a report say what the round found out of it.
func (r *WriteBackReconciler) fillIn(report *v1alpha1.DriftReport, rd *round, m *member) {
	s := &report.Status
	if s.Git == nil || s.Git.Repository != rd.key.String() || s.Git.Branch != m.branch() {
		return // it belongs elsewhere by now
	}
	same := s.Digest == m.report.Status.Digest && s.ProposedDigest == m.report.Status.ProposedDigest
	if same && m.commit != "" {
		// A report stays in the commit that brought it, while others join it on its branch.
		if s.Git.Commit == "" || s.Git.Digest != s.Digest || m.proposing() {
			s.Git.Commit = m.commit
		}
		s.Git.Digest = s.Digest
		if p, ok := rd.state.published[m.name()]; ok {
			enrich(s.Entries, p.outcome)
		}
	}
	if pr := m.pullRequest; pr != nil {
		was := s.Git.PullRequest
		decided := pr.State != v1alpha1.PullRequestOpen
		// A decision is about what was proposed, whatever drifted since.
		if decided && was != nil && was.Number == pr.Number || !decided && same {
			s.Git.PullRequest = pr.DeepCopy()
		}
	}
	if !same {
		return
	}
	if c := reported(report, m, rd.state.published[m.name()]); c != nil {
		apimeta.SetStatusCondition(&s.Conditions, *c)
	}
}

// enrich notes where the values were found to be declared, and by whom.
func enrich(entries []v1alpha1.DriftEntry, outcome proposal.Outcome) {
	for i := range entries {
		if i >= len(outcome.Origins) || outcome.Origins[i] == nil || entries[i].Origin == nil {
			continue
		}
		found := outcome.Origins[i]
		if found.Layer != entries[i].Origin.Layer || found.Line == 0 {
			continue
		}
		entries[i].Origin.File, entries[i].Origin.Line = found.File, found.Line
		if found.Author != "" {
			entries[i].Origin.Author = found.Author
		}
	}
}

// reported is the condition of a report after the round; nil where the round has
// nothing to say.
func reported(report *v1alpha1.DriftReport, m *member, p publication) *metav1.Condition {
	git := report.Status.Git
	c := func(status metav1.ConditionStatus, reason, message string) *metav1.Condition {
		// No generation: it grows with each write of a kind whose status is no subresource.
		return &metav1.Condition{Type: v1alpha1.ReportedCondition, Status: status, Reason: reason, Message: reconcile.Clip(message)}
	}
	in := fmt.Sprintf("commit %s on branch %s of GitRepository %s", git.Commit, git.Branch, git.Repository)
	switch {
	case m.pushErr != nil:
		return c(metav1.ConditionFalse, pushReason(m.pushErr), m.pushErr.Error())
	case git.Digest != report.Status.Digest:
		return nil
	case m.forgeErr != nil:
		return c(metav1.ConditionFalse, v1alpha1.ForgeFailedReason, "Reported in "+in+", and not proposed: "+m.forgeErr.Error())
	case m.proposing() && git.PullRequest != nil && git.PullRequest.State == v1alpha1.PullRequestOpen:
		message := fmt.Sprintf("Proposed in %s, %s", git.PullRequest.URL, in)
		if n := int(git.PullRequest.Inexpressible); n > 0 {
			message += fmt.Sprintf("; %s to be changed by hand", count(n, "leaf is", "leaves are"))
		}
		if p.amended {
			return c(metav1.ConditionTrue, v1alpha1.BranchEditedReason, message+"; somebody else changed the branch, whose files are left as they are")
		}
		return c(metav1.ConditionTrue, v1alpha1.ProposedReason, message)
	case m.commit != "":
		message := "Reported in " + in
		switch {
		case p.there:
			message = fmt.Sprintf("What Flux follows holds the report, and all that is proposed, already: commit %s of GitRepository %s", git.Commit, git.Repository)
		case m.proposing():
			message += "; no pull request is opened for it (spec.drift.report.pullRequest.mode is None)"
		}
		if p.amended {
			return c(metav1.ConditionTrue, v1alpha1.BranchEditedReason, message+"; somebody else changed the branch, whose files are left as they are")
		}
		return c(metav1.ConditionTrue, v1alpha1.GitPushedReason, message)
	}
	return nil
}

func pushReason(err error) string {
	if errors.Is(err, gitreport.ErrSourceUnknown) {
		return v1alpha1.GitSourceUnknownReason
	}
	return v1alpha1.GitPushFailedReason
}

func reportedOf(report *v1alpha1.DriftReport) *metav1.Condition {
	return apimeta.FindStatusCondition(report.Status.Conditions, v1alpha1.ReportedCondition)
}

// tell makes an event on the NetworkFunction when the condition changed.
func (r *WriteBackReconciler) tell(ctx context.Context, m *member, before *metav1.Condition) {
	after := reportedOf(m.report)
	if after == nil || before != nil && before.Status == after.Status && before.Reason == after.Reason && before.Message == after.Message {
		return
	}
	if m.nf == nil {
		nf, err := r.function(ctx, m.report)
		if err != nil || nf == nil {
			return
		}
		m.nf = nf
	}
	kind := corev1.EventTypeNormal
	if after.Status != metav1.ConditionTrue {
		kind = corev1.EventTypeWarning
	}
	r.event(m.nf, m.report.Status.Revision, kind, after.Reason, after.Message)
}

// event tells Kubernetes and, where set up, Flux's notification-controller.
func (r *WriteBackReconciler) event(nf *v1alpha1.NetworkFunction, revision, kind, reason, message string) {
	var annotations map[string]string
	if revision != "" {
		annotations = map[string]string{v1alpha1.GroupVersion.Group + "/" + eventv1.MetaRevisionKey: revision}
	}
	r.AnnotatedEventf(nf, annotations, kind, reason, "%s", reconcile.Clip(message))
}

// failureKind is a failure in one word, for metrics.
func failureKind(err error) string {
	for kind, name := range map[error]string{
		gitreport.ErrAuth: "Auth", gitreport.ErrRejected: "Rejected", gitreport.ErrUnreachable: "Unreachable",
		gitreport.ErrUntrusted: "Untrusted", gitreport.ErrNotFound: "NotFound", gitreport.ErrTooLarge: "TooLarge",
		gitreport.ErrProtectedBranch: "ProtectedBranch", gitreport.ErrInvalid: "Invalid", gitreport.ErrLocal: "Local",
		gitreport.ErrSourceUnknown: "SourceUnknown",
		forge.ErrAuth:              "Auth", forge.ErrRejected: "Rejected", forge.ErrUnreachable: "Unreachable",
		forge.ErrNotFound: "NotFound", forge.ErrRateLimited: "RateLimited", forge.ErrUnknownForge: "UnknownForge",
	} {
		if errors.Is(err, kind) {
			return name
		}
	}
	return "Failed"
}
