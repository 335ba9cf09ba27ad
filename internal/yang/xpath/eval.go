// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"math"

	"github.com/strowger/strowger/internal/yang"
)

// env is the evaluation context of an expression (XPath 1.0 section 1).
type env struct {
	c              *Context
	p              *Program
	current, node  *yang.Data
	position, size int
}

type cachedCall struct {
	value value
	doubt Doubt
}

// at returns the environment at another context node.
func (v *env) at(d *yang.Data, position, size int) *env {
	return &env{c: v.c, p: v.p, current: v.current, node: d, position: position, size: size}
}

// boolean evaluates an expression for its boolean value only.
func (v *env) boolean(e *expr) bool {
	switch e.op {
	case opOr:
		return v.logic(e, true)
	case opAnd:
		return v.logic(e, false)
	case opPath:
		return v.exists(e)
	case opUnion:
		return v.boolean(e.l) || v.boolean(e.r)
	}
	return v.eval(e).boolean()
}

// logic evaluates "or" (decisive is true) and "and" (false). An operand that decides, and
// is known, makes the other one irrelevant.
func (v *env) logic(e *expr, decisive bool) bool {
	var l, r bool
	left := v.c.track(func() { l = v.boolean(e.l) })
	if l == decisive && left == 0 {
		return decisive
	}
	right := v.c.track(func() { r = v.boolean(e.r) })
	switch {
	case r == decisive && right == 0:
		return decisive
	case l == decisive && left.Known():
		v.c.doubt |= left
		return decisive
	case r == decisive && right.Known():
		v.c.doubt |= right
		return decisive
	}
	v.c.doubt |= left | right
	if l == decisive || r == decisive {
		return decisive
	}
	return !decisive
}

func (v *env) eval(e *expr) value {
	switch e.op {
	case opOr, opAnd:
		return boolean(v.boolean(e))
	case opEqual, opNotEqual, opLess, opLessEqual, opGreater, opGreaterEqual:
		return boolean(v.compare(e))
	case opNegate:
		return number(-v.number(e.l))
	case opLiteral:
		return text(e.text)
	case opNumber:
		return number(e.num)
	case opCall:
		return v.call(e)
	case opPath, opUnion:
		return value{kind: kindSet, set: v.set(e)}
	}
	a, b := v.number(e.l), v.number(e.r)
	switch e.op {
	case opAdd:
		a += b
	case opSubtract:
		a -= b
	case opMultiply:
		a *= b
	case opDivide:
		a /= b
	case opModulo:
		a = math.Mod(a, b)
	}
	return number(a)
}

func (v *env) number(e *expr) float64 { return v.eval(e).number(v.c) }

func (v *env) string(e *expr) string { return v.eval(e).string(v.c) }

// call evaluates a function; what depends on nothing but the tree only once.
func (v *env) call(e *expr) value {
	if e.deps != 0 || len(e.args) == 0 {
		return e.fn.call(v, e.args)
	}
	have, ok := v.c.calls[e]
	if !ok {
		have.doubt = v.c.track(func() { have.value = e.fn.call(v, e.args) })
		v.c.calls[e] = have
	}
	v.c.doubt |= have.doubt
	return have.value
}

// set evaluates an expression of the type node-set.
func (v *env) set(e *expr) *nodeSet {
	switch e.op {
	case opPath:
		return v.path(e)
	case opUnion:
		a, b := v.set(e.l), v.set(e.r)
		out := &nodeSet{unordered: true}
		if !v.c.spend(len(a.nodes) + len(b.nodes)) {
			return out
		}
		seen := make(map[*yang.Data]bool, len(a.nodes)+len(b.nodes))
		for _, list := range [][]*yang.Data{a.nodes, b.nodes} {
			for _, d := range list {
				if !seen[d] {
					seen[d] = true
					out.nodes = append(out.nodes, d)
				}
			}
		}
		return out
	}
	if x := v.eval(e); x.set != nil {
		return x.set
	}
	return &nodeSet{}
}

// compare evaluates a comparison (XPath 1.0 section 3.4).
func (v *env) compare(e *expr) bool {
	a, b, o := v.eval(e.l), v.eval(e.r), e.op
	if a.kind != kindSet && b.kind == kindSet {
		a, b, o = b, a, mirrored(o)
	}
	switch {
	case a.kind != kindSet:
		return v.compareValues(a, b, o)
	case b.kind == kindBoolean:
		return v.compareValues(boolean(a.boolean()), b, o)
	case b.kind == kindSet:
		return v.compareSets(a.set, b.set, o)
	case b.kind == kindString && o == opEqual && len(a.set.nodes) > few && !v.identities(a.set):
		return len(a.set.with(v.c, b.s)) > 0
	}
	for _, d := range a.set.nodes {
		if v.compareNode(d, b, o) {
			return true
		}
	}
	return false
}

func mirrored(o op) op {
	switch o {
	case opLess:
		return opGreater
	case opLessEqual:
		return opGreaterEqual
	case opGreater:
		return opLess
	case opGreaterEqual:
		return opLessEqual
	}
	return o
}

// compareNode compares a node with a string or number. Identities are compared whatever
// prefix the string has for their module.
func (v *env) compareNode(d *yang.Data, b value, o op) bool {
	if b.kind == kindString && (o == opEqual || o == opNotEqual) && mayBeIdentity(d.Node().Type()) {
		if t := d.ValueType(); t.Kind() == yang.TypeIdentityref {
			return v.sameIdentity(d.Value(), b.s) == (o == opEqual)
		}
	}
	return v.compareValues(text(v.c.stringValue(d)), b, o)
}

// compareValues compares what are no node-sets.
func (v *env) compareValues(a, b value, o op) bool {
	if o != opEqual && o != opNotEqual {
		x, y := a.number(v.c), b.number(v.c)
		switch o {
		case opLess:
			return x < y
		case opLessEqual:
			return x <= y
		case opGreater:
			return x > y
		}
		return x >= y
	}
	var same bool
	switch {
	case a.kind == kindBoolean || b.kind == kindBoolean:
		same = a.boolean() == b.boolean()
	case a.kind == kindNumber || b.kind == kindNumber:
		same = a.number(v.c) == b.number(v.c)
	default:
		same = a.s == b.s
	}
	return same == (o == opEqual)
}

// compareSets compares two node-sets: whether any pair of nodes compares so. No pair is
// tried: for equality one set is looked up in the other, of numbers the extremes tell.
func (v *env) compareSets(a, b *nodeSet, o op) bool {
	if len(a.nodes) == 0 || len(b.nodes) == 0 {
		return false
	}
	switch o {
	case opEqual:
		if len(a.nodes) > len(b.nodes) {
			a, b = b, a
		}
		for _, x := range a.nodes {
			if len(b.with(v.c, v.c.stringValue(x))) > 0 {
				return true
			}
		}
		return false
	case opNotEqual:
		return a.differ(v.c) || b.differ(v.c) || v.c.stringValue(a.nodes[0]) != v.c.stringValue(b.nodes[0])
	}
	x, y := a.extent(v.c), b.extent(v.c)
	switch o {
	case opLess:
		return x.low < y.high
	case opLessEqual:
		return x.low <= y.high
	case opGreater:
		return x.high > y.low
	}
	return x.high >= y.low
}

// identities says whether any node of a set may hold an identity.
func (v *env) identities(s *nodeSet) bool {
	var last *yang.Node
	for _, d := range s.nodes {
		if d.Node() == last {
			continue
		}
		if last = d.Node(); mayBeIdentity(last.Type()) {
			return true
		}
	}
	return false
}

// mayBeIdentity says whether values of a type may be identities.
func mayBeIdentity(t *yang.Type) bool {
	if t == nil {
		return false
	}
	switch t.Kind() {
	case yang.TypeIdentityref, yang.TypeUnion, yang.TypeLeafref:
		return true
	}
	return false
}

// sameIdentity compares the canonical value of an identityref with a text of the model:
// "prefix:name" with a prefix of the expression's module or a module's name, or the name.
func (v *env) sameIdentity(value, literal string) bool {
	prefix, name := split(literal)
	module, local := split(value)
	if local != name {
		return false
	}
	if prefix == "" || prefix == module {
		return true
	}
	m := v.p.source.Prefix(prefix)
	return m != nil && m.Name == module
}
