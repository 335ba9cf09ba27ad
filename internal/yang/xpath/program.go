// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"fmt"

	"github.com/strowger/strowger/internal/yang"
)

// Program is a compiled expression. It is immutable and serves all trees of its schema.
type Program struct {
	source *yang.Expr
	module *yang.Module // of names without prefix
	root   *expr
}

type programKey struct {
	source *yang.Expr
	module *yang.Module
}

type compiled struct {
	program *Program
	err     error
}

// Compile compiles an expression once for all nodes of a module: names without prefix
// are in the module of the node that the expression belongs to, which for a grouping is
// the module that uses it (RFC 7950 section 6.4.1). Prefixes are those of the module the
// expression is written in.
func Compile(source *yang.Expr, module *yang.Module) (*Program, error) {
	p, err := compile(source, module)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", source.Statement, source.Argument, err)
	}
	return p, nil
}

func compile(source *yang.Expr, module *yang.Module) (*Program, error) {
	root, err := parse(source.Argument, func(prefix string) (string, bool) {
		if prefix == "" {
			return module.Name, true
		}
		m := source.Prefix(prefix)
		if m == nil {
			return "", false
		}
		return m.Name, true
	})
	if err != nil {
		return nil, err
	}
	return &Program{source: source, module: module, root: root}, nil
}

// Of is Compile, remembered in the schema.
func Of(source *yang.Expr, n *yang.Node) (*Program, error) {
	c := n.Schema().Derived(programKey{source, n.Module()}, func() any {
		p, err := Compile(source, n.Module())
		return compiled{p, err}
	}).(compiled)
	return c.program, c.err
}

// Condition is a must or when statement.
type Condition struct {
	*yang.Expr
	// Program is nil when the expression does not compile; Err says why.
	Program *Program
	Err     error
	// Parent says that the context node is the data node around the schema node: the
	// when of a uses, augment, choice or case (RFC 7950 section 7.21.5).
	Parent bool
}

// Holds evaluates the condition. One that does not compile is unknown.
func (w *Condition) Holds(c *Context, at *yang.Data) (ok bool, doubt Doubt) {
	if w.Program == nil {
		return true, Unknown
	}
	return w.Program.Boolean(c, at)
}

// Rules are the expressions of a schema node, compiled once for each schema.
type Rules struct {
	// Whens are those that the existence of the node depends on, of the choices and
	// cases around it too, but not of the data nodes above.
	Whens []Condition
	Musts []Condition
	// Path is that of a leafref, nil when it does not compile.
	Path *Program

	defaults []string
	implicit bool // may be in use by default
}

type rulesKey struct{ n *yang.Node }

// RulesOf returns the rules of a schema node.
func RulesOf(n *yang.Node) *Rules {
	return n.Schema().Derived(rulesKey{n}, func() any { return makeRules(n) }).(*Rules)
}

func makeRules(n *yang.Node) *Rules {
	r := &Rules{}
	switch n.Kind() {
	case yang.KindRoot:
		return r
	case yang.KindLeaf, yang.KindLeafList:
		r.defaults = n.Defaults()
		r.implicit = len(r.defaults) > 0
		if t := n.Type(); t.Kind() == yang.TypeLeafref && t.PathExpr() != nil {
			r.Path, _ = Of(t.PathExpr(), n)
		}
	case yang.KindContainer:
		r.implicit = !n.Presence()
	}
	condition := func(e *yang.Expr, n *yang.Node, parent bool) Condition {
		p, err := Of(e, n)
		return Condition{Expr: e, Program: p, Err: err, Parent: parent}
	}
	for x := n; ; x = x.Parent() {
		inner := x.Kind() == yang.KindChoice || x.Kind() == yang.KindCase
		if x != n && !inner {
			break
		}
		for _, e := range x.Whens() {
			r.Whens = append(r.Whens, condition(e, x, e.Parent || inner))
		}
	}
	for _, e := range n.Musts() {
		r.Musts = append(r.Musts, condition(e, n, false))
	}
	return r
}

// Boolean evaluates the program at a context node, as the boolean function does.
func (p *Program) Boolean(c *Context, at *yang.Data) (result bool, doubt Doubt) {
	c.evaluation()
	doubt = c.track(func() { result = p.env(c, at).boolean(p.root) })
	return result, doubt
}

// Text evaluates the program as the string function does.
func (p *Program) Text(c *Context, at *yang.Data) (result string, doubt Doubt) {
	c.evaluation()
	doubt = c.track(func() { result = p.env(c, at).eval(p.root).string(c) })
	return result, doubt
}

// Nodes evaluates the program to nodes in document order; of another type there are none.
func (p *Program) Nodes(c *Context, at *yang.Data) (result []*yang.Data, doubt Doubt) {
	c.evaluation()
	doubt = c.track(func() {
		if p.root.kind != kindSet {
			return
		}
		set := p.env(c, at).set(p.root)
		set.first(c)
		result = set.nodes
	})
	return result, doubt
}

// Holds says whether any node that the program leads to has a value: whether the target
// of a leafref exists (RFC 7950 section 9.9). What is found is known, whatever else the
// tree does not hold.
func (p *Program) Holds(c *Context, at *yang.Data, value string) (found bool, doubt Doubt) {
	c.evaluation()
	doubt = c.track(func() {
		found = p.root.kind == kindSet && p.env(c, at).holds(p.root, value)
	})
	if found {
		doubt &^= Unknown
	}
	return found, doubt
}

func (p *Program) env(c *Context, at *yang.Data) *env {
	return &env{c: c, p: p, current: at, node: at, position: 1, size: 1}
}
