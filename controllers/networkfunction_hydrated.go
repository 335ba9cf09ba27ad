// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/yang"
)

// Where the hydrated layer goes unless the object says where.
const (
	hydratedBranch = "strowger/hydrated"
	hydratedPath   = "{namespace}/{name}.yaml"
)

// hydrate hands what was applied, in full, to the write-back, and notes what it wrote.
// That it cannot be written stops nothing else.
func (r *NetworkFunctionReconciler) hydrate(ctx context.Context, s *scope) {
	layer, status := s.nf.Spec.Hydrated, &s.nf.Status
	if layer == nil || r.Hydrated == nil {
		status.Hydrated = nil
		return
	}
	if s.failure() != nil || status.LastAppliedDigest == "" || planOnly(s.nf) { // what is planned was not applied
		return
	}
	if s.declared.repository == nil {
		if s.declared.err != nil && status.ObservedGeneration != s.nf.Generation {
			r.event(s.nf, s.revision, corev1.EventTypeWarning, v1alpha1.GitSourceUnknownReason,
				"What was applied cannot be committed to "+cmp.Or(layer.Branch, hydratedBranch)+": "+s.declared.err.Error())
		}
		return
	}
	name := nameOf(s.nf)
	if done, ok := r.Hydrated.Done(name); ok && done.Digest == status.LastAppliedDigest {
		status.Hydrated = &done
	}
	want := v1alpha1.HydratedCommit{
		Repository: nameOf(s.declared.repository).String(),
		Branch:     strings.TrimPrefix(filled(cmp.Or(layer.Branch, hydratedBranch), s.nf), "refs/heads/"),
		Path:       filled(cmp.Or(layer.Path, hydratedPath), s.nf),
		Digest:     status.LastAppliedDigest,
	}
	if have := status.Hydrated; have != nil {
		if want.Commit = have.Commit; *have == want {
			return
		}
	}
	content, err := r.hydrated(s)
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "cannot write what was applied")
		return
	}
	r.Hydrated.Put(name, Hydrated{
		Repository: want.Repository, Branch: want.Branch, Path: want.Path,
		Digest: want.Digest, Revision: status.LastAppliedRevision, Content: content,
	})
}

// hydrated is the intended tree with RFC 7951 names. Equal trees give equal bytes;
// what came from a Secret is shown as its digest.
func (r *NetworkFunctionReconciler) hydrated(s *scope) ([]byte, error) {
	tree, err := r.intendedTree(s)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Written by Strowger: all that NetworkFunction %s declares on Target %s, as it was applied.\n"+
		"# What came from a Secret is shown as its digest.\n# Digest: %s\n", nameOf(s.nf), s.endpoint.Key, s.nf.Status.LastAppliedDigest)
	err = yang.EncodeYAML(&b, tree, yang.EncodeOptions{Redact: true})
	return b.Bytes(), err
}
