// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/gitreport"
	"github.com/strowger/strowger/internal/proposal"
)

// publish makes the one push of a round: all branches that have something new, with
// all that belongs on them, and what is hydrated.
func (r *WriteBackReconciler) publish(ctx context.Context, rd *round) error {
	branches := r.dueBranches(rd)
	hydrated := rd.dueHydrated()
	if len(branches) == 0 && len(hydrated) == 0 {
		return nil
	}
	if wait := rd.state.pace.wait(rd.now); wait > 0 {
		rd.after(wait)
		return nil
	}
	members, items, err := r.items(ctx, rd, branches)
	if err != nil {
		return err
	}
	if len(items) == 0 && len(hydrated) == 0 {
		return r.write(ctx, rd, members)
	}
	var outcomes []proposal.Outcome
	var names []string
	began := r.now()
	written, err := r.Git.Publish(ctx, rd.access, func(_ context.Context, s *gitreport.Session) ([]gitreport.Branch, error) {
		composed, results, err := proposal.Compose(s, items)
		if err != nil {
			return nil, err
		}
		outcomes = results
		all, err := withHydrated(composed, hydrated)
		names = names[:0]
		for _, b := range all {
			names = append(names, b.Name)
		}
		return all, err
	})
	r.Metrics.published(r.now().Sub(began), written, err)
	if err == nil && len(written) != len(names) {
		err = fmt.Errorf("of %d branches only %d were written", len(names), len(written))
	}
	if err != nil {
		rd.state.pace.failed(r.now())
		rd.after(rd.state.pace.wait(r.now()))
		r.Metrics.failed(failureKind(err))
		ctrl.LoggerFrom(ctx).Info("nothing was pushed", "error", err.Error())
		for _, m := range members {
			if m.pushErr == nil && m.unpushed() {
				m.pushErr = err
			}
		}
		r.hydratedFailed(ctx, hydrated, err)
		return r.write(ctx, rd, members)
	}
	rd.state.pace.pushed(rd.now, r.now())
	byBranch := map[string]gitreport.Written{}
	for i, w := range written {
		byBranch[names[i]] = w
		r.refusedOrNot(rd, names[i], w)
	}
	n := 0
	for name, p := range rd.state.published {
		if w, ok := byBranch[p.branch]; ok && w.Err == nil {
			delete(rd.state.published, name) // who is still there comes back
		}
	}
	for _, m := range members {
		if m.pushErr != nil {
			continue
		}
		r.note(rd, m, byBranch[m.branch()], outcomes[n])
		n++
	}
	r.noteHydrated(ctx, hydrated, byBranch)
	// What is proposed is written down with its pull request.
	return r.write(ctx, rd, slices.DeleteFunc(slices.Clone(members), func(m *member) bool {
		return m.pushErr == nil && m.proposing()
	}))
}

// refusedOrNot spaces the attempts at a branch that was not taken: it holds up no
// other.
func (r *WriteBackReconciler) refusedOrNot(rd *round, branch string, w gitreport.Written) {
	if w.Err == nil {
		delete(rd.state.refused, branch)
		return
	}
	if rd.state.refused[branch] == nil {
		rd.state.refused[branch] = &pace{}
	}
	rd.state.refused[branch].failed(r.now())
	rd.after(rd.state.refused[branch].wait(r.now()))
	r.Metrics.failed(failureKind(w.Err))
}

// note keeps what became of one report.
func (r *WriteBackReconciler) note(rd *round, m *member, w gitreport.Written, outcome proposal.Outcome) {
	if w.Err != nil {
		m.pushErr = fmt.Errorf("GitRepository %s: %w", rd.key, w.Err)
		return
	}
	m.commit = w.Commit
	if m.unpushed() {
		r.Metrics.reports.Inc()
	}
	rd.state.published[m.name()] = publication{
		branch: m.branch(), digest: m.report.Status.Digest, proposed: m.report.Status.ProposedDigest, revision: rd.revision(),
		commit: w.Commit, there: w.Branch != m.branch(), amended: w.Amended, outcome: outcome,
	}
}

// dueBranches are those with something new for Git: a drift, a proposal whose files
// changed, or one less proposal beside others.
func (r *WriteBackReconciler) dueBranches(rd *round) map[string]bool {
	due, proposed := map[string]bool{}, map[string]bool{}
	here := map[types.NamespacedName]bool{}
	for _, m := range rd.members {
		if wait := rd.state.refusedFor(m, rd.now); wait > 0 && m.unpushed() {
			rd.after(wait)
		}
		if rd.state.due(m, rd.revision(), rd.now) {
			due[m.branch()] = true
		}
		if m.proposing() {
			proposed[m.branch()] = true
			here[m.name()] = rd.state.published[m.name()].branch == m.branch()
		}
	}
	for name, p := range rd.state.published {
		switch {
		case here[name]:
		case p.proposed == "" || !proposed[p.branch]:
			delete(rd.state.published, name)
		case rd.state.branchRefusedFor(p.branch, rd.now) == 0:
			due[p.branch] = true
		}
	}
	return due
}

// items are the reports that belong on the branches, and their members, in the same
// order; a member that cannot be used has its error and no item.
func (r *WriteBackReconciler) items(ctx context.Context, rd *round, branches map[string]bool) ([]*member, []proposal.Item, error) {
	var members []*member
	var items []proposal.Item
	for _, m := range rd.members {
		if !branches[m.branch()] || m.over() || m.report.Status.State != v1alpha1.DriftOpen && !m.unpushed() {
			continue
		}
		var err error
		if m.nf, err = r.function(ctx, m.report); err != nil {
			return nil, nil, err
		}
		if m.nf == nil {
			continue // the report goes away with it
		}
		members = append(members, m)
		item, err := r.item(ctx, rd, m)
		if err != nil {
			m.pushErr = err
			r.unusableReport(rd, m)
			continue
		}
		delete(rd.state.unusable, m.name())
		items = append(items, item)
	}
	return members, items, nil
}

// unusableReport spaces the attempts at a report that cannot be used: it holds up no
// other.
func (r *WriteBackReconciler) unusableReport(rd *round, m *member) {
	if rd.state.unusable[m.name()] == nil {
		rd.state.unusable[m.name()] = &pace{}
	}
	p := rd.state.unusable[m.name()]
	if p.wait(rd.now) == 0 {
		p.failed(rd.now)
	}
	rd.after(p.wait(rd.now))
	r.Metrics.failed(failureKind(m.pushErr))
}

// item is a report as a part of its branch.
func (r *WriteBackReconciler) item(ctx context.Context, rd *round, m *member) (proposal.Item, error) {
	s, spec := &m.report.Status, &m.nf.Spec.Drift.Report
	declared, err := r.declared(ctx, rd, m.nf)
	if err != nil {
		return proposal.Item{}, err
	}
	item := proposal.Item{
		Report: gitreport.Report{
			Namespace: m.report.Namespace, Name: m.report.Name, Branch: s.Git.Branch, Subject: spec.Subject,
			Revision: s.Revision, Session: uint64(s.SessionID), ChangedBy: s.ChangedBy, Total: int(s.Count),
		},
		Branch: s.Git.Branch, Entries: s.Entries, Fresh: s.Git.Commit == "", Propose: m.proposing(),
		Root: declared.root, RootUnknown: declared.unknown,
	}
	item.Layers, err = r.layers(ctx, rd, m.nf)
	return item, err
}

// dueHydrated is what waits on branches that are not refused just now.
func (rd *round) dueHydrated() map[types.NamespacedName]packed {
	due := map[types.NamespacedName]packed{}
	for nf, p := range rd.hydrated {
		if wait := rd.state.branchRefusedFor(p.Branch, rd.now); wait > 0 {
			rd.after(wait)
			continue
		}
		due[nf] = p
	}
	return due
}

// withHydrated adds the hydrated branches to those of reports. A branch that is
// both is left to the reports.
func withHydrated(branches []gitreport.Branch, hydrated map[types.NamespacedName]packed) ([]gitreport.Branch, error) {
	more, err := hydratedBranches(hydrated)
	if err != nil {
		return nil, err
	}
	for _, b := range more {
		if !slices.ContainsFunc(branches, func(o gitreport.Branch) bool { return o.Name == b.Name }) {
			branches = append(branches, b)
		}
	}
	return branches, nil
}

// noteHydrated tells where hydrated configurations are, or why they are not in Git.
func (r *WriteBackReconciler) noteHydrated(ctx context.Context, hydrated map[types.NamespacedName]packed, written map[string]gitreport.Written) {
	for nf, p := range hydrated {
		switch w, ok := written[p.Branch]; {
		case !ok:
			r.hydratedFailed(ctx, map[types.NamespacedName]packed{nf: p}, fmt.Errorf("branch %s is one of reports; set another spec.hydrated.branch", p.Branch))
		case w.Err != nil:
			r.hydratedFailed(ctx, map[types.NamespacedName]packed{nf: p}, w.Err)
		default:
			r.Hydrated.committed(nf, p, w.Commit)
		}
	}
}

// hydratedFailed tells once why hydrated configurations are not in Git. They wait.
func (r *WriteBackReconciler) hydratedFailed(ctx context.Context, hydrated map[types.NamespacedName]packed, err error) {
	for nf, p := range hydrated {
		if !r.Hydrated.refused(nf, err.Error()) {
			continue
		}
		ctrl.LoggerFrom(ctx).Info("a hydrated configuration was not pushed", "networkFunction", nf, "error", err.Error())
		object := &v1alpha1.NetworkFunction{}
		if r.Get(ctx, nf, object) == nil {
			r.event(object, p.Revision, corev1.EventTypeWarning, v1alpha1.GitPushFailedReason, "Hydrated configuration: "+err.Error())
		}
	}
}
