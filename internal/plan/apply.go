// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// Apply returns a copy of t as an NF would have it after the plan: t is what the
// plan was made for, or close to it. What does not fit t is left out. The values
// are the real ones, tainted as they were declared.
func Apply(t *yang.Tree, p *Plan) *yang.Tree {
	out := t.Clone()
	if p.Empty() {
		return out
	}
	var ordered []*Change
	for i := range p.Changes {
		switch c := &p.Changes[i]; {
		case c.Op == Delete && c.old != nil:
			out.Delete(c.old.Path())
		case c.Turn > 0:
			ordered = append(ordered, c)
		}
	}
	// Outer lists first: setting an entry's content would create it at the end.
	slices.SortStableFunc(ordered, func(a, b *Change) int {
		return cmp.Or(cmp.Compare(depth(a.new), depth(b.new)), cmp.Compare(a.Turn, b.Turn))
	})
	for _, c := range ordered {
		applyOrdered(out, c)
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Op == Delete || c.Turn > 0 || c.new == nil {
			continue
		}
		switch c.new.Node().Kind() {
		case yang.KindAnyData, yang.KindAnyXML:
			out.Copy(c.new)
		default:
			set(out, c.new)
		}
	}
	return out
}

func set(t *yang.Tree, d *yang.Data) *yang.Data {
	value := ""
	if k := d.Node().Kind(); k == yang.KindLeaf || k == yang.KindLeafList {
		value = d.Value()
	}
	n, err := t.Set(d.Path(), value, d.Origin(), d.FromSecret())
	if err != nil {
		return nil // of another schema
	}
	return n
}

func applyOrdered(t *yang.Tree, c *Change) {
	d := t.Get(c.new.Path())
	if d == nil {
		if d = set(t, c.new); d == nil {
			return
		}
	}
	p := c.Insert
	if p == nil {
		p = &Position{Where: Last}
	}
	var anchor *yang.Data
	if p.anchor != nil {
		if anchor = t.Get(p.anchor.Path()); anchor == nil {
			return
		}
	}
	t.Move(d, anchor, p.Where == Last || p.Where == After)
}

func depth(d *yang.Data) int {
	n := 0
	for ; d.Parent() != nil; d = d.Parent() {
		n++
	}
	return n
}
