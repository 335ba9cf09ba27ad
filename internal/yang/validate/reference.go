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
	found, known := v.refers(d, n.Type())
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
	if !known {
		argument := t.Path()
		if argument == "" {
			argument = t.Name()
		}
		v.open(n, "require-instance", argument, pos)
		return
	}
	v.errs = append(v.errs, &yang.Error{Path: d.RedactedPath(), Rule: rule, Pos: pos, Tag: "data-missing",
		AppTag: "instance-required", Message: what, Origin: d.Origin()})
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
func (v *validator) refers(d *yang.Data, t *yang.Type) (found, known bool) {
	if !refers(t) {
		return true, true
	}
	switch t.Kind() {
	case yang.TypeLeafref:
		if t.PathExpr() == nil {
			return false, false
		}
		p, err := xpath.Of(t.PathExpr(), d.Node())
		if err != nil {
			return false, false
		}
		return p.Holds(v.ctx, d, d.Value())
	case yang.TypeInstanceIdentifier:
		at, known := v.ctx.Find(d.Value())
		return at != nil, known
	}
	known = true
	accepted := false
	for _, m := range t.Members() {
		if !m.Accepts(d.Node(), d.Value()) {
			continue
		}
		accepted = true
		ok, sure := v.refers(d, m)
		if ok {
			return true, true
		}
		known = known && sure
	}
	return !accepted, known
}
