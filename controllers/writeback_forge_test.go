// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/strowger/strowger/internal/forge"
)

// forges are those that the manager can reach, by the URL of their repository.
type forges struct {
	mu    sync.Mutex
	known map[string]*fakeForge
}

func (f *forges) add(url string) *fakeForge {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil {
		f.known = map[string]*fakeForge{}
	}
	f.known[url] = &fakeForge{pulls: map[int64]*forge.PullRequest{}, comments: map[int64]string{}, statuses: map[string]map[string]forge.Status{}}
	return f.known[url]
}

func (f *forges) connect(_ context.Context, o forge.Options) (forge.Forge, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if known := f.known[o.RepositoryURL]; known != nil {
		known.used(o)
		return known, nil
	}
	return nil, &forge.Error{Kind: forge.ErrUnknownForge, Subject: "find the forge", Remedy: "set spec.drift.report.pullRequest.provider"}
}

// fakeForge is a forge in memory. What it is asked is counted.
type fakeForge struct {
	mu       sync.Mutex
	options  []forge.Options
	pulls    map[int64]*forge.PullRequest
	numbers  int64
	comments map[int64]string
	statuses map[string]map[string]forge.Status
	writes   map[string]int
	failure  error
}

func (f *fakeForge) used(o forge.Options) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.options = append(f.options, o)
}

// fail has every request fail; nil ends that.
func (f *fakeForge) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failure = err
}

// decide merges or closes a pull request, as a person does.
func (f *fakeForge) decide(number int64, state forge.State) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pulls[number].State = state
}

// count is how often something was written.
func (f *fakeForge) count(what string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writes[what]
}

func (f *fakeForge) wrote(what string) {
	if f.writes == nil {
		f.writes = map[string]int{}
	}
	f.writes[what]++
}

// openPulls are the open pull requests by branch.
func (f *fakeForge) openPulls() map[string]forge.PullRequest {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[string]forge.PullRequest{}
	for _, pr := range f.pulls {
		if pr.State == forge.Open {
			out[pr.Head] = *pr
		}
	}
	return out
}

func (f *fakeForge) pull(number int64) forge.PullRequest {
	f.mu.Lock()
	defer f.mu.Unlock()
	if pr := f.pulls[number]; pr != nil {
		return *pr
	}
	return forge.PullRequest{}
}

func (f *fakeForge) comment(number int64) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.comments[number]
}

func (f *fakeForge) status(commit, statusContext string) forge.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.statuses[commit][statusContext]
}

func (f *fakeForge) Provider() forge.Provider { return forge.Gitea }

func (f *fakeForge) Find(_ context.Context, head string) (*forge.PullRequest, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failure != nil {
		return nil, f.failure
	}
	for _, pr := range f.pulls {
		if pr.Head == head && pr.State == forge.Open {
			found := *pr
			return &found, nil
		}
	}
	return nil, nil
}

func (f *fakeForge) Get(_ context.Context, number int64) (*forge.PullRequest, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failure != nil {
		return nil, f.failure
	}
	pr := f.pulls[number]
	if pr == nil {
		return nil, &forge.Error{Kind: forge.ErrNotFound}
	}
	found := *pr
	return &found, nil
}

func (f *fakeForge) ListOpen(context.Context) ([]forge.PullRequest, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failure != nil {
		return nil, f.failure
	}
	var out []forge.PullRequest
	for _, n := range slices.Sorted(maps.Keys(f.pulls)) {
		if f.pulls[n].State == forge.Open {
			out = append(out, *f.pulls[n])
		}
	}
	return out, nil
}

func (f *fakeForge) Open(_ context.Context, p forge.Proposal) (*forge.PullRequest, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failure != nil {
		return nil, f.failure
	}
	for _, pr := range f.pulls {
		if pr.Head == p.Head && pr.State == forge.Open {
			found := *pr
			return &found, nil
		}
	}
	f.wrote("open")
	f.numbers++
	number := f.numbers
	pr := forge.PullRequest{Number: number, URL: fmt.Sprintf("https://forge.example.com/pulls/%d", number), Head: p.Head, Base: p.Base, Title: p.Title, Body: p.Body, State: forge.Open}
	f.pulls[number] = &pr
	opened := pr
	return &opened, nil
}

func (f *fakeForge) Update(_ context.Context, number int64, p forge.Proposal) (*forge.PullRequest, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failure != nil {
		return nil, f.failure
	}
	pr := f.pulls[number]
	if pr.State == forge.Open && (pr.Title != p.Title || pr.Body != p.Body) {
		f.wrote("update")
		pr.Title, pr.Body = p.Title, p.Body
	}
	updated := *pr
	return &updated, nil
}

func (f *fakeForge) Close(_ context.Context, number int64, comment string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failure != nil {
		return f.failure
	}
	if pr := f.pulls[number]; pr.State == forge.Open {
		f.wrote("close")
		pr.State, f.comments[number] = forge.Closed, comment
	}
	return nil
}

func (f *fakeForge) Statuses(_ context.Context, commit string) (map[string]forge.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.statuses[commit]), f.failure
}

func (f *fakeForge) SetStatus(_ context.Context, commit string, s forge.Status) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failure != nil {
		return f.failure
	}
	f.wrote("status")
	if f.statuses[commit] == nil {
		f.statuses[commit] = map[string]forge.Status{}
	}
	f.statuses[commit][s.Context] = s
	return nil
}

// remove takes a forge away.
func (f *forges) remove(url string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.known, url)
}

// drop deletes a pull request.
func (f *fakeForge) drop(number int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.pulls, number)
}
