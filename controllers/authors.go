// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/internal/gitreport"
)

const (
	// maxAuthors that are remembered; the one used last is forgotten last.
	maxAuthors = 1024
	// authorTimeout bounds one lookup, where the GitRepository says nothing.
	authorTimeout = 20 * time.Second
	// authorRetry is how long a lookup that failed is not repeated.
	authorRetry = time.Minute
	// maxAuthorBytes is what a Git server may send for one commit. One that has no partial
	// clone sends all files with it.
	maxAuthorBytes = 32 << 20
)

// authors are those of commits, looked up in Git once: a commit's hash covers its author,
// whichever repository it was read from. The zero value is ready to use.
type authors struct {
	mu sync.Mutex
	// names by commit, with the commits in the order of their last use.
	names map[string]string
	order []string
	// asked are the lookups under way, and those that failed a moment ago.
	asked map[authorKey]*authorLookup
	// turns let one lookup of a repository go on at a time.
	turns map[types.NamespacedName]chan struct{}
	git   *gitreport.Writer
}

// authorKey is where a commit is looked for: another repository may have it where this
// one cannot be read.
type authorKey struct {
	repository types.NamespacedName
	commit     string
}

// authorLookup is one lookup. failed is set before done is closed.
type authorLookup struct {
	done   chan struct{}
	failed time.Time
}

// reader is what reads from Git.
func (a *authors) reader() *gitreport.Writer {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.git == nil {
		a.git = gitreport.New(gitreport.Options{MaxBytes: maxAuthorBytes, Timeout: authorTimeout})
	}
	return a.git
}

// known is the author of a commit, "" where it is not known now.
func (a *authors) known(commit string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	name, ok := a.names[commit]
	if ok {
		a.touch(commit)
	}
	return name
}

// touch makes a commit the one used last. The caller holds mu.
func (a *authors) touch(commit string) {
	if n := len(a.order); n > 0 && a.order[n-1] == commit {
		return
	}
	a.order = append(slices.DeleteFunc(a.order, func(c string) bool { return c == commit }), commit)
}

// keep remembers an author. The caller holds mu.
func (a *authors) keep(commit, name string) {
	if a.names == nil {
		a.names = map[string]string{}
	}
	a.names[commit] = name
	a.touch(commit)
	if len(a.order) > maxAuthors {
		delete(a.names, a.order[0])
		a.order = slices.Delete(a.order, 0, 1)
	}
}

// ask begins a lookup, unless there is one or one failed a moment ago.
func (a *authors) ask(repository types.NamespacedName, commit string, look func(context.Context) (string, error)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := authorKey{repository, commit}
	if before := a.asked[key]; before != nil && (before.failed.IsZero() || time.Since(before.failed) < authorRetry) {
		return
	}
	if a.asked == nil {
		a.asked, a.turns = map[authorKey]*authorLookup{}, map[types.NamespacedName]chan struct{}{}
	}
	a.dropFailures()
	if a.turns[repository] == nil {
		a.turns[repository] = make(chan struct{}, 1)
	}
	lookup := &authorLookup{done: make(chan struct{})}
	a.asked[key] = lookup
	go a.look(key, a.turns[repository], lookup, look)
}

// dropFailures forgets lookups that may be repeated. The caller holds mu.
func (a *authors) dropFailures() {
	for key, l := range a.asked {
		if !l.failed.IsZero() && time.Since(l.failed) >= authorRetry {
			delete(a.asked, key)
		}
	}
}

// look runs a lookup. It outlives the run that asked for it: what it finds is there for
// the next one.
func (a *authors) look(key authorKey, turn chan struct{}, lookup *authorLookup, look func(context.Context) (string, error)) {
	turn <- struct{}{}
	defer func() { <-turn }()
	ctx, cancel := context.WithTimeout(context.Background(), 2*authorTimeout)
	defer cancel()
	name, err := look(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	defer close(lookup.done)
	if err != nil || name == "" {
		lookup.failed = time.Now()
	} else {
		delete(a.asked, key)
		a.keep(key.commit, name)
	}
	a.endTurns(key.repository)
}

// endTurns forgets the turns of a repository that nothing is looked up in. The caller
// holds mu.
func (a *authors) endTurns(repository types.NamespacedName) {
	for key, l := range a.asked {
		if key.repository == repository && l.failed.IsZero() {
			return
		}
	}
	delete(a.turns, repository)
}

// await is the author of a commit that was asked for, waited for until ctx ends.
func (a *authors) await(ctx context.Context, commit string) string {
	for {
		lookup := a.underWay(commit)
		if lookup == nil {
			return a.known(commit)
		}
		select {
		case <-lookup.done:
		case <-ctx.Done():
			return a.known(commit)
		}
	}
}

// underWay is a lookup of a commit that has not ended, nil where there is none.
func (a *authors) underWay(commit string) *authorLookup {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, l := range a.asked {
		if key.commit == commit && l.failed.IsZero() {
			return l
		}
	}
	return nil
}
