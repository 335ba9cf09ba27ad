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
	for i := range p.Changes {
		if c := &p.Changes[i]; c.cause != nil {
			out[i] = joinCauses(p, i, out, join)
		}
	}
	return out
}

func joinCauses[T any](p *Plan, implied int, values []T, join func(a, b T) T) T {
	value, found := values[implied], false
	for i := range p.Changes {
		if !p.Changes[i].causes(&p.Changes[implied]) {
			continue
		}
		if found {
			value = join(value, values[i])
		} else {
			value, found = values[i], true
		}
	}
	return value
}

// causes reports whether c makes the implied change happen.
func (c *Change) causes(implied *Change) bool {
	if c.new == nil || c.cause != nil {
		return false
	}
	for d := c.new; d.Parent() != nil; d = d.Parent() {
		if d.Parent() == implied.cause.Parent() && d.Node() == implied.cause.Node() {
			return true
		}
	}
	return false
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
		case c.seq > 0:
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
