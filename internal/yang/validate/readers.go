// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"slices"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// rule is a constraint of a schema node that looks at other nodes.
type rule struct {
	check func(c *changes, at *yang.Data)
}

// reader is a rule with one place in the schema that its result depends on.
type reader struct {
	*rule
	identifier bool       // it looks for what instance-identifiers name
	target     *yang.Node // what it looks at; nil: anything
	// depth is that of the node, of all above the contexts, from which it comes down to
	// the target, the root being 0; below is the way from there to the contexts.
	depth int
	below []*yang.Node
}

// readers are the constraints of the nodes of a tree.
type readers struct {
	byTarget map[*yang.Node][]*reader
	any      []*reader
}

// readersOf collects the constraints of all nodes that a tree has, or may have by default.
func readersOf(t *yang.Tree) *readers {
	out := &readers{byTarget: map[*yang.Node][]*reader{}}
	u := &inventory{seen: map[*yang.Node]bool{}, needs: newNeeds()}
	u.data(t.Root())
	for _, n := range u.nodes {
		for _, r := range readersOn(n) {
			if r.target == nil {
				out.any = append(out.any, r)
			} else {
				out.byTarget[r.target] = append(out.byTarget[r.target], r)
			}
		}
	}
	return out
}

// affected returns the readers of a schema node, of what is below it, and of what may come
// and go with it above.
func (r *readers) affected(s *yang.Node) []*reader {
	out := slices.Clone(r.any)
	for target, list := range r.byTarget {
		if within(target, s) {
			out = append(out, list...)
		}
	}
	for _, p := range fleeting(s) {
		out = append(out, r.byTarget[p]...)
	}
	return out
}

// fleeting returns the containers without presence above a schema node that may come and
// go with it: those in a case, and those that have a when. Others always exist.
func fleeting(s *yang.Node) []*yang.Node {
	var out []*yang.Node
	for p := s.DataParent(); p != nil && plain(p); p = p.DataParent() {
		if p.Parent().Kind() == yang.KindCase || conditional(p) {
			out = append(out, p)
		}
	}
	return out
}

// within says whether a node is another one or below it.
func within(n, top *yang.Node) bool {
	for ; n != nil; n = n.DataParent() {
		if n == top {
			return true
		}
	}
	return false
}

// inventory collects the schema nodes whose constraints a tree can violate.
type inventory struct {
	needs *needs
	nodes []*yang.Node
	seen  map[*yang.Node]bool
}

// data adds the schema nodes of a subtree, and of what its nodes may have by default.
func (u *inventory) data(d *yang.Data) {
	u.schema(d.Node())
	var last *yang.Node
	for _, k := range d.Children() {
		n := k.Node()
		if !n.Config() {
			continue
		}
		if k.Leaf() {
			if n != last {
				u.schema(n)
			}
		} else {
			u.data(k)
		}
		last = n
	}
}

// schema adds a node, and what it may have by default.
func (u *inventory) schema(n *yang.Node) {
	if u.seen[n] {
		return
	}
	u.seen[n] = true
	u.nodes = append(u.nodes, n)
	u.absent(n)
}

func (u *inventory) absent(n *yang.Node) {
	for _, c := range u.needs.children(n) {
		if !c.Config() || !u.needs.concerns(c) {
			continue
		}
		switch c.Kind() {
		case yang.KindList:
			// What an entry has is of no concern before there is one.
			u.list(c)
		default:
			u.schema(c)
		}
	}
}

// list adds a list without entries.
func (u *inventory) list(n *yang.Node) {
	if len(readersOn(n)) > 0 && !u.seen[n] {
		u.nodes = append(u.nodes, n)
	}
}

type readersKey struct{ n *yang.Node }

// readersOn returns the readers among the constraints of a schema node, found out once for
// each schema.
func readersOn(n *yang.Node) []*reader {
	if n.Kind() != yang.KindChoice && n.Kind() != yang.KindCase && len(n.Musts()) == 0 && len(n.Uniques()) == 0 &&
		!refers(n.Type()) && !conditional(n) {
		return nil
	}
	return n.Schema().Derived(readersKey{n}, func() any { return makeReaders(n) }).([]*reader)
}

// conditional says whether the existence of a node depends on when statements.
func conditional(n *yang.Node) bool { return len(xpath.RulesOf(n).Whens) > 0 }

// collector makes the readers of one node.
type collector struct{ out []*reader }

func makeReaders(n *yang.Node) []*reader {
	k := &collector{}
	rules := xpath.RulesOf(n)
	for i := range rules.Musts {
		m := &rules.Musts[i]
		if m.Program != nil {
			k.add(m.Program.Reads(n), n, func(c *changes, at *yang.Data) { c.v.must(at, m) })
		}
	}
	parent := n.DataParent()
	for i := range rules.Whens {
		w := &rules.Whens[i]
		if w.Program == nil {
			continue
		}
		context := n
		if w.Parent {
			context = parent
		}
		k.add(w.Program.Reads(context), parent, func(c *changes, at *yang.Data) { c.condition(at, n) })
	}
	if reads := references(&xpath.Reads{}, n, n.Type()); reads.Any || len(reads.List) > 0 {
		k.add(reads, n, func(c *changes, at *yang.Data) { c.v.reference(at) })
		last := k.out[len(k.out)-1]
		last.identifier = last.target == nil && identifies(n.Type())
	}
	var leafs []*yang.Node
	for _, u := range n.Uniques() {
		for _, way := range uniqueLeafs(n, u) {
			leafs = append(leafs, way...)
		}
	}
	if len(leafs) > 0 {
		k.add(xpath.ReadsOf(leafs, n), parent, func(c *changes, at *yang.Data) { c.v.entries(n, at.Instances(n)) })
	}
	return k.out
}

// references adds what the references that a value may be depend on.
func references(reads *xpath.Reads, n *yang.Node, t *yang.Type) *xpath.Reads {
	if !refers(t) {
		return reads
	}
	switch t.Kind() {
	case yang.TypeLeafref:
		if t.PathExpr() == nil {
			return reads
		}
		p, err := xpath.Of(t.PathExpr(), n)
		if err != nil {
			return reads
		}
		more := p.Reads(n)
		return &xpath.Reads{List: slices.Concat(reads.List, more.List), Any: reads.Any || more.Any}
	case yang.TypeInstanceIdentifier:
		return &xpath.Reads{Any: true}
	}
	for _, m := range t.Members() {
		reads = references(reads, n, m)
	}
	return reads
}

// identifies says whether values of a type may be instance-identifiers.
func identifies(t *yang.Type) bool {
	return t.Kind() == yang.TypeInstanceIdentifier || slices.ContainsFunc(t.Members(), identifies)
}

// add makes readers of a rule, one for each place.
func (k *collector) add(reads *xpath.Reads, context *yang.Node, check func(*changes, *yang.Data)) {
	r, chain := &rule{check}, lineage(context)
	if reads.Any {
		k.out = append(k.out, &reader{rule: r, below: chain[1:]})
		return
	}
	for _, x := range reads.List {
		depth := min(len(lineage(x.Anchor)), len(chain)) - 1
		k.out = append(k.out, &reader{rule: r, target: x.Node, depth: depth, below: chain[depth+1:]})
	}
}

// lineage returns the data nodes from the root to a node.
func lineage(n *yang.Node) []*yang.Node {
	var out []*yang.Node
	for ; n != nil; n = n.DataParent() {
		out = append(out, n)
	}
	slices.Reverse(out)
	return out
}
