// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/drift"
	"github.com/strowger/strowger/internal/plan"
)

// maxDriftLines is how many drifted leaves the NetworkFunction's status lists;
// the DriftReport has them all.
const maxDriftLines = 10

// compare deals with what differs at an unchanged revision. The DriftReport comes
// first, so that what is then corrected is never lost; Git comes last, so that a
// slow Git server delays no correction.
func (r *NetworkFunctionReconciler) compare(ctx context.Context, s *scope) (string, error) {
	const inSync = "The NF says what Git says"
	v := judge(s)
	if len(v.shown) == 0 {
		return inSync, r.closeReport(ctx, s, nil, v1alpha1.DriftGone)
	}
	report, err := r.report(ctx, s, v.shown)
	if err != nil {
		return "", err
	}
	if err := r.correct(ctx, s, v.correct); err != nil {
		return "", errors.Join(err, r.push(ctx, s, report))
	}
	s.drifted = withAction(v.shown, drift.Report)
	if len(s.drifted) == 0 {
		return inSync, r.closeReport(ctx, s, report, v1alpha1.DriftCorrected)
	}
	if err := r.push(ctx, s, report); err != nil {
		return "", err
	}
	s.nf.Status.Drift.Entries = int32(len(s.drifted))
	s.nf.Status.Drift.First = lines(s.drifted)
	return driftMessage(s.drifted), r.narrowReport(ctx, s, report)
}

func (r *NetworkFunctionReconciler) correct(ctx context.Context, s *scope, p *plan.Plan) error {
	if p.Empty() {
		return nil
	}
	if err := r.proveOrRefuse(ctx, s, s.trial(p)); err != nil {
		return err
	}
	if err := r.commit(ctx, s, p); err != nil {
		return err
	}
	r.event(s.nf, s.revision, corev1.EventTypeNormal, v1alpha1.DriftCorrectedReason,
		fmt.Sprintf("Put back what Git says on %s: %s", s.endpoint.Address, p.Summary()))
	return nil
}

// verdict is what the policy says about a plan that nobody asked for.
type verdict struct {
	// shown is what is reported: all but what is ignored.
	shown []drift.Entry
	// correct is the part of the plan that puts Git's values back.
	correct *plan.Plan
}

func judge(s *scope) verdict {
	if s.observed.plan.Empty() {
		return verdict{}
	}
	policy := drift.Policy{Mode: drift.Action(s.nf.Spec.Drift.Mode)}
	if policy.Mode == "" {
		policy.Mode = drift.Correct
	}
	for _, rule := range s.nf.Spec.Drift.Rules {
		policy.Rules = append(policy.Rules, drift.Rule{Path: rule.Path, Operations: operations(rule.Operations), Action: drift.Action(rule.Action)})
	}
	v := verdict{shown: drift.Classify(s.observed.plan, policy)}
	v.correct = drift.Split(s.observed.plan, v.shown)
	return v
}

func operations(names []string) []drift.Operation {
	out := make([]drift.Operation, 0, len(names))
	for _, n := range names {
		out = append(out, drift.Operation(n))
	}
	return out
}

func withAction(entries []drift.Entry, action drift.Action) []drift.Entry {
	var out []drift.Entry
	for _, e := range entries {
		if e.Action == action {
			out = append(out, e)
		}
	}
	return out
}

func driftMessage(entries []drift.Entry) string {
	first := lines(entries)
	message := fmt.Sprintf("%s: %s", count(len(entries), "leaf differs", "leaves differ"), strings.Join(first[:min(len(first), 3)], "; "))
	if len(entries) > 3 {
		message += fmt.Sprintf("; and %d more", len(entries)-3)
	}
	return message
}

func lines(entries []drift.Entry) []string {
	out := make([]string, 0, maxDriftLines)
	for _, e := range entries[:min(len(entries), maxDriftLines)] {
		out = append(out, clipTo(e.String(), 512))
	}
	return out
}

// clipTo cuts a line to n bytes at a rune's border.
func clipTo(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n-len("…")], "") + "…"
}
