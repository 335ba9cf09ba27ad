// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// musts evaluates the must statements of a node (RFC 7950 section 7.5.3).
func (v *validator) musts(d *yang.Data) {
	rules := v.ctx.Rules(d.Node())
	for i := range rules.Musts {
		v.must(d, &rules.Musts[i])
	}
}

func (v *validator) must(d *yang.Data, m *xpath.Condition) {
	ok, doubt := m.Holds(v.ctx, d)
	switch {
	case doubt&xpath.Spent != 0:
		v.spent(d, m.Expr)
	case !doubt.Known():
		v.open(d.Node(), "must", m.Argument, m.Pos())
	case !ok:
		e := &yang.Error{Path: d.RedactedPath(), Rule: `must "` + m.Argument + `"`, Pos: m.Pos(),
			Tag: "operation-failed", AppTag: "must-violation", Message: "must condition not met", Origin: d.Origin(),
			Curable: doubt&xpath.Open != 0}
		if m.ErrorMessage != "" {
			e.Message = m.ErrorMessage
		}
		if m.ErrorAppTag != "" {
			e.AppTag = m.ErrorAppTag
		}
		v.errs = append(v.errs, e)
	}
}

// spent reports an expression that took too long to evaluate: whether it holds is not
// known, and nobody else may find out either.
func (v *validator) spent(d *yang.Data, e *yang.Expr) {
	v.errs = append(v.errs, &yang.Error{Path: d.RedactedPath(), Rule: e.Statement + ` "` + e.Argument + `"`, Pos: e.Pos(),
		Tag: "resource-denied", Message: "the expression takes too many steps to evaluate on data of this size", Origin: d.Origin(),
		Hint: "have the model's authors rewrite it"})
}
