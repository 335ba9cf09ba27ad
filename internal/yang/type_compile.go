// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import "slices"

// typ compiles a type statement (RFC 7950 section 7.4). It never returns nil.
func (c *compiler) typ(sc *scope, st *stmt) *Type {
	u := sc.u
	base := builtinTypes[st.arg]
	derived := false
	if base == nil {
		d := sc.typedef(st.arg)
		if d == nil {
			c.failure(u, st, "type not found")
			return unknownType
		}
		if base = c.typedefType(d); base == nil {
			c.failure(u, st, "typedef %s is derived from itself", st.arg)
			return unknownType
		}
		derived = true
	}
	restricted := false
	for i := range st.subs {
		if st.subs[i].kw != kwExtensionUse {
			restricted = true
		}
	}
	if !restricted {
		c.checkComplete(u, st, base)
		return base
	}
	t := *base
	t.name, t.st, t.u = st.arg, st, u
	c.restrict(sc, st, &t, derived)
	c.checkComplete(u, st, &t)
	return &t
}

// typedefType compiles a typedef once; nil while it is being compiled (a loop).
func (c *compiler) typedefType(d *typedef) *Type {
	if d.t != nil {
		return d.t
	}
	if c.typedefState[d] == compiling {
		return nil
	}
	c.typedefState[d] = compiling
	u := d.sc.u
	ts := d.st.sub(kwType)
	if ts == nil {
		d.t = unknownType
		return d.t
	}
	t := *c.typ(d.sc, ts)
	t.name, t.st, t.u = d.st.arg, d.st, u
	t.secret = t.secret || t.name == cryptHashes
	if x := d.st.sub(kwUnits); x != nil {
		t.units = x.arg
	}
	if x := d.st.sub(kwDefault); x != nil {
		t.def = &textAt{x.arg, u, x}
		c.checkDefaults(&props{typ: &t, defaults: []textAt{*t.def}})
	}
	c.typedefState[d] = compiled
	d.t = &t
	return d.t
}

// checkComplete reports what a built-in type needs and does not have.
func (c *compiler) checkComplete(u *unit, st *stmt, t *Type) {
	missing := ""
	switch {
	case t.kind == TypeEnumeration && t.names == nil:
		missing = "enum"
	case t.kind == TypeBits && t.names == nil:
		missing = "bit"
	case t.kind == TypeDecimal64 && t.digits == 0:
		missing = "fraction-digits"
	case t.kind == TypeUnion && len(t.members) == 0:
		missing = "type"
	case t.kind == TypeLeafref && t.path == "":
		missing = "path"
	case t.kind == TypeIdentityref && t.bases == nil:
		missing = "base"
	}
	if missing != "" {
		c.failure(u, st, "%s needs a %s statement", t.kind, missing)
	}
}

// restrict applies the substatements of a type statement.
func (c *compiler) restrict(sc *scope, st *stmt, t *Type, derived bool) {
	named := false
	for i := range st.subs {
		x := &st.subs[i]
		switch {
		case t.restrictedBy(x.kw, derived):
			named = named || x.kw == kwEnum || x.kw == kwBit
			c.restriction(sc, st, x, t)
		case t.kind != TypeUnknown:
			c.failure(sc.u, x, "not allowed in type %s", st.arg)
		}
	}
	if named {
		c.namedNumbers(sc.u, st, t, derived)
	}
}

// restrictedBy says which substatements a type may have; some of them only where
// it is not derived from a typedef (RFC 7950 section 9).
func (t *Type) restrictedBy(kw keyword, derived bool) bool {
	switch kw {
	case kwRange:
		return t.kind >= TypeInt8 && t.kind <= TypeDecimal64
	case kwLength:
		return t.kind == TypeString || t.kind == TypeBinary
	case kwPattern:
		return t.kind == TypeString
	case kwFractionDigits:
		return t.kind == TypeDecimal64 && !derived
	case kwEnum:
		return t.kind == TypeEnumeration
	case kwBit:
		return t.kind == TypeBits
	case kwBase:
		return t.kind == TypeIdentityref && !derived
	case kwPath:
		return t.kind == TypeLeafref && !derived
	case kwRequireInstance:
		return t.kind == TypeLeafref || t.kind == TypeInstanceIdentifier
	case kwType:
		return t.kind == TypeUnion && !derived
	}
	return kw == kwExtensionUse
}

// restriction applies one substatement; enums and bits are taken all at once.
func (c *compiler) restriction(sc *scope, st, x *stmt, t *Type) {
	u := sc.u
	switch x.kw {
	case kwRange:
		c.fractionDigits(u, st, t) // the range is in its units
		c.spans(u, x, t)
	case kwLength:
		c.spans(u, x, t)
	case kwPattern:
		c.pattern(u, x, t)
	case kwFractionDigits:
		c.fractionDigits(u, st, t)
	case kwBase:
		if t.bases == nil {
			t.bases = []*Identity{}
		}
		if id := c.identityByName(u, x); id != nil {
			t.bases = append(t.bases[:len(t.bases):len(t.bases)], id)
		}
	case kwPath:
		c.leafrefPath(u, x, t)
	case kwRequireInstance:
		t.lax = c.triArg(u, x) == isFalse
	case kwType:
		t.addMember(c.typ(sc, x))
	}
}

// addMember adds a type to a union; of another union its members, which are tried in the
// same order, and each once.
func (t *Type) addMember(m *Type) {
	list := []*Type{m}
	if m.kind == TypeUnion {
		list = m.members
	}
	t.members = t.members[:len(t.members):len(t.members)]
	for _, m := range list {
		if !slices.Contains(t.members, m) {
			t.members = append(t.members, m)
		}
	}
}
