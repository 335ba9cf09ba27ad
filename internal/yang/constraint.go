// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"slices"
	"sort"
	"strings"
)

// Unevaluated returns the statements that restrict data and cannot be evaluated on any
// tree, once for each place they are written at, sorted by position: patterns that did not
// compile. Expressions that did not compile are problems of package xpath.
func (s *Schema) Unevaluated() []Constraint {
	var out []Constraint
	for _, m := range s.sorted {
		if !m.needed {
			continue // it is not compiled
		}
		for _, u := range m.units {
			w := constraintWalk{u: u, out: &out}
			w.statement(u.st, "")
		}
	}
	sortConstraints(out)
	return slices.Compact(out)
}

func sortConstraints(list []Constraint) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := &list[i], &list[j]
		if a.Pos.File != b.Pos.File {
			return a.Pos.File < b.Pos.File
		}
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line < b.Pos.Line
		}
		if a.Pos.Column != b.Pos.Column {
			return a.Pos.Column < b.Pos.Column
		}
		return a.Path < b.Path
	})
}

// constraintWalk goes through the statements of a file, whether used or not.
type constraintWalk struct {
	u   *unit
	out *[]Constraint
}

func (w *constraintWalk) statement(st *stmt, path string) {
	for i := range st.subs {
		x := &st.subs[i]
		inner := path
		if path == "" && !w.u.mod.Implemented && x.kw != kwGrouping && x.kw != kwTypedef {
			continue // no data of a module that is only imported
		}
		switch x.kw {
		case kwType:
			w.typ(x, path)
			continue
		case kwGrouping, kwTypedef, kwAugment, kwDeviation, kwRefine, kwUses:
			name := x.arg
			if x.kw == kwGrouping || x.kw == kwTypedef {
				name = w.u.mod.Name + ":" + x.arg
			}
			inner = strings.TrimPrefix(path+" "+x.kw.String()+" "+name, " ")
		case kwContainer, kwList, kwLeaf, kwLeafList, kwChoice, kwCase, kwAnydata, kwAnyxml, kwRPC, kwAction, kwNotification:
			name := x.arg
			if path == "" {
				name = w.u.mod.Name + ":" + name
			}
			inner = path + "/" + name
		case kwInput, kwOutput:
			inner = path + "/" + x.kw.String()
		case kwDeviate:
		default:
			continue
		}
		w.statement(x, inner)
	}
}

// typ lists what of a type statement is not evaluated.
func (w *constraintWalk) typ(st *stmt, path string) {
	for i := range st.subs {
		x := &st.subs[i]
		switch x.kw {
		case kwType:
			w.typ(x, path)
		case kwPattern:
			if e := w.u.mod.schema.expressions[x.arg]; e != nil && e.err != nil {
				w.add("pattern", path, x.arg, x)
			}
		}
	}
}

func (w *constraintWalk) add(statement, path, arg string, st *stmt) {
	*w.out = append(*w.out, Constraint{Statement: statement, Path: path, Argument: arg, Pos: w.u.pos(st)})
}

// UnevaluatedFor returns the constraints on values that apply to the nodes in a tree and
// are not evaluated when it is decoded, with the schema paths of those nodes, sorted by
// path: patterns and types that did not compile. What else is left open depends on how
// much of the device the tree holds; validate.Check lists both.
func UnevaluatedFor(t *Tree) []Constraint {
	seen := map[*Node]bool{}
	var out []Constraint
	t.Walk(func(d *Data) bool {
		for n := d.node; n != nil && !seen[n]; n = n.parent {
			seen[n] = true
			out = append(out, n.unevaluated()...)
		}
		return true
	})
	sort.SliceStable(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out
}

// unevaluated lists the constraints of one node.
func (n *Node) unevaluated() []Constraint {
	var out []Constraint
	path := n.SchemaPath()
	if n.props.typ != nil {
		out = n.props.typ.unevaluated(out, path, n.Pos())
	}
	return out
}

func (t *Type) unevaluated(out []Constraint, path string, at Pos) []Constraint {
	pos := t.Pos()
	if t.u == nil {
		pos = at
	}
	if t.kind == TypeUnknown {
		out = append(out, Constraint{Statement: "type", Path: path, Argument: t.name, Pos: pos})
	}
	for _, p := range t.patterns {
		if p.re.err != nil {
			out = append(out, Constraint{Statement: "pattern", Path: path, Argument: p.text, Pos: p.Pos()})
		}
	}
	for _, m := range t.members {
		out = m.unevaluated(out, path, at)
	}
	return out
}

// Demanding says whether a tree that has no instance of the node may violate a constraint:
// whether it, or anything below that is there by default, is mandatory, limited in number or
// restricted by expressions. False is certain; it is found out from the definitions, which
// nodes share, so that no nodes need to be made.
func (n *Node) Demanding() bool {
	if n.ext != nil && len(n.ext.overlays) > 0 {
		return true // augments, refines or deviations below
	}
	s := n.Schema()
	return s.demandingProps(n.def.kind, n.props) || n.def.kind != KindList && !n.props.presence && s.demandingBlock(n.def.body)
}

type demandKey struct{ p any }

// demanding is Demanding for a definition or grouping, found out once.
func (s *Schema) demanding(of any, ask func() bool) bool {
	return s.Derived(demandKey{of}, func() any { return ask() }).(bool)
}

func (s *Schema) demandingBlock(b block) bool {
	for i := range b {
		if u := b[i].uses; u != nil {
			if u.patches != nil || s.demanding(u.grouping, func() bool { return s.demandingBlock(u.grouping.body) }) {
				return true
			}
			continue
		}
		d := b[i].def
		if s.demandingProps(d.kind, &d.props) {
			return true
		}
		switch d.kind {
		case KindContainer, KindChoice, KindCase:
			if !d.props.presence && s.demanding(d, func() bool { return s.demandingBlock(d.body) }) {
				return true
			}
		}
	}
	return false
}

func (s *Schema) demandingProps(k Kind, p *props) bool {
	switch k {
	case KindRPC, KindAction, KindNotification:
		return false
	case KindContainer:
		return !p.presence && len(p.musts) > 0
	case KindLeaf, KindLeafList:
		byDefault := p.hasDefault || p.typ != nil && p.typ.def != nil
		return p.mandatory || p.min > 0 || p.max > 0 || byDefault && (len(p.musts) > 0 || p.typ.referring())
	}
	return p.mandatory || p.min > 0 || p.max > 0
}

// referring says whether values of the type may need a target.
func (t *Type) referring() bool {
	return t.kind == TypeLeafref || t.kind == TypeInstanceIdentifier || slices.ContainsFunc(t.members, (*Type).referring)
}
