// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"fmt"
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// Check compares the expressions of a schema node with the schema: every expression that
// does not compile, and every name that no node has where it stands. Such a name leads to
// nothing; often a feature or deviation removed the node.
func Check(n *yang.Node) []yang.Problem {
	if !n.Config() {
		return nil
	}
	r := RulesOf(n)
	var out []yang.Problem
	for _, c := range slices.Concat(r.Whens, r.Musts) {
		at := n
		if c.Parent {
			at = n.DataParent()
		}
		out = append(out, check(c.Expr, c.Program, c.Err, at)...)
	}
	return checkType(out, n, n.Type())
}

func checkType(out []yang.Problem, n *yang.Node, t *yang.Type) []yang.Problem {
	if t == nil {
		return out
	}
	if e := t.PathExpr(); e != nil && t.Kind() == yang.TypeLeafref {
		p, err := Of(e, n)
		out = append(out, check(e, p, err, n)...)
	}
	for _, m := range t.Members() {
		out = checkType(out, n, m)
	}
	return out
}

func check(e *yang.Expr, p *Program, err error, at *yang.Node) []yang.Problem {
	problem := func(message string) yang.Problem {
		return yang.Problem{Severity: yang.Warning, Module: e.Module().Name, Pos: e.Pos(),
			Statement: e.Statement + " " + e.Argument, Message: message}
	}
	if err != nil {
		return []yang.Problem{problem("is not evaluated: " + err.Error())}
	}
	k := checker{current: at}
	k.visit(p.root, []*yang.Node{at})
	var out []yang.Problem
	for _, m := range k.messages {
		out = append(out, problem(m))
	}
	return out
}

// checkLimit bounds the nodes that CheckSchema visits and that a wildcard stands for.
const checkLimit = 200000

// CheckSchema is Check for all nodes of a schema, once for each place in the modules,
// sorted by position. It visits 200,000 nodes at most.
func CheckSchema(s *yang.Schema) []yang.Problem {
	seen := map[yang.Problem]bool{}
	var out []yang.Problem
	left := checkLimit
	var walk func(n *yang.Node)
	walk = func(n *yang.Node) {
		for _, c := range n.Children() {
			if left--; left < 0 {
				return
			}
			for _, p := range Check(c) {
				if !seen[p] {
					seen[p] = true
					out = append(out, p)
				}
			}
			walk(c)
		}
	}
	walk(s.Root())
	slices.SortStableFunc(out, func(a, b yang.Problem) int {
		switch {
		case a.Pos.File != b.Pos.File && a.Pos.File < b.Pos.File:
			return -1
		case a.Pos.File != b.Pos.File:
			return 1
		}
		return a.Pos.Line - b.Pos.Line
	})
	return out
}

// checker follows an expression through the schema: to which nodes may it lead?
type checker struct {
	current  *yang.Node
	messages []string
}

// visit checks an expression at context nodes and returns those that it leads to; none
// when that is not known.
func (k *checker) visit(e *expr, at []*yang.Node) []*yang.Node {
	if e == nil {
		return nil
	}
	switch e.op {
	case opPath:
		return k.path(e, at)
	case opCall:
		var first []*yang.Node
		for i, a := range e.args {
			if to := k.visit(a, at); i == 0 {
				first = to
			}
		}
		switch e.fn.name {
		case "current":
			return []*yang.Node{k.current}
		case "deref":
			return derefs(first)
		}
		return nil
	case opUnion:
		return append(k.visit(e.l, at), k.visit(e.r, at)...)
	}
	k.visit(e.l, at)
	k.visit(e.r, at)
	return nil
}

func derefs(nodes []*yang.Node) []*yang.Node {
	var out []*yang.Node
	for _, n := range nodes {
		if t := n.LeafrefTarget(); t != nil {
			out = append(out, t)
		}
	}
	return out
}

func (k *checker) path(e *expr, at []*yang.Node) []*yang.Node {
	switch {
	case e.absolute:
		at = []*yang.Node{k.current.Schema().Root()}
	case e.start != nil:
		at = k.visit(e.start, at)
	}
	for _, p := range e.startOnly {
		k.visit(p, at)
	}
	for i := range e.steps {
		s := &e.steps[i]
		if len(at) == 0 {
			return nil // unknown, or reported
		}
		var to []*yang.Node
		seen := map[*yang.Node]bool{}
		for _, n := range at {
			for _, x := range s.schema(n) {
				if !seen[x] && len(to) < checkLimit {
					seen[x] = true
					to = append(to, x)
				}
			}
		}
		if len(to) == 0 && s.test == testName && s.axis != axisNone {
			k.messages = append(k.messages, fmt.Sprintf("no node %s:%s at %s; it leads to nothing", s.module, s.name, at[0].DataPath()))
		}
		for _, p := range s.preds {
			k.visit(p, to)
		}
		at = to
	}
	return at
}

// schema returns the schema nodes that a step may lead to.
func (s *step) schema(n *yang.Node) []*yang.Node {
	var all []*yang.Node
	switch s.axis {
	case axisChild:
		if s.test == testName {
			if c := n.Child(s.module, s.name); c != nil {
				return []*yang.Node{c}
			}
			return nil
		}
		if s.test == testText {
			return []*yang.Node{n}
		}
		all = n.DataChildren()
	case axisSelf:
		all = []*yang.Node{n}
	case axisParent:
		if p := n.DataParent(); p != nil {
			all = []*yang.Node{p}
		}
	case axisDescendant, axisDescendantOrSelf:
		if s.axis == axisDescendantOrSelf {
			all = append(all, n)
		}
		all = below(n, all)
	case axisAncestor, axisAncestorOrSelf:
		if s.axis == axisAncestor {
			n = n.DataParent()
		}
		for ; n != nil; n = n.DataParent() {
			all = append(all, n)
		}
	case axisFollowingSibling, axisPrecedingSibling:
		if p := n.DataParent(); p != nil {
			all = p.DataChildren()
		}
	}
	var out []*yang.Node
	for _, x := range all {
		if s.matches(x) {
			out = append(out, x)
		}
	}
	return out
}

func below(n *yang.Node, out []*yang.Node) []*yang.Node {
	for _, c := range n.DataChildren() {
		if len(out) >= checkLimit {
			return out
		}
		out = below(c, append(out, c))
	}
	return out
}
