// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"

	"github.com/strowger/strowger/internal/yang"
)

// elements checks the number of entries (RFC 7950 sections 7.7.5 and 7.7.6).
func (v *validator) elements(d *yang.Data, n *yang.Node) {
	list := d.Instances(n)
	count := uint64(len(list))
	if least := n.MinElements(); count < least && (count > 0 || v.demanded(d, n)) {
		e := &yang.Error{Rule: fmt.Sprintf("%s %s { min-elements %d }", n.Kind(), n.Name(), least),
			Tag: "operation-failed", AppTag: "too-few-elements",
			Message: fmt.Sprintf("needs at least %d entries, has %d", least, count), Curable: v.partial}
		if count > 0 {
			e.Origin = list[count-1].Origin()
		}
		v.report(d, n, e)
	}
	if most := n.MaxElements(); most > 0 && count > most {
		v.report(d, n, &yang.Error{Rule: fmt.Sprintf("%s %s { max-elements %d }", n.Kind(), n.Name(), most),
			Tag: "operation-failed", AppTag: "too-many-elements", Origin: list[most].Origin(),
			Message: fmt.Sprintf("may have at most %d entries, has %d", most, count)})
	}
}
