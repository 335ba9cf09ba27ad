// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// choice demands a case of a mandatory choice (RFC 7950 section 7.9.4) and what is
// mandatory in the case that is there. That no two cases are there is checked with the
// instances (section 7.9).
func (v *validator) choice(d *yang.Data, n *yang.Node, demand bool) {
	var names []string
	for _, c := range v.needs.children(n) {
		if d.HasCase(c) {
			v.content(d, c, demand)
			return
		}
		names = append(names, c.Name())
	}
	// Nobody chose: what the default case has by default is there (section 7.9.3).
	for _, c := range v.needs.children(n) {
		if def := n.Defaults(); len(def) > 0 && def[0] == c.Name() {
			v.content(d, c, false)
		}
	}
	if !demand || !n.Mandatory() || !v.demanded(d, n) {
		return
	}
	v.report(d, n, &yang.Error{Rule: "choice " + n.Name() + " { mandatory true }", Tag: "data-missing", AppTag: "missing-choice",
		Message: "one case of the choice is mandatory, but none is there", Hint: "cases: " + strings.Join(names, ", "), Curable: v.partial})
}

// cases reports nodes below d that are in different cases of one choice (RFC 7950 section
// 7.9).
func (v *validator) cases(d *yang.Data) {
	for _, pair := range d.CaseConflicts() {
		v.errs = append(v.errs, yang.CaseError(pair[0], pair[1]))
	}
}
