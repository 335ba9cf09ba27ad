// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"slices"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/gitreport"
)

// member is one DriftReport of a round, and what the round did about it.
type member struct {
	// report as the cache has it, nobody may write to it.
	report *v1alpha1.DriftReport
	// nf it is of; nil until it is asked for.
	nf *v1alpha1.NetworkFunction

	// commit that holds it now; empty where the round did not bring it there.
	commit string
	// pushErr and forgeErr say why it is not in Git, or not proposed.
	pushErr, forgeErr error
	// pullRequest as it is now; nil where nothing is known to have changed.
	pullRequest *v1alpha1.PullRequest
}

func (m *member) name() types.NamespacedName { return nameOf(m.report) }
func (m *member) branch() string             { return m.report.Status.Git.Branch }

// over: nothing of it is to be brought to Git.
func (m *member) over() bool {
	s := &m.report.Status
	return s.State == v1alpha1.DriftGone || s.State == v1alpha1.DriftAdopted || s.Digest == ""
}

// unpushed: Git does not have the drift as it is now.
func (m *member) unpushed() bool {
	return !m.over() && m.report.Status.Git.Digest != m.report.Status.Digest
}

// proposing: it holds what a person has to decide.
func (m *member) proposing() bool {
	s := &m.report.Status
	if s.State != v1alpha1.DriftOpen || s.ProposedDigest == "" {
		return false
	}
	pr := m.current()
	return pr == nil || pr.State == v1alpha1.PullRequestOpen || pr.Digest != s.ProposedDigest
}

// current is the pull request as far as it is known.
func (m *member) current() *v1alpha1.PullRequest {
	if m.pullRequest != nil {
		return m.pullRequest
	}
	return m.report.Status.Git.PullRequest
}

// openNumber is the number of its open pull request; zero if it has none.
func (m *member) openNumber() int64 {
	if pr := m.current(); pr != nil && pr.State == v1alpha1.PullRequestOpen {
		return pr.Number
	}
	return 0
}

// due tells whether a report has to be brought to its branch. What is proposed is
// looked at again when the files it edits may have changed.
func (s *repositoryState) due(m *member, revision string, now time.Time) bool {
	if m.over() || s.refusedFor(m, now) > 0 {
		return false
	}
	return m.unpushed() || m.proposing() && !s.published[m.name()].holds(m, revision)
}

// refusedFor is how long a report waits that was not taken, or whose branch was not.
func (s *repositoryState) refusedFor(m *member, now time.Time) time.Duration {
	return max(s.branchRefusedFor(m.branch(), now), waitOf(s.unusable[m.name()], now))
}

func (s *repositoryState) branchRefusedFor(branch string, now time.Time) time.Duration {
	return waitOf(s.refused[branch], now)
}

func waitOf(p *pace, now time.Time) time.Duration {
	if p == nil {
		return 0
	}
	return p.wait(now)
}

// holds: the branch has what the report proposes at a revision of the repository.
func (p publication) holds(m *member, revision string) bool {
	return p.branch == m.branch() && p.proposed == m.report.Status.ProposedDigest && p.revision == revision
}

// idle: nothing is to be done in the repository, now or later.
func (rd *round) idle() bool {
	if len(rd.orphans) > 0 || len(rd.hydrated) > 0 || len(rd.functions) > 0 {
		return false
	}
	return !slices.ContainsFunc(rd.members, func(m *member) bool {
		return m.unpushed() || m.proposing() || m.openNumber() != 0
	})
}

// resting: there is nothing to do but to push, and that has to wait.
func (rd *round) resting() time.Duration {
	if len(rd.orphans) > 0 || len(rd.functions) > 0 || len(rd.openNumbers()) > 0 {
		return 0
	}
	return rd.state.pace.wait(rd.now)
}

// openNumbers are the pull requests that nobody is known to have decided.
func (rd *round) openNumbers() map[int64][]*member {
	open := map[int64][]*member{}
	for _, m := range rd.members {
		if n := m.openNumber(); n != 0 {
			open[n] = append(open[n], m)
		}
	}
	return open
}

// revision of the artifact that Flux made last.
func (rd *round) revision() string {
	if a := rd.repository.GetArtifact(); a != nil {
		return a.Revision
	}
	return ""
}

// gather collects what there is to do for a repository.
func (r *WriteBackReconciler) gather(ctx context.Context, key types.NamespacedName) (*round, error) {
	rd := &round{
		key: key, state: r.repositories.get(key), now: r.now(), reader: newMemoReader(r.APIReader),
		orphans: r.repositories.orphansOf(key), hydrated: r.Hydrated.waiting(key.String()), functions: r.repositories.shownIn(key),
	}
	var list v1alpha1.DriftReportList
	// Thousands of reports are looked at in each round and few are written: none is copied.
	if err := r.List(ctx, &list, client.MatchingFields{repositoryIndex: key.String()}, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("listing the DriftReports of GitRepository %s: %w", key, err)
	}
	for i := range list.Items {
		if list.Items[i].DeletionTimestamp.IsZero() {
			rd.members = append(rd.members, &member{report: &list.Items[i]})
		}
	}
	slices.SortFunc(rd.members, func(a, b *member) int { return compareNames(a.name(), b.name()) })
	return rd, nil
}

// open reads the repository and what is needed to write to it.
func (r *WriteBackReconciler) open(ctx context.Context, rd *round) error {
	subject := "GitRepository " + rd.key.String()
	repo := &sourcev1.GitRepository{}
	err := rd.reader.Get(ctx, rd.key, repo)
	if apierrors.IsNotFound(err) || apimeta.IsNoMatchError(err) {
		return &gitreport.Error{Kind: gitreport.ErrSourceUnknown, Subject: subject, Message: "it does not exist",
			Remedy: "name a GitRepository in spec.drift.report.gitRepositoryRef"}
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", subject, err)
	}
	rd.repository = repo
	if rd.state.generation != repo.Generation {
		rd.state.generation = repo.Generation
		rd.state.pace.reset()
		clear(rd.state.refused)
		clear(rd.state.unusable)
	}
	rd.access = gitreport.Access{Repository: repo}
	if ref := repo.Spec.SecretRef; ref != nil {
		if rd.access.Secret, err = r.secret(ctx, repo.Namespace, ref.Name, "the credentials of "+subject); err != nil {
			return err
		}
	}
	if ref := repo.Spec.ProxySecretRef; ref != nil {
		if rd.access.ProxySecret, err = r.secret(ctx, repo.Namespace, ref.Name, "the proxy of "+subject); err != nil {
			return err
		}
	}
	// Whoever writes a NetworkFunction names the branch; none that Flux reconciles
	// from, in whatever namespace, may be reached that way.
	var siblings sourcev1.GitRepositoryList
	if err := r.APIReader.List(ctx, &siblings); err != nil {
		return fmt.Errorf("listing GitRepositories: %w", err)
	}
	rd.access.Protected = gitreport.Reconciled(repo, siblings.Items)
	return nil
}

func (r *WriteBackReconciler) secret(ctx context.Context, namespace, name, what string) (map[string][]byte, error) {
	var s corev1.Secret
	if err := r.APIReader.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, &s); err != nil {
		return nil, fmt.Errorf("reading %s: %w", what, err)
	}
	return s.Data, nil
}
