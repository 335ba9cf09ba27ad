// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
)

// rollBack puts a former state in the place of what Git says, where an annotation asks
// for it, until Git says anything new. git is the digest of what it says.
func (r *NetworkFunctionReconciler) rollBack(ctx context.Context, s *scope, git string) error {
	wanted := s.nf.Annotations[v1alpha1.RollbackAnnotation]
	was := s.nf.Status.Rollback
	switch {
	case wanted == "":
		if was != nil {
			s.nf.Status.Rollback = nil
			r.event(s.nf, s.revision, corev1.EventTypeNormal, v1alpha1.RollbackEndedReason,
				fmt.Sprintf("Nobody asks for %s any more: what Git says counts again, %s", cmp.Or(was.Revision, was.Digest), revisionOr(s)))
		}
		return nil
	case was != nil && was.From != git:
		return r.endRollback(ctx, s, was)
	}
	if was == nil || !names(wanted, was.Revision, was.Digest) {
		e, err := snapshotNamed(s.nf, wanted)
		if err != nil {
			return err
		}
		was = &v1alpha1.Rollback{Revision: e.Revision, Digest: e.Digest, From: git, FromRevision: s.revision, Time: metav1.Now().Rfc3339Copy()}
	}
	return r.takeSnapshot(ctx, s, was)
}

// takeSnapshot makes a former state what is intended.
func (r *NetworkFunctionReconciler) takeSnapshot(ctx context.Context, s *scope, back *v1alpha1.Rollback) error {
	e, err := snapshotNamed(s.nf, back.Digest)
	if err != nil {
		return err
	}
	tree, err := r.snapshot(ctx, s, e)
	if err != nil {
		return reconcile.Stallf(v1alpha1.SnapshotMissingReason, "what was applied at %s cannot be read from Secret %s: %w; remove the annotation %s to go on with what Git says",
			cmp.Or(e.Revision, e.Digest), e.Snapshot, err, v1alpha1.RollbackAnnotation)
	}
	if s.nf.Status.Rollback == nil {
		r.event(s.nf, back.Revision, corev1.EventTypeWarning, v1alpha1.RolledBackReason,
			fmt.Sprintf("Going back to %s as the annotation %s asks, although Git says %s", cmp.Or(back.Revision, back.Digest), v1alpha1.RollbackAnnotation, cmp.Or(s.revision, back.From)))
	}
	s.rollback, s.nf.Status.Rollback = back, back
	s.intended, s.digest = tree, tree.Digest()
	return nil
}

// endRollback: Git says something new, which is what was waited for.
func (r *NetworkFunctionReconciler) endRollback(ctx context.Context, s *scope, was *v1alpha1.Rollback) error {
	s.nf.Status.Rollback = nil
	annotation := strings.NewReplacer("~", "~0", "/", "~1").Replace(v1alpha1.RollbackAnnotation)
	patch := client.RawPatch("application/json-patch+json", fmt.Appendf(nil, `[{"op":"remove","path":"/metadata/annotations/%s"}]`, annotation))
	target := &v1alpha1.NetworkFunction{ObjectMeta: metav1.ObjectMeta{Namespace: s.nf.Namespace, Name: s.nf.Name}}
	if err := client.IgnoreNotFound(r.Patch(ctx, target, patch)); err != nil {
		return fmt.Errorf("removing the annotation %s: %w", v1alpha1.RollbackAnnotation, err)
	}
	r.event(s.nf, s.revision, corev1.EventTypeNormal, v1alpha1.RollbackEndedReason,
		fmt.Sprintf("Git says something new since the NF was brought back to %s: %s is applied", cmp.Or(was.Revision, was.Digest), revisionOr(s)))
	return nil
}

// snapshotNamed finds what was applied at a revision, or with a digest.
func snapshotNamed(nf *v1alpha1.NetworkFunction, wanted string) (v1alpha1.HistoryEntry, error) {
	var have []string
	for _, e := range nf.Status.History {
		if e.Snapshot == "" {
			continue
		}
		if names(wanted, e.Revision, e.Digest) {
			return e, nil
		}
		have = append(have, cmp.Or(e.Revision, e.Digest))
	}
	return v1alpha1.HistoryEntry{}, reconcile.Stallf(v1alpha1.SnapshotMissingReason,
		"the annotation %s asks for %q, which status.history does not have with what was applied then; it has: %s",
		v1alpha1.RollbackAnnotation, wanted, cmp.Or(strings.Join(have, ", "), "nothing"))
}

// names says whether what was asked for is a revision, its commit or the start of that,
// or a digest.
func names(wanted, revision, digest string) bool {
	if wanted == digest || wanted == revision && revision != "" {
		return true
	}
	_, commit, ok := strings.Cut(revision, ":")
	return ok && len(wanted) >= 7 && strings.HasPrefix(commit, wanted)
}
