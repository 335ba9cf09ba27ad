// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// edit is the place of a change.
type edit struct {
	chain []*yang.Node // the schema nodes of the path, the root first
	at    []*yang.Data // their instances, as far as they exist
}

// locate finds the place that a path names; nil when it is no path of the schema.
func (c *changes) locate(path string) *edit {
	steps, err := yang.ParsePath(path)
	if err != nil {
		return nil
	}
	d := c.v.ctx.Root()
	e := &edit{chain: []*yang.Node{d.Node()}, at: []*yang.Data{d}}
	module := ""
	for i := range steps {
		s := &steps[i]
		if s.Module != "" {
			module = s.Module
		}
		n := e.chain[i].Child(module, s.Name)
		if n == nil {
			return nil
		}
		e.chain = append(e.chain, n)
		if d == nil {
			continue
		}
		if d = instance(d, n, s); d != nil {
			e.at = append(e.at, d)
		}
	}
	return e
}

// instance returns the child that a step names; nil when there is none.
func instance(d *yang.Data, n *yang.Node, s *yang.PathStep) *yang.Data {
	switch {
	case s.Index > 0:
		if list := d.Instances(n); s.Index <= len(list) {
			return list[s.Index-1]
		}
		return nil
	case s.Value != nil:
		return d.Entry(n.Module().Name, n.Name(), *s.Value)
	case len(s.Keys) > 0:
		keys := make([]string, 0, len(s.Keys))
		for _, k := range n.Keys() {
			for _, given := range s.Keys {
				if given.Name == k.Name() {
					keys = append(keys, given.Value)
				}
			}
		}
		if len(keys) != len(n.Keys()) {
			return nil
		}
		return d.Entry(n.Module().Name, n.Name(), keys...)
	}
	if list := d.Instances(n); len(list) > 0 {
		return list[0]
	}
	return nil
}

// inUse says whether an empty container in a case counts as existing.
func inUse(d *yang.Data) bool { return xpath.InUse(d.Parent(), d.Node()) }

// dependents evaluates all expressions that may look at the place of an edit.
func (c *changes) dependents(e *edit) {
	s := e.chain[len(e.chain)-1]
	list, ok := c.affects[s]
	if !ok {
		list = c.readers.affected(s)
		c.affects[s] = list
	}
	for _, r := range list {
		depth := len(e.chain) - 1
		if r.depth >= depth && depth > 0 {
			continue // below the edit all is evaluated
		}
		if base := c.base(e, r.depth); base != nil {
			c.evaluate(r, base)
		}
	}
}

// base returns the node of the accessible tree around an edit at a depth; nil when there
// is none any more.
func (c *changes) base(e *edit, depth int) *yang.Data {
	if depth < len(e.at) {
		return e.at[depth]
	}
	d := e.at[len(e.at)-1]
	for i := len(e.at); i <= depth; i++ {
		list, _ := c.v.ctx.Instances(d, e.chain[i])
		if len(list) == 0 || !plain(e.chain[i]) {
			return nil
		}
		d = list[0]
	}
	return d
}

// evaluate evaluates a reader at all its context nodes below a node, once.
func (c *changes) evaluate(r *reader, base *yang.Data) {
	key := evaluation{r.rule, base}
	if c.done[key] {
		return
	}
	c.done[key] = true
	c.each(base, r.below, func(d *yang.Data) {
		if c.reached(d) {
			r.check(c, d)
		}
	})
}

// each calls f for all instances at the end of a way down, in the accessible tree.
func (c *changes) each(d *yang.Data, way []*yang.Node, f func(*yang.Data)) {
	if len(way) == 0 {
		f(d)
		return
	}
	list, _ := c.v.ctx.Instances(d, way[0])
	for _, k := range list {
		c.each(k, way[1:], f)
	}
}

// condition checks again the children of a node whose when statements may have changed
// their result. What was there and said something had a true one before.
func (c *changes) condition(d *yang.Data, n *yang.Node) {
	c.children(d, n)
	if n.Kind() == yang.KindChoice || n.Kind() == yang.KindCase {
		return
	}
	for _, k := range d.Instances(n) {
		if hollow(k) || !c.v.allowed(k) {
			continue
		}
		if plain(n) && (c.touched[k] || k.Vacant()) {
			c.v.node(k, demanded(k))
		}
	}
}
