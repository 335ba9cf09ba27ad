// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/drift"
	"github.com/strowger/strowger/internal/plan"
)

// maxUnmanaged bounds what is told of configuration that nobody declares.
const maxUnmanaged = 250

// policy is what the NetworkFunction says about drift, then its Target, then the manager.
func (r *NetworkFunctionReconciler) policy(s *scope, now time.Time) drift.Policy {
	own, shared := s.nf.Spec.Drift, s.target.Spec.Drift
	p := drift.Policy{
		Mode: drift.Mode(cmp.Or(own.Mode, shared.Mode, r.DriftMode, v1alpha1.DriftModeCorrect)),
		Now:  now,
	}
	if timeout := cmp.Or(own.ReviewTimeout, shared.ReviewTimeout); timeout != nil {
		p.Review = timeout.Duration
	}
	if own.SuspendUntil != nil {
		p.SuspendUntil = own.SuspendUntil.Time
	}
	for _, rule := range slices.Concat(own.Rules, shared.Rules) {
		p.Rules = append(p.Rules, drift.Rule{Path: rule.Path, Operations: operations(rule.Operations), Action: drift.Action(rule.Action)})
	}
	return p
}

func operations(names []string) []drift.Operation {
	out := make([]drift.Operation, 0, len(names))
	for _, n := range names {
		out = append(out, drift.Operation(n))
	}
	return out
}

// verdict is what the policy says about what differs.
type verdict struct {
	// shown is what is reported, sorted by path: all but what is ignored.
	shown []drift.Entry
	// more: there is more of what nobody declares.
	more bool
	// correct is the part of the plan that puts Git's values back.
	correct *plan.Plan
}

// left is what is not put back, once everything else was.
func (v *verdict) left() []drift.Entry {
	return drift.Settle(slices.DeleteFunc(slices.Clone(v.shown), func(e drift.Entry) bool { return e.Corrects() }))
}

// judge says what is done about what differs, knowing what was reported and decided
// before.
func (r *NetworkFunctionReconciler) judge(s *scope, past past, now time.Time) verdict {
	found := s.observed.unmanaged
	if s.observed.plan.Empty() && len(found) == 0 {
		return verdict{}
	}
	policy := r.policy(s, now)
	policy.Before = r.compared.at(nameOf(s.nf))
	classify := func() []drift.Entry {
		entries := append(drift.Classify(s.observed.plan, policy), drift.Undeclared(found, policy)...)
		slices.SortStableFunc(entries, func(a, b drift.Entry) int { return cmp.Compare(a.Path, b.Path) })
		return entries
	}
	if !past.again {
		policy.Known, policy.Rest = past.known, past.rest
	}
	entries := classify()
	if !past.again && past.proposedAll != "" && drift.Proposed(entries) == past.proposedAll {
		policy.Rest.Decision = past.decision
		entries = classify()
	}
	sources := sourcesOf(s.nf)
	for i := range entries {
		if o := entries[i].Origin; o != nil {
			o.Source = sources[o.Layer]
		}
	}
	if !slices.ContainsFunc(entries, func(e drift.Entry) bool { return e.Corrects() }) {
		entries = drift.Settle(entries)
	}
	return verdict{shown: entries, more: s.observed.moreUnmanaged, correct: drift.Split(s.observed.plan, entries)}
}

// sourcesOf are the sources of the layers that are files, as kind/namespace/name.
func sourcesOf(nf *v1alpha1.NetworkFunction) map[string]string {
	out := map[string]string{}
	for _, l := range nf.Spec.Config {
		if ref := l.SourceRef; ref != nil {
			out[l.Name] = ref.Kind + "/" + cmp.Or(ref.Namespace, nf.Namespace) + "/" + ref.Name
		}
	}
	return out
}

// comparisons remembers when each NF was compared with Git last.
type comparisons struct {
	mu    sync.Mutex
	times map[types.NamespacedName]time.Time
}

func (c *comparisons) at(name types.NamespacedName) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.times[name]
}

func (c *comparisons) note(name types.NamespacedName, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.times == nil {
		c.times = map[types.NamespacedName]time.Time{}
	}
	c.times[name] = now
}

func (c *comparisons) forget(name types.NamespacedName) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.times, name)
}
