// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/drift"
	"github.com/strowger/strowger/internal/gitreport"
	"github.com/strowger/strowger/internal/reconcile"
)

// maxReportEntries bounds a DriftReport, which must fit into etcd.
const maxReportEntries = 500

// declaration is where in Git an object was declared.
type declaration struct {
	repository *sourcev1.GitRepository
	err        error
}

// declare finds the Git source of the object through the labels Flux puts on what
// it applies, and the revision that is being applied.
func (r *NetworkFunctionReconciler) declare(ctx context.Context, s *scope) {
	if ref := s.nf.Spec.Drift.Report.GitRepositoryRef; ref != nil {
		s.declared.repository, s.declared.err = r.namedRepository(ctx, s.nf, *ref)
	}
	location, repository, err := gitreport.Locate(ctx, r.APIReader, s.nf)
	s.revision = location.Revision
	if s.nf.Spec.Drift.Report.GitRepositoryRef == nil {
		s.declared.repository, s.declared.err = repository, err
	}
}

func (r *NetworkFunctionReconciler) namedRepository(ctx context.Context, nf *v1alpha1.NetworkFunction, ref v1alpha1.NamespacedReference) (*sourcev1.GitRepository, error) {
	key, err := resolveName(nf.Namespace, ref.Namespace, ref.Name, "GitRepository", r.AllowCrossNamespace)
	if err != nil {
		return nil, err
	}
	repo := &sourcev1.GitRepository{}
	if err := r.APIReader.Get(ctx, key, repo); err != nil {
		return nil, fmt.Errorf("reading GitRepository %s of spec.drift.report: %w", key, err)
	}
	return repo, nil
}

// report keeps what drifted in the DriftReport, which a later step, or a later
// run, pushes to Git.
func (r *NetworkFunctionReconciler) report(ctx context.Context, s *scope, entries []drift.Entry) (*v1alpha1.DriftReport, error) {
	current, err := r.currentReport(ctx, s.nf)
	if err != nil {
		return nil, err
	}
	digest := drift.Digest(entries)
	if current == nil || current.Status.Digest != digest || current.Status.State != v1alpha1.DriftOpen {
		if current, err = r.openReport(ctx, s, current, entries, digest); err != nil {
			return nil, err
		}
		r.event(s.nf, s.revision, corev1.EventTypeWarning, v1alpha1.DriftedReason, driftMessage(entries)+changedBy(current))
	}
	s.nf.Status.Drift = summary(current, entries)
	return current, nil
}

// narrowReport leaves in an open report what was not corrected. It was reported
// with the rest, so that Git hears nothing new.
func (r *NetworkFunctionReconciler) narrowReport(ctx context.Context, s *scope, report *v1alpha1.DriftReport) error {
	digest := drift.Digest(s.drifted)
	if report.Status.Digest == digest {
		return nil
	}
	base := report.DeepCopy()
	if git := report.Status.Git; git != nil && git.Digest == report.Status.Digest {
		git.Digest = digest
	}
	fill(&report.Status, s.drifted, digest)
	s.nf.Status.Drift.Git = report.Status.Git
	return wrapReport(r.Patch(ctx, report, client.MergeFrom(base), client.FieldOwner(r.ControllerName)), s.nf)
}

func (r *NetworkFunctionReconciler) currentReport(ctx context.Context, nf *v1alpha1.NetworkFunction) (*v1alpha1.DriftReport, error) {
	report := &v1alpha1.DriftReport{}
	err := r.APIReader.Get(ctx, nameOf(nf), report)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading DriftReport %s: %w", nameOf(nf), err)
	}
	return report, nil
}

func (r *NetworkFunctionReconciler) openReport(ctx context.Context, s *scope, current *v1alpha1.DriftReport, entries []drift.Entry, digest string) (*v1alpha1.DriftReport, error) {
	report := newReport(s.nf)
	if current != nil {
		report = current.DeepCopy()
	}
	git := report.Status.Git
	if git != nil && report.Status.State != v1alpha1.DriftOpen {
		// It is another occurrence: its branch may have been merged or deleted since.
		git.Digest = ""
	}
	report.Status = v1alpha1.DriftReportStatus{
		State:        v1alpha1.DriftOpen,
		Revision:     s.revision,
		SessionID:    int64(s.observed.session),
		ChangedBy:    r.Announced.who(s.endpoint.Key, time.Now()),
		ObservedTime: metav1.Now(),
		Git:          git,
	}
	fill(&report.Status, entries, digest)
	if current == nil {
		err := r.Create(ctx, report, client.FieldOwner(r.ControllerName))
		return report, wrapReport(err, s.nf)
	}
	return report, wrapReport(r.Patch(ctx, report, client.MergeFrom(current), client.FieldOwner(r.ControllerName)), s.nf)
}

// changedBy is the end of a message on a report.
func changedBy(report *v1alpha1.DriftReport) string {
	if report.Status.ChangedBy == "" {
		return ""
	}
	return "; changed by " + report.Status.ChangedBy
}

func wrapReport(err error, nf *v1alpha1.NetworkFunction) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing DriftReport %s: %w", nameOf(nf), err)
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

// fill says what differs, bounded.
func fill(status *v1alpha1.DriftReportStatus, entries []drift.Entry, digest string) {
	status.Digest = digest
	status.Count = int32(len(entries))
	status.Truncated = len(entries) > maxReportEntries
	status.Entries = reportEntries(entries)
}

func reportEntries(entries []drift.Entry) []v1alpha1.DriftEntry {
	out := make([]v1alpha1.DriftEntry, 0, min(len(entries), maxReportEntries))
	for _, e := range entries[:min(len(entries), maxReportEntries)] {
		out = append(out, v1alpha1.DriftEntry{
			Path: clipTo(e.Path, 4096), Operation: string(e.Operation),
			Desired: clipTo(e.Desired, 1024), Actual: clipTo(e.Actual, 1024),
			Origin: clipTo(e.Origin, 2048), Action: v1alpha1.DriftMode(e.Action),
		})
	}
	return out
}

func summary(report *v1alpha1.DriftReport, entries []drift.Entry) *v1alpha1.DriftSummary {
	return &v1alpha1.DriftSummary{
		Entries:   int32(len(entries)),
		First:     lines(entries),
		ReportRef: &v1alpha1.LocalReference{Name: report.Name},
		Git:       report.Status.Git,
	}
}

// closeReport notes that a drift is over, report being what was just written, if
// anything was. It also pushes what no run could push yet.
func (r *NetworkFunctionReconciler) closeReport(ctx context.Context, s *scope, report *v1alpha1.DriftReport, state v1alpha1.DriftState) error {
	if report == nil {
		var err error
		if report, err = r.currentReport(ctx, s.nf); err != nil || report == nil {
			return err
		}
	}
	if report.Status.State == v1alpha1.DriftOpen {
		base := report.DeepCopy()
		now := metav1.Now()
		report.Status.State, report.Status.ResolvedTime = state, &now
		if err := wrapReport(r.Patch(ctx, report, client.MergeFrom(base), client.FieldOwner(r.ControllerName)), s.nf); err != nil {
			return err
		}
	}
	s.nf.Status.Drift = summary(report, nil)
	return r.push(ctx, s, report)
}

// push commits a report that is not in Git yet. That Git cannot be written to is
// a condition of its own: it neither stops nor fails what happens on the NF.
func (r *NetworkFunctionReconciler) push(ctx context.Context, s *scope, report *v1alpha1.DriftReport) error {
	if s.nf.Spec.Drift.Report.Mode == "None" {
		s.record(v1alpha1.DriftReportedCondition, "", nil)
		return nil
	}
	if git := report.Status.Git; git != nil && git.Digest == report.Status.Digest {
		s.record(v1alpha1.DriftReportedCondition, pushedMessage(git), nil)
		return nil
	}
	git, err := r.pushReport(ctx, s, report)
	if err != nil {
		failure := gitError(err)
		s.record(v1alpha1.DriftReportedCondition, "", failure)
		if s.lastReason(v1alpha1.DriftReportedCondition) != failure.Reason {
			r.event(s.nf, s.revision, corev1.EventTypeWarning, failure.Reason, failure.Error())
		}
		return nil
	}
	base := report.DeepCopy()
	report.Status.Git = git
	if err := wrapReport(r.Patch(ctx, report, client.MergeFrom(base), client.FieldOwner(r.ControllerName)), s.nf); err != nil {
		return err
	}
	s.nf.Status.Drift.Git = git
	s.record(v1alpha1.DriftReportedCondition, pushedMessage(git), nil)
	r.event(s.nf, s.revision, corev1.EventTypeNormal, v1alpha1.GitPushedReason, pushedMessage(git))
	return nil
}

func pushedMessage(git *v1alpha1.GitReport) string {
	return fmt.Sprintf("Reported in commit %s on branch %s of GitRepository %s", git.Commit, git.Branch, git.Repository)
}

func (r *NetworkFunctionReconciler) pushReport(ctx context.Context, s *scope, report *v1alpha1.DriftReport) (*v1alpha1.GitReport, error) {
	repo := s.declared.repository
	if s.declared.err != nil {
		return nil, s.declared.err
	}
	var secret map[string][]byte
	if repo.Spec.SecretRef != nil {
		var credentials corev1.Secret
		key := types.NamespacedName{Namespace: repo.Namespace, Name: repo.Spec.SecretRef.Name}
		if err := r.APIReader.Get(ctx, key, &credentials); err != nil {
			return nil, fmt.Errorf("reading the credentials of GitRepository %s: %w", nameOf(repo), err)
		}
		secret = credentials.Data
	}
	// Whoever writes a NetworkFunction names the branch; none that Flux reconciles
	// from, in whatever namespace, may be reached that way.
	var siblings sourcev1.GitRepositoryList
	if err := r.APIReader.List(ctx, &siblings); err != nil {
		return nil, fmt.Errorf("listing GitRepositories: %w", err)
	}
	result, err := r.Git.Push(ctx, repo, secret, gitreport.Report{
		Namespace: s.nf.Namespace, Name: s.nf.Name, Branch: s.nf.Spec.Drift.Report.Branch,
		Protected: gitreport.Reconciled(repo, siblings.Items),
		Revision:  report.Status.Revision, Session: uint64(report.Status.SessionID),
		Leaves: leaves(report), Total: int(report.Status.Count),
	})
	if err != nil {
		return nil, err
	}
	return &v1alpha1.GitReport{Repository: nameOf(repo).String(), Branch: result.Branch, Commit: result.Commit, Digest: report.Status.Digest}, nil
}

func leaves(report *v1alpha1.DriftReport) []gitreport.Leaf {
	out := make([]gitreport.Leaf, 0, len(report.Status.Entries))
	for _, e := range report.Status.Entries {
		out = append(out, gitreport.Leaf{
			Path: e.Path, Operation: e.Operation, Desired: e.Desired, Actual: e.Actual, Origin: e.Origin, Action: string(e.Action),
		})
	}
	return out
}

// gitError tells a source that is not known from one that cannot be written.
func gitError(err error) *reconcile.Error {
	if errors.Is(err, gitreport.ErrSourceUnknown) {
		return reconcile.Waitf(v1alpha1.GitSourceUnknownReason, "%w", err)
	}
	return reconcile.Failf(v1alpha1.GitPushFailedReason, "%w", err)
}
