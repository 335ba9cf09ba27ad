// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"slices"
	"sort"
)

// Changes to the children of one node. They keep the canonical order and the index.

// setChildren makes list the children.
func (d *Data) setChildren(list []*Data) {
	switch {
	case d.below != nil:
		d.below.kids = list
	case len(list) > 0:
		d.below = &branch{kids: list}
	}
}

// index returns the index of long lists that keep their order; nil when there are none.
func (d *Data) index() map[entryID]*Data {
	if d.below == nil {
		return nil
	}
	return d.below.index
}

// dropIndex removes the index.
func (d *Data) dropIndex() {
	if d.below != nil {
		d.below.index = nil
	}
}

// add appends a child; seal must follow.
func (d *Data) add(c *Data) {
	c.parent = d
	d.setChildren(append(d.Children(), c))
}

// seal puts appended children in order and returns those that are there twice, which
// stay out: a second instance of a container or leaf, entries with equal keys.
func (d *Data) seal() (double []*Data) {
	if d.settled() {
		d.dropIndex()
		return nil
	}
	d.order()
	kids := d.Children()
	keep := kids[:0]
	for i := 0; i < len(kids); {
		n := kids[i].node
		j := i + 1
		for j < len(kids) && kids[j].node == n {
			j++
		}
		var out []*Data
		if j-i > 1 {
			out = d.doubles(n, kids[i:j])
		}
		if len(out) == 0 {
			keep = append(keep, kids[i:j]...)
		} else {
			gone := make(map[*Data]bool, len(out))
			for _, k := range out {
				gone[k] = true
			}
			for _, k := range kids[i:j] {
				if !gone[k] {
					keep = append(keep, k)
				}
			}
			double = append(double, out...)
		}
		i = j
	}
	clear(kids[len(keep):])
	d.setChildren(keep)
	d.reindex()
	return double
}

// settled says that the children came in canonical order and none of them twice, as those of most documents
// do: each is behind the one before, so that there is no list that keeps its order among them either.
func (d *Data) settled() bool {
	kids := d.Children()
	for i := 1; i < len(kids); i++ {
		last, next := kids[i-1], kids[i]
		if last.node == next.node && !next.node.repeats() || before(last, next) >= 0 {
			return false
		}
	}
	return true
}

// order puts the children in canonical order. Most come in it; of equal ones the first
// stays first.
func (d *Data) order() {
	kids := d.Children()
	if slices.IsSortedFunc(kids, before) {
		return
	}
	type placed struct {
		*Data
		at int
	}
	list := make([]placed, len(kids))
	for i, k := range kids {
		list[i] = placed{k, i}
	}
	slices.SortFunc(list, func(a, b placed) int {
		if c := before(a.Data, b.Data); c != 0 {
			return c
		}
		return a.at - b.at
	})
	for i, k := range list {
		kids[i] = k.Data
	}
}

// before is the canonical order of two children.
func before(a, b *Data) int {
	switch {
	case a.node != b.node:
		return int(a.node.order) - int(b.node.order)
	case a.node.keepOrder():
		return 0
	}
	return compareEntries(a, b)
}

// doubles returns the instances of a schema node that must not be there: all but the
// first of equal ones. run holds at least two instances.
func (d *Data) doubles(n *Node, run []*Data) []*Data {
	var out []*Data
	switch n.def.kind {
	case KindList:
		if len(n.props.keys) == 0 {
			return nil
		}
	case KindLeafList:
		if n.flags&flagConfig == 0 {
			return nil // RFC 7950 section 7.7: state data may repeat values
		}
	default:
		return run[1:]
	}
	if !n.keepOrder() {
		for i := 1; i < len(run); i++ {
			if compareEntries(run[i-1], run[i]) == 0 {
				out = append(out, run[i])
			}
		}
		return out
	}
	seen := make(map[string]bool, len(run))
	for _, k := range run {
		id := k.id()
		if seen[id] {
			out = append(out, k)
		}
		seen[id] = true
	}
	return out
}

// reindex rebuilds the index of long lists that keep their order.
func (d *Data) reindex() {
	d.dropIndex()
	kids := d.Children()
	for i := 0; i < len(kids); {
		n := kids[i].node
		j := i + 1
		for j < len(kids) && kids[j].node == n {
			j++
		}
		if j-i >= manyEntries && n.keepOrder() {
			if d.below.index == nil {
				d.below.index = make(map[entryID]*Data, j-i)
			}
			for k := j - 1; k >= i; k-- {
				d.below.index[entryID{n.order, kids[k].id()}] = kids[k]
			}
		}
		i = j
	}
}

// insert puts one child in its place; entries that keep their order go last.
func (d *Data) insert(c *Data) {
	c.parent = d
	lo, hi := d.span(c.node)
	at := hi
	if !c.node.keepOrder() {
		at = lo + sort.Search(hi-lo, func(i int) bool { return compareEntries(d.Children()[lo+i], c) > 0 })
	}
	d.setChildren(slices.Insert(d.Children(), at, c))
	d.indexed(c, hi-lo+1)
}

// indexed enters a new entry into the index; count is the length of its list now.
func (d *Data) indexed(c *Data, count int) {
	switch {
	case !c.node.keepOrder() || count < manyEntries:
	case count == manyEntries || d.index() == nil:
		d.reindex()
	default:
		d.index()[entryID{c.node.order, c.id()}] = c
	}
}

// remove takes a child out.
func (d *Data) remove(c *Data) {
	lo, hi := d.span(c.node)
	i := slices.Index(d.Children()[lo:hi], c)
	if i < 0 {
		return
	}
	d.setChildren(slices.Delete(d.Children(), lo+i, lo+i+1))
	c.parent = nil
	if d.index() != nil && c.node.keepOrder() {
		if hi-lo == manyEntries {
			d.reindex() // it is a short list now, others may still be long
		} else {
			delete(d.index(), entryID{c.node.order, c.id()})
		}
	}
}

// removeAll takes all instances of a schema node out.
func (d *Data) removeAll(n *Node) {
	lo, hi := d.span(n)
	if lo == hi {
		return
	}
	d.setChildren(slices.Delete(d.Children(), lo, hi))
	if d.index() != nil {
		d.reindex()
	}
}

// clearCases removes what is in other cases of the choices that n is in (RFC 7950
// section 7.9: creating a node of one case deletes those of the others).
func (d *Data) clearCases(n *Node) (removed []*Data) {
	for p := n.parent; p != nil && p.def.kind == KindCase; p = p.parent.parent {
		choice := p.parent
		for i := len(d.Children()) - 1; i >= 0; i-- {
			k := d.Children()[i]
			if c := caseIn(k.node, choice); c != nil && c != p {
				removed = append(removed, k)
				d.remove(k)
			}
		}
	}
	return removed
}

// caseIn returns the case of a choice that a node is in; nil when it is not in it.
func caseIn(n, choice *Node) *Node {
	for p := n.parent; p != nil && p.def.kind == KindCase; p = p.parent.parent {
		if p.parent == choice {
			return p
		}
	}
	return nil
}

// copyTo returns a copy of d and its subtree below a parent.
func (d *Data) copyTo(parent *Data) *Data {
	slab := make([]Data, d.size())
	return d.copyInto(&slab, parent)
}

func (d *Data) copyInto(slab *[]Data, parent *Data) *Data {
	c := &(*slab)[0]
	*slab = (*slab)[1:]
	*c = *d
	c.parent, c.below = parent, nil
	if len(d.Children()) > 0 {
		kids := make([]*Data, len(d.Children()))
		for i, k := range d.Children() {
			kids[i] = k.copyInto(slab, c)
		}
		c.below = &branch{kids: kids}
	}
	if d.index() != nil {
		c.reindex()
	}
	return c
}

// size returns the number of nodes of the subtree.
func (d *Data) size() int {
	n := 1
	for _, k := range d.Children() {
		n += k.size()
	}
	return n
}
