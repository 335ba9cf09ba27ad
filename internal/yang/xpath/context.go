// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
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
	doubt   Doubt // about the current evaluation
	steps   int   // left to spend
	spent   int
	rules   map[*yang.Node]*Rules
	implied map[impliedKey]*implied
	sets    map[setKey]*cachedSet
	calls   map[*expr]cachedCall
	indexes map[indexKey]*index
	keys    map[indexKey][]int
	order   order

	// Of the parameters of an operation, or the content of a notification:
	operation *yang.Data // the root of their tree
	above     *yang.Data // the node that the operation is on; nil when it is not known
}

type impliedKey struct {
	parent *yang.Data
	node   *yang.Node
}

type implied struct {
	list  []*yang.Data
	one   [1]*yang.Data // room for most lists
	doubt Doubt
}

// NewContext returns a context for a tree. A partial tree holds only a part of the
// device's data: nothing is known of top-level nodes that it does not mention, nor of
// state nodes.
func NewContext(t *yang.Tree, partial bool) *Context {
	return &Context{tree: t, partial: partial, steps: stepsAtFirst,
		rules:   map[*yang.Node]*Rules{},
		implied: map[impliedKey]*implied{},
		sets:    map[setKey]*cachedSet{},
		calls:   map[*expr]cachedCall{},
		indexes: map[indexKey]*index{},
		keys:    map[indexKey][]int{},
		order:   newOrder(),
	}
}

// NewOperationContext returns a context for a tree that holds the input or output of an
// rpc or action, or a notification ([yang.NewTreeAt]). Its root stands for the operation,
// below the node of the datastore that it is on: of an rpc the root, of an action or nested
// notification at, which may be nil when it is below no list (RFC 7950 section 6.4.1).
// What is in the datastore is taken to be all that is configured; nothing is known of state
// that is not there. Without datastore nothing is known of what is outside of the tree.
func NewOperationContext(t, datastore *yang.Tree, at *yang.Data) *Context {
	whole := datastore
	if whole == nil {
		whole = yang.NewTree(t.Schema())
	}
	c := NewContext(whole, datastore == nil)
	c.operation = t.Root()
	if c.above = at; at == nil {
		c.above = c.around(parentOf(t.Root().Node()))
	}
	return c
}

// around returns the only instance of a schema node in the accessible tree; nil below
// lists.
func (c *Context) around(n *yang.Node) *yang.Data {
	if n.Parent() == nil {
		return c.tree.Root()
	}
	up := c.around(n.DataParent())
	if up == nil || n.Kind() != yang.KindContainer {
		return nil
	}
	var list []*yang.Data
	if doubt := c.track(func() { list = c.instances(up, n) }); len(list) == 0 || !doubt.Known() {
		return nil
	}
	return list[0]
}

// parent returns the node above; nil above the root.
func (c *Context) parent(d *yang.Data) *yang.Data {
	if d != c.operation {
		return d.Parent()
	}
	if c.above == nil {
		c.doubt |= Unknown
	}
	return c.above
}

// live says whether instances of a node are those of the tree, and by default: not state.
func (c *Context) live(n *yang.Node) bool {
	return n.Config() || c.operation != nil && operation(n) == c.operation.Node()
}

// unmentioned says that nothing is known of the instances that d does not have.
func (c *Context) unmentioned(d *yang.Data, n *yang.Node) bool {
	if d == c.tree.Root() && c.partial {
		return true
	}
	return (c.partial || c.operation != nil) && !c.live(n)
}

// Root returns the root of the tree.
func (c *Context) Root() *yang.Data { return c.tree.Root() }

// Rules returns the compiled rules of a schema node.
func (c *Context) Rules(n *yang.Node) *Rules {
	r := c.rules[n]
	if r == nil {
		r = RulesOf(n)
		c.rules[n] = r
	}
	return r
}

// instances returns the children of d that are instances of n in the accessible tree.
func (c *Context) instances(d *yang.Data, n *yang.Node) []*yang.Data {
	if list := d.Instances(n); len(list) > 0 {
		if k := n.Kind(); k == yang.KindList || k == yang.KindLeafList {
			c.open()
		}
		return list
	}
	c.open()
	if c.unmentioned(d, n) {
		c.doubt |= Unknown
		return nil
	}
	return c.byDefault(d, n)
}

// Instances returns the children of d that are instances of a schema node, those in use
// by default included.
func (c *Context) Instances(d *yang.Data, n *yang.Node) (list []*yang.Data, doubt Doubt) {
	doubt = c.track(func() { list = c.instances(d, n) })
	return list, doubt
}

// Implied returns what is in use by default below d for a schema node that has no
// instance there.
func (c *Context) Implied(d *yang.Data, n *yang.Node) (list []*yang.Data, doubt Doubt) {
	doubt = c.track(func() { list = c.byDefault(d, n) })
	return list, doubt
}

func (c *Context) byDefault(d *yang.Data, n *yang.Node) []*yang.Data {
	r := c.Rules(n)
	if !r.implicit || !c.live(n) {
		return nil
	}
	key := impliedKey{d, n}
	have := c.implied[key]
	if have == nil {
		have = &implied{}
		c.implied[key] = have // while it is being found out, there is nothing: loops end
		have.doubt = c.track(func() { have.list = c.makeImplied(d, n, r, have.one[:0]) })
	}
	c.doubt |= have.doubt
	return have.list
}

func (c *Context) makeImplied(d *yang.Data, n *yang.Node, r *Rules, list []*yang.Data) []*yang.Data {
	if !InUse(d, n) {
		return nil
	}
	if n.Kind() == yang.KindContainer {
		list = append(list, d.Implied(n, ""))
	}
	for _, v := range r.defaults {
		list = append(list, d.Implied(n, v))
	}
	if len(r.Whens) > 0 {
		ok, doubt := c.When(n, list[0])
		c.doubt |= doubt
		if !ok || !doubt.Known() {
			return nil
		}
	}
	return list
}

// InUse says whether the cases that a child of d is in are there, or are default cases of
// choices of which no other case is there (RFC 7950 sections 7.5.1, 7.6.1 and 7.9.3).
func InUse(d *yang.Data, n *yang.Node) bool {
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
// taken to exist.
func (c *Context) When(n *yang.Node, self *yang.Data) (ok bool, doubt Doubt) {
	ok = true
	whens := c.Rules(n).Whens
	for i := range whens {
		at := self
		if whens[i].Parent && self.Node() == n {
			at = self.Parent()
		}
		holds, d := whens[i].Holds(c, at)
		switch {
		case !d.Known():
			doubt |= d
		case !holds:
			return false, d
		default:
			doubt |= d
		}
	}
	return ok, doubt
}

// children returns the children of d in the accessible tree, in document order.
func (c *Context) children(d *yang.Data) []*yang.Data {
	n := d.Node()
	if d.Leaf() {
		return nil
	}
	out := make([]*yang.Data, 0, len(d.Children()))
	c.open()
	take := func(k *yang.Node) {
		list := d.Instances(k)
		switch {
		case len(list) > 0:
		case !c.live(k):
			return
		case d == c.tree.Root() && c.partial:
			c.doubt |= Unknown
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
	if !c.spend(len(out) + len(n.DataChildren())) {
		return nil
	}
	return out
}
