// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// surplus deletes what only the NF has, when everything is owned.
func (d *differ) surplus(f *frame, gone map[*yang.Data]bool) {
	var planned configuration
	for _, ob := range f.ob.Children() {
		n := ob.Node()
		if !planned.has(n) || lookup(f.in, ob) != nil || gone[ob] || n.IsKey() {
			continue
		}
		if !d.exact {
			if n.Kind() == yang.KindContainer && !n.Presence() {
				d.children(&frame{up: f, ob: ob, own: f.own.find(ob), live: true})
				continue
			}
			if d.atDefault(f, ob) {
				continue
			}
		}
		d.emit(f, Delete, nil, ob, f.own.find(ob))
	}
}

// leftovers deletes what is owned, on the NF, and no longer declared.
func (d *differ) leftovers(f *frame, gone map[*yang.Data]bool) {
	for i := range f.own.items {
		own := &f.own.items[i]
		if own.in(f.in) != nil {
			continue
		}
		ob := own.in(f.ob)
		if ob == nil || ob.Node().IsKey() || gone[ob] {
			continue
		}
		switch ob.Node().Kind() {
		case yang.KindContainer, yang.KindList:
			if own.owned() && !d.required(f, ob) && (own.created || !foreign(ob, own)) {
				d.emit(f, Delete, nil, ob, own)
				continue
			}
			d.children(&frame{up: f, ob: ob, own: own, live: true})
		default:
			if !d.atDefault(f, ob) && !d.required(f, ob) {
				d.emit(f, Delete, nil, ob, own)
			}
		}
	}
}

// foreign reports whether something below ob does not belong to own. Keys, state, and
// leafs at their default, which some servers list on their own, do not count.
func foreign(ob *yang.Data, own *item) bool {
	var planned configuration
	for _, c := range ob.Children() {
		n := c.Node()
		if !planned.has(n) {
			continue
		}
		it := own.find(c)
		switch n.Kind() {
		case yang.KindContainer, yang.KindList:
			if it == nil && (n.Kind() == yang.KindList || n.Presence()) || foreign(c, it) {
				return true
			}
		default:
			if it == nil && !n.IsKey() && !slices.Contains(n.Defaults(), c.Value()) {
				return true
			}
		}
	}
	return false
}

// required reports whether the NF cannot do without ob as long as its parent
// stays: it is mandatory, it is what a mandatory choice holds, or one of the
// min-elements of its list.
func (d *differ) required(f *frame, ob *yang.Data) bool {
	n := ob.Node()
	if lowest := n.MinElements(); lowest > 0 && uint64(f.remaining(n)) < lowest &&
		!f.declares(func(c *yang.Node) bool { return c == n }) {
		return true
	}
	if !inCase(n) {
		return n.Mandatory()
	}
	mandatory := n.Mandatory()
	for p := n.Parent(); isChoiceOrCase(p); p = p.Parent() {
		if p.Kind() == yang.KindCase && mandatory && f.keeps(p) {
			return true
		}
		mandatory = p.Mandatory()
		if p.Kind() == yang.KindChoice && mandatory && !inCase(p) && !f.keeps(p) &&
			!f.declares(func(c *yang.Node) bool { return isWithin(c, p) }) {
			return true
		}
	}
	return false
}

// remaining returns how many entries of a list or leaf-list of f.ob stay.
func (f *frame) remaining(n *yang.Node) int {
	return f.counted(n, func(c *yang.Node) bool { return c == n })
}

// keeps reports whether something of f.ob in a choice or case stays.
func (f *frame) keeps(p *yang.Node) bool {
	return f.counted(p, func(c *yang.Node) bool { return isWithin(c, p) }) > 0
}

// counted returns how many children of f.ob whose node is wanted stay. It is asked for each
// entry of a list, and so remembered by n.
func (f *frame) counted(n *yang.Node, wanted func(*yang.Node) bool) int {
	count, known := f.stay[n]
	if known {
		return count
	}
	for _, c := range f.ob.Children() {
		if wanted(c.Node()) && f.stays(c) {
			count++
		}
	}
	if f.stay == nil {
		f.stay = map[*yang.Node]int{}
	}
	f.stay[n] = count
	return count
}

// stays reports whether a child of f.ob is declared or foreign.
func (f *frame) stays(ob *yang.Data) bool {
	return lookup(f.in, ob) != nil || f.own.find(ob) == nil
}

// declares reports whether f.in has a child whose node is within.
func (f *frame) declares(within func(*yang.Node) bool) bool {
	return f.in != nil && slices.ContainsFunc(f.in.Children(), func(c *yang.Data) bool { return within(c.Node()) })
}

// displaced deletes the nodes of f.ob in cases that the declared children active
// end, and returns them.
func (d *differ) displaced(f *frame, active []*yang.Data) map[*yang.Data]bool {
	if len(active) == 0 {
		return nil
	}
	gone := map[*yang.Data]bool{}
	var planned configuration
	for _, ob := range f.ob.Children() {
		if !inCase(ob.Node()) || !planned.has(ob.Node()) || lookup(f.in, ob) != nil {
			continue
		}
		i := slices.IndexFunc(active, func(a *yang.Data) bool { return exclude(a.Node(), ob.Node()) })
		if i < 0 {
			continue
		}
		own := f.own.find(ob)
		gone[ob] = true
		if own == nil && !d.all && slices.Contains(ob.Node().Defaults(), ob.Value()) {
			continue
		}
		if d.emit(f, Delete, nil, ob, own) {
			c := &d.changes[len(d.changes)-1]
			c.Implied, c.cause = true, active[i]
		}
	}
	return gone
}
