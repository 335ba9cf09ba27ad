// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import "github.com/strowger/strowger/internal/yang"

// mandatory demands a leaf, anydata or anyxml (RFC 7950 sections 7.6.5, 7.10 and 7.11):
// when the nearest node above that is no container without presence exists, or, inside a
// case, when any node of the case exists. The caller walks only such places. Below a
// false when it is not demanded (section 7.21.5).
func (v *validator) mandatory(d *yang.Data, n *yang.Node) {
	if !n.Mandatory() || n.IsKey() || len(d.Instances(n)) > 0 || !v.demanded(d, n) {
		return
	}
	v.report(d, n, &yang.Error{Rule: n.Kind().String() + " " + n.Name() + " { mandatory true }", Tag: "data-missing",
		Message: "is mandatory but missing", Curable: v.partial})
}
