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
	onContext  deps = 1 << iota // the context node, its position or size
	onCurrent                   // current()
	onPosition                  // position() or last()
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
	axisFollowing
	axisPreceding
	axisNone // attribute and namespace: a data tree has neither
)

var axes = map[string]axis{"child": axisChild, "self": axisSelf, "parent": axisParent,
	"descendant": axisDescendant, "descendant-or-self": axisDescendantOrSelf,
	"ancestor": axisAncestor, "ancestor-or-self": axisAncestorOrSelf,
	"following-sibling": axisFollowingSibling, "preceding-sibling": axisPrecedingSibling,
	"following": axisFollowing, "preceding": axisPreceding,
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
	// equals is how many of the predicates compare something below, by name, with what does
	// not depend on the context node: those are looked up in an index. They come first.
	equals int
	ways   []way   // to what is compared
	others []*expr // what it is compared with
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
		e.unordered = e.unordered || s.again || s.axis == axisAncestor || s.axis == axisAncestorOrSelf || s.axis == axisPrecedingSibling ||
			s.axis == axisFollowing || s.axis == axisPreceding
		many = many || s.axis != axisSelf && s.axis != axisParent
		s.findEquals()
		e.costly = e.costly || len(s.preds) > s.equals || s.axis == axisDescendant || s.axis == axisDescendantOrSelf ||
			s.axis == axisFollowing || s.axis == axisPreceding
	}
	e.anchored = e.anchored && e.ups < len(e.steps)
}

func (e *expr) isCall(name string) bool { return e.op == opCall && e.fn.name == name }

// findEquals finds the predicates that an index serves.
func (s *step) findEquals() {
	if s.axis != axisChild && s.axis != axisFollowingSibling && s.axis != axisPrecedingSibling || s.test != testName {
		return
	}
	var first, rest []*expr
	for i, p := range s.preds {
		if p.kind == kindNumber || p.deps&onPosition != 0 {
			rest = append(rest, s.preds[i:]...)
			break // those after a position see other positions
		}
		if down, other := p.indexed(); down != nil {
			s.ways, s.others = append(s.ways, down), append(s.others, other)
			first = append(first, p)
		} else {
			rest = append(rest, p)
		}
	}
	s.equals = len(first)
	s.preds = append(first, rest...)
}

// indexed returns the way and what its end is compared with, when an index serves.
func (e *expr) indexed() (way, *expr) {
	if e.op != opEqual {
		return nil, nil
	}
	for _, side := range [][2]*expr{{e.l, e.r}, {e.r, e.l}} {
		down, other := side[0].names(), side[1]
		if down != nil && other.deps&onContext == 0 && (other.kind == kindString || other.kind == kindSet) {
			return down, other
		}
	}
	return nil, nil
}

// names returns the steps of a path that goes down by names only; nil of others.
func (e *expr) names() way {
	if e.op != opPath || e.absolute || e.start != nil {
		return nil
	}
	var out way
	for i := range e.steps {
		s := &e.steps[i]
		if s.axis != axisChild || s.test != testName || len(s.preds) > 0 {
			return nil
		}
		out = append(out, s)
	}
	return out
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
		return elementName(n) == s.name && n.Module().Name == s.module
	case testModule:
		return n.Module().Name == s.module
	}
	return true
}

// elementName is the name of a node in the tree that expressions see: the input or output
// of an operation stands for the operation.
func elementName(n *yang.Node) string {
	if k := n.Kind(); k == yang.KindInput || k == yang.KindOutput {
		return n.Parent().Name()
	}
	return n.Name()
}
