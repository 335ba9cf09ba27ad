// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"sort"

	"github.com/strowger/strowger/internal/yang"
)

// Context is what expressions are evaluated on: a tree that must not change meanwhile,
// and what was found out about it. It serves one goroutine.
//
// The accessible tree (RFC 7950 section 6.4.1) is the tree with the defaults in use
// (sections 7.6.1 and 7.7.2) and all containers without presence (section 7.5.1); they
// are made when an expression asks for them.
type Context struct {
	tree    *yang.Tree
	partial bool
	unknown bool // the current evaluation depended on what the tree does not hold
	rules   map[*yang.Node]*Rules
	implied map[impliedKey]*implied
	sets    map[setKey]*cachedSet
	calls   map[*expr]cachedCall
	indexes map[indexKey]*index
	runs    map[indexKey]map[*yang.Data]int
	places  map[*yang.Node]map[*yang.Node]int
}

type impliedKey struct {
	parent *yang.Data
	node   *yang.Node
}

type implied struct {
	list    []*yang.Data
	unknown bool
}

// NewContext returns a context for a tree. A partial tree holds only a part of the
// device's data: nothing is known of top-level nodes that it does not mention, nor of
// state nodes.
func NewContext(t *yang.Tree, partial bool) *Context {
	return &Context{tree: t, partial: partial,
		rules:   map[*yang.Node]*Rules{},
		implied: map[impliedKey]*implied{},
		sets:    map[setKey]*cachedSet{},
		calls:   map[*expr]cachedCall{},
		indexes: map[indexKey]*index{},
		runs:    map[indexKey]map[*yang.Data]int{},
		places:  map[*yang.Node]map[*yang.Node]int{},
	}
}

// Rules returns the compiled rules of a schema node.
func (c *Context) Rules(n *yang.Node) *Rules {
	r := c.rules[n]
	if r == nil {
		r = RulesOf(n)
		c.rules[n] = r
	}
	return r
}

// track calls f and says whether its result depends only on what the tree holds.
func (c *Context) track(f func()) (known bool) {
	before := c.unknown
	c.unknown = false
	f()
	known = !c.unknown
	c.unknown = before
	return known
}

// instances returns the children of d that are instances of n in the accessible tree.
func (c *Context) instances(d *yang.Data, n *yang.Node) []*yang.Data {
	if list := d.Instances(n); len(list) > 0 {
		return list
	}
	if c.partial && (d.Parent() == nil || !n.Config()) {
		c.unknown = true
		return nil
	}
	return c.byDefault(d, n)
}

// Implied returns what is in use by default below d for a schema node that has no
// instance there; known is false when that depends on what the tree does not hold.
func (c *Context) Implied(d *yang.Data, n *yang.Node) (list []*yang.Data, known bool) {
	known = c.track(func() { list = c.byDefault(d, n) })
	return list, known
}

func (c *Context) byDefault(d *yang.Data, n *yang.Node) []*yang.Data {
	r := c.Rules(n)
	if !r.implicit || !n.Config() {
		return nil
	}
	key := impliedKey{d, n}
	have := c.implied[key]
	if have == nil {
		have = &implied{}
		c.implied[key] = have // while it is being found out, there is nothing: loops end
		have.unknown = !c.track(func() { have.list = c.makeImplied(d, n, r) })
	}
	c.unknown = c.unknown || have.unknown
	return have.list
}

func (c *Context) makeImplied(d *yang.Data, n *yang.Node, r *Rules) []*yang.Data {
	if !inUse(d, n) {
		return nil
	}
	var list []*yang.Data
	if n.Kind() == yang.KindContainer {
		list = []*yang.Data{d.Implied(n, "")}
	}
	for _, v := range r.defaults {
		list = append(list, d.Implied(n, v))
	}
	if len(r.Whens) > 0 {
		ok, known := c.When(n, list[0])
		c.unknown = c.unknown || !known
		if !ok || !known {
			return nil
		}
	}
	return list
}

// inUse says whether the cases that a node is in are there, or are default cases of
// choices of which no other case is there (RFC 7950 sections 7.5.1, 7.6.1 and 7.9.3).
func inUse(d *yang.Data, n *yang.Node) bool {
	for p := n.Parent(); p.Kind() == yang.KindCase; p = p.Parent().Parent() {
		choice := p.Parent()
		if d.HasCase(p) {
			return true
		}
		if def := choice.Defaults(); len(def) == 0 || def[0] != p.Name() {
			return false
		}
		for _, other := range choice.Children() {
			if d.HasCase(other) {
				return false
			}
		}
	}
	return true
}

// When evaluates the when statements on which the existence of a node depends (RFC 7950
// section 7.21.5). self is the instance, for an absent one what it would be
// ([yang.Data.Implied]); of a choice or case, the data node around it. Nodes above are
// taken to exist. known is false when that depends on what the tree does not hold.
func (c *Context) When(n *yang.Node, self *yang.Data) (ok, known bool) {
	ok, known = true, true
	for _, w := range c.Rules(n).Whens {
		at := self
		if w.Parent && self.Node() == n {
			at = self.Parent()
		}
		holds, sure := w.Holds(c, at)
		switch {
		case !sure:
			known = false
		case !holds:
			return false, true
		}
	}
	return ok, known
}

// children returns the children of d in the accessible tree, in document order.
func (c *Context) children(d *yang.Data) []*yang.Data {
	n := d.Node()
	if d.Leaf() {
		return nil
	}
	out := make([]*yang.Data, 0, len(d.Children()))
	take := func(k *yang.Node) {
		list := d.Instances(k)
		switch {
		case len(list) > 0:
		case !k.Config():
			return
		case d.Parent() == nil && c.partial:
			c.unknown = true
			return
		default:
			list = c.byDefault(d, k)
		}
		out = append(out, list...)
	}
	for _, k := range n.Keys() {
		take(k)
	}
	for _, k := range n.DataChildren() {
		if !k.IsKey() {
			take(k)
		}
	}
	return out
}

// sort puts nodes in document order.
func (c *Context) sort(nodes []*yang.Data) {
	chains := make(map[*yang.Data][]*yang.Data, len(nodes))
	for _, d := range nodes {
		var up []*yang.Data
		for x := d; x != nil; x = x.Parent() {
			up = append(up, x)
		}
		chains[d] = up
	}
	sort.SliceStable(nodes, func(i, j int) bool {
		a, b := chains[nodes[i]], chains[nodes[j]]
		for k := 1; k <= len(a) && k <= len(b); k++ {
			x, y := a[len(a)-k], b[len(b)-k]
			if x != y {
				return c.before(x, y)
			}
		}
		return len(a) < len(b)
	})
}

// before is the order of two children of one node.
func (c *Context) before(a, b *yang.Data) bool {
	up := a.Parent()
	if a.Node() != b.Node() {
		at := c.places[up.Node()]
		if at == nil {
			at = map[*yang.Node]int{}
			for _, k := range up.Node().Keys() {
				at[k] = len(at)
			}
			for _, k := range up.Node().DataChildren() {
				if !k.IsKey() {
					at[k] = len(at)
				}
			}
			c.places[up.Node()] = at
		}
		return at[a.Node()] < at[b.Node()]
	}
	key := indexKey{parent: up, node: a.Node()}
	at := c.runs[key]
	if at == nil {
		at = map[*yang.Data]int{}
		for i, d := range c.instances(up, a.Node()) {
			at[d] = i
		}
		c.runs[key] = at
	}
	return at[a] < at[b]
}
