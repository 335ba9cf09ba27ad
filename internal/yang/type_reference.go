// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

// identityref (RFC 7950 section 9.10), union (9.12) and instance-identifier (9.13).

// canonicalIdentity returns "module:name". In XML the prefix is a namespace prefix and
// the default namespace counts; in JSON it is a module name and may be left out for an
// identity of the leaf's own module (RFC 7951 section 6.8).
func (t *Type) canonicalIdentity(vc *valueContext, text string) (string, *typeError) {
	prefix, name := splitPrefix(trimSpace(text))
	m := vc.module(prefix)
	if m == nil && vc.node == nil && vc.unit == nil {
		return trimSpace(text), nil
	}
	if m == nil {
		e := t.fail("has the unknown prefix %q", prefix)
		e.hint = t.identityHint(name)
		return "", e
	}
	id := m.identities[name]
	if id == nil && vc.xml != nil && prefix == "" && vc.node != nil {
		// Devices leave the prefix out, although another namespace is the default one.
		id = vc.node.mod.identities[name]
	}
	if id == nil {
		e := t.fail("is not an identity of module %s", m.Name)
		e.hint = t.identityHint(name)
		return "", e
	}
	if vc.unit == nil && !id.implemented() {
		e := t.fail("is an identity of module %s, which is not implemented (RFC 7950 section 9.10)", m.Name)
		e.hint = "add " + m.Name + " to the implemented modules, if the device has it"
		return "", e
	}
	for _, b := range t.bases {
		if !id.DerivedFrom(b) {
			e := t.fail("is not derived from identity %s", b.QName())
			e.rule = t.rule("base " + b.QName())
			e.hint = t.identityHint(name)
			return "", e
		}
	}
	return id.QName(), nil
}

// identityHint names the identity meant, or all that are allowed.
func (t *Type) identityHint(name string) string {
	if len(t.bases) == 0 {
		return ""
	}
	var all []string
	for _, d := range t.bases[0].Derived() {
		ok := d.implemented()
		for _, b := range t.bases[1:] {
			ok = ok && d.DerivedFrom(b)
		}
		if !ok {
			continue
		}
		if d.name == name {
			return "did you mean " + d.QName() + "?"
		}
		all = append(all, d.QName())
	}
	return "allowed: " + oneOf(all)
}

// canonicalUnion takes the first member type that the text is a value of.
func (t *Type) canonicalUnion(vc *valueContext, text string) (string, *typeError) {
	for _, m := range t.members {
		if v, err := m.canonical(vc, text); err == nil {
			return v, nil
		}
	}
	e := t.fail("is not a value of any type of the union")
	names := make([]string, len(t.members))
	for i, m := range t.members {
		names[i] = m.describe()
	}
	e.hint = "allowed: " + oneOf(names)
	return "", e
}

// describe names the type with its range or enums.
func (t *Type) describe() string {
	switch {
	case t.kind == TypeEnumeration:
		return t.name + " (" + oneOf(t.Names()) + ")"
	case t.spanAt != nil:
		return t.name + " (" + spansText(t.spans, t) + ")"
	}
	return t.name
}

// member returns the type that a canonical value belongs to: of a union the member, of
// a leafref the type of its target.
func (t *Type) member(n *Node, value string) *Type {
	for range maxTypeDepth {
		switch t.kind {
		case TypeUnion:
			vc := valueContext{node: n, schema: n.Schema()}
			found := false
			for _, m := range t.members {
				if _, err := m.canonical(&vc, value); err == nil {
					t, found = m, true
					break
				}
			}
			if !found {
				return t
			}
		case TypeLeafref:
			target := n.leafrefTarget(t)
			if target == nil {
				return t
			}
			n, t = target, target.props.typ
		default:
			return t
		}
	}
	return t
}

// canonicalInstance returns the path syntax with module names at the top and where the
// module changes (RFC 7951 section 6.11). Whether the instance exists is not checked.
func (t *Type) canonicalInstance(vc *valueContext, text string) (string, *typeError) {
	if vc.schema == nil {
		return text, nil
	}
	v, err := canonicalPath(vc, trimSpace(text))
	if err != nil {
		return "", t.fail("is not an instance-identifier: %v", err)
	}
	return v, nil
}
