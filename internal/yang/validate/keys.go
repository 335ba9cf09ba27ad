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
	if n.Kind() != yang.KindList || keyCount(d) == v.needs.keys(n) {
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
	if n.Kind() == yang.KindList && len(n.Keys()) == 0 || n.Kind() == yang.KindLeafList && !n.Config() {
		return
	}
	if n.Config() && !n.OrderedByUser() { // in order: equal ones are neighbours
		for i, d := range entries[1:] {
			if sameEntry(entries[i], d) {
				v.double(entries[i], d)
			}
		}
		return
	}
	seen := make(map[string]*yang.Data, len(entries))
	for _, d := range entries {
		id := d.Value()
		if n.Kind() == yang.KindList {
			id = strings.Join(d.Keys(), "\x00")
		}
		if first := seen[id]; first != nil {
			v.double(first, d)
			continue
		}
		seen[id] = d
	}
}

// double reports an entry that is there already.
func (v *validator) double(first, d *yang.Data) {
	n := d.Node()
	e := &yang.Error{Path: d.RedactedPath(), Rule: n.Kind().String() + " " + n.Name(), Pos: n.Pos(),
		Tag: "operation-failed", AppTag: "data-not-unique", Message: "is there twice", Origin: d.Origin(),
		Related: []yang.Related{{Path: first.RedactedPath(), Origin: first.Origin()}}}
	if o := first.Origin(); o.String() != "" {
		e.Hint = "the first one is at " + o.String()
	}
	v.errs = append(v.errs, e)
}

// keyCount returns how many keys an entry has; they come first.
func keyCount(d *yang.Data) int {
	count := 0
	for _, k := range d.Children() {
		if !k.Node().IsKey() {
			break
		}
		count++
	}
	return count
}

// sameEntry says whether two entries of one list have equal keys, or values.
func sameEntry(a, b *yang.Data) bool {
	if a.Leaf() {
		return a.Value() == b.Value()
	}
	count := keyCount(a)
	if count != keyCount(b) {
		return false
	}
	for i, k := range a.Children()[:count] {
		if k.Value() != b.Children()[i].Value() {
			return false
		}
	}
	return true
}
