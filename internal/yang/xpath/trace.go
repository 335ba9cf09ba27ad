// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"fmt"

	"github.com/strowger/strowger/internal/yang"
)

// A trace follows an expression through the schema instead of a tree: to which schema
// nodes may it lead, and which does it look at? What it says is true of all trees.

// place is a schema node that an expression may lead to. Its anchor is the nearest node
// above the context node (or it itself) that the way to the place turned round at: every
// instance the expression finds there is below the instance of the anchor that is around
// the context node. In "../../if/name" it is the node that "../.." leads to.
type place struct{ node, anchor *yang.Node }

// use says what the result of an expression is taken for.
type use uint8

const (
	forExistence use = iota // whether there is any node
	forValue                // the string-value, of a container that of all below it
)

// traceLimit bounds the places that an expression is followed to: beyond, it may look at
// anything.
const traceLimit = 20000

type trace struct {
	program  *Program
	current  place
	checking bool // collect messages, not reads
	messages []string
	seen     map[place]bool
	reads    []place
	any      bool // what it looks at is not known
	depth    int  // of references followed
}

func newTrace(p *Program, at *yang.Node) *trace {
	return &trace{program: p, current: place{at, at}, seen: map[place]bool{}}
}

func (k *trace) message(format string, args ...any) {
	if k.checking {
		k.messages = append(k.messages, fmt.Sprintf(format, args...))
	}
}

// read notes that the expression looks at a place.
func (k *trace) read(p place) {
	if k.checking || k.any || k.seen[p] {
		return
	}
	if len(k.reads) >= traceLimit {
		k.any = true
		return
	}
	k.seen[p] = true
	k.reads = append(k.reads, p)
}

// whole notes that the expression looks at all values below a place.
func (k *trace) whole(p place) {
	k.read(p)
	if k.checking {
		return
	}
	for _, c := range p.node.DataChildren() {
		if k.any {
			return
		}
		k.whole(place{c, p.anchor})
	}
}

// visit follows an expression from context nodes and returns the places that it leads to;
// none when it is no node-set, or when that is not known.
func (k *trace) visit(e *expr, at []place, as use) []place {
	switch e.op {
	case opLiteral, opNumber:
		return nil
	case opPath:
		return k.result(k.path(e, at), as)
	case opUnion:
		return append(k.visit(e.l, at, as), k.visit(e.r, at, as)...)
	case opCall:
		return k.result(k.call(e, at), as)
	case opOr, opAnd:
		k.visit(e.l, at, forExistence)
		k.visit(e.r, at, forExistence)
		return nil
	}
	l := k.visit(e.l, at, forValue)
	if e.r != nil {
		k.comparison(e, l, k.visit(e.r, at, forValue))
	}
	return nil
}

// result notes what is looked at when a node-set is used.
func (k *trace) result(to []place, as use) []place {
	if as == forValue {
		for _, p := range to {
			k.whole(p)
		}
	}
	return to
}

func (k *trace) call(e *expr, at []place) []place {
	as := forValue
	if e.fn.nodes {
		as = forExistence
	}
	var first []place
	for i, a := range e.args {
		if to := k.visit(a, at, as); i == 0 {
			first = to
		}
	}
	if len(e.args) == 0 && e.fn.without == onContext && !e.fn.nodes {
		k.result(at, forValue)
	}
	k.function(e, first)
	switch e.fn.name {
	case "current":
		return []place{k.current}
	case "deref":
		return k.deref(first)
	}
	return nil
}

// deref follows references.
func (k *trace) deref(from []place) []place {
	var out []place
	for _, p := range from {
		out = append(out, k.target(p, p.node.Type())...)
	}
	return out
}

func (k *trace) target(p place, t *yang.Type) []place {
	if t == nil {
		return nil
	}
	switch t.Kind() {
	case yang.TypeInstanceIdentifier:
		k.any = true
	case yang.TypeLeafref:
		program, err := Of(t.PathExpr(), p.node)
		if t.PathExpr() == nil || err != nil || k.depth > maxDeref {
			k.any = true
			return nil
		}
		in := *k
		in.program, in.current, in.checking, in.depth = program, p, false, k.depth+1
		to := in.visit(program.root, []place{p}, forValue)
		if !k.checking {
			k.reads, k.any = in.reads, in.any
		}
		return to
	case yang.TypeUnion:
		var out []place
		for _, m := range t.Members() {
			out = append(out, k.target(p, m)...)
		}
		return out
	}
	return nil
}

// maxDeref bounds references within the paths of references.
const maxDeref = 8

func (k *trace) path(e *expr, at []place) []place {
	switch {
	case e.absolute:
		root := k.current.node.Schema().Root()
		at = []place{{root, root}}
	case e.start != nil:
		at = k.visit(e.start, at, forExistence)
	}
	for _, p := range e.startOnly {
		k.visit(p, at, forExistence)
	}
	for i := range e.steps {
		s := &e.steps[i]
		if len(at) == 0 {
			return nil // unknown, or reported
		}
		to := k.step(s, at)
		if len(to) == 0 && s.test == testName && s.axis != axisNone && !k.any {
			k.message("no node %s:%s at %s; it leads to nothing", s.module, s.name, at[0].node.DataPath())
		}
		for _, p := range to {
			k.read(p)
		}
		for _, p := range s.preds {
			k.visit(p, to, forExistence)
		}
		at = to
	}
	return at
}

// step returns the places that a step leads to.
func (k *trace) step(s *step, at []place) []place {
	var to []place
	seen := map[place]bool{}
	for _, p := range at {
		k.axis(s, p, func(x place) {
			if !seen[x] && s.matches(x.node) && !k.any {
				seen[x] = true
				to = append(to, x)
			}
			if len(to) > traceLimit {
				k.any = true
			}
		})
	}
	return to
}

// axis calls f for the places of an axis.
func (k *trace) axis(s *step, p place, f func(place)) {
	switch s.axis {
	case axisChild:
		k.children(s, p, f)
	case axisSelf:
		f(p)
	case axisParent:
		if up, ok := p.up(); ok {
			f(up)
		}
	case axisDescendant, axisDescendantOrSelf:
		if s.axis == axisDescendantOrSelf {
			f(p)
		}
		k.below(p, f)
	case axisAncestor, axisAncestorOrSelf:
		up, ok := p, true
		if s.axis == axisAncestor {
			up, ok = p.up()
		}
		for ; ok; up, ok = up.up() {
			f(up)
		}
	case axisFollowingSibling, axisPrecedingSibling:
		if up, ok := p.up(); ok {
			for _, c := range up.node.DataChildren() {
				f(place{c, up.anchor})
			}
		}
	case axisFollowing, axisPreceding:
		root := p.node.Schema().Root()
		k.below(place{root, root}, f)
	}
}

func (k *trace) children(s *step, p place, f func(place)) {
	switch {
	case s.test == testText:
		f(p)
	case s.test == testName:
		if c := p.node.Child(s.module, s.name); c != nil {
			f(place{c, p.anchor})
		} else if o := operation(k.current.node); o != nil && p.node == parentOf(o) && s.matches(o) {
			f(place{o, p.anchor})
		}
	default:
		for _, c := range p.node.DataChildren() {
			f(place{c, p.anchor})
		}
	}
}

// below calls f for all places below one.
func (k *trace) below(p place, f func(place)) {
	left := traceLimit
	var down func(n *yang.Node)
	down = func(n *yang.Node) {
		for _, c := range n.DataChildren() {
			if left--; left < 0 {
				k.any = true
				return
			}
			f(place{c, p.anchor})
			down(c)
		}
	}
	down(p.node)
}

// up returns the place above; ok is false above the root.
func (p place) up() (place, bool) {
	above := parentOf(p.node)
	switch {
	case above == nil:
		return place{}, false
	case p.anchor == p.node:
		return place{above, above}, true
	}
	return place{above, p.anchor}, true
}

// parentOf returns the parent of a node in the tree that expressions see: the input or
// output of an operation stands for the operation itself, whose parameters it holds (RFC
// 7950 section 6.4.1).
func parentOf(n *yang.Node) *yang.Node {
	p := n.DataParent()
	if n.Kind() == yang.KindInput || n.Kind() == yang.KindOutput {
		p = p.DataParent()
	}
	return p
}

// operation returns the input, output or notification that a node is in; nil outside.
func operation(n *yang.Node) *yang.Node {
	for ; n != nil; n = n.Parent() {
		switch n.Kind() {
		case yang.KindInput, yang.KindOutput, yang.KindNotification:
			return n
		}
	}
	return nil
}
