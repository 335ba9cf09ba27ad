// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package proposal

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/gitreport"
)

// Repository is a Git repository at the commit that Flux follows. A
// *gitreport.Session is one.
type Repository interface {
	// Files at that commit.
	Files() fs.FS
	// Prefetch gets all files below dir that match at once.
	Prefetch(dir string, match func(name string) bool) error
	// Blame says who wrote lines of a file, as far as the history tells.
	Blame(path string, lines []int) (map[int]gitreport.Author, error)
}

// Item is the drift of one NetworkFunction.
type Item struct {
	// Report as it is committed; its Leaves are filled in from the Entries.
	Report gitreport.Report
	// Branch that it belongs on.
	Branch string
	// Entries that differ.
	Entries []v1alpha1.DriftEntry
	// Fresh says that nothing of it was pushed yet.
	Fresh bool
	// Propose writes the entries with the action Adopt into the declaring files.
	Propose bool

	// Layers of the NetworkFunction, in their order.
	Layers []Layer
	// Root is the path in the repository that the Flux Kustomization builds which
	// applied the NetworkFunction; empty where that is another repository, of which
	// RootUnknown says why.
	Root, RootUnknown string
}

// Layer of a NetworkFunction, as far as it matters for its edit.
type Layer struct {
	Name string
	// File in the repository that holds the layer; empty for an inline one.
	File string
	// Format of the file; empty: by its extension.
	Format string
	// Elsewhere says why the layer cannot be edited in this repository.
	Elsewhere string
	// Shared names further NetworkFunctions that the same file is a layer of.
	Shared []string
}

// Edit is one leaf whose adoption is written in a file.
type Edit struct {
	Path string
	File string
	Line int
}

// Refusal is one leaf whose adoption cannot be written as an edit.
type Refusal struct {
	Path string
	File string
	Line int
	// Reason is a sentence: why, and what to change by hand.
	Reason string
}

// Outcome is what became of an Item.
type Outcome struct {
	// Report with its Leaves.
	Report gitreport.Report
	// Origins of the entries, in their order, with what was found out about them.
	Origins []*v1alpha1.DriftOrigin
	Edits   []Edit
	Refused []Refusal
	// Shared names, by edited file, further NetworkFunctions that it is a layer of.
	Shared map[string][]string

	// lines of files in the repository whose authors are asked for.
	lines map[string][]int
}

// ReportPath is the file of a NetworkFunction's report.
func ReportPath(namespace, name string) string {
	return "drift/" + namespace + "/" + name + ".yaml"
}

// Compose returns the branches that the items make, sorted by name, and for each
// item its outcome, in the items' order. Edits of several items on one branch build
// on each other. An error is one of reading the repository.
func Compose(repo Repository, items []Item) ([]gitreport.Branch, []Outcome, error) {
	c := &composer{repo: repo, files: newCachedFiles(repo.Files()), locations: map[location]located{}, traced: len(items) <= maxTraced}
	if err := c.prefetch(items); err != nil {
		return nil, nil, err
	}
	outcomes := make([]Outcome, len(items))
	byBranch := map[string][]int{}
	for i := range items {
		byBranch[items[i].Branch] = append(byBranch[items[i].Branch], i)
	}
	branches := make([]gitreport.Branch, 0, len(byBranch))
	for name, members := range byBranch {
		slices.SortFunc(members, func(a, b int) int {
			return strings.Compare(items[a].key(), items[b].key())
		})
		branch, err := c.branch(name, members, items, outcomes)
		if err != nil {
			return nil, nil, err
		}
		branches = append(branches, branch)
	}
	if c.failed != nil {
		return nil, nil, c.failed
	}
	slices.SortFunc(branches, func(a, b gitreport.Branch) int { return strings.Compare(a.Name, b.Name) })
	c.blame(outcomes)
	return branches, outcomes, nil
}

func (i *Item) key() string { return i.Report.Namespace + "/" + i.Report.Name }

// branch fills one branch and the outcomes of its members.
func (c *composer) branch(name string, members []int, items []Item, outcomes []Outcome) (gitreport.Branch, error) {
	edited := map[string][]byte{}
	branch := gitreport.Branch{Name: name, Files: edited, Report: map[string]bool{}, Restart: true}
	reports := make([]gitreport.Report, 0, len(members))
	for _, m := range members {
		outcomes[m] = c.item(&items[m], edited)
		branch.Restart = branch.Restart && items[m].Fresh
		reports = append(reports, outcomes[m].Report)
	}
	for _, r := range reports {
		manifest, err := r.Manifest()
		if err != nil {
			return branch, fmt.Errorf("writing the report of %s/%s: %w", r.Namespace, r.Name, err)
		}
		path := ReportPath(r.Namespace, r.Name)
		edited[path] = manifest
		branch.Report[path] = true
	}
	branch.Message = gitreport.Message(reports)
	return branch, nil
}

// item makes the edits of one item on top of those that its branch has already.
func (c *composer) item(item *Item, edited map[string][]byte) Outcome {
	out := Outcome{Report: item.Report, Origins: make([]*v1alpha1.DriftOrigin, len(item.Entries))}
	for i, e := range item.Entries {
		out.Origins[i] = e.Origin.DeepCopy()
	}
	if item.Propose {
		c.propose(item, edited, &out)
	}
	if c.traced {
		c.trace(item, &out)
	}
	out.Report.Leaves = leaves(item, &out)
	return out
}

// leaves are the entries as the report file has them. Where inline values stand is
// found only for what is proposed, and what the last look found out is left aside:
// equal drift gives equal bytes.
func leaves(item *Item, out *Outcome) []gitreport.Leaf {
	found := map[string]bool{}
	for _, e := range out.Edits {
		found[e.Path] = true
	}
	for _, r := range out.Refused {
		found[r.Path] = found[r.Path] || r.Line > 0
	}
	leaves := make([]gitreport.Leaf, 0, len(item.Entries))
	for i, e := range item.Entries {
		leaf := gitreport.Leaf{Path: e.Path, Operation: e.Operation, Desired: e.Desired, Actual: e.Actual, Action: string(e.Action)}
		if o := out.Origins[i]; o != nil {
			told := v1alpha1.DriftOrigin{Layer: o.Layer, File: o.File, Line: o.Line}
			if o.Source == "" && !found[e.Path] {
				told.File, told.Line = "", 0
			}
			leaf.Origin = told.String()
		}
		leaves = append(leaves, leaf)
	}
	return leaves
}
