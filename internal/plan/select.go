// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"github.com/strowger/strowger/internal/yang"
)

// Decide gives every change a value. What is created inside a created list entry or
// presence container takes that one's; what is displaced by another case of a
// choice takes the joined values of the changes that displace it. The others take
// what decide says.
func Decide[T any](p *Plan, decide func(c *Change) T, join func(a, b T) T) []T {
	if p.Empty() {
		return nil
	}
	out := make([]T, len(p.Changes))
	var top *Change // the created node that encloses the changes at hand
	var value T
	for i := range p.Changes {
		c := &p.Changes[i]
		switch {
		case top != nil && c.Op == Create && below(c.Path, top.Path):
			out[i] = value
		case c.createsParent():
			top, value = c, decide(c)
			out[i] = value
		default:
			out[i] = decide(c)
		}
	}
	joinCauses(p, out, join)
	return out
}

// place is a declared child of a parent: all its instances when it is a list.
type place struct {
	parent *yang.Data
	node   *yang.Node
}

// joinCauses gives implied changes the joined values of those that displace them: the
// others at or below the cause.
func joinCauses[T any](p *Plan, values []T, join func(a, b T) T) {
	joined := map[place]*T{}
	for i := range p.Changes {
		if c := p.Changes[i].cause; c != nil {
			joined[place{c.Parent(), c.Node()}] = nil
		}
	}
	if len(joined) == 0 {
		return
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.new == nil || c.cause != nil {
			continue
		}
		for d := c.new; d.Parent() != nil; d = d.Parent() {
			at := place{d.Parent(), d.Node()}
			switch v, implies := joined[at]; {
			case !implies:
			case v == nil:
				first := values[i]
				joined[at] = &first
			default:
				*v = join(*v, values[i])
			}
		}
	}
	for i := range p.Changes {
		if c := p.Changes[i].cause; c != nil {
			if v := joined[place{c.Parent(), c.Node()}]; v != nil {
				values[i] = *v
			}
		}
	}
}

// Select returns the plan with the changes that keep wants, completed to what can
// be applied: see [Decide] for what goes together. Places in ordered-by user lists
// that refer to an entry that is left out refer to its neighbour instead.
func (p *Plan) Select(keep func(c *Change) bool) *Plan {
	kept := Decide(p, keep, func(a, b bool) bool { return a || b })
	out := &Plan{intended: p.intended, owned: p.owned}
	missing := map[*yang.Data]*Position{} // entries that do not get their place
	for i := range kept {
		c := &p.Changes[i]
		switch {
		case kept[i]:
			out.Changes = append(out.Changes, *c)
		case c.Turn > 0:
			missing[c.new] = c.Insert
		}
	}
	if len(missing) == 0 {
		return out
	}
	for i := range out.Changes {
		c := &out.Changes[i]
		for c.Insert != nil && c.Insert.anchor != nil {
			p, gone := missing[c.Insert.anchor]
			if !gone {
				break
			}
			if c.Insert = p; p == nil && c.Op == Modify {
				c.Insert = &Position{Where: Last}
			}
		}
	}
	return out
}
