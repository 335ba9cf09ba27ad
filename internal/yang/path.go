// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"strconv"
	"strings"
)

// PathStep is one step of an instance path.
type PathStep struct {
	// Module is the prefix as written, "" when there is none.
	Module, Name string
	// Keys are the key predicates of a list entry, in the order written.
	Keys []PathKey
	// Value is the predicate [.='v'] of a leaf-list entry.
	Value *string
	// Index is the predicate [n], from 1, of an entry of a list without keys; else 0.
	Index int
}

// PathKey is a predicate [name='value'].
type PathKey struct{ Module, Name, Value string }

// ParsePath parses an instance path (RFC 7950 section 9.13, RFC 7951 section 6.11):
// /module:container/list[key='value']/leaf. A quote inside quotes is written twice.
func ParsePath(path string) ([]PathStep, error) {
	p := pathParser{s: path}
	var out []PathStep
	for p.i < len(p.s) {
		if p.s[p.i] != '/' {
			return nil, p.fail("/")
		}
		p.i++
		if len(out) == 0 && p.i == len(p.s) {
			return nil, nil // the root
		}
		step, err := p.step()
		if err != nil {
			return nil, err
		}
		out = append(out, step)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("path is empty")
	}
	return out, nil
}

type pathParser struct {
	s string
	i int
}

func (p *pathParser) fail(want string) error {
	return fmt.Errorf("path %q: expected %s at position %d", p.s, want, p.i+1)
}

func (p *pathParser) blank() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t' || p.s[p.i] == '\n' || p.s[p.i] == '\r') {
		p.i++
	}
}

func (p *pathParser) name() (prefix, name string, err error) {
	start := p.i
	for p.i < len(p.s) && nameByte(p.s[p.i]) {
		p.i++
	}
	prefix, name = splitPrefix(p.s[start:p.i])
	if name == "" || strings.Contains(name, ":") {
		return "", "", p.fail("a name")
	}
	return prefix, name, nil
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == ':' || c >= 0x80
}

func (p *pathParser) step() (PathStep, error) {
	var st PathStep
	var err error
	if st.Module, st.Name, err = p.name(); err != nil {
		return st, err
	}
	for p.i < len(p.s) && p.s[p.i] == '[' {
		p.i++
		p.blank()
		if err := p.predicate(&st); err != nil {
			return st, err
		}
		p.blank()
		if p.i >= len(p.s) || p.s[p.i] != ']' {
			return st, p.fail("]")
		}
		p.i++
	}
	return st, nil
}

func (p *pathParser) predicate(st *PathStep) error {
	start := p.i
	for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
		p.i++
	}
	if p.i > start {
		n, err := strconv.Atoi(p.s[start:p.i])
		if err != nil || n < 1 {
			return p.fail("a position from 1")
		}
		st.Index = n
		return nil
	}
	var k PathKey
	self := p.i < len(p.s) && p.s[p.i] == '.'
	if self {
		p.i++
	} else {
		var err error
		if k.Module, k.Name, err = p.name(); err != nil {
			return err
		}
	}
	p.blank()
	if p.i >= len(p.s) || p.s[p.i] != '=' {
		return p.fail("=")
	}
	p.i++
	p.blank()
	v, err := p.literal()
	if err != nil {
		return err
	}
	if self {
		st.Value = &v
	} else {
		k.Value = v
		st.Keys = append(st.Keys, k)
	}
	return nil
}

func (p *pathParser) literal() (string, error) {
	if p.i >= len(p.s) || p.s[p.i] != '\'' && p.s[p.i] != '"' {
		return "", p.fail("a quoted value")
	}
	q := p.s[p.i]
	p.i++
	var b strings.Builder
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		if c == q {
			if p.i < len(p.s) && p.s[p.i] == q {
				p.i++
			} else {
				return b.String(), nil
			}
		}
		b.WriteByte(c)
	}
	return "", p.fail("the closing quote")
}

// quote writes a key value the way literal reads it.
func quote(b *strings.Builder, v string) {
	if !strings.Contains(v, "'") {
		b.WriteByte('\'')
		b.WriteString(v)
		b.WriteByte('\'')
		return
	}
	b.WriteByte('"')
	b.WriteString(strings.ReplaceAll(v, `"`, `""`))
	b.WriteByte('"')
}

// canonicalPath returns the canonical form of an instance-identifier.
func canonicalPath(vc *valueContext, text string) (string, error) {
	steps, err := ParsePath(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	n := vc.schema.root
	var cur *Module
	for i, st := range steps {
		m := cur
		if st.Module != "" || vc.xml != nil {
			m = vc.module(st.Module)
		}
		if m == nil {
			return "", fmt.Errorf("unknown or missing module in step %q", st.Name)
		}
		if n = n.Child(m.Name, st.Name); n == nil {
			return "", fmt.Errorf("no node %q of module %s in step %d", st.Name, m.Name, i+1)
		}
		b.WriteByte('/')
		if m != cur {
			b.WriteString(m.Name + ":")
			cur = m
		}
		b.WriteString(st.Name)
		if err := canonicalPredicates(&b, vc, n, st); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func canonicalPredicates(b *strings.Builder, vc *valueContext, n *Node, st PathStep) error {
	value := func(n *Node, name, text string) error {
		in := *vc
		in.node, in.depth = n, vc.depth+1
		if in.depth > maxTypeDepth {
			return fmt.Errorf("nested too deep")
		}
		v, err := n.props.typ.canonical(&in, text)
		if err != nil {
			return fmt.Errorf("key %s: value %s", name, err.message)
		}
		b.WriteString("[" + name + "=")
		quote(b, v)
		b.WriteByte(']')
		return nil
	}
	if st.Index > 0 {
		fmt.Fprintf(b, "[%d]", st.Index)
	}
	if st.Value != nil {
		if n.def.kind != KindLeafList {
			return fmt.Errorf("%q is no leaf-list", st.Name)
		}
		return value(n, ".", *st.Value)
	}
	if len(st.Keys) == 0 {
		return nil
	}
	keys := n.Keys()
	if len(keys) != len(st.Keys) {
		return fmt.Errorf("list %q has %d keys", st.Name, len(keys))
	}
	for _, k := range keys {
		found := false
		for _, pk := range st.Keys {
			if pk.Name == k.def.name {
				found = true
				if err := value(k, pk.Name, pk.Value); err != nil {
					return err
				}
			}
		}
		if !found {
			return fmt.Errorf("key %q of list %q is missing", k.def.name, st.Name)
		}
	}
	return nil
}
