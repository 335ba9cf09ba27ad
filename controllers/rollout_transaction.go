// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/crash"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/rollout"
)

// membersAtATime are worked on at once.
const membersAtATime = 64

// partaker is a member that a transaction changes.
type partaker struct {
	place *v1alpha1.RolloutMember
	s     *scope
	// release gives the NetworkFunction's turn back; nil: it is not ours now.
	release func()
	// same: the NF says already what Git says.
	same bool
	// failed: it is why the transaction failed.
	failed bool
}

// transaction is an atomic rollout while a run works on it.
type transaction struct {
	*rolloutScope
	functions *NetworkFunctionReconciler
	check     func(ctx context.Context, checks []v1alpha1.RolloutCheck, members []v1alpha1.NetworkFunction) *rollout.Checked
	// ctx ends when the manager stops: nothing is awaited then. What is being done ends
	// in its own time: half a change is worse than a late stop.
	ctx       context.Context
	partakers []*partaker
	// resumed: another run began it.
	resumed bool
}

func (r *NetworkFunctionRolloutReconciler) transaction(ctx context.Context, s *rolloutScope) *transaction {
	t := &transaction{rolloutScope: s, functions: r.Functions, check: r.check, ctx: ctx}
	for i := range s.rollout.Status.Members {
		if place := &s.rollout.Status.Members[i]; place.State != v1alpha1.MemberUpToDate {
			t.partakers = append(t.partakers, &partaker{place: place})
		}
	}
	return t
}

func (t *transaction) confirmTimeout() time.Duration {
	return duration(t.rollout.Spec.ConfirmTimeout, 2*time.Minute)
}

// each does something with all members at a time, and returns what went wrong, by member.
func (t *transaction) each(do func(ctx context.Context, m *partaker) error) error {
	errs := make([]error, len(t.partakers))
	room := make(chan struct{}, membersAtATime)
	var all sync.WaitGroup
	for i, m := range t.partakers {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), t.patience(m))
			defer cancel()
			if err := do(ctx, m); err != nil {
				m.failed, m.place.Message = !errors.Is(err, context.Canceled), clipTo(err.Error(), 512)
				errs[i] = fmt.Errorf("%s: %w", m.place.Name, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// patience with one member: what its spec gives a whole run, beside what is waited for.
func (t *transaction) patience(m *partaker) time.Duration {
	own := 2 * time.Minute
	if nf := t.member(m.place.Name); nf != nil {
		own = duration(nf.Spec.Timeout, own)
	}
	return own + t.confirmTimeout() + duration(t.rollout.Spec.PrepareTimeout, 30*time.Second)
}

// open takes the turn of a member and finds out how it is.
func (t *transaction) open(ctx context.Context, m *partaker) error {
	if m.release != nil {
		return nil
	}
	var err error
	m.s, m.release, err = t.functions.openMember(ctx, types.NamespacedName{Namespace: t.rollout.Namespace, Name: m.place.Name})
	return err
}

// shut writes what became of a member, and gives its turn back.
func (t *transaction) shut(ctx context.Context, m *partaker, why error) error {
	if m.release == nil {
		return nil
	}
	defer func() {
		m.release()
		m.s, m.release = nil, nil
	}()
	return t.functions.closeMember(ctx, m.s, why)
}

// release gives all turns back that are still ours, without a word.
func (t *transaction) release() {
	for _, m := range t.partakers {
		if m.release != nil {
			m.release()
			m.s, m.release = nil, nil
		}
	}
}

// ours says whether a pending change is of this transaction.
func (t *transaction) ours(p *v1alpha1.PendingCommit) bool {
	return p != nil && p.Rollout != nil && p.Rollout.Name == t.rollout.Name && strings.Contains(p.PersistID, "/"+t.rollout.Status.ID+"-")
}

// blame makes a fault of what went wrong: of all that did, the first member's.
func blame(err error) *fault {
	if err == nil {
		return nil
	}
	var changed *supersededError
	all := []error{err}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		all = many.Unwrap()
	}
	innocent := all[0]
	for _, one := range all {
		switch {
		case errors.As(one, &changed):
			innocent = one
		case !errors.Is(one, context.Canceled):
			return &fault{reason: clipTo(one.Error(), 1500)}
		}
	}
	return &fault{reason: clipTo(innocent.Error(), 1500), innocent: true}
}

// supersededError: a member is not any more what the rollout began with.
type supersededError struct{ what string }

func (e *supersededError) Error() string { return e.what }

// passing: what is wrong may be over soon.
func passing(err error) bool {
	return slices.Contains([]string{
		v1alpha1.UnreachableReason, v1alpha1.NETCONFTimeoutReason, v1alpha1.LockDeniedReason, v1alpha1.ChangePendingReason,
		v1alpha1.NotCalledReason, v1alpha1.TargetNotReadyReason, v1alpha1.DependencyNotReadyReason, v1alpha1.InputNotReadyReason,
		v1alpha1.WorkloadNotReadyReason, v1alpha1.ProtocolErrorReason,
	}, reconcile.As(err).Reason)
}

// prepare locks, edits and validates everywhere. A member that is away or busy is tried
// until giveUp.
func (t *transaction) prepare(giveUp time.Time) *fault {
	ctx, stop := context.WithCancel(t.ctx)
	defer stop()
	err := t.each(func(work context.Context, m *partaker) error {
		for {
			err := t.prepareMember(work, m)
			if err == nil {
				m.place.State, m.place.Message = v1alpha1.MemberPrepared, ""
				crash.At(crash.RolloutMemberPrepared)
				return nil
			}
			_ = t.shut(work, m, err)
			if !passing(err) {
				stop() // nobody waits for others any more
				return err
			}
			if time.Now().Add(rolloutRetry).After(giveUp) {
				stop()
				return fmt.Errorf("not within %s: %w", duration(t.rollout.Spec.PrepareTimeout, 30*time.Second), err)
			}
			if !pause(ctx, rolloutRetry) {
				return fmt.Errorf("%w: %w", context.Canceled, err)
			}
		}
	})
	return blame(err)
}

func (t *transaction) prepareMember(ctx context.Context, m *partaker) error {
	if err := t.open(ctx, m); err != nil {
		if apierrors.IsNotFound(err) {
			return &supersededError{"it is gone"}
		}
		return err
	}
	s := m.s
	switch {
	case !canBeMember(s.nf) || s.nf.Spec.Suspend:
		return &supersededError{"it is no member any more"}
	case s.nf.Status.PendingCommit != nil:
		return reconcile.Waitf(v1alpha1.ChangePendingReason, "another change is under way on it")
	case s.digest != m.place.Digest:
		return &supersededError{"Git says something else since"}
	case s.observed.plan.Empty():
		m.same = true
		return nil
	}
	if err := t.functions.preActions(ctx, s); err != nil {
		return err
	}
	timeout := t.confirmTimeout() + duration(t.rollout.Spec.PrepareTimeout, 30*time.Second)
	if err := t.functions.begin(ctx, s, s.observed.plan, terms{rollout: t.rollout.Name, id: t.rollout.Status.ID, timeout: timeout, undo: true}); err != nil {
		return err
	}
	m.place.Revision = cmp.Or(s.nf.Status.PendingCommit.Revision, m.place.Revision) // it may be told later than the change
	return t.functions.prepareChange(ctx, s)
}

// commit commits everywhere what was prepared.
func (t *transaction) commit() *fault {
	return blame(t.each(func(ctx context.Context, m *partaker) error {
		if !m.same {
			if err := t.commitMember(ctx, m); err != nil {
				return err
			}
		}
		m.place.State = v1alpha1.MemberCommitted
		crash.At(crash.RolloutMemberCommitted)
		return nil
	}))
}

func (t *transaction) commitMember(ctx context.Context, m *partaker) error {
	if err := t.functions.commitChange(ctx, m.s); err != nil {
		return err
	}
	if m.s.nf.Status.PendingCommit != nil {
		return nil
	}
	why := "it could not be read back as it was committed"
	if history := m.s.nf.Status.History; len(history) > 0 && history[0].Reason != "" {
		why = history[0].Reason
	}
	return reconcile.Failf(v1alpha1.ReadBackMismatchReason, "%s", why)
}

// conclude notes on all members that the change is final.
func (t *transaction) conclude() error {
	return t.each(func(ctx context.Context, m *partaker) error {
		switch {
		case m.s == nil:
			return nil // it is gone
		case m.same: // its own next run finds that
			m.release()
			m.s, m.release = nil, nil
			m.place.State = v1alpha1.MemberApplied
			return nil
		}
		if t.ours(m.s.nf.Status.PendingCommit) {
			if err := t.concludeMember(ctx, m); err != nil {
				return err
			}
		}
		if err := t.shut(ctx, m, nil); err != nil {
			return err
		}
		m.place.State, m.place.Message = v1alpha1.MemberApplied, ""
		return nil
	})
}

func (t *transaction) concludeMember(ctx context.Context, m *partaker) error {
	if m.s.digest == m.place.Digest {
		return t.functions.concludeChange(ctx, m.s)
	}
	// Another run was cut off here, and Git says something else since.
	status := &m.s.nf.Status
	pending := status.PendingCommit
	status.LastAppliedDigest, status.LastAppliedRevision, status.PendingCommit = pending.Digest, pending.Revision, nil
	t.functions.dropUndo(ctx, m.s, pending)
	return nil
}
