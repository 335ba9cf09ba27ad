// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

// Without returns the plan without the changes that hold says of, completed to what
// can be applied, as by [Plan.Select]: what is created inside a created list entry or
// presence container is left out only with all of it, and what another case of a
// choice displaces only with all that displaces it.
func (p *Plan) Without(hold func(c *Change) bool) *Plan {
	if p.Empty() {
		return p
	}
	held, any := make([]bool, len(p.Changes)), false
	top := -1 // the created node that encloses the changes at hand
	for i := range p.Changes {
		c := &p.Changes[i]
		held[i] = hold(c)
		switch {
		case top >= 0 && c.Op == Create && below(c.Path, p.Changes[top].Path):
			held[top] = held[top] && held[i]
		case c.createsParent():
			top = i
		}
		any = any || held[i]
	}
	if !any {
		return p
	}
	at := make(map[*Change]bool, len(held))
	for i := range held {
		at[&p.Changes[i]] = held[i]
	}
	return p.Select(func(c *Change) bool { return !at[c] })
}
