// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

// scope is the lexical scope of statements: where prefixes, typedefs and groupings
// are looked up (RFC 7950 section 5.5). Statements without definitions of their own
// share their parent's scope.
type scope struct {
	parent    *scope
	u         *unit
	typedefs  map[string]*typedef
	groupings map[string]*grouping
}

// typedef is a typedef statement (RFC 7950 section 7.3).
type typedef struct {
	st *stmt
	sc *scope
	t  *Type // once compiled
}

// grouping is a grouping statement (RFC 7950 section 7.12), compiled once for all uses.
type grouping struct {
	st   *stmt
	sc   *scope
	body block
	// The names of the nodes directly in it, once asked for.
	named                  bool
	schemaNames, dataNames []string
	schemaSet              map[string]bool
}

// inner returns the scope of a statement's substatements.
func (c *compiler) inner(sc *scope, st *stmt) *scope {
	if st.sub(kwTypedef) == nil && st.sub(kwGrouping) == nil {
		return sc
	}
	in := &scope{parent: sc, u: sc.u, typedefs: map[string]*typedef{}, groupings: map[string]*grouping{}}
	c.define(in, st)
	return in
}

// define enters the typedefs and groupings of a statement into a scope.
func (c *compiler) define(sc *scope, st *stmt) {
	for i := range st.subs {
		x := &st.subs[i]
		switch x.kw {
		case kwTypedef:
			if sc.typedefs[x.arg] != nil {
				c.failure(sc.u, x, "defined twice")
				continue
			}
			if builtinTypes[x.arg] != nil {
				c.failure(sc.u, x, "has the name of a built-in type")
				continue
			}
			sc.typedefs[x.arg] = &typedef{st: x, sc: sc}
		case kwGrouping:
			if sc.groupings[x.arg] != nil {
				c.failure(sc.u, x, "defined twice")
				continue
			}
			sc.groupings[x.arg] = &grouping{st: x, sc: sc}
		}
	}
}

// typedef looks a typedef up by its possibly prefixed name; nil when there is none.
func (sc *scope) typedef(name string) *typedef {
	prefix, local := splitPrefix(name)
	if m := sc.u.resolve(prefix); prefix != "" && prefix != sc.u.prefix {
		if m == nil {
			return nil
		}
		return m.typedefs[local]
	}
	for s := sc; s != nil; s = s.parent {
		if d := s.typedefs[local]; d != nil {
			return d
		}
	}
	if sc.u.mod == nil {
		return nil
	}
	return sc.u.mod.typedefs[local]
}

// grouping looks a grouping up by its possibly prefixed name; nil when there is none.
func (sc *scope) grouping(name string) *grouping {
	prefix, local := splitPrefix(name)
	if m := sc.u.resolve(prefix); prefix != "" && prefix != sc.u.prefix {
		if m == nil {
			return nil
		}
		return m.groupings[local]
	}
	for s := sc; s != nil; s = s.parent {
		if g := s.groupings[local]; g != nil {
			return g
		}
	}
	if sc.u.mod == nil {
		return nil
	}
	return sc.u.mod.groupings[local]
}

// collect enters the top-level definitions of all modules: one table per module, as
// its submodules see all of it (RFC 7950 section 5.1).
func (c *compiler) collect() {
	mods := c.s.sortedModules()
	for _, m := range mods {
		c.identityTable(m)
		for _, u := range m.units {
			u.scope = &scope{u: u, typedefs: m.typedefs, groupings: m.groupings}
			c.define(u.scope, u.st)
		}
	}
	for _, m := range mods {
		c.identityBases(m)
	}
	for _, m := range mods {
		for _, name := range sortedKeys(m.identities) {
			c.identityCircles(m.identities[name])
		}
	}
}
