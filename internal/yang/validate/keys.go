// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// keys demands all keys of a list entry (RFC 7950 section 7.8.2).
func (v *validator) keys(d *yang.Data) {
	n := d.Node()
	if n.Kind() != yang.KindList || len(d.Keys()) == len(n.Keys()) {
		return
	}
	var missing, all []string
	for _, k := range n.Keys() {
		all = append(all, k.Name())
		if len(d.Instances(k)) == 0 {
			missing = append(missing, k.Name())
		}
	}
	v.errs = append(v.errs, &yang.Error{Path: d.RedactedPath(), Rule: "list " + n.Name() + ` { key "` + strings.Join(all, " ") + `" }`,
		Pos: n.Pos(), Tag: "missing-element", Origin: d.Origin(),
		Message: "list entry without its key " + strings.Join(missing, ", ")})
}

// doubles finds entries with equal keys (RFC 7950 section 7.8.2) and equal values of a
// configuration leaf-list (section 7.7). The entries are those of one list.
func (v *validator) doubles(entries []*yang.Data) {
	n := entries[0].Node()
	if len(entries) < 2 || n.Kind() == yang.KindList && len(n.Keys()) == 0 || n.Kind() == yang.KindLeafList && !n.Config() {
		return
	}
	seen := make(map[string]*yang.Data, len(entries))
	for _, d := range entries {
		id := d.Value()
		if n.Kind() == yang.KindList {
			id = strings.Join(d.Keys(), "\x00")
		}
		if first := seen[id]; first != nil {
			e := &yang.Error{Path: d.RedactedPath(), Rule: n.Kind().String() + " " + n.Name(), Pos: n.Pos(),
				Tag: "operation-failed", AppTag: "data-not-unique", Message: "is there twice", Origin: d.Origin()}
			if o := first.Origin(); o.String() != "" {
				e.Hint = "the first one is at " + o.String()
			}
			v.errs = append(v.errs, e)
			continue
		}
		seen[id] = d
	}
}
