// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// Axes of location steps (XPath 1.0 section 2.2).

// axis calls f for the nodes of a step, nearest first; false when f ended it.
func (v *env) axis(d *yang.Data, s *step, f func(*yang.Data) bool) bool {
	each := func(list []*yang.Data) bool {
		for _, x := range list {
			if !v.c.spend(1) {
				return false
			}
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
		return one(v.c.parent(d))
	case axisDescendant:
		return v.descend(d, each)
	case axisDescendantOrSelf:
		return one(d) && v.descend(d, each)
	case axisAncestor, axisAncestorOrSelf:
		if s.axis == axisAncestor {
			d = v.c.parent(d)
		}
		for ; d != nil; d = v.c.parent(d) {
			if !one(d) {
				return false
			}
		}
	case axisFollowingSibling, axisPrecedingSibling:
		return v.siblings(d, s, s.axis == axisFollowingSibling, each)
	case axisFollowing, axisPreceding:
		return v.beside(d, s.axis == axisFollowing, each)
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
	if n := d.Node().Child(s.module, s.name); n != nil {
		return each(v.c.instances(d, n))
	}
	if o := v.c.operation; o != nil && v.c.above == d {
		return each([]*yang.Data{o})
	}
	return true
}

func (v *env) descend(d *yang.Data, each func([]*yang.Data) bool) bool {
	for _, k := range v.c.children(d) {
		if !each([]*yang.Data{k}) || !v.descend(k, each) {
			return false
		}
	}
	return true
}

// beside calls each for all nodes after a node, or before it, that are neither above nor
// below it, nearest first.
func (v *env) beside(d *yang.Data, following bool, each func([]*yang.Data) bool) bool {
	for ; d != nil; d = v.c.parent(d) {
		ok := v.siblings(d, &step{test: testNode}, following, func(list []*yang.Data) bool {
			x := list[0]
			if following {
				return each(list) && v.descend(x, each)
			}
			all := []*yang.Data{x}
			v.descend(x, func(list []*yang.Data) bool {
				all = append(all, list...)
				return true
			})
			slices.Reverse(all)
			return each(all)
		})
		if !ok {
			return false
		}
	}
	return true
}

// siblings calls each for the nodes after or before a node below the same parent, one at a
// time, nearest first: of one name when the step asks for it.
func (v *env) siblings(d *yang.Data, s *step, following bool, each func([]*yang.Data) bool) bool {
	up := v.c.parent(d)
	if up == nil {
		return true
	}
	var all []*yang.Data
	at, next := 0, -1
	if following {
		next = 1
	}
	if s.test == testName {
		n := up.Node().Child(s.module, s.name)
		if n == nil {
			return true
		}
		all = v.c.instances(up, n)
		switch {
		case n == d.Node():
			at = v.c.place(d) + next
		case (v.c.rank(d.Node()) < v.c.rank(n)) == following:
			if at = 0; !following {
				at = len(all) - 1
			}
		default:
			return true
		}
	} else {
		var places map[*yang.Data]int
		all, places = v.c.siblings(up)
		i, ok := places[d]
		if !ok {
			return true
		}
		at = i + next
	}
	for ; at >= 0 && at < len(all); at += next {
		if !each(all[at : at+1]) {
			return false
		}
	}
	return true
}
