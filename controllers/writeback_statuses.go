// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/forge"
)

// commitStatusForge is the value of spec.commitStatus that shows the state on the
// forge.
const commitStatusForge = "Forge"

// mostStatuses bounds the states that are written in one round; the rest follows a
// second later. Forges limit requests by the hour.
const mostStatuses = 20

// commitStatus is the state of a NetworkFunction on a commit.
type commitStatus struct {
	commit string
	status forge.Status
}

// covers: what is shown says enough. Why something still waits changes often, and
// is in the NetworkFunction.
func (s commitStatus) covers(want commitStatus) bool {
	return s == want || s.commit == want.commit && s.status.State == forge.StatusPending && want.status.State == forge.StatusPending
}

// sayOnCommits shows on the commits that are applied how that went. That it cannot
// be shown disturbs nothing: it is told once, and tried again when there is
// something new to show.
func (r *WriteBackReconciler) sayOnCommits(ctx context.Context, rd *round) {
	rd.forgetStatuses()
	slices.SortFunc(rd.functions, compareNames)
	there := map[string]map[string]forge.Status{}
	written := 0
	for _, name := range rd.functions {
		nf := &v1alpha1.NetworkFunction{}
		if err := r.Get(ctx, name, nf); err != nil {
			continue
		}
		want, ok := shownBy(nf)
		if !ok || rd.state.said[name].covers(want) {
			continue
		}
		if written == mostStatuses {
			rd.after(firstSpacing)
			return
		}
		wrote, err := r.sayOnCommit(ctx, rd, nf, want, there)
		if err != nil {
			r.unsaid(ctx, rd, nf, err)
			return
		}
		if wrote {
			written++
		}
		rd.state.said[name], rd.state.quiet = want, false
	}
}

// sayOnCommit writes one state, if the forge does not show it already. What a
// commit shows is asked for once in a round.
func (r *WriteBackReconciler) sayOnCommit(ctx context.Context, rd *round, nf *v1alpha1.NetworkFunction, want commitStatus, there map[string]map[string]forge.Status) (bool, error) {
	h, err := r.forgeOf(ctx, rd, nf)
	if err != nil {
		return false, err
	}
	if there[want.commit] == nil {
		if there[want.commit], err = h.forge.Statuses(ctx, want.commit); err != nil {
			return false, r.forgeFailed(rd, h, err)
		}
		if there[want.commit] == nil {
			there[want.commit] = map[string]forge.Status{}
		}
	}
	if is, ok := there[want.commit][want.status.Context]; ok && is.Same(want.status) {
		return false, nil
	}
	if err := h.forge.SetStatus(ctx, want.commit, want.status); err != nil {
		return false, r.forgeFailed(rd, h, err)
	}
	return true, nil
}

// unsaid tells once that states cannot be shown.
func (r *WriteBackReconciler) unsaid(ctx context.Context, rd *round, nf *v1alpha1.NetworkFunction, err error) {
	ctrl.LoggerFrom(ctx).Info("the state cannot be shown on the commit", "networkFunction", nameOf(nf), "error", err.Error())
	rd.after(r.PullRequestInterval)
	if rd.state.quiet {
		return
	}
	rd.state.quiet = true
	r.event(nf, nf.Status.LastAttemptedRevision, corev1.EventTypeWarning, v1alpha1.ForgeFailedReason, "Commit status: "+err.Error())
}

// shownBy is what a NetworkFunction shows, and where. There is nothing to show
// before a commit was looked at.
func shownBy(nf *v1alpha1.NetworkFunction) (commitStatus, bool) {
	commit := commitOf(nf.Status.LastAttemptedRevision)
	ready := conditions.Get(nf, meta.ReadyCondition)
	if commit == "" || ready == nil {
		return commitStatus{}, false
	}
	s := forge.Status{Context: "strowger/" + nameOf(nf).String(), State: forge.StatusFailure, Description: ready.Message}
	switch {
	case ready.Status == metav1.ConditionTrue && nf.Status.LastAppliedRevision == nf.Status.LastAttemptedRevision:
		s.State, s.Description = forge.StatusSuccess, "Applied: "+count(ownedBy(nf), "node", "nodes")+", read back"
	case ready.Status == metav1.ConditionTrue, ready.Status == metav1.ConditionUnknown, waits(ready.Reason):
		s.State = forge.StatusPending
	}
	s.Description = bounded(s.Description)
	return commitStatus{commit: commit, status: s}, true
}

func ownedBy(nf *v1alpha1.NetworkFunction) int {
	if nf.Status.Inventory == nil {
		return 0
	}
	return int(nf.Status.Inventory.Count)
}

// waits: the reason is one that goes away by itself.
func waits(reason string) bool {
	switch reason {
	case v1alpha1.SourceNotReadyReason, v1alpha1.InputNotReadyReason, v1alpha1.TargetNotReadyReason,
		v1alpha1.DependencyNotReadyReason, v1alpha1.CertificateNotReadyReason, v1alpha1.DNSNotAnsweredReason, v1alpha1.NotProvedReason:
		return true
	}
	return false
}

// commitOf is the commit of a Flux revision: main@sha1:….
func commitOf(revision string) string {
	_, digest, ok := strings.Cut(revision, "@")
	if !ok {
		digest = revision
	}
	_, commit, ok := strings.Cut(digest, ":")
	if !ok {
		return ""
	}
	return commit
}

// bounded is a description as forges take it.
func bounded(s string) string {
	const most = 140
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > most {
		r = append(r[:most-1], '…')
	}
	return string(r)
}

// forgetStatuses is for NetworkFunctions that show their state no more.
func (rd *round) forgetStatuses() {
	shown := map[types.NamespacedName]bool{}
	for _, n := range rd.functions {
		shown[n] = true
	}
	for n := range rd.state.said {
		if !shown[n] {
			delete(rd.state.said, n)
		}
	}
}
