// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"testing"

	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/rollout"
)

// TestMemberSeen: how a rollout sees a NetworkFunction, from what its status says.
func TestMemberSeen(t *testing.T) {
	// failed is a run that ended early in a phase.
	failed := func(condition string, err *reconcile.Error) func(*v1alpha1.NetworkFunction) {
		return func(nf *v1alpha1.NetworkFunction) {
			conditions.MarkFalse(nf, condition, err.Reason, "%s", err)
			reconcile.Summarize(nf, err, "", "")
		}
	}
	planned := func(nf *v1alpha1.NetworkFunction) {
		nf.Status.Plan = &v1alpha1.PlanStatus{Digest: "new", Revision: "main@2"}
	}
	type change = func(*v1alpha1.NetworkFunction)
	for _, c := range []struct {
		name    string
		changes []change
		want    rollout.Standing
		digest  string
	}{
		{"applied and ready", nil, rollout.Current, "old"},
		{"applied, and not ready", []change{failed(v1alpha1.DNSReadyCondition, reconcile.Waitf(v1alpha1.DNSNotAnsweredReason, "not yet"))}, rollout.Unready, "old"},
		{"of another generation", []change{func(nf *v1alpha1.NetworkFunction) { nf.Generation++ }}, rollout.Unknown, ""},
		{"suspended", []change{func(nf *v1alpha1.NetworkFunction) { nf.Spec.Suspend = true }}, rollout.Unknown, ""},
		{"waiting", []change{planned, failed(v1alpha1.AppliedCondition, reconcile.Waitf(v1alpha1.WaitingForRolloutReason, "waits"))}, rollout.Waiting, "new"},
		{"waiting after a failed rollout", []change{planned, failed(v1alpha1.AppliedCondition, reconcile.Stallf(v1alpha1.RolloutFailedReason, "failed"))}, rollout.Waiting, "new"},
		{"without an input", []change{failed(v1alpha1.InputsReadyCondition, reconcile.Waitf(v1alpha1.InputNotFoundReason, "no such"))}, rollout.Unknown, ""},
		{"wrong in Git", []change{failed(v1alpha1.RenderedCondition, reconcile.Stallf(v1alpha1.UnknownNodeReason, "no such"))}, rollout.Failed, ""},
		{"away", []change{failed(v1alpha1.AppliedCondition, reconcile.Failf(v1alpha1.UnreachableReason, "away"))}, rollout.Unknown, ""},
		{"locked", []change{failed(v1alpha1.AppliedCondition, reconcile.Waitf(v1alpha1.LockDeniedReason, "locked"))}, rollout.Unknown, ""},
		{"refused by the NF", []change{failed(v1alpha1.AppliedCondition, reconcile.Failf(v1alpha1.RPCErrorReason, "no"))}, rollout.Failed, ""},
		{"refused before, and without an input now", []change{
			failed(v1alpha1.AppliedCondition, reconcile.Failf(v1alpha1.RPCErrorReason, "no")),
			failed(v1alpha1.InputsReadyCondition, reconcile.Waitf(v1alpha1.InputNotFoundReason, "no such")),
		}, rollout.Unknown, ""},
		{"failed at its gate", []change{
			failed(v1alpha1.AppliedCondition, reconcile.Failf(v1alpha1.GateFailedReason, "no")),
			func(nf *v1alpha1.NetworkFunction) { nf.Status.Failed = &v1alpha1.FailedCommit{Digest: "new"} },
		}, rollout.Failed, "new"},
		{"being changed", []change{func(nf *v1alpha1.NetworkFunction) { nf.Status.PendingCommit = &v1alpha1.PendingCommit{Digest: "new"} }}, rollout.Changing, "new"},
		{"rolled back", []change{func(nf *v1alpha1.NetworkFunction) {
			nf.Status.Rollback = &v1alpha1.Rollback{Digest: "old", From: "new"}
		}}, rollout.RolledBack, "new"},
		{"on its way back", []change{func(nf *v1alpha1.NetworkFunction) {
			nf.Status.Rollback = &v1alpha1.Rollback{Digest: "older", From: "new"}
		}}, rollout.Changing, "new"},
	} {
		nf := &v1alpha1.NetworkFunction{ObjectMeta: metav1.ObjectMeta{Name: "edge", Generation: 2}}
		nf.Status.ObservedGeneration, nf.Status.LastAppliedDigest = 2, "old"
		conditions.MarkTrue(nf, v1alpha1.AppliedCondition, v1alpha1.SucceededReason, "applied")
		reconcile.Summarize(nf, nil, v1alpha1.SucceededReason, "ready")
		for _, change := range c.changes {
			change(nf)
		}
		if m := memberSeen(nf); m.Standing != c.want || m.Digest != c.digest {
			t.Errorf("%s: seen as %d with digest %q, want %d with %q", c.name, m.Standing, m.Digest, c.want, c.digest)
		}
	}
}
