// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import "github.com/strowger/strowger/internal/yang"

// Changed is Complete for a tree that was valid before an edit: it returns the same
// errors, but evaluates only what the edit can affect. paths are the instance paths
// ([yang.Data.Path]) of the roots of what the edit created, modified, moved or deleted; of
// a new list entry the path of the entry. Also returned are the constraints met that could
// not be evaluated, sorted by schema path. When a path is none of the schema, it is Complete.
//
// Checked are: what is now at the paths; the numbers of entries, choices, mandatory nodes
// and defaults around them; and every expression that may look at something there. An
// expression is evaluated only below the node from which it comes down to the place of the
// edit: a must "../mtu" once, a leafref to a key of another list everywhere.
func Changed(t *yang.Tree, paths []string) (yang.Errors, []yang.Constraint) {
	c := &changes{
		v:       newValidator(t, false),
		readers: readersOf(t),
		affects: map[*yang.Node][]*reader{},
		done:    map[evaluation]bool{},
		reach:   map[*yang.Data]bool{},
		touched: map[*yang.Data]bool{},
	}
	edits := make([]*edit, 0, len(paths))
	for _, p := range paths {
		e := c.locate(p)
		if e == nil {
			return Complete(t), nil // no path of this schema: all may have changed
		}
		for _, d := range e.at {
			c.touched[d] = true
		}
		edits = append(edits, e)
	}
	for _, e := range edits {
		c.structure(e)
		c.dependents(e)
	}
	return c.v.result(), c.v.opened()
}

// changes validates what a set of edits can affect.
type changes struct {
	v       *validator
	readers *readers
	affects map[*yang.Node][]*reader // by the schema node of an edit
	done    map[evaluation]bool
	reach   map[*yang.Data]bool
	touched map[*yang.Data]bool // nodes at and above the edits
}

// evaluation is a rule evaluated at all its contexts below a node.
type evaluation struct {
	r    *rule
	base *yang.Data
}

// structure checks what is at the place of an edit, and what the nodes around it demand:
// up to the first one that exists by itself.
func (c *changes) structure(e *edit) {
	last := len(e.chain) - 1
	if last == 0 {
		c.v.content(e.at[0], e.chain[0], true)
		c.v.below(e.at[0], true)
		return
	}
	top := min(len(e.at), last) - 1
	for top > 0 && plain(e.chain[top]) {
		top--
	}
	if !c.reached(e.at[top]) {
		return
	}
	for i := top; i < len(e.at) && i < last; i++ {
		if i > top && !c.around(e.at[i]) {
			return
		}
		c.children(e.at[i], e.chain[i+1])
	}
	if len(e.at) <= last {
		return // deleted
	}
	switch d := e.at[last]; {
	case !d.Node().Config():
		c.v.node(d, true)
	case hollow(d): // a matter of the choice it is in, see children
	case c.v.allowed(d):
		c.v.node(d, demanded(d))
	}
}

// around checks a container without presence that an edit is in; false when its when is
// false.
func (c *changes) around(d *yang.Data) bool {
	n := d.Node()
	rules := c.v.ctx.Rules(n)
	if len(rules.Whens) == 0 && n.Parent().Kind() != yang.KindCase {
		return true
	}
	if !c.reached(d) && d.Vacant() {
		return false
	}
	if !c.v.allowed(d) {
		return false
	}
	c.region(d)
	return true
}

// region checks a container without presence that may not have counted as existing before
// the edit: all that it demands, list entries left out, which it did not have then.
func (c *changes) region(d *yang.Data) {
	c.v.content(d, d.Node(), demanded(d))
	for _, k := range d.Children() {
		if plain(k.Node()) && k.Node().Config() && !hollow(k) && c.v.allowed(k) {
			c.region(k)
		}
	}
}

// children checks what a node demands of its children that are, or would be, instances of
// a schema node.
func (c *changes) children(d *yang.Data, n *yang.Node) {
	outer := n
	for p := n.Parent(); p.Kind() == yang.KindCase || p.Kind() == yang.KindChoice; p = p.Parent() {
		outer = p
	}
	c.v.child(d, outer, demanded(d))
	if outer != n {
		c.v.cases(d)
	}
	c.v.entries(n, d.Instances(n))
}

// plain says whether a node is a container without presence.
func plain(n *yang.Node) bool {
	return n.Kind() == yang.KindContainer && !n.Presence()
}

// demanded says whether what is mandatory below a node is demanded: not below the default
// case of a choice that nobody chose.
func demanded(d *yang.Data) bool {
	for ; d.Parent() != nil && plain(d.Node()) && d.Vacant(); d = d.Parent() {
		for p := d.Node().Parent(); p.Kind() == yang.KindCase; p = p.Parent().Parent() {
			if !d.Parent().HasCase(p) {
				return false
			}
		}
	}
	return true
}

// reached says whether a node is checked at all: whether it and all nodes above it exist,
// and their when statements hold.
func (c *changes) reached(d *yang.Data) bool {
	if d.Parent() == nil || !d.Node().Config() {
		return true
	}
	if known, ok := c.reach[d]; ok {
		return known
	}
	r := c.reached(d.Parent())
	if !r {
		return false
	}
	if d.Leaf() && len(c.v.ctx.Rules(d.Node()).Whens) == 0 {
		return true
	}
	if len(c.v.ctx.Rules(d.Node()).Whens) > 0 {
		holds, doubt := c.v.ctx.When(d.Node(), d)
		r = holds || !doubt.Known()
	}
	if r && plain(d.Node()) && hollow(d) {
		r = inUse(d)
	}
	c.reach[d] = r
	return r
}
