// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// Static checks of functions and comparisons: what can never be true is a mistake.

// function checks a call, given the places of its first argument.
func (k *trace) function(e *expr, first []place) {
	if !k.checking {
		return
	}
	literal := func(i int) (string, bool) {
		if len(e.args) <= i || e.args[i].op != opLiteral {
			return "", false
		}
		return e.args[i].text, true
	}
	switch name := e.fn.name; name {
	case "id":
		k.message("id() finds nothing: YANG data has no element IDs (RFC 7950 section 6.4)")
	case "lang":
		k.message("lang() is always false: YANG data has no xml:lang")
	case "deref":
		k.needs(first, "deref", "leafref or instance-identifier", yang.TypeLeafref, yang.TypeInstanceIdentifier)
	case "enum-value":
		k.needs(first, name, "enumeration", yang.TypeEnumeration)
	case "bit-is-set":
		k.needs(first, name, "bits", yang.TypeBits)
		if bit, ok := literal(1); ok && len(first) > 0 && !slices.ContainsFunc(first, func(p place) bool { return hasName(p.node, yang.TypeBits, bit) }) {
			k.message("bit-is-set(): no bit %q in %s", bit, first[0].node.DataPath())
		}
	case "derived-from", "derived-from-or-self":
		k.needs(first, name, "identityref", yang.TypeIdentityref)
		if id, ok := literal(1); ok && k.program.identity(k.current.node.Schema(), id) == nil {
			k.message("%s(): no identity %q", name, id)
		}
	case "re-match":
		if pattern, ok := literal(1); ok {
			if _, err := yang.CompilePattern(pattern); err != nil {
				k.message("re-match(): %v", err)
			}
		}
	}
}

// needs says when no place has a type that a function needs.
func (k *trace) needs(places []place, fn, what string, kinds ...yang.TypeKind) {
	for _, p := range places {
		if mayBe(p.node, p.node.Type(), kinds, 0) {
			return
		}
	}
	if len(places) > 0 {
		k.message("%s() of %s, which is no %s", fn, places[0].node.DataPath(), what)
	}
}

// mayBe says whether values of a node may be of one of some types.
func mayBe(n *yang.Node, t *yang.Type, kinds []yang.TypeKind, depth int) bool {
	switch {
	case t == nil:
		return false
	case t.Kind() == yang.TypeUnknown || depth > maxDeref || slices.Contains(kinds, t.Kind()):
		return true
	case t.Kind() == yang.TypeLeafref:
		target := n.LeafrefTarget()
		return target == nil || n.Type() != t || mayBe(target, target.Type(), kinds, depth+1)
	}
	return slices.ContainsFunc(t.Members(), func(m *yang.Type) bool { return mayBe(n, m, kinds, depth+1) })
}

// hasName says whether a leaf is no enumeration (or bits), or has one of the name.
func hasName(n *yang.Node, kind yang.TypeKind, name string) bool {
	t := n.Type()
	return t == nil || t.Kind() != kind || slices.Contains(t.Names(), name)
}

// comparison checks a leaf compared with a literal for a value that its type lacks.
func (k *trace) comparison(e *expr, l, r []place) {
	if !k.checking || e.op != opEqual && e.op != opNotEqual {
		return
	}
	literal, places := e.r, l
	if literal.op != opLiteral {
		literal, places = e.l, r
	}
	if literal.op != opLiteral {
		return
	}
	for _, p := range places {
		if k.mayEqual(p.node, literal.text) {
			return
		}
	}
	if len(places) > 0 {
		k.message("%s is compared with %q, which its type %s does not have", places[0].node.DataPath(), literal.text, places[0].node.Type().Name())
	}
}

func (k *trace) mayEqual(n *yang.Node, text string) bool {
	t := n.Type()
	if t == nil {
		return true
	}
	switch t.Kind() {
	case yang.TypeEnumeration:
		return slices.Contains(t.Names(), text)
	case yang.TypeBoolean:
		return text == "true" || text == "false"
	case yang.TypeIdentityref:
		prefix, _ := split(text)
		id := k.program.identity(n.Schema(), text)
		if id == nil && prefix == "" {
			return true // a name of any module: see sameIdentity
		}
		return id != nil
	}
	return true
}
