// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package validate checks a whole data tree against the constraints of its schema
// (RFC 7950 section 8), one file per kind of constraint. Values were checked against
// their types when the tree was decoded. It is pure, and must not know where a tree
// comes from or what becomes of it.
//
// A tree may hold less than the device does: only the configuration that we declare. A
// constraint whose result depends on what the tree does not hold is left open, and listed
// by [Check]: it is for the device to decide. Whole configurations are for [Complete], or
// for [Changed] after an edit, which evaluates what the edit can affect only; parameters of
// operations and notifications for [Operation].
package validate

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// Tree returns every violation in the tree, sorted. The tree may be a part of a
// device's configuration: of top-level nodes that it does not mention nothing is
// demanded. See [Check] and [Complete].
func Tree(t *yang.Tree) yang.Errors {
	errs, _ := Check(t)
	return errs
}

// Check is Tree, and returns as well the constraints on the nodes of the tree that were
// not evaluated, sorted by schema path: those whose result depends on top-level nodes that
// the tree does not mention, or on state; those of state nodes; expressions, patterns and
// types that do not compile ([yang.UnevaluatedFor]).
func Check(t *yang.Tree) (yang.Errors, []yang.Constraint) {
	v := newValidator(t, true)
	v.below(t.Root(), true)
	for _, c := range yang.UnevaluatedFor(t) {
		v.left[c] = true
	}
	return v.result(), v.opened()
}

// Complete is Tree for a tree that claims to be a whole configuration: top-level
// mandatory nodes must be there too, and all expressions on configuration are evaluated:
// what is not in the tree does not exist.
func Complete(t *yang.Tree) yang.Errors {
	v := newValidator(t, false)
	v.content(t.Root(), t.Root().Node(), true)
	v.below(t.Root(), true)
	return v.result()
}

type validator struct {
	ctx     *xpath.Context
	partial bool // the tree is a part of a configuration
	errs    yang.Errors
	left    map[yang.Constraint]bool
	needs   *needs
}

func newValidator(t *yang.Tree, partial bool) *validator {
	return &validator{ctx: xpath.NewContext(t, partial), partial: partial, left: map[yang.Constraint]bool{}, needs: newNeeds()}
}

// live says whether the constraints of a node are for us to check: not those of state.
func (v *validator) live(n *yang.Node) bool { return n.Config() || v.needs.operation }

// result returns the errors found, sorted, each once.
func (v *validator) result() yang.Errors {
	slices.SortStableFunc(v.errs, func(a, b *yang.Error) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line))
	})
	v.errs.Sort()
	return slices.CompactFunc(v.errs, func(a, b *yang.Error) bool {
		return a.Path == b.Path && a.Message == b.Message && a.Rule == b.Rule && a.Pos == b.Pos && a.Origin == b.Origin
	})
}

// opened returns the constraints that were not evaluated, sorted by schema path.
func (v *validator) opened() []yang.Constraint {
	left := slices.Collect(maps.Keys(v.left))
	slices.SortFunc(left, func(a, b yang.Constraint) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Statement, b.Statement), cmp.Compare(a.Argument, b.Argument))
	})
	return left
}

// hollow says that a node is an empty container without presence directly in a case: it
// counts as existing only when the case is there by something else, or is the default.
func hollow(d *yang.Data) bool {
	return d.Node().Parent().Kind() == yang.KindCase && d.Vacant()
}

// node checks a node of the accessible tree and what is below it. demand is false below
// the default case of a choice that nobody chose: what is mandatory there is not missed.
func (v *validator) node(d *yang.Data, demand bool) {
	n := d.Node()
	if !d.Leaf() {
		v.keys(d)
	}
	if v.live(n) {
		v.musts(d)
		v.reference(d)
	} else {
		v.state(n)
	}
	if d.Leaf() {
		return
	}
	v.content(d, n, demand)
	v.below(d, demand)
}

// below checks what is below a node, and what concerns it as a whole.
func (v *validator) below(d *yang.Data, demand bool) {
	v.instances(d)
	for _, k := range d.Children() {
		switch {
		case !v.live(k.Node()):
			v.node(k, true)
		case hollow(k): // see byDefault
		case v.allowed(k):
			v.node(k, demand || !k.Vacant())
		}
	}
}

// state lists the constraints of a state node: they are the device's.
func (v *validator) state(n *yang.Node) {
	rules := v.ctx.Rules(n)
	v.openWhens(n)
	for i := range rules.Musts {
		v.open(n, "must", rules.Musts[i].Argument, rules.Musts[i].Pos())
	}
}

// open records a constraint that cannot be evaluated.
func (v *validator) open(n *yang.Node, statement, argument string, pos yang.Pos) {
	v.left[yang.Constraint{Statement: statement, Path: n.SchemaPath(), Argument: argument, Pos: pos}] = true
}

// report adds an error about a child of a node.
func (v *validator) report(d *yang.Data, n *yang.Node, e *yang.Error) {
	e.Path = childPath(d, n)
	if e.Pos == (yang.Pos{}) {
		e.Pos = n.Pos()
	}
	if e.Origin == (yang.Origin{}) {
		e.Origin = d.Origin()
	}
	v.errs = append(v.errs, e)
}

// childPath returns the path of a child, also of a choice.
func childPath(d *yang.Data, n *yang.Node) string {
	name := n.Name()
	if n.Module() != d.Node().Module() {
		name = n.QName()
	}
	return strings.TrimSuffix(d.RedactedPath(), "/") + "/" + name
}

// content checks what must be below a node: mandatory nodes, numbers of entries, and
// what is in use by default. The schema node is that of d, or a case of a choice in it.
func (v *validator) content(d *yang.Data, n *yang.Node, demand bool) {
	for _, c := range v.needs.children(n) {
		v.child(d, c, demand)
	}
}

// child is content for one schema child.
func (v *validator) child(d *yang.Data, c *yang.Node, demand bool) {
	if !v.live(c) || !v.needs.concerns(c) {
		return
	}
	if c.Kind() == yang.KindChoice {
		v.choice(d, c, demand)
		return
	}
	if demand {
		switch c.Kind() {
		case yang.KindLeaf, yang.KindAnyData, yang.KindAnyXML:
			v.mandatory(d, c)
		case yang.KindList, yang.KindLeafList:
			v.elements(d, c)
		}
	}
	v.byDefault(d, c, demand)
}

// byDefault checks the instances that an absent node has by default (RFC 7950 sections
// 7.5.1, 7.6.1 and 7.7.2): containers without presence and default values.
func (v *validator) byDefault(d *yang.Data, n *yang.Node, demand bool) {
	if list := d.Instances(n); len(list) > 0 {
		if x := list[0]; n.Kind() == yang.KindContainer && hollow(x) && v.allowed(x) {
			v.node(x, demand)
		}
		return
	}
	list, doubt := v.ctx.Implied(d, n)
	if !doubt.Known() {
		v.openWhens(n)
	}
	for _, x := range list {
		v.node(x, demand)
	}
}

// instances checks what concerns all entries of the lists and leaf-lists below a node,
// and its choices.
func (v *validator) instances(d *yang.Data) {
	kids := d.Children()
	for i := 0; i < len(kids); {
		n := kids[i].Node()
		j := i + 1
		for j < len(kids) && kids[j].Node() == n {
			j++
		}
		v.entries(n, kids[i:j])
		i = j
	}
	v.cases(d)
}

// entries checks what concerns all instances of a list or leaf-list below one node.
func (v *validator) entries(n *yang.Node, list []*yang.Data) {
	if len(list) < 2 {
		return
	}
	switch n.Kind() {
	case yang.KindList:
		v.doubles(list)
		v.unique(n, list)
	case yang.KindLeafList:
		v.doubles(list)
	}
}
