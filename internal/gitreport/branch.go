// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Trailers of our commits. By them a later one knows that it follows one of ours,
// what that was made from, and what it touched.
const (
	baseTrailer = "Strowger-Base"
	pathTrailer = "Strowger-Path"
)

// change is what is to be done about one branch.
type change struct {
	branch  Branch
	written Written
	ref     plumbing.ReferenceName
	// old is where the branch is on the server, zero where it does not exist.
	old plumbing.Hash
	// tip is the new commit, zero where there is nothing to push.
	tip plumbing.Hash
	// objects of the new commit that the server lacks.
	objects []plumbing.Hash
}

func (c *change) fail(ctx context.Context, err error) {
	c.written = Written{Branch: c.branch.Name, Err: classify(ctx, err, "branch "+c.branch.Name)}
}

// changes makes the commits of all branches. What is wrong with one is noted there.
func (s *Session) changes(ctx context.Context, branches []Branch) ([]*change, error) {
	out := make([]*change, 0, len(branches))
	var tips []plumbing.Hash
	for _, b := range branches {
		c := &change{branch: b, ref: plumbing.NewBranchReferenceName(b.Name)}
		out = append(out, c)
		if err := s.check(c); err != nil {
			c.fail(ctx, err)
			continue
		}
		if c.old = s.refs.References[c.ref.String()]; !c.old.IsZero() && c.old != s.base.Hash {
			tips = append(tips, c.old)
		}
	}
	if len(tips) > 0 {
		err := s.fetch(ctx, func(r *refs) error { return r.fetch(ctx, s.store, 1, false, tips...) })
		if err != nil {
			return nil, err
		}
	}
	for _, c := range out {
		if c.written.Err != nil {
			continue
		}
		if err := s.build(c); err != nil {
			c.fail(ctx, err)
		}
	}
	return out, nil
}

// check refuses what must never be written.
func (s *Session) check(c *change) error {
	if err := validBranch(c.branch.Name); err != nil {
		return &Error{Kind: ErrInvalid, Message: err.Error(), Remedy: "set spec.drift.report.branch to a valid branch name", Err: err}
	}
	for path := range c.branch.Files {
		if !validPath(path) {
			return &Error{Kind: ErrInvalid, Message: "path " + oneLine(path) + " is not a plain relative path"}
		}
	}
	if err := s.track.guard(c.ref, s.refs.defaultBranch()); err != nil {
		return err
	}
	return parentBranch(s.refs, c.ref)
}

// plan is the commit that a branch wants.
type commitPlan struct {
	tree     plumbing.Hash
	parents  []plumbing.Hash
	trailers []string
}

// build makes the commit of one branch, if it needs one.
func (s *Session) build(c *change) error {
	var tip *object.Commit
	if !c.old.IsZero() {
		var err error
		if tip, err = peel(s.store, c.old); err != nil {
			return &phaseError{phase: fetching, err: err}
		}
	}
	w := &writer{session: s}
	var (
		plan commitPlan
		err  error
	)
	switch {
	case c.branch.Detached:
		plan, err = w.detached(c.branch, tip)
	case tip == nil:
		plan, err = w.first(c.branch)
	default:
		trailers := ours(tip)
		if c.branch.Restart || len(trailers) > 0 || tip.Hash == s.base.Hash || slices.Contains(s.base.ParentHashes, tip.Hash) {
			plan, err = w.forward(c.branch, tip, trailers)
		} else {
			c.written.Amended = true
			plan, err = w.amended(c.branch, tip)
		}
	}
	if err != nil {
		return err
	}
	if len(plan.parents) == 0 && plan.tree.IsZero() {
		c.written.Branch, c.written.Commit = c.branch.Name, c.old.String()
		if tip == nil {
			c.written.Branch, c.written.Commit = s.baseBranch, s.Base()
		}
		return nil
	}
	if c.tip, err = w.commit(plan, c.branch.Message); err != nil {
		return err
	}
	c.objects = w.made
	c.written.Branch, c.written.Commit = c.branch.Name, c.tip.String()
	return nil
}

// first starts a branch from base.
func (w *writer) first(b Branch) (commitPlan, error) {
	base := w.session.base
	tree, err := w.with(base.TreeHash, b.Files)
	if err != nil || tree == base.TreeHash {
		return commitPlan{}, err
	}
	return commitPlan{tree: tree, parents: []plumbing.Hash{base.Hash}, trailers: w.trailers(b)}, nil
}

// forward brings a branch to base and the files that it is to hold. trailers are those
// of its tip, nil where that is not ours: then nothing of it stays.
func (w *writer) forward(b Branch, tip *object.Commit, trailers map[string][]string) (commitPlan, error) {
	base := w.session.base
	if trailers != nil {
		same, err := w.holds(b, tip, trailers[pathTrailer])
		if err != nil || same {
			return commitPlan{}, err
		}
	}
	tree, err := w.with(base.TreeHash, b.Files)
	if err != nil {
		return commitPlan{}, err
	}
	plan := commitPlan{tree: tree, parents: []plumbing.Hash{tip.Hash}, trailers: w.trailers(b)}
	switch {
	case tip.Hash == base.Hash, slices.Contains(base.ParentHashes, tip.Hash):
		plan.parents = []plumbing.Hash{base.Hash} // it was merged: the branch goes on from there
	case !slices.Contains(trailers[baseTrailer], base.Hash.String()):
		plan.parents = append(plan.parents, base.Hash)
	}
	if tree == tip.TreeHash {
		return commitPlan{}, nil
	}
	return plan, nil
}

// holds says whether the tip of a branch has all that is wanted, and nothing of ours
// beside it. What others changed in base since is no reason for a new commit.
func (w *writer) holds(b Branch, tip *object.Commit, touched []string) (bool, error) {
	for path, content := range b.Files {
		have, err := w.at(tip.TreeHash, path)
		if err != nil || have != plumbing.ComputeHash(plumbing.BlobObject, content) {
			return false, err
		}
	}
	for _, path := range touched {
		if _, wanted := b.Files[path]; wanted {
			continue
		}
		have, err := w.at(tip.TreeHash, path)
		if err != nil {
			return false, err
		}
		want, err := w.at(w.session.base.TreeHash, path)
		if err != nil || have != want {
			return false, err
		}
	}
	return true, nil
}

// amended adds the reports to what a person made of the branch.
func (w *writer) amended(b Branch, tip *object.Commit) (commitPlan, error) {
	reports := maps.Clone(b.Files)
	maps.DeleteFunc(reports, func(path string, _ []byte) bool { return !b.Report[path] })
	tree, err := w.with(tip.TreeHash, reports)
	if err != nil || tree == tip.TreeHash {
		return commitPlan{}, err
	}
	return commitPlan{tree: tree, parents: []plumbing.Hash{tip.Hash}}, nil
}

// detached adds files to a branch that has nothing to do with base.
func (w *writer) detached(b Branch, tip *object.Commit) (commitPlan, error) {
	var (
		from plumbing.Hash
		plan commitPlan
		err  error
	)
	if tip != nil {
		from, plan.parents = tip.TreeHash, []plumbing.Hash{tip.Hash}
	}
	if plan.tree, err = w.with(from, b.Files); err != nil || plan.tree == from {
		return commitPlan{}, err
	}
	return plan, nil
}

func (w *writer) trailers(b Branch) []string {
	out := []string{baseTrailer + ": " + w.session.Base()}
	for _, path := range slices.Sorted(maps.Keys(b.Files)) {
		out = append(out, pathTrailer+": "+path)
	}
	return out
}

// ours are the trailers of a commit that is ours, nil of any other. A person who
// amends or rebases one of ours keeps its trailers, but is the committer then.
func ours(c *object.Commit) map[string][]string {
	trailers := trailersOf(c.Message)
	if len(trailers[baseTrailer]) == 0 || c.Committer.Email != c.Author.Email {
		return nil
	}
	return trailers
}

// trailersOf reads the trailers of a commit's message: the lines of its last paragraph.
func trailersOf(message string) map[string][]string {
	paragraphs := strings.Split(strings.TrimSpace(message), "\n\n")
	out := map[string][]string{}
	for line := range strings.Lines(paragraphs[len(paragraphs)-1]) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			out[key] = append(out[key], value)
		}
	}
	return out
}

func validBranch(name string) error {
	if strings.HasPrefix(name, "refs/") || name == "HEAD" || name == "" {
		return fmt.Errorf("%q is no name of a branch", oneLine(name))
	}
	if err := plumbing.NewBranchReferenceName(name).Validate(); err != nil {
		return fmt.Errorf("%q is no name of a branch: %w", oneLine(name), err)
	}
	return nil
}
