// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/crash"
	"github.com/strowger/strowger/internal/reconcile"
)

// confirm makes the change final everywhere, and makes it again where the NF took it
// back by itself. A member that cannot be reached is tried until giveUp.
func (t *transaction) confirm(giveUp time.Time) *fault {
	return blame(t.each(func(ctx context.Context, m *partaker) error {
		for {
			err := t.confirmMember(ctx, m)
			if err == nil {
				m.place.Message = ""
				crash.At(crash.RolloutMemberConfirmed)
				return nil
			}
			if !passing(err) && m.s != nil && m.s.change != nil || time.Now().Add(rolloutRetry).After(giveUp) {
				return err
			}
			_ = t.shut(ctx, m, err)
			if !pause(t.ctx, rolloutRetry) {
				return err
			}
		}
	}))
}

func (t *transaction) confirmMember(ctx context.Context, m *partaker) error {
	if err := t.open(ctx, m); apierrors.IsNotFound(err) {
		return nil // what becomes of its NF, its deletion decided
	} else if err != nil && (m.s == nil || m.s.change == nil) {
		return err
	}
	status := &m.s.nf.Status
	switch {
	case status.PendingCommit != nil && !t.ours(status.PendingCommit):
		return reconcile.Waitf(v1alpha1.ChangePendingReason, "another change is under way on it")
	case status.PendingCommit == nil && (m.same || status.LastAppliedDigest == m.place.Digest):
		return nil // it was concluded before
	case status.PendingCommit == nil:
		return t.again(ctx, m)
	case m.s.digest != m.place.Digest && t.concluding(): // all were confirmed before
		return nil
	case m.s.digest != m.place.Digest:
		return &supersededError{"Git says something else since"}
	}
	err := t.functions.confirmChange(ctx, m.s)
	if reconcile.As(err) != nil && reconcile.As(err).Reason == v1alpha1.CommitExpiredReason && status.PendingCommit == nil {
		return t.again(ctx, m)
	}
	return err
}

// concluding: another run was cut off when all members were confirmed, and the first of
// them had been told so.
func (t *transaction) concluding() bool {
	for _, m := range t.partakers {
		nf := t.member(m.place.Name)
		if nf != nil && nf.Status.PendingCommit == nil && nf.Status.LastAppliedDigest == m.place.Digest {
			return true
		}
	}
	return false
}

// again makes a change once more that was decided to stay, and that the NF took back by
// itself. There is no gate any more.
func (t *transaction) again(ctx context.Context, m *partaker) error {
	s, f := m.s, t.functions
	if s.digest != m.place.Digest {
		return &supersededError{"the NF took the change back by itself, and Git says something else since"}
	}
	if err := f.observe(ctx, s); err != nil {
		return err
	}
	if s.observed.plan.Empty() {
		m.same = true
		return nil
	}
	if err := f.begin(ctx, s, s.observed.plan, terms{rollout: t.rollout.Name, id: t.rollout.Status.ID, timeout: t.confirmTimeout(), undo: true}); err != nil {
		return err
	}
	if err := f.prepareChange(ctx, s); err != nil {
		return err
	}
	if err := t.commitMember(ctx, m); err != nil {
		return err
	}
	return f.confirmChange(ctx, s)
}

// revert takes the change back everywhere, and says who has yet to go back.
func (t *transaction) revert(reason string) error {
	after := error(reconcile.Stallf(v1alpha1.RolloutFailedReason, "NetworkFunctionRollout %s failed, and the NF is as it was: %s", t.rollout.Name, reason))
	if t.rollout.Status.Failed == "" {
		after = reconcile.Waitf(v1alpha1.WaitingForRolloutReason, "NetworkFunctionRollout %s was taken back, and is tried again: %s", t.rollout.Name, reason)
	}
	return t.each(func(ctx context.Context, m *partaker) error {
		message := m.place.Message
		touched, err := t.revertMember(ctx, m, reason)
		if err != nil {
			return errors.Join(err, t.shut(ctx, m, err))
		}
		if err := t.shut(ctx, m, after); err != nil {
			return err
		}
		switch {
		case touched:
			m.place.State = v1alpha1.MemberReverted
			crash.At(crash.RolloutMemberReverted)
		case m.failed:
			m.place.State = v1alpha1.MemberFailed
		case m.place.State != v1alpha1.MemberReverted && m.place.State != v1alpha1.MemberFailed:
			m.place.State = v1alpha1.MemberWaiting
		}
		m.place.Message = message
		return nil
	})
}

// revertMember says whether there was anything to take back.
func (t *transaction) revertMember(ctx context.Context, m *partaker, reason string) (touched bool, err error) {
	if err := t.open(ctx, m); apierrors.IsNotFound(err) {
		return false, nil // what becomes of its NF, its deletion decides
	} else if m.s == nil {
		return false, err
	}
	if !t.ours(m.s.nf.Status.PendingCommit) {
		return false, nil // it was never begun here, was refused, or is back
	}
	if m.s.schema == nil {
		return false, fmt.Errorf("its Target %s is not ready", m.s.nf.Status.PendingCommit.Target)
	}
	return true, t.functions.revertChange(ctx, m.s, reason)
}
