// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import "github.com/strowger/strowger/internal/yang"

// lookup returns the instance below parent of what like is, nil when there is none.
func lookup(parent, like *yang.Data) *yang.Data {
	if parent == nil {
		return nil
	}
	n := like.Node()
	switch n.Kind() {
	case yang.KindList:
		return parent.Entry(n.Module().Name, n.Name(), like.Keys()...)
	case yang.KindLeafList:
		return parent.Entry(n.Module().Name, n.Name(), like.Value())
	}
	return parent.Child(n.Module().Name, n.Name())
}

// configuration tells what can be planned for: state cannot be edited, and entries of a
// list without keys cannot be told from each other. It remembers the last answer: most
// siblings are of one node.
type configuration struct {
	node *yang.Node
	is   bool
}

func (c *configuration) has(n *yang.Node) bool {
	if n != c.node {
		c.node, c.is = n, n.Config() && (n.Kind() != yang.KindList || len(n.Keys()) > 0)
	}
	return c.is
}

// near is how far ahead of the last one found the next one is looked for.
const near = 16

// siblings finds children of one node in the order they mostly are asked for.
type siblings struct {
	of   *yang.Data
	rest []*yang.Data // the children after the last one found
}

// find returns what lookup does. Both trees have the same order, so it mostly is
// the next one.
func (s *siblings) find(like *yang.Data) *yang.Data {
	if len(s.rest) > 0 && sameInstance(s.rest[0], like) {
		d := s.rest[0]
		s.rest = s.rest[1:]
		return d
	}
	d := lookup(s.of, like)
	if d == nil {
		return nil
	}
	for i := range min(near, len(s.rest)) {
		if s.rest[i] == d {
			s.rest = s.rest[i+1:]
			break
		}
	}
	return d
}

// sameInstance reports whether two nodes below the same parent are the same: of one
// name, with equal keys or leaf-list values.
func sameInstance(a, b *yang.Data) bool {
	if a == b {
		return true
	}
	n := a.Node()
	if n != b.Node() {
		return false
	}
	switch n.Kind() {
	case yang.KindLeafList:
		return a.Value() == b.Value()
	case yang.KindList:
		x, y := a.Children(), b.Children()
		for i := 0; i < len(x) && x[i].Node().IsKey(); i++ {
			if i >= len(y) || x[i].Node() != y[i].Node() || x[i].Value() != y[i].Value() {
				return false
			}
		}
	}
	return true
}

// stepOf returns the last step of d's path as it may be shown.
func stepOf(d *yang.Data) string {
	n := d.Node()
	s := n.Name()
	if p := d.Parent(); p.Parent() == nil || p.Node().Module() != n.Module() {
		s = n.QName()
	}
	switch n.Kind() {
	case yang.KindLeafList:
		return s + predicate(".", d.Shown())
	case yang.KindList:
		for _, k := range d.Children() {
			if !k.Node().IsKey() {
				break // keys come first
			}
			s += predicate(k.Node().Name(), k.Shown())
		}
	}
	return s
}

// sameContent reports whether two subtrees are the same, entry by entry in the same
// order. Anydata that is written differently counts as different.
func sameContent(a, b *yang.Data) bool {
	if a == b {
		return true
	}
	x, y := a.Children(), b.Children()
	if len(x) != len(y) || a.Value() != b.Value() {
		return false
	}
	for i := range x {
		if x[i].Node() != y[i].Node() || !sameContent(x[i], y[i]) {
			return false
		}
	}
	return true
}
