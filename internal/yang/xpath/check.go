// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"cmp"
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// Check compares the expressions of a schema node with the schema: every expression that
// does not compile, every name that no node has where it stands (often a feature or
// deviation removed the node), and every use of a function or comparison that can never
// do what it says: an unknown identity, deref of what is no reference, a value that the
// type does not have. Operations and notifications are checked too.
func Check(n *yang.Node) []yang.Problem {
	var out []yang.Problem
	if len(n.Musts()) > 0 || conditional(n) {
		r := RulesOf(n)
		for _, c := range slices.Concat(r.Whens, r.Musts) {
			at := n
			if c.Parent {
				at = parentOf(n)
			}
			out = append(out, check(c.Expr, c.Program, c.Err, at)...)
		}
	}
	return checkType(out, n, n.Type())
}

// conditional says whether a node, or a choice or case around it, has a when.
func conditional(n *yang.Node) bool {
	for ; ; n = n.Parent() {
		if len(n.Whens()) > 0 {
			return true
		}
		if p := n.Parent(); p == nil || p.Kind() != yang.KindChoice && p.Kind() != yang.KindCase {
			return false
		}
	}
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
	k := newTrace(p, at)
	k.checking = true
	k.visit(p.root, []place{k.current}, forExistence)
	var out []yang.Problem
	for _, m := range k.messages {
		out = append(out, problem(m))
	}
	return out
}

// CheckSchema visits a definition at a number of places, and a number of nodes in all: a
// grouping may be used a thousand times.
const (
	checkPlaces = 64
	checkLimit  = 200000
)

// CheckSchema is Check for the nodes of a schema, once for each place in the modules,
// sorted by position. Of a container or list in a grouping 64 instances are visited, and
// 200,000 nodes at most.
func CheckSchema(s *yang.Schema) []yang.Problem {
	seen := map[yang.Problem]bool{}
	visits := map[yang.Pos]int{}
	var out []yang.Problem
	left := checkLimit
	var walk func(n *yang.Node)
	walk = func(n *yang.Node) {
		for _, c := range n.Children() {
			if left--; left < 0 {
				return
			}
			for _, p := range append(c.Problems(), Check(c)...) {
				if !seen[p] {
					seen[p] = true
					out = append(out, p)
				}
			}
			if c.Type() != nil {
				continue
			}
			if at := c.Pos(); visits[at] < checkPlaces {
				visits[at]++
				walk(c)
			}
		}
	}
	walk(s.Root())
	slices.SortStableFunc(out, func(a, b yang.Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line))
	})
	return out
}
