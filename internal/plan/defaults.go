// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// defaultInUse reports whether a declared leaf that the NF does not list has the
// value the NF uses all the same (RFC 7950 section 7.6.1).
func (d *differ) defaultInUse(f *frame, in *yang.Data) bool {
	n := in.Node()
	return !d.exact && f.live && slices.Contains(n.Defaults(), in.Value()) && d.caseInUse(f, n)
}

// atDefault reports whether a leaf or leaf-list entry that the NF lists and nobody
// declares has the value that would be in use without it. In a choice, being listed
// means more than the value.
func (d *differ) atDefault(f *frame, ob *yang.Data) bool {
	n := ob.Node()
	if d.exact || inCase(n) {
		return false
	}
	switch n.Kind() {
	case yang.KindLeaf:
		return slices.Contains(n.Defaults(), ob.Value())
	case yang.KindLeafList:
		return isDefaultSet(n, f.ob.Entries(n.Module().Name, n.Name())) &&
			!f.declares(func(c *yang.Node) bool { return c == n })
	}
	return false
}

// isDefaultSet reports whether entries are just the defaults of their leaf-list.
func isDefaultSet(n *yang.Node, entries []*yang.Data) bool {
	defaults := n.Defaults()
	if len(defaults) == 0 || len(defaults) != len(entries) {
		return false
	}
	for i, e := range entries {
		if n.OrderedByUser() && defaults[i] != e.Value() || !slices.Contains(defaults, e.Value()) {
			return false
		}
	}
	return true
}

// caseInUse reports whether all cases that n is in, up to its data parent f, are
// what the NF uses: something of the case is there and will stay, or it is the
// default case and nothing of another one is there.
func (d *differ) caseInUse(f *frame, n *yang.Node) bool {
	for c := n.Parent(); isChoiceOrCase(c); c = c.Parent() {
		if c.Kind() != yang.KindCase {
			continue
		}
		choice := c.Parent()
		same, other := false, false
		if f.ob != nil {
			for _, x := range f.ob.Children() {
				switch {
				case !isWithin(x.Node(), choice):
				case !isWithin(x.Node(), c):
					other = other || substantial(x)
				default:
					same = same || d.remains(x, lookup(f.in, x), f.own.find(x))
				}
			}
		}
		if other || !same && !slices.Contains(choice.Defaults(), c.Name()) {
			return false
		}
	}
	return true
}

// remains reports whether a node of the NF is declared or foreign, or has something
// in it that is.
func (d *differ) remains(ob, in *yang.Data, own *item) bool {
	if n := ob.Node(); n.Kind() != yang.KindContainer || n.Presence() {
		return in != nil || !d.all && own == nil
	}
	return slices.ContainsFunc(ob.Children(), func(c *yang.Data) bool { return d.remains(c, lookup(in, c), own.find(c)) })
}

// substantial reports whether a node is there in YANG's sense: an empty
// non-presence container is not.
func substantial(x *yang.Data) bool {
	n := x.Node()
	if n.Kind() != yang.KindContainer || n.Presence() {
		return true
	}
	return slices.ContainsFunc(x.Children(), substantial)
}

func isChoiceOrCase(n *yang.Node) bool {
	return n != nil && (n.Kind() == yang.KindChoice || n.Kind() == yang.KindCase)
}

func inCase(n *yang.Node) bool { return isChoiceOrCase(n.Parent()) }

// isWithin reports whether n is below the choice or case top, with no data node
// between them.
func isWithin(n, top *yang.Node) bool {
	for p := n.Parent(); isChoiceOrCase(p); p = p.Parent() {
		if p == top {
			return true
		}
	}
	return false
}

// exclude reports whether two siblings are in different cases of one choice.
func exclude(a, b *yang.Node) bool {
	for c := a.Parent(); isChoiceOrCase(c); c = c.Parent() {
		if c.Kind() == yang.KindCase && isWithin(b, c.Parent()) && !isWithin(b, c) {
			return true
		}
	}
	return false
}
