// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// reference is a use of a variable: the longest path of it that is known without
// evaluating, such as inputs.n3.status.ipAddress, or inputs where what follows is
// computed.
type reference struct {
	path []string
	// guarded references may be missing: they are in has(), or optional.
	guarded bool
}

// name is what a Result lists: the variable, or the input or certificate.
func (r reference) name() string {
	if len(r.path) > 1 && (r.path[0] == varInputs || r.path[0] == varCertificates) {
		return r.path[0] + "." + r.path[1]
	}
	return r.path[0]
}

// references returns all uses of variables in a checked expression. None is left
// out: taint depends on it. What cannot be told apart counts as the whole variable.
func references(root ast.Expr) []reference {
	c := &collector{seen: map[int64]bool{}}
	c.visit(root)
	// A variable in a place that the collector does not know is used as a whole.
	ast.PreOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.IdentKind && isVariable(e.AsIdent()) && !c.seen[e.ID()] {
			c.refs = append(c.refs, reference{path: []string{variableName(e.AsIdent())}})
		}
	}))
	return c.refs
}

func variableName(ident string) string { return strings.TrimPrefix(ident, ".") }

func isVariable(ident string) bool {
	name := variableName(ident)
	return slices.Contains(variables(), name) || slices.Contains(conditionVariables(), name)
}

type collector struct {
	refs []reference
	seen map[int64]bool
}

func (c *collector) visit(e ast.Expr) {
	if e == nil {
		return
	}
	if r, ok := c.chain(e); ok {
		c.refs = append(c.refs, r)
		return
	}
	switch e.Kind() {
	case ast.SelectKind:
		c.visit(e.AsSelect().Operand())
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			c.visit(call.Target())
		}
		for _, arg := range call.Args() {
			c.visit(arg)
		}
	case ast.ListKind:
		for _, item := range e.AsList().Elements() {
			c.visit(item)
		}
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			c.visit(entry.AsMapEntry().Key())
			c.visit(entry.AsMapEntry().Value())
		}
	case ast.StructKind:
		for _, field := range e.AsStruct().Fields() {
			c.visit(field.AsStructField().Value())
		}
	case ast.ComprehensionKind:
		comp := e.AsComprehension()
		for _, part := range []ast.Expr{comp.IterRange(), comp.AccuInit(), comp.LoopCondition(), comp.LoopStep(), comp.Result()} {
			c.visit(part)
		}
	}
}

// chain reads a path of constant steps from a variable.
func (c *collector) chain(e ast.Expr) (reference, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		if !isVariable(e.AsIdent()) {
			return reference{}, false
		}
		c.seen[e.ID()] = true
		return reference{path: []string{variableName(e.AsIdent())}}, true
	case ast.SelectKind:
		sel := e.AsSelect()
		r, ok := c.chain(sel.Operand())
		if !ok {
			return reference{}, false
		}
		return reference{path: append(r.path, sel.FieldName()), guarded: r.guarded || sel.IsTestOnly()}, true
	case ast.CallKind:
		call := e.AsCall()
		name := call.FunctionName()
		if len(call.Args()) != 2 || name != operators.Index && name != operators.OptIndex && name != operators.OptSelect {
			return reference{}, false
		}
		step, ok := constant(call.Args()[1])
		if !ok {
			return reference{}, false
		}
		r, ok := c.chain(call.Args()[0])
		if !ok {
			return reference{}, false
		}
		return reference{path: append(r.path, step), guarded: r.guarded || name != operators.Index}, true
	}
	return reference{}, false
}

func constant(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	switch v := e.AsLiteral().(type) {
	case types.String:
		return string(v), true
	case types.Int:
		return strconv.FormatInt(int64(v), 10), true
	case types.Uint:
		return strconv.FormatUint(uint64(v), 10), true
	}
	return "", false
}

// boundNames are the variables of the macros in an expression, which hide others of the
// same names.
func boundNames(root ast.Expr) []string {
	var names []string
	ast.PreOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.ComprehensionKind {
			names = append(names, e.AsComprehension().IterVar(), e.AsComprehension().IterVar2())
		}
	}))
	return names
}

// computesNames says whether an expression makes maps whose keys are computed. Such
// names would appear in messages, so they must not come from a tainted value.
func computesNames(root ast.Expr) bool {
	found := false
	ast.PreOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.MapKind {
			return
		}
		for _, entry := range e.AsMap().Entries() {
			if entry.AsMapEntry().Key().Kind() != ast.LiteralKind {
				found = true
			}
		}
	}))
	return found
}
