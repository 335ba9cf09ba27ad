// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/rollout"
)

// findMembers lists the NetworkFunctions that the rollout has, and makes the spec of
// decisions. One that is suspended stays as it is: waves pass it over, and a transaction,
// which it would be missing from, waits for it.
func (r *NetworkFunctionRolloutReconciler) findMembers(ctx context.Context, s *rolloutScope) error {
	spec := &s.rollout.Spec
	rollouts, err := rolloutsIn(ctx, r.Client, s.rollout.Namespace)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(rollouts, func(o v1alpha1.NetworkFunctionRollout) bool { return o.UID == s.rollout.UID }) {
		rollouts = append(rollouts, *s.rollout) // created this moment: the youngest
	}
	var list v1alpha1.NetworkFunctionList
	if err := r.List(ctx, &list, client.InNamespace(s.rollout.Namespace)); err != nil {
		return fmt.Errorf("listing the NetworkFunctions of namespace %s: %w", s.rollout.Namespace, err)
	}
	for i := range list.Items {
		nf := &list.Items[i]
		if !selects(&spec.Selector, nf) || !canBeMember(nf) {
			continue
		}
		if owner := ownerAmong(rollouts, nf); owner != nil && owner.UID != s.rollout.UID {
			s.taken = append(s.taken, fmt.Sprintf("NetworkFunction %s belongs to NetworkFunctionRollout %s", nf.Name, owner.Name))
			continue
		}
		if nf.Spec.Suspend && spec.Strategy == v1alpha1.RolloutWaves {
			continue
		}
		s.members = append(s.members, *nf)
	}
	s.spec = s.decisionSpec()
	return nil
}

// checkSpec refuses what could never work, and members that another rollout has.
func (r *NetworkFunctionRolloutReconciler) checkSpec(s *rolloutScope) error {
	spec := &s.rollout.Spec
	selectors := []*metav1.LabelSelector{&spec.Selector}
	checks := map[string][]v1alpha1.RolloutCheck{"spec.checks": spec.Checks}
	for i := range spec.Waves {
		w := &spec.Waves[i]
		selectors = append(selectors, &w.Selector)
		checks["spec.waves["+w.Name+"].checks"] = w.Checks
	}
	for _, selector := range selectors {
		if _, err := metav1.LabelSelectorAsSelector(selector); err != nil {
			return reconcile.Stallf(v1alpha1.InvalidSpecReason, "a selector cannot be read: %w", err)
		}
	}
	for _, where := range slices.Sorted(maps.Keys(checks)) {
		for _, c := range checks[where] {
			if err := r.Functions.checkMembersCheck(c.Check, where); err != nil {
				return err
			}
		}
	}
	if len(s.taken) > 0 {
		return reconcile.Stallf(v1alpha1.RolloutConflictReason, "%s: a NetworkFunction belongs to one rollout, the oldest that selects it; mend spec.selector",
			clipTo(strings.Join(s.taken, "; "), 1024))
	}
	return nil
}

// decisionSpec is the spec as decisions are made from it. What no wave selects is one
// more wave, without a name.
func (s *rolloutScope) decisionSpec() rollout.Spec {
	o := &s.rollout.Spec
	out := rollout.Spec{
		Atomic: o.Strategy == v1alpha1.RolloutAtomic, Revert: o.OnFailure == "Revert", Suspend: o.Suspend || !s.rollout.DeletionTimestamp.IsZero(),
		Settle: duration(o.Settle, time.Second),
	}
	for i := range o.Waves {
		w := &o.Waves[i]
		out.Waves = append(out.Waves, rollout.Wave{
			Name: w.Name, MaxParallel: int(w.MaxParallel), Pause: w.Pause.Duration, Checks: len(w.Checks) > 0, CheckTimeout: duration(w.CheckTimeout, 2*time.Minute),
		})
	}
	rest := slices.ContainsFunc(s.members, func(nf v1alpha1.NetworkFunction) bool { return s.waveOf(&nf) == len(o.Waves) })
	if rest || len(o.Waves) == 0 {
		out.Waves = append(out.Waves, rollout.Wave{MaxParallel: 1})
	}
	return out
}

// waveOf is the index of the wave of a member.
func (s *rolloutScope) waveOf(nf *v1alpha1.NetworkFunction) int {
	waves := s.rollout.Spec.Waves
	for i := range waves {
		if selects(&waves[i].Selector, nf) {
			return i
		}
	}
	return len(waves)
}

// seen are the members as decisions are made from them.
func (s *rolloutScope) seen() []rollout.Member {
	out := make([]rollout.Member, 0, len(s.members))
	for i := range s.members {
		m := memberSeen(&s.members[i])
		m.Wave = s.waveOf(&s.members[i])
		out = append(out, m)
	}
	return out
}

// memberSeen says how a NetworkFunction is, from what its status says.
func memberSeen(nf *v1alpha1.NetworkFunction) rollout.Member {
	o := &nf.Status
	m := rollout.Member{
		Name: nf.Name, Applied: o.LastAppliedDigest, AppliedRevision: o.LastAppliedRevision,
		Stale: o.ObservedGeneration != nf.Generation && !nf.Spec.Suspend,
	}
	ready := conditions.Get(nf, meta.ReadyCondition)
	if ready != nil && ready.Status != metav1.ConditionTrue {
		m.Why = clipTo(ready.Message, 512)
	}
	switch {
	case nf.Spec.Suspend:
		m.Why = "it is suspended"
	case m.Stale || ready == nil:
		m.Why = "it has yet to be looked at"
	case o.Rollback != nil:
		m.Digest, m.Revision = o.Rollback.From, o.Rollback.FromRevision
		m.Standing = rolledBack(nf, m)
		if m.Standing == rollout.RolledBack {
			m.Why = "it was rolled back on request"
		}
	case o.PendingCommit != nil:
		m.Standing, m.Digest, m.Revision = rollout.Changing, o.PendingCommit.Digest, o.PendingCommit.Revision
	case waitsForRollout(nf) && o.Plan != nil:
		m.Standing, m.Digest, m.Revision, m.Why = rollout.Waiting, o.Plan.Digest, o.Plan.Revision, ""
	case conditions.IsTrue(nf, meta.StalledCondition), o.Failed != nil, refusedChange(nf):
		m.Standing = rollout.Failed
		if o.Failed != nil {
			m.Digest, m.Revision = o.Failed.Digest, o.Failed.Revision
		}
	case saysWhatGitSays(nf):
		m.Standing, m.Digest, m.Revision = rollout.Unready, o.LastAppliedDigest, o.LastAppliedRevision
		if ready.Status == metav1.ConditionTrue {
			m.Standing = rollout.Current
		}
	}
	return m
}

// rolledBack tells a member that is at a former state from one on its way there.
func rolledBack(nf *v1alpha1.NetworkFunction, m rollout.Member) rollout.Standing {
	switch {
	case nf.Status.PendingCommit == nil && m.Applied == nf.Status.Rollback.Digest && conditions.IsTrue(nf, v1alpha1.AppliedCondition):
		return rollout.RolledBack
	case conditions.IsTrue(nf, meta.StalledCondition) || refusedChange(nf):
		return rollout.Failed
	}
	return rollout.Changing
}

// saysWhatGitSays: what Git says is applied; nothing that comes before it is missing.
func saysWhatGitSays(nf *v1alpha1.NetworkFunction) bool {
	for _, before := range []string{v1alpha1.InputsReadyCondition, v1alpha1.CertificatesReadyCondition, v1alpha1.RenderedCondition, v1alpha1.ValidatedCondition} {
		if conditions.IsFalse(nf, before) {
			return false
		}
	}
	return nf.Status.LastAppliedDigest != "" && conditions.IsTrue(nf, v1alpha1.AppliedCondition)
}

// refusedChange: the change was tried, and something is wrong with it. What is not
// there, or busy, is waited for.
func refusedChange(nf *v1alpha1.NetworkFunction) bool {
	if !conditions.IsFalse(nf, v1alpha1.AppliedCondition) {
		return false
	}
	reason := conditions.GetReason(nf, v1alpha1.AppliedCondition)
	return reason == conditions.GetReason(nf, meta.ReadyCondition) && slices.Contains([]string{
		v1alpha1.RPCErrorReason, v1alpha1.ReadBackMismatchReason, v1alpha1.InvalidEditReason, v1alpha1.UnsupportedReason,
		v1alpha1.InvalidReplyReason, v1alpha1.ProtocolErrorReason, v1alpha1.GateFailedReason, v1alpha1.CommitLostReason,
		v1alpha1.RevertedReason, v1alpha1.ActionFailedReason,
	}, reason)
}
