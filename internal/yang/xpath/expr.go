// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import "github.com/strowger/strowger/internal/yang"

// op is the kind of an expression.
type op uint8

const (
	opOr op = iota
	opAnd
	opEqual
	opNotEqual
	opLess
	opLessEqual
	opGreater
	opGreaterEqual
	opAdd
	opSubtract
	opMultiply
	opDivide
	opModulo
	opNegate
	opUnion
	opLiteral
	opNumber
	opCall
	opPath
)

// kind is one of the four types of XPath. Without variables, that of every expression
// is known when it is compiled.
type kind uint8

const (
	kindBoolean kind = iota
	kindNumber
	kindString
	kindSet
)

func (k kind) String() string { return [...]string{"boolean", "number", "string", "node-set"}[k] }

// deps is what the value of an expression depends on beside the tree.
type deps uint8

const (
	onContext deps = 1 << iota // the context node, its position or size
	onCurrent                  // current()
)

// expr is a node of the syntax tree.
type expr struct {
	op   op
	kind kind
	deps deps
	l, r *expr // operands; r is nil for opNegate

	text string  // opLiteral
	num  float64 // opNumber

	fn   *function // opCall
	args []*expr

	// opPath: from the root, from the nodes of start, or from the context node.
	absolute  bool
	start     *expr
	startOnly []*expr // predicates of start
	steps     []step
	unordered bool // the nodes may come in another order than the document's
	// anchored: the path is some ".." from the context or current node, or none from
	// the root, and what follows depends on nothing else. ups is their number.
	anchored bool
	ups      int
	costly   bool // what follows may visit many nodes to find few
}

// axis is an axis of a location step (XPath 1.0 section 2.2).
type axis uint8

const (
	axisChild axis = iota
	axisSelf
	axisParent
	axisDescendant
	axisDescendantOrSelf
	axisAncestor
	axisAncestorOrSelf
	axisFollowingSibling
	axisPrecedingSibling
	axisNone // attribute and namespace: a data tree has neither
)

var axes = map[string]axis{"child": axisChild, "self": axisSelf, "parent": axisParent,
	"descendant": axisDescendant, "descendant-or-self": axisDescendantOrSelf,
	"ancestor": axisAncestor, "ancestor-or-self": axisAncestorOrSelf,
	"following-sibling": axisFollowingSibling, "preceding-sibling": axisPrecedingSibling,
	"attribute": axisNone, "namespace": axisNone}

// test is a node test (XPath 1.0 section 2.3).
type test uint8

const (
	testName   test = iota // a name
	testModule             // p:*
	testAny                // *
	testNode               // node()
	testText               // text(): a leaf stands for the text in it
	testNever              // comment(), processing-instruction()
)

type step struct {
	axis   axis
	test   test
	module string // of testName and testModule
	name   string
	preds  []*expr
	again  bool // may lead to a node by several ways
	// equals is how many of the first predicates compare a child by name with what does
	// not depend on the context node: those are looked up in an index.
	equals int
	names  []*step // the children compared
	others []*expr // what they are compared with
}

// finish derives what depends on the parts: kinds, dependencies, order.
func (e *expr) finish() {
	for _, x := range []*expr{e.l, e.r} {
		if x != nil {
			e.deps |= x.deps
		}
	}
	for _, a := range e.args {
		e.deps |= a.deps
	}
	if e.op == opPath {
		e.finishPath()
	}
}

func (e *expr) finishPath() {
	many := false
	switch {
	case e.start != nil:
		e.deps |= e.start.deps
		many = !e.start.isCall("current")
		e.unordered = many
	case !e.absolute:
		e.deps |= onContext
	}
	for _, p := range e.startOnly {
		e.deps |= p.deps & onCurrent
	}
	e.anchored = len(e.startOnly) == 0 && !many
	leading := !e.absolute
	for i := range e.steps {
		s := &e.steps[i]
		var inner deps
		for _, p := range s.preds {
			inner |= p.deps & onCurrent
		}
		e.deps |= inner
		if leading && s.axis == axisParent && s.test == testNode && len(s.preds) == 0 {
			e.ups++
		} else {
			leading = false
			e.anchored = e.anchored && inner == 0
		}
		down := s.axis == axisChild || s.axis == axisSelf || s.axis == axisNone
		s.again = many && !down
		e.unordered = e.unordered || s.again || s.axis == axisAncestor || s.axis == axisAncestorOrSelf || s.axis == axisPrecedingSibling
		many = many || s.axis != axisSelf && s.axis != axisParent
		s.findEquals()
		e.costly = e.costly || len(s.preds) > s.equals || s.axis == axisDescendant || s.axis == axisDescendantOrSelf
	}
	e.anchored = e.anchored && e.ups < len(e.steps)
}

func (e *expr) isCall(name string) bool { return e.op == opCall && e.fn.name == name }

// findEquals finds the predicates that an index serves.
func (s *step) findEquals() {
	if s.axis != axisChild || s.test != testName {
		return
	}
	for _, p := range s.preds {
		if p.op != opEqual {
			return
		}
		name, other := p.l.childName(), p.r
		if name == nil || other.deps&onContext != 0 {
			name, other = p.r.childName(), p.l
		}
		if name == nil || other.deps&onContext != 0 || other.kind != kindString && other.kind != kindSet {
			return
		}
		s.names, s.others = append(s.names, name), append(s.others, other)
		s.equals++
	}
}

// childName returns the step of a path that is a child's name only.
func (e *expr) childName() *step {
	if e.op != opPath || e.absolute || e.start != nil || len(e.steps) != 1 {
		return nil
	}
	s := &e.steps[0]
	if s.axis != axisChild || s.test != testName || len(s.preds) > 0 {
		return nil
	}
	return s
}

// matches says whether a node passes the node test.
func (s *step) matches(n *yang.Node) bool {
	switch s.test {
	case testNode:
		return true
	case testNever:
		return false
	}
	if n.Module() == nil {
		return false // the root is no element
	}
	switch s.test {
	case testName:
		return n.Name() == s.name && n.Module().Name == s.module
	case testModule:
		return n.Module().Name == s.module
	}
	return true
}
