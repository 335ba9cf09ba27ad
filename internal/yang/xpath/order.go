// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"sort"

	"github.com/strowger/strowger/internal/yang"
)

// order is what was found out about document order: keys first, then schema order.
type order struct {
	ranks    map[*yang.Node]int // of data nodes below their parent
	places   map[run]map[*yang.Data]int
	siblings map[*yang.Data]*siblings
}

// run is all instances of a schema node below one node.
type run struct {
	parent *yang.Data
	node   *yang.Node
}

type siblings struct {
	list   []*yang.Data
	places map[*yang.Data]int
	doubt  Doubt
}

func newOrder() order {
	return order{ranks: map[*yang.Node]int{}, places: map[run]map[*yang.Data]int{}, siblings: map[*yang.Data]*siblings{}}
}

// rank is the place of a schema node among the children of its data parent, from 1.
func (c *Context) rank(n *yang.Node) int {
	if at := c.order.ranks[n]; at > 0 {
		return at
	}
	next := 1
	up := n.DataParent()
	for _, k := range up.Keys() {
		c.order.ranks[k] = next
		next++
	}
	for _, k := range up.DataChildren() {
		if !k.IsKey() {
			c.order.ranks[k] = next
			next++
		}
	}
	return c.order.ranks[n]
}

// place is the place of a node among the instances of its schema node, from 0.
func (c *Context) place(d *yang.Data) int {
	up := c.parent(d)
	key := run{up, d.Node()}
	at := c.order.places[key]
	if at == nil {
		list := c.instances(up, d.Node())
		c.spend(len(list))
		at = make(map[*yang.Data]int, len(list))
		for i, x := range list {
			at[x] = i
		}
		c.order.places[key] = at
	}
	return at[d]
}

// siblings returns the children of a node in document order, with their places.
func (c *Context) siblings(up *yang.Data) ([]*yang.Data, map[*yang.Data]int) {
	have := c.order.siblings[up]
	if have == nil {
		have = &siblings{}
		have.doubt = c.track(func() { have.list = c.children(up) })
		have.places = make(map[*yang.Data]int, len(have.list))
		for i, x := range have.list {
			have.places[x] = i
		}
		c.order.siblings[up] = have
	}
	c.doubt |= have.doubt
	return have.list, have.places
}

// sort puts nodes in document order.
func (c *Context) sort(nodes []*yang.Data) {
	if !c.spend(4 * len(nodes)) {
		return
	}
	chains := make(map[*yang.Data][]*yang.Data, len(nodes))
	for _, d := range nodes {
		var up []*yang.Data
		for x := d; x != nil; x = c.parent(x) {
			up = append(up, x)
		}
		chains[d] = up
	}
	sort.SliceStable(nodes, func(i, j int) bool {
		a, b := chains[nodes[i]], chains[nodes[j]]
		for k := 1; k <= len(a) && k <= len(b); k++ {
			x, y := a[len(a)-k], b[len(b)-k]
			switch {
			case x == y:
			case k == 1: // in two trees, which nothing joins
				return x == c.tree.Root()
			default:
				return c.before(x, y)
			}
		}
		return len(a) < len(b)
	})
}

// before is the order of two children of one node.
func (c *Context) before(a, b *yang.Data) bool {
	if a.Node() != b.Node() {
		return c.rank(a.Node()) < c.rank(b.Node())
	}
	return c.place(a) < c.place(b)
}
