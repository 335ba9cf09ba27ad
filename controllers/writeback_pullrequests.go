// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/forge"
	"github.com/strowger/strowger/internal/gitreport"
	"github.com/strowger/strowger/internal/proposal"
)

// lookAtPullRequests finds out what was decided: at once when Flux has a new
// artifact, which a merge may have made, and at the interval.
func (r *WriteBackReconciler) lookAtPullRequests(ctx context.Context, rd *round) {
	open := rd.openNumbers()
	numbers := map[*forgeHandle][]int64{}
	told := map[string]bool{}
	for _, n := range slices.Sorted(maps.Keys(open)) {
		h, err := r.forgeOf(ctx, rd, r.functionOf(ctx, open[n][0]))
		if err != nil {
			if !told[err.Error()] {
				ctrl.LoggerFrom(ctx).Info("a pull request cannot be looked at", "number", n, "error", err.Error())
			}
			told[err.Error()] = true
			continue
		}
		numbers[h] = append(numbers[h], n)
	}
	for h, ns := range numbers {
		rd.after(r.PullRequestInterval)
		if !h.stale(rd, ns, r.PullRequestInterval) {
			continue
		}
		if err := r.look(ctx, rd, h, ns, open); err != nil {
			ctrl.LoggerFrom(ctx).Info("pull requests cannot be looked at", "error", r.forgeFailed(rd, h, err).Error())
		}
	}
}

// stale: what is known of the pull requests may be no more.
func (h *forgeHandle) stale(rd *round, numbers []int64, interval time.Duration) bool {
	return !rd.now.Before(h.looked.Add(interval)) || h.revision != rd.revision() ||
		slices.ContainsFunc(numbers, func(n int64) bool { _, ok := h.open[n]; return !ok })
}

// look asks for all open pull requests at once, and for those that were open one by
// one.
func (r *WriteBackReconciler) look(ctx context.Context, rd *round, h *forgeHandle, numbers []int64, members map[int64][]*member) error {
	list, err := h.forge.ListOpen(ctx)
	if err != nil {
		return err
	}
	now := map[int64]forge.PullRequest{}
	for _, pr := range list {
		now[pr.Number] = pr
	}
	for _, n := range numbers {
		if _, ok := now[n]; ok {
			continue
		}
		pr, err := h.forge.Get(ctx, n)
		if errors.Is(err, forge.ErrNotFound) {
			err = r.vanished(ctx, rd, members[n])
			delete(h.sent, n)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return err
		}
		if pr.State == forge.Open {
			now[n] = *pr
			continue
		}
		delete(h.sent, n)
		if err := r.decided(ctx, rd, pr, members[n]); err != nil {
			return err
		}
	}
	h.open, h.looked, h.revision = now, rd.now, rd.revision()
	return nil
}

// decided writes down what became of a pull request. Flux is asked to fetch what
// was merged at once.
func (r *WriteBackReconciler) decided(ctx context.Context, rd *round, pr *forge.PullRequest, members []*member) error {
	ctrl.LoggerFrom(ctx).Info("pull request decided", "number", pr.Number, "state", pr.State, "by", pr.DecidedBy)
	for _, m := range members {
		was := m.current()
		if was == nil || was.Number != pr.Number {
			continue
		}
		now := was.DeepCopy()
		now.State = v1alpha1.PullRequestState(pr.State)
		m.pullRequest = now
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

// fetchNow has Flux fetch the repository, as "flux reconcile source git" does. The
// Kustomizations follow the artifact.
func (r *WriteBackReconciler) fetchNow(ctx context.Context, rd *round) error {
	base := rd.repository.DeepCopy()
	annotations := maps.Clone(base.Annotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[meta.ReconcileRequestAnnotation] = r.now().Format(time.RFC3339Nano)
	rd.repository.SetAnnotations(annotations)
	if err := r.Patch(ctx, rd.repository, client.MergeFrom(base), client.FieldOwner(r.ControllerName)); err != nil {
		return client.IgnoreNotFound(fmt.Errorf("asking Flux to fetch GitRepository %s: %w", rd.key, err))
	}
	return nil
}

// propose opens, updates and closes pull requests, so that there is one for each
// branch on which something waits for a decision.
func (r *WriteBackReconciler) propose(ctx context.Context, rd *round) error {
	branches := map[string][]*member{}
	for _, m := range rd.members {
		if m.proposing() {
			branches[m.branch()] = append(branches[m.branch()], m)
		}
	}
	if err := r.withdraw(ctx, rd); err != nil {
		return err
	}
	for _, branch := range slices.Sorted(maps.Keys(branches)) {
		members := slices.DeleteFunc(branches[branch], func(m *member) bool {
			return rd.state.unusable[m.name()] != nil || r.functionOf(ctx, m) == nil
		})
		if len(members) == 0 || !rd.ready(members) {
			continue
		}
		there := rd.state.published[members[0].name()].there
		if members[0].nf.Spec.Drift.Report.PullRequest.Mode != "None" && !there {
			if err := r.proposeBranch(ctx, rd, branch, members); err != nil {
				if ctx.Err() != nil {
					return err
				}
				ctrl.LoggerFrom(ctx).Info("no pull request", "branch", branch, "error", err.Error())
				for _, m := range members {
					m.forgeErr = err
				}
			}
		}
		if err := r.write(ctx, rd, members); err != nil {
			return err
		}
	}
	return nil
}

// ready: the branch holds what all of its members propose.
func (rd *round) ready(members []*member) bool {
	return !slices.ContainsFunc(members, func(m *member) bool {
		return m.pushErr != nil || m.commit == "" && m.unpushed() || !rd.state.published[m.name()].holds(m, rd.revision())
	})
}

// functionOf reads the NetworkFunction of a member; nil where that is not to be had.
func (r *WriteBackReconciler) functionOf(ctx context.Context, m *member) *v1alpha1.NetworkFunction {
	if m.nf == nil {
		nf, err := r.function(ctx, m.report)
		if err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "cannot read a NetworkFunction", "networkFunction", m.name())
		}
		m.nf = nf
	}
	return m.nf
}

// limitError says that there are too many pull requests already.
type limitError struct{ open, most int }

func (e *limitError) Error() string {
	return fmt.Sprintf("%d pull requests of Strowger are open in the repository, and no more than %d may be (--max-pull-requests): decide some, or let NetworkFunctions share one by spec.drift.report.branch: drift/{namespace}", e.open, e.most)
}

// proposeBranch sees to it that the branch has a pull request that says what is
// proposed now.
func (r *WriteBackReconciler) proposeBranch(ctx context.Context, rd *round, branch string, members []*member) error {
	base, err := baseBranch(rd.repository)
	if err != nil {
		return err
	}
	h, err := r.forgeOf(ctx, rd, members[0].nf)
	if err != nil {
		return err
	}
	p := rd.saying(h, base, branch, members)
	digest := proposalDigest(p)
	var pr *forge.PullRequest
	number := h.numberOf(branch, members)
	switch {
	case number == 0:
		if n := len(rd.openNumbers()); n >= r.MaxPullRequests {
			rd.after(r.PullRequestInterval)
			return &limitError{open: n, most: r.MaxPullRequests}
		}
		pr, err = r.openPullRequest(ctx, h, p)
	case h.sent[number] != digest:
		pr, err = h.forge.Update(ctx, number, p)
	default:
		known := h.open[number]
		known.State = forge.Open
		pr = &known
	}
	if err != nil {
		return r.forgeFailed(rd, h, err)
	}
	if pr.State != forge.Open {
		return r.decided(ctx, rd, pr, members)
	}
	rd.after(r.PullRequestInterval)
	h.sent[pr.Number], h.open[pr.Number] = digest, *pr
	for _, m := range members {
		m.pullRequest = &v1alpha1.PullRequest{
			Number: pr.Number, URL: pr.URL, State: v1alpha1.PullRequestOpen, Digest: m.report.Status.ProposedDigest,
			Inexpressible: int32(len(rd.state.published[m.name()].outcome.Refused)),
		}
	}
	return nil
}

// openPullRequest opens one, or takes over the one that a manager opened which
// stopped before it could write that down.
func (r *WriteBackReconciler) openPullRequest(ctx context.Context, h *forgeHandle, p forge.Proposal) (*forge.PullRequest, error) {
	pr, err := h.forge.Open(ctx, p)
	if err != nil || pr.Title == p.Title && pr.Body == p.Body {
		return pr, err
	}
	return h.forge.Update(ctx, pr.Number, p)
}

// numberOf is the open pull request of a branch, as its members know it.
func (h *forgeHandle) numberOf(branch string, members []*member) int64 {
	for _, m := range members {
		if n := m.openNumber(); n != 0 && h.open[n].Head == branch {
			return n
		}
	}
	return 0
}

func proposalDigest(p forge.Proposal) string {
	sum := sha256.Sum256([]byte(p.Title + "\x00" + p.Body))
	return hex.EncodeToString(sum[:])
}

// details are what the pull request says of one NetworkFunction beside its report.
func details(m *member, outcome proposal.Outcome) gitreport.Details {
	d := gitreport.Details{Seen: m.report.Status.ObservedTime.Time, Declared: map[string]gitreport.Declared{}}
	if by := m.report.Status.DecideBy; by != nil {
		d.DecideBy = by.Time
	}
	for _, e := range outcome.Edits {
		d.Declared[e.Path] = gitreport.Declared{File: e.File, Line: e.Line}
	}
	for _, e := range outcome.Refused {
		d.Refused = append(d.Refused, gitreport.Refused{Path: e.Path, File: e.File, Line: e.Line, Reason: e.Reason})
	}
	return d
}
