// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"cmp"
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// Dependencies returns the top-level configuration nodes of the schema that a tree does
// not mention and that constraints on its nodes refer to (must, when, leafref,
// instance-identifier, and defaults): what must be known as well to evaluate all of them.
// All others are returned when an expression may look at anything. Sorted by name.
func Dependencies(t *yang.Tree) []*yang.Node {
	w := &outside{t: t, found: map[*yang.Node]bool{}}
	u := &inventory{seen: map[*yang.Node]bool{}, needs: newNeeds()}
	for _, d := range t.Root().Children() {
		if d.Node().Config() {
			u.data(d)
		}
	}
	for _, n := range u.nodes {
		for _, r := range readersOn(n) {
			switch {
			case r.target != nil:
				w.add(r.target)
			case !r.identifier:
				w.all()
			}
		}
	}
	t.Walk(func(d *yang.Data) bool {
		if n := d.Node(); n.Config() && d.Leaf() && refers(n.Type()) {
			w.add(named(t, d))
		}
		return true
	})
	return w.sorted()
}

// Dependents returns the top-level configuration nodes of the schema that a tree does not
// mention and that have constraints which refer to what is at instance paths
// ([yang.Data.Path]): what must be known as well to be sure that an edit there harms nothing
// else. Sorted by name.
func Dependents(t *yang.Tree, paths []string) []*yang.Node {
	w := &outside{t: t, found: map[*yang.Node]bool{}}
	c := &changes{v: newValidator(t, false)}
	var changed []*yang.Node
	for _, p := range paths {
		if e := c.locate(p); e != nil && !slices.Contains(changed, e.chain[len(e.chain)-1]) {
			changed = append(changed, e.chain[len(e.chain)-1])
		}
	}
	for _, top := range t.Schema().Root().DataChildren() {
		if len(t.Root().Instances(top)) > 0 || !top.Config() {
			continue
		}
		out := outlookOf(top)
		if out.anything || slices.ContainsFunc(changed, out.sees) {
			w.add(top)
		}
	}
	return w.sorted()
}

// outside collects top-level nodes that a tree does not mention.
type outside struct {
	t     *yang.Tree
	found map[*yang.Node]bool
}

// add adds the top-level node that a node, which may be nil, is or is below.
func (w *outside) add(n *yang.Node) {
	if n == nil || n.Parent() == nil || !n.Config() {
		return
	}
	if top := lineage(n)[1]; len(w.t.Root().Instances(top)) == 0 {
		w.found[top] = true
	}
}

func (w *outside) all() {
	for _, top := range w.t.Schema().Root().DataChildren() {
		w.add(top)
	}
}

func (w *outside) sorted() []*yang.Node {
	out := make([]*yang.Node, 0, len(w.found))
	for n := range w.found {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b *yang.Node) int { return cmp.Compare(a.QName(), b.QName()) })
	return out
}

// named returns the top-level node that an instance-identifier is about; nil of others.
func named(t *yang.Tree, d *yang.Data) *yang.Node {
	if vt := d.ValueType(); vt == nil || vt.Kind() != yang.TypeInstanceIdentifier {
		return nil
	}
	steps, err := yang.ParsePath(d.Value())
	if err != nil || len(steps) == 0 {
		return nil
	}
	return t.Schema().Root().Child(steps[0].Module, steps[0].Name)
}

// outlook is what constraints below a top-level node look at outside of it.
type outlook struct {
	targets  map[*yang.Node]bool
	anything bool // or more than is worth finding out
}

type outlookKey struct{ top *yang.Node }

// outlookLimit bounds the schema nodes visited to find out what a top-level node looks at.
const outlookLimit = 50000

// outlookOf finds out what a top-level node looks at, once for each schema.
func outlookOf(top *yang.Node) *outlook {
	return top.Schema().Derived(outlookKey{top}, func() any {
		o := &outlook{targets: map[*yang.Node]bool{}}
		left := outlookLimit
		o.visit(top, top, &left)
		return o
	}).(*outlook)
}

func (o *outlook) visit(top, n *yang.Node, left *int) {
	if *left--; *left < 0 {
		o.anything = true
		return
	}
	if n.Kind() != yang.KindChoice && n.Kind() != yang.KindCase {
		for _, r := range readersOn(n) {
			switch {
			case r.target == nil && !r.identifier:
				o.anything = true
			case r.target != nil && !within(r.target, top):
				o.targets[r.target] = true
			}
		}
	}
	for _, c := range n.Children() {
		if c.Config() && !o.anything {
			o.visit(top, c, left)
		}
	}
}

// sees says whether an edit at a schema node matters.
func (o *outlook) sees(s *yang.Node) bool {
	for target := range o.targets {
		if within(target, s) {
			return true
		}
	}
	return slices.ContainsFunc(fleeting(s), func(p *yang.Node) bool { return o.targets[p] })
}
