// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/rollout"
)

// window is for how long checks must hold: the longest that a member asks for.
func (t *transaction) window() (longest time.Duration) {
	for i := range t.members {
		if commit := &t.members[i].Spec.Commit; len(commit.Checks) > 0 {
			longest = max(longest, commit.StabilityWindow.Duration)
		}
	}
	return longest
}

// unmetError: a member holds the change, and not all of its checks hold, or they cannot
// be looked at.
type unmetError struct{ why string }

func (e *unmetError) Error() string { return e.why }

// look makes sure that all members hold the change, and looks at all checks, once.
func (t *transaction) look() (*rollout.Checked, *fault) {
	var mu sync.Mutex
	var unmetChecks []string
	held := map[string]bool{}
	err := t.each(func(ctx context.Context, m *partaker) error {
		var why *unmetError
		err := t.lookAt(ctx, m)
		mu.Lock()
		defer mu.Unlock()
		m.place.Message, held[m.place.Name] = "", err == nil
		if errors.As(err, &why) {
			m.place.Message = clipTo(why.why, 512)
			unmetChecks = append(unmetChecks, m.place.Name+": "+why.why)
			return nil
		}
		return err
	})
	if err != nil {
		return nil, blame(err)
	}
	if len(unmetChecks) > 0 {
		slices.Sort(unmetChecks)
		return &rollout.Checked{Message: clipTo(strings.Join(unmetChecks, "; "), 1500)}, nil
	}
	return t.check(t.ctx, t.rollout.Spec.Checks, t.pictured(held)), nil
}

// lookAt says that a member holds the change, and that its checks hold. Another error
// than an unmetError says that it does not hold the change.
func (t *transaction) lookAt(ctx context.Context, m *partaker) error {
	found := m.release == nil
	if err := t.open(ctx, m); apierrors.IsNotFound(err) {
		return &supersededError{"it is gone"}
	} else if err != nil {
		return &unmetError{err.Error()}
	}
	pending := m.s.nf.Status.PendingCommit
	switch {
	case m.same || m.place.Digest == m.s.nf.Status.LastAppliedDigest:
		return nil
	case !canBeMember(m.s.nf):
		return &supersededError{"it is no member any more"}
	case !t.ours(pending):
		return &supersededError{"its change is gone"}
	case m.s.digest != m.place.Digest:
		return &supersededError{"Git says something else since"}
	case found && !m.s.observed.plan.Empty() && t.resumed:
		return &supersededError{"its NF took the change back while nobody looked after it"}
	case found && !m.s.observed.plan.Empty():
		return reconcile.Failf(v1alpha1.CommitLostReason, "the NF does not hold the change any more")
	case len(m.s.nf.Spec.Commit.Checks) == 0:
		return nil
	}
	holds, checks, err := t.functions.gateChange(ctx, m.s)
	if err != nil {
		return &unmetError{"its checks cannot be looked at: " + err.Error()}
	}
	pending.Checks = checks
	if !holds {
		return &unmetError{unmet(checks, 0)}
	}
	return nil
}

// pictured are all members as checks of the rollout see them: one that holds the change
// is at its revision, and ready when its own checks hold.
func (t *transaction) pictured(held map[string]bool) []v1alpha1.NetworkFunction {
	out := make([]v1alpha1.NetworkFunction, 0, len(t.members))
	for i := range t.members {
		nf := t.members[i].DeepCopy()
		if place := placeOf(t.rollout, nf.Name); place != nil && held[nf.Name] {
			nf.Status.LastAppliedRevision = place.Revision
			conditions.Delete(nf, meta.ReconcilingCondition)
			conditions.Delete(nf, meta.StalledCondition)
			conditions.MarkTrue(nf, meta.ReadyCondition, v1alpha1.GatePendingReason, "its own checks hold")
		}
		out = append(out, *nf)
	}
	return out
}

// park writes how the members are and gives their turns back until the next look.
func (t *transaction) park(why error) {
	_ = t.each(func(ctx context.Context, m *partaker) error { return t.shut(ctx, m, why) })
}
