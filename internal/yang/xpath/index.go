// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Predicates such as [name = current()/../ref] are looked up: in the tree itself when they
// name all keys of a list, else in an index, made once for all lookups at a place.

// indexKey is a step at a place.
type indexKey struct {
	parent *yang.Data
	node   *yang.Node
	step   *step
}

// index finds instances by the values of what predicates compare; it is nil of those that
// have too many.
type index struct {
	byValue map[string][]*yang.Data
	doubt   Doubt
}

// lookup finds the instances for which the first predicates of a step hold, in the order
// of the axis; false when they must be tried one by one.
func (v *env) lookup(d *yang.Data, s *step) ([]*yang.Data, bool) {
	from := d
	if s.axis != axisChild {
		if from = v.c.parent(d); from == nil {
			return nil, true
		}
	} else if d.Leaf() {
		return nil, false
	}
	n := from.Node().Child(s.module, s.name)
	if n == nil {
		return nil, false
	}
	// The doubt about the list as a whole is that of an entry that is not found.
	var all []*yang.Data
	doubt := v.c.track(func() { all = v.c.instances(from, n) })
	keys := v.c.keyed(s, n)
	if len(all) <= few && keys == nil {
		v.c.doubt |= doubt
		return nil, false
	}
	want, ok := v.wanted(n, s)
	if !ok {
		v.c.doubt |= doubt
		return nil, false
	}
	var list []*yang.Data
	if want != nil {
		if list, ok = v.find(from, n, s, all, want, keys); !ok {
			v.c.doubt |= doubt
			return nil, false
		}
	}
	if len(list) == 0 || keys == nil {
		v.c.doubt |= doubt
	}
	return v.beyond(d, n, s, list), true
}

// wanted evaluates what the predicates compare with; nil when nothing can be equal to it,
// and false when it is not one text for each.
func (v *env) wanted(n *yang.Node, s *step) ([]string, bool) {
	want := make([]string, s.equals)
	for i, o := range s.others {
		x := v.eval(o)
		switch leaf := s.ways[i].from(n); {
		case leaf == nil || leaf.Kind() != yang.KindLeaf && leaf.Kind() != yang.KindLeafList:
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
	return want, true
}

// way is a path of names down from a node.
type way []*step

// from returns the schema node that the way leads to; nil when there is none.
func (w way) from(n *yang.Node) *yang.Node {
	for _, s := range w {
		if n = n.Child(s.module, s.name); n == nil {
			return nil
		}
	}
	return n
}

// keyed returns which of the indexed predicates of a step is that of each key of a list,
// when there is just one for each; else nil.
func (c *Context) keyed(s *step, n *yang.Node) []int {
	at := indexKey{node: n, step: s}
	have, ok := c.keys[at]
	if !ok {
		have = s.keyed(n)
		c.keys[at] = have
	}
	return have
}

func (s *step) keyed(n *yang.Node) []int {
	keys := n.Keys()
	if len(keys) != s.equals {
		return nil
	}
	var out []int
	for _, k := range keys {
		i := slices.IndexFunc(s.ways, func(w way) bool { return len(w) == 1 && w.from(n) == k })
		if i < 0 {
			return nil
		}
		out = append(out, i)
	}
	return out
}

func (v *env) find(from *yang.Data, n *yang.Node, s *step, all []*yang.Data, want []string, keys []int) ([]*yang.Data, bool) {
	if keys != nil {
		values := make([]string, len(keys))
		for k, i := range keys {
			values[k] = want[i]
		}
		if x := from.Entry(n.Module().Name, n.Name(), values...); x != nil {
			return []*yang.Data{x}, true
		}
		return nil, true
	}
	key := indexKey{from, n, s}
	ix := v.c.indexes[key]
	if ix == nil {
		ix = v.makeIndex(n, s, all)
		v.c.indexes[key] = ix
	}
	v.c.doubt |= ix.doubt
	return ix.byValue[strings.Join(want, "\x00")], ix.byValue != nil
}

// maxValues is the most combinations of values that one entry is indexed by.
const maxValues = 64

func (v *env) makeIndex(n *yang.Node, s *step, all []*yang.Data) *index {
	ix := &index{byValue: make(map[string][]*yang.Data, len(all))}
	ix.doubt = v.c.track(func() {
		for _, d := range all {
			ids := []string{""}
			for i, w := range s.ways {
				ids = v.combine(ids, d, n, w, i == 0)
			}
			if len(ids) > maxValues || !v.c.spend(1+len(ids)) {
				ix.byValue = nil
				return
			}
			for _, id := range ids {
				if list := ix.byValue[id]; len(list) == 0 || list[len(list)-1] != d {
					ix.byValue[id] = append(list, d)
				}
			}
		}
	})
	return ix
}

// combine joins every text with every value that a way leads to.
func (v *env) combine(texts []string, d *yang.Data, n *yang.Node, w way, first bool) []string {
	at := []*yang.Data{d}
	for _, s := range w {
		if n = n.Child(s.module, s.name); len(at) == 1 {
			at = v.c.instances(at[0], n)
			continue
		}
		var next []*yang.Data
		for _, x := range at {
			next = append(next, v.c.instances(x, n)...)
		}
		at = next
	}
	out := make([]string, 0, len(texts)*len(at))
	for _, x := range at {
		for _, t := range texts {
			if len(out) > maxValues {
				return out
			}
			if first {
				out = append(out, x.Value())
			} else {
				out = append(out, t+"\x00"+x.Value())
			}
		}
	}
	return out
}

// beyond keeps the instances that are on the axis of a step, in its order.
func (v *env) beyond(d *yang.Data, n *yang.Node, s *step, list []*yang.Data) []*yang.Data {
	if s.axis == axisChild {
		return list
	}
	following := s.axis == axisFollowingSibling
	after := func(x *yang.Data) bool {
		if n == d.Node() {
			return v.c.place(x) > v.c.place(d)
		}
		return v.c.rank(n) > v.c.rank(d.Node())
	}
	var out []*yang.Data
	for _, x := range list {
		if x != d && after(x) == following {
			out = append(out, x)
		}
	}
	if !following {
		slices.Reverse(out)
	}
	return out
}
