// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// Area is where configuration that nobody declares is looked for.
type Area struct {
	// Paths as in [Rule]; what is below them belongs to the area. A path that cannot
	// be read covers nothing.
	Paths []string
}

// AreaOf returns the area of the top-level nodes that a tree declares something in.
func AreaOf(t *yang.Tree) Area {
	var a Area
	for _, d := range t.Root().Children() {
		if path := "/" + d.Node().QName(); !slices.Contains(a.Paths, path) {
			a.Paths = append(a.Paths, path)
		}
	}
	return a
}

// Cover returns what must be asked for with [Filter], beside what is owned, to see
// all of the area: whole lists and containers on the way to its paths.
func (a Area) Cover(s *yang.Schema) Inventory {
	var out Inventory
	for _, p := range a.patterns() {
		root := &item{}
		if cover(root, s.Root(), p.steps) {
			out = Union(out, Inventory{root: root})
		}
	}
	return out
}

func (a Area) patterns() []Pattern {
	var out []Pattern
	for _, path := range a.Paths {
		if p, err := ParsePattern(path); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// cover adds to it, which stands for n, what selects the node that steps lead to. It
// stops where a filter is not narrowed: at lists, presence containers and choices.
func cover(it *item, n *yang.Node, steps []yang.PathStep) bool {
	if len(steps) == 0 { // of the root: all there is
		for _, c := range n.DataChildren() {
			if c.Config() {
				it.items = append(it.items, whole(c))
			}
		}
		slices.SortFunc(it.items, compareItemValues)
		return len(it.items) > 0
	}
	c := n.Child(steps[0].Module, steps[0].Name)
	if c == nil || !c.Config() {
		return false
	}
	next := whole(c)
	if c.Kind() == yang.KindContainer && !c.Presence() && len(steps) > 1 {
		narrowed := itemOf(c)
		if d := c.Child(steps[1].Module, steps[1].Name); d != nil && !inCase(d) && (d.Kind() == yang.KindContainer || d.Kind() == yang.KindList) &&
			cover(&narrowed, c, steps[1:]) {
			next = narrowed
		}
	}
	it.items = []item{next}
	return true
}

// whole is an item that makes a filter ask for all instances of n and what is in them.
func whole(n *yang.Node) item {
	it := itemOf(n)
	if it.kind == itemPath {
		it.kind = itemPresence
	}
	return it
}

// Claims are what somebody declares or owns.
type Claims struct {
	// Declared is what is intended.
	Declared *yang.Tree
	// Owned are the inventories of all who configure the NF.
	Owned []Inventory
	// Planned deletes what is no business of this search.
	Planned *Plan
}

// Unmanaged returns what observed has in the area and nobody claims, as deletions,
// which are never to be made: they are a way to say what is there. They are foreign
// list entries and presence containers, each followed by what is in it, and foreign
// leaves that have no default value. There are at most so many, without what is in
// others, sorted by path; more says that there is more.
//
// Values that look like secrets, or equal one that is declared, are tainted.
func Unmanaged(observed *yang.Tree, a Area, c Claims, most int) (found []Change, more bool) {
	s := search{patterns: a.patterns(), most: most, secrets: map[string]bool{}}
	at := claimed{}
	if c.Declared != nil {
		at.declared = c.Declared.Root()
		for _, d := range c.Declared.Leaves() {
			if d.FromSecret() {
				s.secrets[d.Value()] = true
			}
		}
	}
	for _, inv := range c.Owned {
		if inv.root != nil {
			at.owned = append(at.owned, inv.root)
		}
	}
	if c.Planned != nil {
		for i := range c.Planned.Changes {
			if c.Planned.Changes[i].Op == Delete {
				s.planned = append(s.planned, c.Planned.Changes[i].Path)
			}
		}
	}
	s.below(observed.Root(), at, reached{})
	p := Plan{Changes: s.found}
	p.sort()
	return p.Changes, s.more
}

// claimed is what the claims hold for one node of the NF.
type claimed struct {
	declared *yang.Data
	owned    []*item
}

func (c claimed) nobody() bool { return c.declared == nil && len(c.owned) == 0 }

// child returns the claims for a child of the node.
func (c claimed) child(d *yang.Data) claimed {
	out := claimed{declared: lookup(c.declared, d)}
	for _, it := range c.owned {
		if found := it.find(d); found != nil {
			out.owned = append(out.owned, found)
		}
	}
	return out
}

type search struct {
	patterns []Pattern
	secrets  map[string]bool
	planned  []string
	most     int
	found    []Change
	inside   int // how many of found are in others
	more     bool
}

// reached is how far the search has come.
type reached struct {
	shown  string          // path as it may be shown
	steps  []yang.PathStep // real path; not kept inside
	inside bool            // all that is below is in the area
}

// below looks through the children of a node.
func (s *search) below(d *yang.Data, at claimed, here reached) {
	var planned configuration
	for _, c := range d.Children() {
		n := c.Node()
		if !planned.has(n) || n.IsKey() {
			continue
		}
		next := reached{inside: here.inside}
		if !here.inside {
			next.steps = append(slices.Clip(here.steps), stepAt(c))
			var leads bool
			if next.inside, leads = s.reach(next.steps); !leads {
				continue
			}
		}
		claims := at.child(c)
		next.shown = here.shown + "/" + s.step(c, claims)
		container := n.Kind() == yang.KindContainer && !n.Presence()
		switch {
		case container, !claims.nobody() && !c.Leaf(), !c.Leaf() && !next.inside:
			s.below(c, claims, next)
		case claims.nobody() && next.inside && !atSchemaDefault(c):
			s.report(c, next.shown)
		}
		if s.more {
			return
		}
	}
}

// step returns the last step of d's path as it may be shown. The NF knows no
// secrets: the claims do, and what equals a secret is one.
func (s *search) step(d *yang.Data, claims claimed) string {
	if claims.declared != nil {
		return stepOf(claims.declared)
	}
	module := ""
	if p := d.Parent(); p.Parent() != nil {
		module = p.Node().Module().Name
	}
	it := itemOf(d.Node())
	it.keys = identity(d, false)
	for _, own := range claims.owned {
		if own.tainted && own.keys != nil {
			return own.step(module)
		}
	}
	if slices.ContainsFunc(it.keys, func(v string) bool { return s.secrets[v] }) || it.kind == itemValue && d.LooksSecret() {
		it.keys, it.tainted = identity(d, true), true
	}
	return it.step(module)
}

// reach says whether a path is in the area, and whether it is or leads there.
func (s *search) reach(path []yang.PathStep) (in, leads bool) {
	for _, p := range s.patterns {
		if p.covers(path) {
			return true, true
		}
		leads = leads || p.leads(path)
	}
	return false, leads
}

// leads reports whether the pattern is about something below path.
func (p Pattern) leads(path []yang.PathStep) bool {
	if !p.ok || len(path) >= len(p.steps) {
		return false
	}
	for i := range path {
		if !stepCovers(&p.steps[i], &path[i]) {
			return false
		}
	}
	return true
}

// atSchemaDefault reports whether a value means the same as if it was not there.
func atSchemaDefault(d *yang.Data) bool {
	n := d.Node()
	switch {
	case d.Default():
		return true
	case inCase(n):
		return false
	case n.Kind() == yang.KindLeaf:
		return slices.Contains(n.Defaults(), d.Value())
	case n.Kind() == yang.KindLeafList:
		return isDefaultSet(n, d.Parent().Entries(n.Module().Name, n.Name()))
	}
	return false
}

func (s *search) report(d *yang.Data, path string) {
	if slices.ContainsFunc(s.planned, func(top string) bool { return below(path, top) }) {
		return
	}
	if len(s.found)-s.inside == s.most {
		s.more = true
		return
	}
	s.add(d, path)
	s.content(d, path)
}

func (s *search) add(d *yang.Data, path string) {
	tainted := d.Leaf() && (s.secrets[d.Value()] || d.LooksSecret())
	s.found = append(s.found, Change{Path: path, Op: Delete, Old: display(d, tainted), Tainted: tainted, old: d})
}

// content adds what is in a foreign node.
func (s *search) content(d *yang.Data, path string) {
	var planned configuration
	for _, c := range d.Children() {
		n := c.Node()
		if !planned.has(n) || n.IsKey() || c.Leaf() && atSchemaDefault(c) {
			continue
		}
		at := path + "/" + s.step(c, claimed{})
		if n.Kind() != yang.KindContainer || n.Presence() {
			if s.inside == contentFactor*s.most {
				s.more = true
				return
			}
			s.inside++
			s.add(c, at)
		}
		s.content(c, at)
	}
}

// contentFactor is how much more than foreign nodes is told of what is in them.
const contentFactor = 4

// stepAt returns the last step of d's path, with its real key values.
func stepAt(d *yang.Data) yang.PathStep {
	n := d.Node()
	s := yang.PathStep{Module: n.Module().Name, Name: n.Name()}
	switch n.Kind() {
	case yang.KindList:
		for i, v := range d.Keys() {
			s.Keys = append(s.Keys, yang.PathKey{Name: n.Keys()[i].Name(), Value: v})
		}
	case yang.KindLeafList:
		v := d.Value()
		s.Value = &v
	}
	return s
}
