// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// yangFunctions are those of RFC 7950 section 10.
func yangFunctions() []*function {
	derived := func(name string, self bool) *function {
		return &function{name: name, least: 2, most: 2, result: kindBoolean, set: true, call: func(v *env, args []*expr) value {
			return boolean(v.derivedFrom(v.set(args[0]), v.string(args[1]), self))
		}}
	}
	return []*function{
		{name: "current", result: kindSet, deps: onCurrent, call: func(v *env, _ []*expr) value {
			return value{kind: kindSet, set: &nodeSet{nodes: []*yang.Data{v.current}}}
		}},
		{name: "deref", least: 1, most: 1, result: kindSet, set: true, nodes: true, call: func(v *env, args []*expr) value {
			out := &nodeSet{}
			if d := v.set(args[0]).first(v.c); d != nil {
				out.nodes = v.c.deref(d)
			}
			return value{kind: kindSet, set: out}
		}},
		{name: "re-match", least: 2, most: 2, result: kindBoolean, call: reMatch},
		derived("derived-from", false), derived("derived-from-or-self", true),
		{name: "enum-value", least: 1, most: 1, result: kindNumber, set: true, call: func(v *env, args []*expr) value {
			d := v.set(args[0]).first(v.c)
			if d == nil || d.ValueType() == nil || d.ValueType().Kind() != yang.TypeEnumeration {
				return number(math.NaN())
			}
			n, ok := d.ValueType().Enum(d.Value())
			if !ok {
				return number(math.NaN())
			}
			return number(float64(n))
		}},
		{name: "bit-is-set", least: 2, most: 2, result: kindBoolean, set: true, call: func(v *env, args []*expr) value {
			d := v.set(args[0]).first(v.c)
			if d == nil || d.ValueType() == nil || d.ValueType().Kind() != yang.TypeBits {
				return boolean(false)
			}
			return boolean(slices.Contains(strings.Fields(d.Value()), v.string(args[1])))
		}},
	}
}

// patternKey keeps the compiled patterns of re-match in the schema.
type patternKey string

// reMatch matches a whole string; what is no pattern matches nothing, and is unknown.
func reMatch(v *env, args []*expr) value {
	pattern := v.string(args[1])
	compileIt := func() any {
		re, _ := yang.CompilePattern(pattern)
		return re
	}
	var re *regexp.Regexp
	if args[1].op == opLiteral {
		re = v.c.tree.Schema().Derived(patternKey(pattern), compileIt).(*regexp.Regexp)
	} else {
		re = compileIt().(*regexp.Regexp)
	}
	if re == nil {
		v.c.doubt |= Unknown
		return boolean(false)
	}
	return boolean(re.MatchString(v.string(args[0])))
}

// derivedFrom says whether any node of a set holds an identity that is derived from one
// (RFC 7950 sections 10.4.1 and 10.4.2).
func (v *env) derivedFrom(set *nodeSet, name string, self bool) bool {
	base := v.p.identity(v.c.tree.Schema(), name)
	if base == nil {
		return false
	}
	for _, d := range set.nodes {
		t := d.ValueType()
		if t == nil || t.Kind() != yang.TypeIdentityref {
			continue
		}
		if self && d.Value() == base.QName() {
			return true
		}
		module, local := split(d.Value())
		if id := v.c.tree.Schema().Identity(module, local); id != nil && id.DerivedFrom(base) {
			return true
		}
	}
	return false
}

// identity finds an identity by the name in an expression.
// Without prefix it is one of the module that the expression is written in (RFC 7950
// section 10.4.1); one of the module that uses a grouping is taken too.
func (p *Program) identity(s *yang.Schema, name string) *yang.Identity {
	prefix, local := split(name)
	if prefix == "" {
		if id := s.Identity(p.source.Module().Name, local); id != nil {
			return id
		}
		return s.Identity(p.module.Name, local)
	}
	if m := p.source.Prefix(prefix); m != nil {
		return s.Identity(m.Name, local)
	}
	return s.Identity(prefix, local)
}

func split(name string) (prefix, local string) {
	if p, l, ok := strings.Cut(name, ":"); ok {
		return p, l
	}
	return "", name
}

// deref returns the nodes that a leafref or instance-identifier refers to (RFC 7950
// section 10.3.1).
func (c *Context) deref(d *yang.Data) []*yang.Data {
	t := d.Node().Type()
	if t == nil {
		return nil
	}
	return c.targets(d, t)
}

func (c *Context) targets(d *yang.Data, t *yang.Type) []*yang.Data {
	switch t.Kind() {
	case yang.TypeLeafref:
		if t.PathExpr() == nil {
			return nil
		}
		p, err := Of(t.PathExpr(), d.Node())
		if err != nil || p.root.kind != kindSet {
			c.doubt |= Unknown
			return nil
		}
		return p.env(c, d).set(p.root).with(c, d.Value())
	case yang.TypeInstanceIdentifier:
		if x := c.find(d.Value()); x != nil {
			return []*yang.Data{x}
		}
	case yang.TypeUnion:
		for _, m := range t.Members() {
			if !m.Accepts(d.Node(), d.Value()) {
				continue
			}
			if list := c.targets(d, m); len(list) > 0 {
				return list
			}
		}
	}
	return nil
}

// Find returns the node that an instance-identifier in canonical form leads to, nodes in
// use by default included (RFC 7950 section 9.13). What is found is known.
func (c *Context) Find(path string) (d *yang.Data, doubt Doubt) {
	c.evaluation()
	doubt = c.track(func() { d = c.find(path) })
	if d != nil {
		doubt &^= Unknown
	}
	return d, doubt
}

func (c *Context) find(path string) *yang.Data {
	if d := c.tree.Get(path); d != nil {
		return d
	}
	steps, err := yang.ParsePath(path)
	if err != nil {
		return nil
	}
	d, module := c.tree.Root(), ""
	for _, s := range steps {
		if s.Module != "" {
			module = s.Module
		}
		n := d.Node().Child(module, s.Name)
		if n == nil {
			return nil
		}
		list := c.instances(d, n)
		if d = pick(list, n, &s); d == nil {
			return nil
		}
	}
	return d
}

// pick returns the instance that a step means.
func pick(list []*yang.Data, n *yang.Node, s *yang.PathStep) *yang.Data {
	for i, d := range list {
		switch {
		case s.Index > 0 && s.Index != i+1:
		case s.Value != nil && d.Value() != *s.Value:
		case n.Kind() == yang.KindList && !hasKeys(d, s):
		default:
			return d
		}
	}
	return nil
}

func hasKeys(d *yang.Data, s *yang.PathStep) bool {
	for _, k := range s.Keys {
		if x := d.Child("", k.Name); x == nil || x.Value() != k.Value {
			return false
		}
	}
	return true
}
