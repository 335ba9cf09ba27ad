// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"github.com/strowger/strowger/internal/yang"
)

// Options of a comparison.
type Options struct {
	// Ignore lists differences that are left out. What is declared in a list entry
	// or presence container that the plan creates is created with it all the same:
	// rules are about differences in what is there.
	Ignore []Rule
	// Echoes are forms in which the NF keeps what is declared.
	Echoes Echoes
}

// Diff returns what must be done to an NF seen as observed so that it has all of
// intended, and no longer has what owned holds and intended does not declare.
// Both trees are of the same schema. Everything else stays as it is:
//
//   - State (config false, and so all lists without keys) is passed over on both sides.
//   - A leaf or leaf-list that one side has at its schema default and the other
//     does not list is no difference while that default is in use (RFC 6243).
//   - A value that the NF keeps in a form of its own, known by o.Echoes, is no
//     difference.
//   - An owned list entry or presence container that is no longer declared is
//     deleted whole when Strowger created it or nothing foreign is in it. From
//     others only the owned leaves are deleted, without keys and without what the
//     schema makes mandatory.
//   - Where intended declares another case of a choice than the NF has, the nodes
//     of the given-up case are deleted, whoever they belong to, as the NF would do
//     on its own (RFC 7950 section 7.9).
//   - Entries of ordered-by user lists get the declared order among themselves in
//     the fewest moves; foreign entries are not moved.
func Diff(intended, observed *yang.Tree, owned Inventory, o Options) *Plan {
	d := differ{rules: compileRules(o.Ignore), echoes: o.Echoes}
	return d.run(intended, observed, owned.root)
}

// Compare is Diff between two whole configurations: everything counts as owned.
func Compare(want, have *yang.Tree, o Options) *Plan {
	d := differ{rules: compileRules(o.Ignore), echoes: o.Echoes, all: true}
	return d.run(want, have, nil)
}

// Reverse returns the plan that undoes p on an NF that was seen as observed before
// p was applied. It restores exactly, defaults and order included.
func (p *Plan) Reverse(observed *yang.Tree) *Plan {
	if p.Empty() {
		return &Plan{}
	}
	var known Inventory // of what is secret
	if p.owned != nil {
		known = Inventory{root: p.owned}
	}
	if p.intended != nil {
		root := &item{}
		new(owner).children(root, p.intended, nil, nil)
		known = Union(known, Inventory{root: root})
	}
	d := differ{all: true, exact: true}
	return d.run(observed, Apply(observed, p), known.root)
}

type differ struct {
	rules  []compiledRule
	echoes Echoes
	// all: what observed has is owned. exact: defaults are values like others.
	all, exact bool
	seq        int
	changes    []Change
}

// frame is one node that both trees may have, while its children are compared.
type frame struct {
	up     *frame
	in, ob *yang.Data         // one of them may be nil
	own    *item              // nil: not owned
	shown  string             // what top returns
	seen   siblings           // ob's children
	mine   itemCursor         // own's items
	stay   map[*yang.Node]int // what counted returned
	// live: the NF has the node, or, for a non-presence container, would behave as
	// if it had: defaults below are in use.
	live bool
	// fresh: the plan creates an entry or presence container around it.
	fresh bool
}

func (d *differ) run(intended, observed *yang.Tree, own *item) *Plan {
	d.children(&frame{in: intended.Root(), ob: observed.Root(), own: own, live: true})
	p := &Plan{Changes: d.changes, intended: intended.Root(), owned: own}
	p.sort()
	return p
}

// children compares everything below f.
func (d *differ) children(f *frame) {
	matched := 0
	f.mine.it = f.own
	var active []*yang.Data // declared children with differences that are in a choice
	if f.in != nil {
		if f.ob != nil {
			f.seen = siblings{of: f.ob, rest: f.ob.Children()}
		}
		var planned configuration
		rest := f.in.Children()
		for len(rest) > 0 {
			n := 1
			for n < len(rest) && rest[n].Node() == rest[0].Node() {
				n++
			}
			run, before := rest[:n], len(d.changes)
			if rest = rest[n:]; !planned.has(run[0].Node()) {
				continue
			}
			matched += d.group(f, run)
			if len(d.changes) > before && inCase(run[0].Node()) {
				active = append(active, run[0])
			}
		}
	}
	if f.ob == nil {
		return
	}
	gone := d.displaced(f, active)
	switch {
	case d.all:
		d.surplus(f, gone)
	case f.own != nil && matched < len(f.own.items):
		d.leftovers(f, gone)
	}
}

// group compares the declared instances of one schema node and returns how many
// of them the inventory has.
func (d *differ) group(f *frame, in []*yang.Data) (matched int) {
	n, before := in[0].Node(), len(d.changes)
	switch n.Kind() {
	case yang.KindLeaf:
		if n.IsKey() {
			return 0
		}
		return d.leaf(f, in[0])
	case yang.KindAnyData, yang.KindAnyXML:
		return d.any(f, in[0])
	case yang.KindContainer:
		return d.container(f, in[0])
	case yang.KindLeafList:
		matched = d.items(f, in)
	case yang.KindList:
		for _, c := range in {
			matched += d.container(f, c)
		}
	default:
		return 0
	}
	if n.OrderedByUser() {
		d.order(f, in, before)
	}
	return matched
}

func (d *differ) leaf(f *frame, in *yang.Data) int {
	ob, own := f.seen.find(in), f.mine.find(in)
	switch {
	case ob == nil && d.defaultInUse(f, in):
	case ob == nil:
		d.emit(f, Create, in, nil, own)
	case ob.Value() != in.Value() && !d.echoes.has(in, ob):
		d.emit(f, Modify, in, ob, own)
	}
	return count(own)
}

func (d *differ) any(f *frame, in *yang.Data) int {
	ob, own := f.seen.find(in), f.mine.find(in)
	switch {
	case ob == nil:
		d.emit(f, Create, in, nil, own)
	case ob.Value() != in.Value() && anyXML(ob) != anyXML(in) && !d.echoes.has(in, ob):
		d.emit(f, Modify, in, ob, own)
	}
	return count(own)
}

// container compares a container or list entry.
func (d *differ) container(f *frame, in *yang.Data) int {
	ob, own := f.seen.find(in), f.mine.find(in)
	n := in.Node()
	if ob != nil && n.Kind() == yang.KindList && sameContent(in, ob) {
		return count(own) // what is declared and there needs no look at who owns it
	}
	sub := &frame{up: f, in: in, ob: ob, own: own, live: true, fresh: f.fresh}
	switch {
	case n.Kind() == yang.KindContainer && !n.Presence():
		sub.live = f.live && d.caseInUse(f, n)
	case ob == nil:
		if !d.emit(f, Create, in, nil, own) {
			return count(own)
		}
		sub.live, sub.fresh = false, true
	}
	d.children(sub)
	return count(own)
}

// items compares the entries of a leaf-list.
func (d *differ) items(f *frame, in []*yang.Data) (matched int) {
	n := in[0].Node()
	asDefault := !d.exact && f.live && isDefaultSet(n, in) && d.caseInUse(f, n) &&
		(f.ob == nil || len(f.ob.Entries(n.Module().Name, n.Name())) == 0)
	for _, c := range in {
		own := f.mine.find(c)
		matched += count(own)
		if f.seen.find(c) == nil && !asDefault {
			d.emit(f, Create, c, nil, own)
		}
	}
	return matched
}

func count(it *item) int {
	if it == nil {
		return 0
	}
	return 1
}

// emit records a change below f, unless a rule ignores it.
func (d *differ) emit(f *frame, op Op, in, ob *yang.Data, own *item) bool {
	it := in
	if it == nil {
		it = ob
	}
	if !f.fresh && ignores(d.rules, op, it) {
		return false
	}
	c := Change{Op: op, old: ob, new: in, Path: f.path(it, own)}
	if in != nil {
		c.Origin = in.Origin()
		c.Tainted = in.Tainted()
	}
	c.Tainted = c.Tainted || ob != nil && ob.Tainted() || op == Delete && own.secret() || own.secretLeaf()
	c.Old, c.New = display(ob, c.Tainted), display(in, c.Tainted)
	d.changes = append(d.changes, c)
	return true
}

// secret reports whether a value in the item came from a Secret.
func (it *item) secret() bool {
	if it == nil {
		return false
	}
	if it.tainted {
		return true
	}
	for i := range it.items {
		if it.items[i].secret() {
			return true
		}
	}
	return false
}

// secretLeaf reports whether the item is a leaf or leaf-list entry whose value came
// from a Secret.
func (it *item) secretLeaf() bool {
	return it != nil && it.tainted && (it.kind == itemLeaf || it.kind == itemValue)
}

// display returns a node's value as it may be shown.
func display(x *yang.Data, tainted bool) string {
	if x == nil {
		return ""
	}
	switch x.Node().Kind() {
	case yang.KindLeaf, yang.KindLeafList:
		if tainted {
			return yang.RedactedValue(x.Value())
		}
		return x.Value()
	case yang.KindAnyData, yang.KindAnyXML:
		return anyDigest(x)
	}
	return ""
}

// path returns the path of a child of f as it may be shown. What the NF has knows
// no taint: there the inventory does.
func (f *frame) path(d *yang.Data, own *item) string {
	if own != nil && own.tainted && own.keys != nil {
		module := ""
		if p := d.Parent(); p.Parent() != nil {
			module = p.Node().Module().Name
		}
		return f.top() + "/" + own.step(module)
	}
	return f.top() + "/" + stepOf(d)
}

// top returns the path of f's own node as it may be shown.
func (f *frame) top() string {
	if f.shown == "" && f.up != nil {
		d := f.in
		if d == nil {
			d = f.ob
		}
		f.shown = f.up.path(d, f.own)
	}
	return f.shown
}
