// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"slices"
	"sort"
)

// Identity is an identity statement (RFC 7950 section 7.18).
type Identity struct {
	name  string
	mod   *Module
	u     *unit
	st    *stmt
	bases []*Identity
	down  []*Identity // derived from it directly
	state int8        // while circles are looked for
}

// Name returns the identity's name.
func (i *Identity) Name() string { return i.name }

// Module returns the module that defines it.
func (i *Identity) Module() *Module { return i.mod }

// QName returns "module:name", the canonical value of an identityref.
func (i *Identity) QName() string { return i.mod.Name + ":" + i.name }

// Bases returns the identities it is derived from directly.
func (i *Identity) Bases() []*Identity { return i.bases }

// implemented says whether a revision of its module is: only then it is a value (RFC 7950
// section 9.10).
func (i *Identity) implemented() bool {
	m := i.mod.schema.Module(i.mod.Name)
	return m != nil && m.Implemented
}

// DerivedFrom says whether it is derived, directly or not, from base. An identity is
// not derived from itself (RFC 7950 section 9.10.2).
func (i *Identity) DerivedFrom(base *Identity) bool {
	for len(i.bases) == 1 {
		if i = i.bases[0]; i.same(base) {
			return true
		}
	}
	if len(i.bases) == 0 {
		return false
	}
	seen := slices.Clone(i.bases)
	for k := 0; k < len(seen); k++ {
		if seen[k].same(base) {
			return true
		}
		for _, b := range seen[k].bases {
			if !slices.Contains(seen, b) {
				seen = append(seen, b)
			}
		}
	}
	return false
}

// same compares by name, because a base may be another revision's object.
func (i *Identity) same(o *Identity) bool {
	return i == o || i.name == o.name && i.mod.Name == o.mod.Name
}

// Derived returns everything derived from it, sorted by QName.
func (i *Identity) Derived() []*Identity {
	seen := map[*Identity]bool{}
	var visit func(*Identity)
	visit = func(x *Identity) {
		for _, d := range x.down {
			if !seen[d] {
				seen[d] = true
				visit(d)
			}
		}
	}
	visit(i)
	out := make([]*Identity, 0, len(seen))
	for d := range seen {
		out = append(out, d)
	}
	sort.Slice(out, func(a, b int) bool { return out[a].QName() < out[b].QName() })
	return out
}

// identityTable collects the identities of a module; their bases follow in identityBases,
// when all modules are known.
func (c *compiler) identityTable(m *Module) {
	for _, u := range m.units {
		for i := range u.st.subs {
			st := &u.st.subs[i]
			if st.kw != kwIdentity || !c.ifFeatures(u, st) {
				continue
			}
			if m.identities[st.arg] != nil {
				c.failure(u, st, "defined twice")
				continue
			}
			m.identities[st.arg] = &Identity{name: st.arg, mod: m, u: u, st: st}
		}
	}
}

func (c *compiler) identityBases(m *Module) {
	for _, name := range sortedKeys(m.identities) {
		id := m.identities[name]
		for i := range id.st.subs {
			if st := &id.st.subs[i]; st.kw == kwBase {
				if base := c.identityByName(id.u, st); base != nil {
					id.bases = append(id.bases, base)
				}
			}
		}
	}
}

// identityCircles takes out the bases that would make an identity derived from itself
// (RFC 7950 section 7.18.2), and links the others downwards.
func (c *compiler) identityCircles(id *Identity) {
	if id.state != 0 {
		return
	}
	id.state = compiling
	keep := id.bases[:0]
	for _, base := range id.bases {
		c.identityCircles(base)
		if base.state == compiling {
			c.failure(id.u, id.st, "base %s: identity %s would be derived from itself", base.QName(), id.name)
			continue
		}
		keep = append(keep, base)
		base.down = append(base.down, id)
	}
	id.bases = keep
	id.state = compiled
}

// identityByName resolves a base statement, recording a problem when it cannot.
func (c *compiler) identityByName(u *unit, st *stmt) *Identity {
	prefix, name := splitPrefix(st.arg)
	m := u.resolve(prefix)
	if m == nil {
		c.failure(u, st, "unknown prefix %q", prefix)
		return nil
	}
	id := m.identities[name]
	if id == nil {
		for _, x := range c.definedButOff(m, kwIdentity) {
			if x == name {
				return nil // not supported, by if-feature
			}
		}
		c.failure(u, st, "module %s has no identity %q", m.Name, name)
	}
	return id
}

// definedButOff lists what an if-feature removed from a module.
func (c *compiler) definedButOff(m *Module, kw keyword) []string {
	var out []string
	for _, u := range m.units {
		for i := range u.st.subs {
			if st := &u.st.subs[i]; st.kw == kw && st.sub(kwIfFeature) != nil {
				out = append(out, st.arg)
			}
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
