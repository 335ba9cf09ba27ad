// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/gitreport"
	"github.com/strowger/strowger/internal/reconcile"
)

// declaration is where in Git an object was declared.
type declaration struct {
	repository *sourcev1.GitRepository
	err        error
	// kustomization that applied it, if Flux did.
	kustomization types.NamespacedName
}

// declare finds the Git source of the object through the labels Flux puts on what
// it applies, and the revision that is being applied.
func (r *NetworkFunctionReconciler) declare(ctx context.Context, s *scope) {
	if ref := s.nf.Spec.Drift.Report.GitRepositoryRef; ref != nil {
		s.declared.repository, s.declared.err = r.namedRepository(ctx, s.nf, *ref)
	}
	location, repository, err := gitreport.Locate(ctx, r.APIReader, s.nf)
	s.revision, s.declared.kustomization = location.Revision, location.Kustomization
	if s.nf.Spec.Drift.Report.GitRepositoryRef == nil {
		s.declared.repository, s.declared.err = repository, err
	}
}

// settledRevision is what Flux has applied to the end. The revision of this run may
// still be on its way: Flux writes it down before it applies the objects.
func (r *NetworkFunctionReconciler) settledRevision(ctx context.Context, s *scope) (string, error) {
	if s.declared.kustomization.Name == "" {
		return revisionOr(s), nil
	}
	var k kustomizev1.Kustomization
	if err := r.APIReader.Get(ctx, s.declared.kustomization, &k); err != nil {
		return "", fmt.Errorf("reading Kustomization %s: %w", s.declared.kustomization, err)
	}
	return k.Status.LastAppliedRevision, nil
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

// gitOf says where a report belongs in Git, with what is known of it there; nil where
// it stays in the cluster or nobody knows.
func (r *NetworkFunctionReconciler) gitOf(s *scope, known *v1alpha1.GitReport) *v1alpha1.GitReport {
	target := s.nf.Spec.Drift.Report
	switch {
	case target.Mode == "None":
		return nil
	case s.declared.repository == nil:
		return known // what was known is not forgotten because it cannot be read now
	}
	repository := nameOf(s.declared.repository).String()
	branch := strings.TrimPrefix(filled(cmp.Or(target.Branch, gitreport.DefaultBranch), s.nf), "refs/heads/")
	if known != nil && known.Repository == repository && known.Branch == branch {
		return known
	}
	return &v1alpha1.GitReport{Repository: repository, Branch: branch}
}

// filled is a template with namespace and name of an object.
func filled(template string, nf *v1alpha1.NetworkFunction) string {
	return strings.NewReplacer("{namespace}", nf.Namespace, "{name}", nf.Name).Replace(template)
}

// mirror says on the NetworkFunction what became of its report in Git. That Git
// cannot be written to neither stops nor fails what happens on the NF.
func (r *NetworkFunctionReconciler) mirror(s *scope, report *v1alpha1.DriftReport) {
	git := report.Status.Git
	switch {
	case s.nf.Spec.Drift.Report.Mode == "None":
		s.record(v1alpha1.DriftReportedCondition, "", nil)
		return
	case git == nil && s.declared.err != nil:
		failure := sourceError(s.declared.err)
		s.record(v1alpha1.DriftReportedCondition, "", failure)
		if s.lastReason(v1alpha1.DriftReportedCondition) != failure.Reason {
			r.event(s.nf, s.revision, corev1.EventTypeWarning, failure.Reason, failure.Error())
		}
		return
	case git == nil:
		return
	}
	reported := apimeta.FindStatusCondition(report.Status.Conditions, v1alpha1.ReportedCondition)
	if reported == nil || reported.Status == metav1.ConditionTrue && git.Digest != report.Status.Digest {
		reported = &metav1.Condition{Status: metav1.ConditionUnknown, Reason: meta.ProgressingReason,
			Message: fmt.Sprintf("To be written to branch %s of GitRepository %s", git.Branch, git.Repository)}
	}
	s.outcomes = append(s.outcomes, outcome{condition: v1alpha1.DriftReportedCondition, mirrored: reported})
}

// sourceError tells a source that is not known from one that cannot be read.
func sourceError(err error) *reconcile.Error {
	var known *reconcile.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, gitreport.ErrSourceUnknown), apierrors.IsNotFound(err):
		return reconcile.Waitf(v1alpha1.GitSourceUnknownReason, "%w", err)
	}
	return reconcile.Failf(v1alpha1.GitSourceUnknownReason, "%w", err)
}
