// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"cmp"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// moduleSet are modules of one schema.
type moduleSet map[*yang.Module]bool

// mention adds the modules of the nodes in a tree, and those that the paths of errors
// name: what is refused was meant.
func (set moduleSet) mention(tree *yang.Tree, errs yang.Errors) {
	if m := tree.Root().Node().Module(); m != nil {
		set[m] = true // of an operation or notification
	}
	tree.Walk(func(d *yang.Data) bool {
		set[d.Node().Module()] = true
		return true
	})
	for _, e := range errs {
		steps, err := yang.ParsePath(e.Path)
		if err != nil {
			continue
		}
		for _, step := range steps {
			if m := tree.Schema().Module(step.Module); m != nil {
				set[m] = true
			}
		}
	}
}

// withImports returns the set with all that its modules import, directly or not.
func (set moduleSet) withImports() moduleSet {
	all := moduleSet{}
	var add func(m *yang.Module)
	add = func(m *yang.Module) {
		if all[m] {
			return
		}
		all[m] = true
		for _, imported := range m.Imports() {
			add(imported)
		}
	}
	for m := range set {
		add(m)
	}
	return all
}

// library is a schema, and what was found while it was loaded, expressions included.
type library struct {
	schema   *yang.Schema
	problems []yang.Problem
}

func newLibrary(s *yang.Schema) *library {
	l := &library{schema: s, problems: slices.Concat(s.Problems(), xpath.CheckSchema(s))}
	slices.SortStableFunc(l.problems, func(a, b yang.Problem) int {
		return cmp.Or(strings.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), strings.Compare(a.Message, b.Message))
	})
	return l
}

// failures returns the statements that could not be compiled in what documents cannot do
// without: the modules that they mention, and all that these import.
func (l *library) failures(mentioned moduleSet) []yang.Problem {
	files := map[string]bool{}
	for m := range mentioned.withImports() {
		for _, file := range m.Files() {
			files[file] = true
		}
	}
	var list []yang.Problem
	for _, p := range l.problems {
		if p.Severity == yang.Failure && files[p.Pos.File] {
			list = append(list, p)
		}
	}
	return list
}

// split tells the problems that may matter for documents from the others. Those may
// matter that are in modules they mention, failures in all that these import and in what
// augments or deviates from them, and files that no module came of, which may be just
// what a document misses.
func (l *library) split(mentioned moduleSet) (near, others []yang.Problem) {
	needed := mentioned.withImports()
	known, inMentioned, inNeeded, inExtending := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{} // by file
	for _, m := range l.schema.Modules() {
		for _, file := range m.Files() {
			known[file] = true
			inMentioned[file] = inMentioned[file] || mentioned[m]
			inNeeded[file] = inNeeded[file] || needed[m]
			inExtending[file] = inExtending[file] || m.Implemented && extends(m, mentioned)
		}
	}
	for _, p := range l.problems {
		file, failure := p.Pos.File, p.Severity == yang.Failure
		if !known[file] || inMentioned[file] || failure && inNeeded[file] || inExtending[file] && extension(p) {
			near = append(near, p)
		} else {
			others = append(others, p)
		}
	}
	return near, others
}

// extension says that a problem is in a statement that changes other modules.
func extension(p yang.Problem) bool {
	return strings.HasPrefix(p.Statement, "augment ") || strings.HasPrefix(p.Statement, "deviation ")
}

// extends says that a module imports one of a set: it may augment its nodes or deviate
// from them.
func extends(m *yang.Module, set moduleSet) bool {
	return slices.ContainsFunc(m.Imports(), func(imported *yang.Module) bool { return set[imported] })
}
