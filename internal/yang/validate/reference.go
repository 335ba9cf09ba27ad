// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// reference demands the target of a leafref or instance-identifier with require-instance
// (RFC 7950 sections 9.9.3 and 9.13.2). The value of a union may be that of another member
// (section 9.12).
func (v *validator) reference(d *yang.Data) {
	n := d.Node()
	if !refers(n.Type()) {
		return
	}
	found, doubt := v.refers(d, n.Type())
	if found {
		return
	}
	t := n.Type()
	pos, rule, what := t.Pos(), "type "+t.Name(), "the node that "+d.Shown()+" names does not exist"
	if e := t.PathExpr(); e != nil {
		rule += ` { path "` + e.Argument + `" }`
		pos = e.Pos()
		what = "refers to " + d.Shown() + ", which no " + e.Argument + " has"
		if target := n.LeafrefTarget(); target != nil {
			what = "refers to " + d.Shown() + ", which no " + target.DataPath() + " has"
		}
	}
	if pos == (yang.Pos{}) {
		pos = n.Pos()
	}
	if doubt&xpath.Spent != 0 && t.PathExpr() != nil {
		v.spent(d, t.PathExpr())
		return
	}
	if !doubt.Known() {
		argument := t.Path()
		if argument == "" {
			argument = t.Name()
		}
		v.open(n, "require-instance", argument, pos)
		return
	}
	v.errs = append(v.errs, &yang.Error{Path: d.RedactedPath(), Rule: rule, Pos: pos, Tag: "data-missing",
		AppTag: "instance-required", Message: what, Origin: d.Origin(), Curable: doubt&xpath.Open != 0})
}

// refers says whether values of a type need a target.
func refers(t *yang.Type) bool {
	if t == nil {
		return false
	}
	switch t.Kind() {
	case yang.TypeLeafref, yang.TypeInstanceIdentifier:
		return t.RequireInstance()
	case yang.TypeUnion:
		for _, m := range t.Members() {
			if refers(m) {
				return true
			}
		}
	}
	return false
}

// refers looks for the target of a value of a type.
func (v *validator) refers(d *yang.Data, t *yang.Type) (found bool, doubt xpath.Doubt) {
	if !refers(t) {
		return true, 0
	}
	switch t.Kind() {
	case yang.TypeLeafref:
		p := v.path(d.Node(), t)
		if p == nil {
			return false, xpath.Unknown
		}
		return p.Holds(v.ctx, d, d.Value())
	case yang.TypeInstanceIdentifier:
		at, doubt := v.ctx.Find(d.Value())
		return at != nil, doubt
	}
	accepted := false
	for _, m := range t.Members() {
		if !m.Accepts(d.Node(), d.Value()) {
			continue
		}
		accepted = true
		ok, more := v.refers(d, m)
		if ok {
			return true, 0
		}
		doubt |= more
	}
	return !accepted, doubt
}

// path returns the compiled path of a leafref; nil when it does not compile.
func (v *validator) path(n *yang.Node, t *yang.Type) *xpath.Program {
	if t == n.Type() {
		return v.ctx.Rules(n).Path
	}
	if t.PathExpr() == nil {
		return nil
	}
	p, err := xpath.Of(t.PathExpr(), n)
	if err != nil {
		return nil
	}
	return p
}
