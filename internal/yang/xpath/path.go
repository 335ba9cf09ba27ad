// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Location paths (XPath 1.0 section 2). Steps are walked depth first, so that a test for
// existence ends at the first node. Sets that many nodes ask for, from the same place,
// are kept; so are indexes for predicates such as [name = current()/../ref].

// setKey is an anchored path at the place that it starts from.
type setKey struct {
	e      *expr
	anchor *yang.Data
}

type cachedSet struct {
	set     *nodeSet
	unknown bool
}

// path evaluates a location path.
func (v *env) path(e *expr) *nodeSet {
	if !e.anchored {
		return v.collect(e, 0, v.starts(e))
	}
	anchor := v.anchor(e)
	if anchor == nil {
		return &nodeSet{}
	}
	key := setKey{e, anchor}
	have := v.c.sets[key]
	if have == nil {
		have = &cachedSet{}
		have.unknown = !v.c.track(func() { have.set = v.collect(e, e.ups, []*yang.Data{anchor}) })
		if e.absolute || e.costly || len(have.set.nodes) > few {
			v.c.sets[key] = have
		}
	}
	v.c.unknown = v.c.unknown || have.unknown
	return have.set
}

// anchor is the node that an anchored path goes down from; nil when there is none.
func (v *env) anchor(e *expr) *yang.Data {
	d := v.node
	switch {
	case e.absolute:
		d = v.c.tree.Root()
	case e.start != nil:
		d = v.current
	}
	for i := 0; i < e.ups && d != nil; i++ {
		d = d.Parent()
	}
	return d
}

// starts returns the nodes that a path starts from.
func (v *env) starts(e *expr) []*yang.Data {
	switch {
	case e.absolute:
		return []*yang.Data{v.c.tree.Root()}
	case e.start == nil:
		return []*yang.Data{v.node}
	}
	set := v.set(e.start)
	if len(e.startOnly) == 0 {
		return set.nodes
	}
	set.first(v.c)
	return v.filter(set.nodes, e.startOnly)
}

func (v *env) collect(e *expr, from int, starts []*yang.Data) *nodeSet {
	out := &nodeSet{unordered: e.unordered}
	w := walker{v: v, steps: e.steps, found: func(d *yang.Data) bool {
		out.nodes = append(out.nodes, d)
		return true
	}}
	for _, d := range starts {
		w.from(d, from)
	}
	return out
}

// exists says whether a path leads to any node.
func (v *env) exists(e *expr) bool {
	if e.anchored && e.costly {
		return len(v.path(e).nodes) > 0
	}
	found := false
	w := walker{v: v, steps: e.steps, found: func(*yang.Data) bool {
		found = true
		return false
	}}
	for _, d := range v.starts(e) {
		if !w.from(d, 0) {
			break
		}
	}
	return found
}

type visit struct {
	d    *yang.Data
	step int
}

type walker struct {
	v     *env
	steps []step
	found func(*yang.Data) bool // false ends the walk
	seen  map[visit]bool
}

// from walks the steps from i on; false ends the walk.
func (w *walker) from(d *yang.Data, i int) bool {
	if i == len(w.steps) {
		return w.found(d)
	}
	s := &w.steps[i]
	next := func(x *yang.Data) bool {
		if s.again {
			if w.seen[visit{x, i}] {
				return true
			}
			if w.seen == nil {
				w.seen = map[visit]bool{}
			}
			w.seen[visit{x, i}] = true
		}
		return w.from(x, i+1)
	}
	if len(s.preds) == 0 {
		return w.v.axis(d, s, next)
	}
	for _, x := range w.v.selected(d, s) {
		if !next(x) {
			return false
		}
	}
	return true
}

// selected returns the nodes of a step that pass its predicates.
func (v *env) selected(d *yang.Data, s *step) []*yang.Data {
	if s.equals > 0 {
		if list, ok := v.lookup(d, s); ok {
			return v.filter(list, s.preds[s.equals:])
		}
	}
	var list []*yang.Data
	v.axis(d, s, func(x *yang.Data) bool {
		list = append(list, x)
		return true
	})
	return v.filter(list, s.preds)
}

// filter applies predicates (XPath 1.0 section 2.4).
func (v *env) filter(list []*yang.Data, preds []*expr) []*yang.Data {
	for _, p := range preds {
		var keep []*yang.Data
		for i, x := range list {
			in := v.at(x, i+1, len(list))
			ok := false
			if p.kind == kindNumber {
				ok = in.number(p) == float64(i+1)
			} else {
				ok = in.boolean(p)
			}
			if ok {
				keep = append(keep, x)
			}
		}
		list = keep
	}
	return list
}

// axis calls f for the nodes of a step, nearest first; false when f ended it.
func (v *env) axis(d *yang.Data, s *step, f func(*yang.Data) bool) bool {
	each := func(list []*yang.Data) bool {
		for _, x := range list {
			if s.matches(x.Node()) && (s.test != testText || x.Leaf()) && !f(x) {
				return false
			}
		}
		return true
	}
	one := func(x *yang.Data) bool { return x == nil || each([]*yang.Data{x}) }
	switch s.axis {
	case axisChild:
		return v.child(d, s, each)
	case axisSelf:
		return one(d)
	case axisParent:
		return one(d.Parent())
	case axisDescendant:
		return v.descend(d, each)
	case axisDescendantOrSelf:
		return one(d) && v.descend(d, each)
	case axisAncestor, axisAncestorOrSelf:
		if s.axis == axisAncestor {
			d = d.Parent()
		}
		for ; d != nil; d = d.Parent() {
			if !one(d) {
				return false
			}
		}
	case axisFollowingSibling, axisPrecedingSibling:
		return each(v.siblings(d, s.axis == axisFollowingSibling))
	}
	return true
}

func (v *env) child(d *yang.Data, s *step, each func([]*yang.Data) bool) bool {
	switch {
	case d.Leaf():
		return s.test != testText || each([]*yang.Data{d})
	case s.test != testName:
		return each(v.c.children(d))
	}
	n := d.Node().Child(s.module, s.name)
	return n == nil || each(v.c.instances(d, n))
}

func (v *env) descend(d *yang.Data, each func([]*yang.Data) bool) bool {
	for _, k := range v.c.children(d) {
		if !each([]*yang.Data{k}) || !v.descend(k, each) {
			return false
		}
	}
	return true
}

func (v *env) siblings(d *yang.Data, following bool) []*yang.Data {
	if d.Parent() == nil {
		return nil
	}
	all := v.c.children(d.Parent())
	at := slices.Index(all, d)
	switch {
	case at < 0:
		return nil
	case following:
		return all[at+1:]
	}
	before := slices.Clone(all[:at])
	slices.Reverse(before)
	return before
}

// indexKey is a step at a place.
type indexKey struct {
	parent *yang.Data
	node   *yang.Node
	step   *step
}

// index finds instances by the values of the children that predicates compare.
type index struct {
	byValue map[string][]*yang.Data
	unknown bool
}

// lookup finds the instances for which the first predicates of a step hold; false when
// no index can serve them.
func (v *env) lookup(d *yang.Data, s *step) ([]*yang.Data, bool) {
	n := d.Node().Child(s.module, s.name)
	if n == nil || d.Leaf() {
		return nil, false
	}
	all := v.c.instances(d, n)
	if len(all) <= few {
		return nil, false
	}
	want := make([]string, s.equals)
	for i, o := range s.others {
		x := v.eval(o)
		switch leaf := n.Child(s.names[i].module, s.names[i].name); {
		case leaf == nil || leaf.Kind() != yang.KindLeaf:
			return nil, false
		case x.kind == kindString:
			if mayBeIdentity(leaf.Type()) {
				return nil, false
			}
			want[i] = x.s
		case len(x.set.nodes) == 0:
			return nil, true
		case len(x.set.nodes) > 1:
			return nil, false
		default:
			want[i] = v.c.stringValue(x.set.nodes[0])
		}
	}
	key := indexKey{d, n, s}
	ix := v.c.indexes[key]
	if ix == nil {
		ix = v.makeIndex(n, s, all)
		v.c.indexes[key] = ix
	}
	v.c.unknown = v.c.unknown || ix.unknown
	return ix.byValue[strings.Join(want, "\x00")], true
}

func (v *env) makeIndex(n *yang.Node, s *step, all []*yang.Data) *index {
	ix := &index{byValue: make(map[string][]*yang.Data, len(all))}
	leafs := make([]*yang.Node, s.equals)
	for i, name := range s.names {
		leafs[i] = n.Child(name.module, name.name)
	}
	values := make([]string, s.equals)
	ix.unknown = !v.c.track(func() {
	entries:
		for _, d := range all {
			for i, leaf := range leafs {
				list := v.c.instances(d, leaf)
				if len(list) == 0 {
					continue entries
				}
				values[i] = list[0].Value()
			}
			id := strings.Join(values, "\x00")
			ix.byValue[id] = append(ix.byValue[id], d)
		}
	})
	return ix
}
