// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/forge"
)

// withdraw closes pull requests that nobody has to decide any more.
func (r *WriteBackReconciler) withdraw(ctx context.Context, rd *round) error {
	open := rd.openNumbers()
	for _, n := range slices.Sorted(maps.Keys(open)) {
		h, err := r.forgeOf(ctx, rd, r.functionOf(ctx, open[n][0]))
		if err != nil {
			continue // it was told when they were looked at
		}
		pr, known := h.open[n]
		if !known || slices.ContainsFunc(open[n], func(m *member) bool { return m.proposing() && m.branch() == pr.Head }) {
			continue
		}
		if err := r.closePullRequest(ctx, rd, h, n, open[n]); err != nil {
			ctrl.LoggerFrom(ctx).Info("a pull request cannot be closed", "number", n, "error", r.forgeFailed(rd, h, err).Error())
		}
	}
	for n, o := range rd.orphans {
		if open[n] != nil {
			r.repositories.settle(rd.key, n)
			continue
		}
		h, err := r.forgeOf(ctx, rd, nil)
		if err == nil {
			err = h.forge.Close(ctx, n, fmt.Sprintf("The drift report of the NetworkFunction %s was deleted, so there is nothing to decide here any more.", o.report))
		}
		if errors.Is(err, forge.ErrUnreachable) || errors.Is(err, forge.ErrRateLimited) {
			ctrl.LoggerFrom(ctx).Info("the pull request of a deleted NetworkFunction cannot be closed", "number", n, "networkFunction", o.report, "error", err.Error())
			rd.after(r.PullRequestInterval)
			continue
		}
		r.repositories.settle(rd.key, n)
	}
	return nil
}

// closePullRequest closes one, and writes down what became of it: somebody may have
// merged it in this very moment.
func (r *WriteBackReconciler) closePullRequest(ctx context.Context, rd *round, h *forgeHandle, number int64, members []*member) error {
	if err := h.forge.Close(ctx, number, whyClosed(members)); err != nil {
		return err
	}
	pr, err := h.forge.Get(ctx, number)
	if err != nil {
		return err
	}
	delete(h.open, number)
	delete(h.sent, number)
	for _, m := range members {
		if m.proposing() && pr.State != forge.Merged {
			m.pullRequest = undecided(m.current()) // it moves to another branch
		} else {
			m.pullRequest = m.current().DeepCopy()
			m.pullRequest.State = v1alpha1.PullRequestState(pr.State)
		}
		delete(rd.state.published, m.name())
	}
	if err := r.write(ctx, rd, members); err != nil {
		return err
	}
	if pr.State == forge.Merged {
		return r.fetchNow(ctx, rd)
	}
	return nil
}

// whyClosed is the comment on a pull request that is withdrawn.
func whyClosed(members []*member) string {
	for _, m := range members {
		switch {
		case m.proposing():
			return fmt.Sprintf("It is proposed on the branch %s now.", m.branch())
		case m.report.Status.State == v1alpha1.DriftCorrected:
			return "Nobody decided in time, or the policy says so now: Git's values were put back on the network function."
		case m.report.Status.State == v1alpha1.DriftAdopted:
			return "Git says now what the network function says."
		case m.report.Status.State == v1alpha1.DriftOpen:
			return "Nothing on this branch is proposed any more: what still differs is only reported."
		}
	}
	return "The difference is gone: the network function and Git say the same again."
}

// vanished lets go of a pull request that somebody deleted: nobody decided, and what
// is proposed gets another one.
func (r *WriteBackReconciler) vanished(ctx context.Context, rd *round, members []*member) error {
	for _, m := range members {
		m.pullRequest = undecided(m.current())
		delete(rd.state.published, m.name())
	}
	return r.write(ctx, rd, members)
}

// undecided is a pull request that is closed and was no decision.
func undecided(pr *v1alpha1.PullRequest) *v1alpha1.PullRequest {
	closed := pr.DeepCopy()
	closed.State, closed.Digest = v1alpha1.PullRequestClosed, ""
	return closed
}
