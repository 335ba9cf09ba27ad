// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package validate checks a whole data tree against the constraints of its schema
// (RFC 7950 section 8), one file per kind of constraint. Values were checked against
// their types when the tree was decoded. It is pure, and must not know where a tree
// comes from or what becomes of it.
//
// A tree may hold less than the device does: only the configuration that we declare. A
// constraint whose result depends on what the tree does not hold is left open, and listed
// by [Check]: it is for the device to decide.
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
	v.below(t.Root())
	v.errs.Sort()
	for _, c := range yang.UnevaluatedFor(t) {
		v.left[c] = true
	}
	left := slices.Collect(maps.Keys(v.left))
	slices.SortFunc(left, func(a, b yang.Constraint) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Statement, b.Statement), cmp.Compare(a.Argument, b.Argument))
	})
	return v.errs, left
}

// Complete is Tree for a tree that claims to be a whole configuration: top-level
// mandatory nodes must be there too, and all expressions on configuration are evaluated:
// what is not in the tree does not exist.
func Complete(t *yang.Tree) yang.Errors {
	v := newValidator(t, false)
	v.content(t.Root(), t.Root().Node(), true)
	v.below(t.Root())
	v.errs.Sort()
	return v.errs
}

type validator struct {
	ctx      *xpath.Context
	errs     yang.Errors
	left     map[yang.Constraint]bool
	needs    map[*yang.Node]bool // whether a node has constraints when it is absent
	visiting map[*yang.Node]bool
	kids     map[*yang.Node][]*yang.Node
}

func newValidator(t *yang.Tree, partial bool) *validator {
	return &validator{ctx: xpath.NewContext(t, partial), left: map[yang.Constraint]bool{},
		needs: map[*yang.Node]bool{}, visiting: map[*yang.Node]bool{}, kids: map[*yang.Node][]*yang.Node{}}
}

// skipped says that a node does not count as existing: an empty container without
// presence, below a choice, whose case it does not select.
func skipped(d *yang.Data) bool {
	return d.Node().Parent().Kind() == yang.KindCase && d.Vacant()
}

// node checks a node of the accessible tree and what is below it. demand is false below
// the default case of a choice that nobody chose: what is mandatory there is not missed.
func (v *validator) node(d *yang.Data, demand bool) {
	n := d.Node()
	if !d.Leaf() {
		v.keys(d)
		if skipped(d) && len(d.Parent().Instances(n)) > 0 {
			return
		}
	}
	if n.Config() {
		v.musts(d)
		v.reference(d)
	} else {
		v.state(n)
	}
	if d.Leaf() {
		return
	}
	v.content(d, n, demand)
	v.below(d)
}

// below checks what is below a node, and what concerns it as a whole.
func (v *validator) below(d *yang.Data) {
	v.instances(d)
	for _, k := range d.Children() {
		if !k.Node().Config() || v.allowed(k) {
			v.node(k, true)
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

// children returns the schema children of a node.
func (v *validator) children(n *yang.Node) []*yang.Node {
	list, ok := v.kids[n]
	if !ok {
		list = n.Children()
		v.kids[n] = list
	}
	return list
}

// content checks what must be below a node: mandatory nodes, numbers of entries, and
// what is in use by default. The schema node is that of d, or a case of a choice in it.
func (v *validator) content(d *yang.Data, n *yang.Node, demand bool) {
	for _, c := range v.children(n) {
		if !c.Config() || !v.concerns(c) {
			continue
		}
		if c.Kind() == yang.KindChoice {
			v.choice(d, c, demand)
			continue
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
}

// byDefault checks the instances that an absent node has by default (RFC 7950 sections
// 7.5.1, 7.6.1 and 7.7.2): containers without presence and default values.
func (v *validator) byDefault(d *yang.Data, n *yang.Node, demand bool) {
	if len(d.Instances(n)) > 0 {
		return
	}
	list, known := v.ctx.Implied(d, n)
	if !known {
		v.openWhens(n)
	}
	for _, x := range list {
		v.node(x, demand)
	}
}

// concerns says whether a node has constraints when it is absent.
func (v *validator) concerns(n *yang.Node) bool {
	if known, ok := v.needs[n]; ok {
		return known
	}
	if v.visiting[n] || !n.Config() {
		return false
	}
	v.visiting[n] = true
	found := n.Mandatory() && !n.IsKey() || n.MinElements() > 0 || n.MaxElements() > 0
	switch n.Kind() {
	case yang.KindLeaf, yang.KindLeafList:
		found = found || len(n.Defaults()) > 0 && (len(n.Musts()) > 0 || refers(n.Type()))
	case yang.KindContainer, yang.KindChoice, yang.KindCase:
		if n.Presence() {
			break
		}
		found = found || len(n.Musts()) > 0
		for _, c := range v.children(n) {
			found = found || v.concerns(c)
		}
	}
	delete(v.visiting, n)
	v.needs[n] = found
	return found
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
		switch n.Kind() {
		case yang.KindList:
			v.doubles(kids[i:j])
			v.unique(n, kids[i:j])
		case yang.KindLeafList:
			v.doubles(kids[i:j])
		}
		i = j
	}
	for _, pair := range d.CaseConflicts() {
		v.errs = append(v.errs, yang.CaseError(pair[0], pair[1]))
	}
}
