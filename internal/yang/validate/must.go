// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import "github.com/strowger/strowger/internal/yang"

// musts evaluates the must statements of a node (RFC 7950 section 7.5.3).
func (v *validator) musts(d *yang.Data) {
	rules := v.ctx.Rules(d.Node())
	for i := range rules.Musts {
		m := &rules.Musts[i]
		ok, known := m.Holds(v.ctx, d)
		switch {
		case !known:
			v.open(d.Node(), "must", m.Argument, m.Pos())
		case !ok:
			e := &yang.Error{Path: d.RedactedPath(), Rule: `must "` + m.Argument + `"`, Pos: m.Pos(),
				Tag: "operation-failed", AppTag: "must-violation", Message: "must condition not met", Origin: d.Origin()}
			if m.ErrorMessage != "" {
				e.Message = m.ErrorMessage
			}
			if m.ErrorAppTag != "" {
				e.AppTag = m.ErrorAppTag
			}
			v.errs = append(v.errs, e)
		}
	}
}
