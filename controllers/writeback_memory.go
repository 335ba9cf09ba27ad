// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/forge"
	"github.com/strowger/strowger/internal/proposal"
)

// repositories is what the write-back remembers of each repository. All of it can
// be lost: after a restart it is found again in the DriftReports, in Git and on the
// forge.
type repositories struct {
	mu    sync.Mutex
	known map[types.NamespacedName]*repositoryState
	// orphans are the pull requests of deleted reports, by repository and number.
	orphans map[types.NamespacedName]map[int64]orphan
	// shown says on which repository's commits a NetworkFunction shows its state.
	shown map[types.NamespacedName]types.NamespacedName
}

// repositoryState is what is remembered of one repository. One round at a time uses
// it.
type repositoryState struct {
	pace pace
	// published is what the branches hold of each report that proposes something.
	published map[types.NamespacedName]publication
	// refused are branches that the Git server or the guards did not take.
	refused map[string]*pace
	// unusable are reports that belong on no branch of the repository.
	unusable map[types.NamespacedName]*pace
	forges   map[string]*forgeHandle
	// said is the state that each NetworkFunction shows, and on which commit.
	said map[types.NamespacedName]commitStatus
	// quiet: that states cannot be shown was told.
	quiet bool
	// generation of the GitRepository that was used last.
	generation int64
}

// publication is what was last brought to a branch for one report.
type publication struct {
	branch, digest, proposed, revision string
	commit                             string
	// there: what Flux follows says all of it already, and the branch does not exist.
	there bool
	// amended: a person changed the branch.
	amended bool
	outcome proposal.Outcome
}

// orphan is a pull request whose report is gone.
type orphan struct {
	number int64
	branch string
	report types.NamespacedName
}

// forgeHandle is a forge as one set of credentials sees it.
type forgeHandle struct {
	forge forge.Forge
	// err is why it cannot be used before until.
	err   error
	until time.Time
	// open are the pull requests that were open when they were looked at.
	open     map[int64]forge.PullRequest
	looked   time.Time
	revision string
	// sent are digests of what pull requests say.
	sent map[int64]string
}

func (s *repositories) get(key types.NamespacedName) *repositoryState {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[types.NamespacedName]*repositoryState{}
	}
	state := s.known[key]
	if state == nil {
		state = &repositoryState{
			published: map[types.NamespacedName]publication{}, refused: map[string]*pace{}, unusable: map[types.NamespacedName]*pace{},
			forges: map[string]*forgeHandle{}, said: map[types.NamespacedName]commitStatus{},
		}
		s.known[key] = state
	}
	return state
}

// orphan remembers the open pull request of a deleted report.
func (s *repositories) orphan(report *v1alpha1.DriftReport) {
	git := report.Status.Git
	if git == nil || git.PullRequest == nil || git.PullRequest.State != v1alpha1.PullRequestOpen {
		return
	}
	key, err := repositoryNamed(git.Repository)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.orphans == nil {
		s.orphans = map[types.NamespacedName]map[int64]orphan{}
	}
	if s.orphans[key] == nil {
		s.orphans[key] = map[int64]orphan{}
	}
	s.orphans[key][git.PullRequest.Number] = orphan{number: git.PullRequest.Number, branch: git.Branch, report: nameOf(report)}
}

// orphansOf are the pull requests of a repository whose reports are gone.
func (s *repositories) orphansOf(key types.NamespacedName) map[int64]orphan {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[int64]orphan, len(s.orphans[key]))
	for n, o := range s.orphans[key] {
		out[n] = o
	}
	return out
}

// settle forgets an orphan.
func (s *repositories) settle(key types.NamespacedName, number int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.orphans[key], number)
}

// join notes that a NetworkFunction shows its state in a repository.
func (s *repositories) join(nf, repository types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shown == nil {
		s.shown = map[types.NamespacedName]types.NamespacedName{}
	}
	s.shown[nf] = repository
}

func (s *repositories) leave(nf types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shown, nf)
}

// shownIn are the NetworkFunctions that show their state in a repository.
func (s *repositories) shownIn(repository types.NamespacedName) []types.NamespacedName {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []types.NamespacedName
	for nf, in := range s.shown {
		if in == repository {
			out = append(out, nf)
		}
	}
	return out
}
