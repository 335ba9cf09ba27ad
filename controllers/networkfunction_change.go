// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/crash"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
)

// A pending change is on its way to an NF that can still take it back. It is in the
// status before anything is sent, and every step below can be repeated by whoever
// finds it there: what the NF holds decides what is done, not what was attempted.

// terms are what a change is begun with.
type terms struct {
	// rollout decides in place of the NetworkFunction itself; empty: none does. id is
	// then a part of the token.
	rollout, id string
	// timeout until the NF reverts by itself.
	timeout time.Duration
	// undo keeps the reverse change, also where the NF reverts by itself.
	undo bool
}

// begin writes down that a plan is about to be made: its token, what is about to be
// owned, how it is undone where the NF does not do that, and what was there before.
func (r *NetworkFunctionReconciler) begin(ctx context.Context, s *scope, p *plan.Plan, t terms) error {
	if err := r.nobodyElse(ctx, s); err != nil {
		return err
	}
	procedure, err := r.Pool.Procedure(ctx, s.endpoint)
	if err != nil {
		return targetError(err)
	}
	now := metav1.NowMicro()
	status := &s.nf.Status
	pending := &v1alpha1.PendingCommit{
		PersistID: token(s, t.id), Target: s.endpoint.Key, Method: v1alpha1.CommitMethod(procedure.Method), Step: v1alpha1.StepPrepared,
		StartedTime: now, Deadline: metav1.NewMicroTime(now.Add(t.timeout)),
		Revision: s.cause(), Author: r.author(ctx, s), Digest: s.digest, Summary: clipTo(p.Summary(), 256),
		Before: s.observed.tree.Digest(), Filter: string(s.observed.filter),
		PreviousRevision: previousRevision(s), PreviousDigest: status.LastAppliedDigest,
	}
	if t.rollout != "" {
		pending.Rollout = &v1alpha1.LocalReference{Name: t.rollout}
	}
	if status.Inventory != nil {
		pending.PreviousInventory = s.owned.Encode()
	}
	if pending.Method == v1alpha1.MethodReverse || t.undo {
		if pending.UndoRef, err = r.keepUndo(ctx, s, p); err != nil {
			return err
		}
	}
	r.saveInventory(s, plan.Union(s.owned, plan.Own(s.owned, s.intended, s.observed.tree)))
	s.tryEchoes(p)
	status.PendingCommit, status.LastAppliedDigest, status.LastAppliedRevision = pending, "", pending.PreviousRevision
	conditions.MarkReconciling(s.nf, meta.ProgressingReason, "%s", reconcile.Clip("Committing "+p.Summary()+" on "+s.endpoint.Address))
	if err := r.patch(ctx, s); err != nil {
		return fmt.Errorf("storing what is about to be changed: %w", err)
	}
	s.change = r.request(s, p)
	r.changes.set(pending.PersistID, p)
	crash.At(crash.PendingWritten)
	return nil
}

// previousRevision is what the NF was brought to last. Flux says that it applies a
// revision before it has, and until then that counts as applied which was before.
func previousRevision(s *scope) string {
	status := &s.nf.Status
	if status.LastAppliedRevision != s.revision {
		return status.LastAppliedRevision
	}
	for _, e := range status.History {
		if e.Digest == status.LastAppliedDigest && e.Snapshot != "" {
			return e.Revision
		}
	}
	return status.LastAppliedRevision
}

// request is what the pool is asked for.
func (r *NetworkFunctionReconciler) request(s *scope, p *plan.Plan) *target.ApplyRequest {
	return &target.ApplyRequest{
		Schema: s.schema, Plan: p, Filter: []byte(s.nf.Status.PendingCommit.Filter),
		Intended: s.intended, Owned: s.owned, Options: plan.Options{Echoes: s.echoes},
	}
}

// token names a change: whose it is, which revision it brings, and something that
// makes it one of its kind. An NF that lists its pending commit shows it.
func token(s *scope, id string) string {
	random := make([]byte, 8)
	_, _ = rand.Read(random) // it never fails
	unique := hex.EncodeToString(random)
	if id != "" {
		unique = id + "-" + unique
	}
	return strings.Join([]string{"strowger", s.nf.Namespace, s.nf.Name, cmp.Or(shortRevision(s.cause()), fmt.Sprint(s.nf.Generation)), unique}, "/")
}

// shortRevision is "main@abcdef012345" for "main@sha1:abcdef0123456789…".
func shortRevision(revision string) string {
	name, digest, found := strings.Cut(revision, "@")
	if !found {
		name, digest = "", revision
	}
	if _, hash, ok := strings.Cut(digest, ":"); ok {
		digest = hash
	}
	digest = digest[:min(len(digest), 12)]
	if name == "" {
		return digest
	}
	return clipTo(name, 64) + "@" + digest
}

// prepareChange locks, edits and validates on the NF. What it refuses is forgotten: it
// changed nothing.
func (r *NetworkFunctionReconciler) prepareChange(ctx context.Context, s *scope) error {
	result, err := r.Pool.Prepare(ctx, s.endpoint, s.nf.Status.PendingCommit.PersistID, *s.change)
	r.tellWarnings(s, result.Warnings)
	if err != nil {
		return r.refused(ctx, s, err)
	}
	crash.At(crash.Prepared)
	return nil
}

// commitChange commits what was prepared, to be confirmed, and reads it back.
func (r *NetworkFunctionReconciler) commitChange(ctx context.Context, s *scope) error {
	pending := s.nf.Status.PendingCommit
	result, err := r.Pool.CommitConfirmed(ctx, s.endpoint, pending.PersistID, *s.change, target.Confirmation{
		Method: target.Method(pending.Method), Timeout: time.Until(pending.Deadline.Time), Comment: r.comment(s, pending.PersistID, pending.Author),
	})
	r.learnEchoes(s, result, err)
	r.tellWarnings(s, result.Warnings)
	switch {
	case err != nil && untouched(s.target, err):
		return r.refused(ctx, s, err)
	case target.ReasonOf(err) == target.ReadBackMismatch:
		return r.notTaken(ctx, s, err)
	case err != nil:
		return targetError(err) // what the NF holds now tells the next run
	}
	crash.At(crash.Committed)
	s.observed.session = result.SessionID
	pending.Step = v1alpha1.StepGating
	return nil
}

// notTaken takes back a change that the NF said to have made, and that could not be read
// back. Like one whose checks do not hold, it is not tried again at once.
func (r *NetworkFunctionReconciler) notTaken(ctx context.Context, s *scope, mismatch error) error {
	pending := s.nf.Status.PendingCommit
	if err := r.revertChange(ctx, s, mismatch.Error()); err != nil {
		return err
	}
	if pending.Rollout == nil {
		r.fail(s, pending, mismatch.Error())
	}
	return targetError(mismatch)
}

// comment says whence a change comes, for an NF that has a place for it.
func (r *NetworkFunctionReconciler) comment(s *scope, token, author string) []byte {
	return target.CommentFor(s.schema, token+by(author))
}

// confirmChange makes a change final that is on the NF. The decision is written down
// first: whoever finds it goes on. Of a rollout's member nothing is concluded yet.
func (r *NetworkFunctionReconciler) confirmChange(ctx context.Context, s *scope) error {
	pending := s.nf.Status.PendingCommit
	if pending.Step != v1alpha1.StepConfirming {
		pending.Step = v1alpha1.StepConfirming
		if pending.Rollout == nil { // the rollout's status says so
			if err := r.patch(ctx, s); err != nil {
				return fmt.Errorf("storing the decision to confirm: %w", err)
			}
		}
	}
	crash.At(crash.DecidedToConfirm)
	end, err := r.Pool.Confirm(ctx, s.endpoint, pending.PersistID, target.Method(pending.Method), *s.change)
	if target.ReasonOf(err) == target.CommitExpired {
		return r.expired(ctx, s)
	}
	if err != nil {
		return targetError(err)
	}
	crash.At(crash.Confirmed)
	if end.Observed != nil {
		s.observed.session = end.SessionID
	}
	if pending.Rollout != nil {
		return nil // it can be undone until all members are confirmed
	}
	return r.concludeChange(ctx, s)
}

// concludeChange notes that a change was confirmed, and forgets how it is undone.
func (r *NetworkFunctionReconciler) concludeChange(ctx context.Context, s *scope) error {
	pending := s.nf.Status.PendingCommit
	s.nf.Status.Guarantees = r.guaranteesOf(ctx, s, pending.Method)
	r.dropUndo(ctx, s, pending)
	s.nf.Status.PendingCommit = nil
	r.changes.forget(pending.PersistID)
	r.event(s.nf, s.cause(), corev1.EventTypeNormal, v1alpha1.SucceededReason,
		fmt.Sprintf("Confirmed %s on %s: %s%s", revisionOr(s), s.endpoint.Address, pending.Summary, by(pending.Author)))
	rollout := ""
	if pending.Rollout != nil {
		rollout = pending.Rollout.Name
	}
	r.settle(ctx, s, pending.Summary, rollout)
	return nil
}

func by(author string) string {
	if author == "" {
		return ""
	}
	return ", by " + author
}

// refused forgets a change that the NF did not take.
func (r *NetworkFunctionReconciler) refused(ctx context.Context, s *scope, err error) error {
	pending := s.nf.Status.PendingCommit
	r.forgetChange(ctx, s)
	s.nf.Status.Violations = refusedByNF(err)
	if s.nf.Status.Violations != nil {
		r.record(s, pending, v1alpha1.OutcomeRefused, err.Error())
	}
	return targetError(err)
}

// forgetChange brings the status back to what it was before begin.
func (r *NetworkFunctionReconciler) forgetChange(ctx context.Context, s *scope) {
	status := &s.nf.Status
	pending := status.PendingCommit
	status.LastAppliedDigest, status.LastAppliedRevision = pending.PreviousDigest, pending.PreviousRevision
	status.Inventory = nil
	if owned, err := plan.DecodeInventory(pending.PreviousInventory); err == nil && len(pending.PreviousInventory) > 0 {
		s.owned = owned
		r.saveInventory(s, owned)
	}
	if s.intended != nil {
		s.keepEchoes(s.echoes.Tried())
	}
	r.dropUndo(ctx, s, pending)
	status.PendingCommit = nil
	r.changes.forget(pending.PersistID)
}
