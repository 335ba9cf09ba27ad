// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import "github.com/strowger/strowger/internal/yang"

// Location paths (XPath 1.0 section 2). Steps are walked depth first, so that a test for
// existence ends at the first node. Sets that many nodes ask for, from the same place,
// are kept; so are indexes for predicates such as [name = current()/../ref].

// setKey is an anchored path at the place that it starts from.
type setKey struct {
	e      *expr
	anchor *yang.Data
}

type cachedSet struct {
	set   *nodeSet
	doubt Doubt
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
	if have := v.c.sets[setKey{e, anchor}]; have != nil {
		v.c.doubt |= have.doubt
		return have.set
	}
	var set *nodeSet
	doubt := v.c.track(func() { set = v.collect(e, e.ups, []*yang.Data{anchor}) })
	if e.absolute || e.costly || len(set.nodes) > few {
		v.c.sets[setKey{e, anchor}] = &cachedSet{set, doubt}
	}
	v.c.doubt |= doubt
	return set
}

// holds says whether a path leads to a node with a value: without making the set, when it
// is small.
func (v *env) holds(e *expr, value string) bool {
	if e.op != opPath || !e.anchored || e.costly {
		return len(v.set(e).with(v.c, value)) > 0
	}
	anchor := v.anchor(e)
	if anchor == nil {
		return false
	}
	if have := v.c.sets[setKey{e, anchor}]; have != nil {
		v.c.doubt |= have.doubt
		return len(have.set.with(v.c, value)) > 0
	}
	tried, found := 0, false
	w := walker{v: v, steps: e.steps, found: func(d *yang.Data) bool {
		tried++
		found = found || v.c.stringValue(d) == value
		return !found && tried <= few
	}}
	w.from(anchor, e.ups)
	if found || tried <= few {
		return found
	}
	return len(v.path(e).with(v.c, value)) > 0
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
		d = v.c.parent(d)
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
	most := s.position()
	var list []*yang.Data
	v.axis(d, s, func(x *yang.Data) bool {
		list = append(list, x)
		return len(list) != most
	})
	return v.filter(list, s.preds)
}

// position returns the position that a first predicate such as [1] asks for, 0 when it
// is none.
func (s *step) position() int {
	if p := s.preds[0]; p.op == opNumber && p.num >= 1 && p.num < 1e6 && p.num == float64(int(p.num)) {
		return int(p.num)
	}
	return 0
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
