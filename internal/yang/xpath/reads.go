// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import "github.com/strowger/strowger/internal/yang"

// Read is a schema node whose instances an expression looks at: those below the instance
// of Anchor that is around the context node (or is it).
type Read struct{ Node, Anchor *yang.Node }

// Reads is what the result of an expression depends on, in all trees of the schema: the
// existence, the values and the order of instances of schema nodes. What an instance in
// use by default depends on is included: its when statements, and the cases beside its own.
type Reads struct {
	List []Read
	// Any says that it may depend on anything.
	Any bool
}

type readsKey struct {
	p  *Program
	at *yang.Node
}

// Reads returns what the program depends on when it is evaluated at instances of a schema
// node. It is found out once for each schema.
func (p *Program) Reads(at *yang.Node) *Reads {
	return at.Schema().Derived(readsKey{p, at}, func() any { return p.makeReads(at) }).(*Reads)
}

func (p *Program) makeReads(at *yang.Node) *Reads {
	k := newTrace(p, at)
	k.visit(p.root, []place{k.current}, forExistence)
	return k.finish()
}

// finish adds what decides whether the nodes read are there.
func (k *trace) finish() *Reads {
	for i := 0; i < len(k.reads) && !k.any; i++ {
		k.existence(k.reads[i])
	}
	if k.any {
		return &Reads{Any: true}
	}
	out := &Reads{List: make([]Read, len(k.reads))}
	for i, r := range k.reads {
		out.List[i] = Read{r.node, r.anchor}
	}
	return out
}

// ReadsOf returns what instances of schema nodes below an anchor depend on when they are
// looked at by name: the nodes themselves, and what is in use by default.
func ReadsOf(nodes []*yang.Node, anchor *yang.Node) *Reads {
	k := &trace{seen: map[place]bool{}}
	for _, n := range nodes {
		k.read(place{n, anchor})
	}
	return k.finish()
}

// existence adds what decides whether a node is there by default.
func (k *trace) existence(p place) {
	n := p.node
	if n.Parent() == nil || operation(n) == n {
		return
	}
	r := RulesOf(n)
	if !r.implicit {
		return
	}
	above := n.DataParent()
	for c := n.Parent(); c.Kind() == yang.KindCase; c = c.Parent().Parent() {
		for _, other := range c.Parent().Children() {
			for _, x := range other.DataChildren() {
				k.read(place{x, higher(p.anchor, above)})
			}
		}
	}
	for i := range r.Whens {
		w := &r.Whens[i]
		if w.Program == nil {
			continue
		}
		at := n
		if w.Parent {
			at = parentOf(n)
		}
		inner := newTrace(w.Program, at)
		inner.visit(w.Program.root, []place{inner.current}, forExistence)
		k.any = k.any || inner.any
		for _, x := range inner.reads {
			k.read(place{x.node, higher(p.anchor, x.anchor)})
		}
	}
}

// higher returns the one of two nodes, one of which is above the other, that is nearer to
// the root.
func higher(a, b *yang.Node) *yang.Node {
	for x := a; x != nil; x = parentOf(x) {
		if x == b {
			return b
		}
	}
	return a
}
