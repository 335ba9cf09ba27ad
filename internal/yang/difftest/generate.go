// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"bytes"
	"math/rand"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

// Generator makes documents of a schema: the same ones for the same seeds.
type Generator struct {
	Schema *yang.Schema
	// Top are the top-level nodes to make documents of, as "module:name"; all if empty.
	Top []string
	// Base are instance paths with values that each configuration begins with: what its
	// modules demand of all of them.
	Base [][2]string
	// Size is about how many nodes a document has.
	Size int
	// Operations makes the inputs of rpcs and notifications instead of configurations.
	Operations bool
}

// Tree returns a random tree, in which most of what is wrong at first was repaired. It is
// valid mostly, not always.
func (g *Generator) Tree(r *rand.Rand) *yang.Tree {
	w := &grower{values: values{r: r, tree: yang.NewTree(g.Schema)}, left: 1 + r.Intn(g.Size)}
	if n := pick(r, g.operations()); n != nil {
		w.tree = yang.NewTreeAt(n)
		w.below(n, w.tree.Root().Path())
	} else {
		for _, b := range g.Base {
			w.set(b[0], b[1])
		}
	}
	tops := g.tops()
	for range 1 + r.Intn(3) {
		if len(tops) > 0 {
			w.put(pick(r, tops), "")
		}
	}
	w.refer()
	w.repair()
	w.settle()
	return w.tree
}

// settle removes empty containers that have a when: about them the verdicts differ.
func (w *grower) settle() {
	var empty []*yang.Data
	w.tree.Walk(func(d *yang.Data) bool {
		if d.Vacant() && (len(d.Node().Whens()) > 0 || d.Node().Parent().Kind() == yang.KindCase) {
			empty = append(empty, d)
		}
		return true
	})
	for _, d := range empty {
		w.tree.Remove(d)
	}
}

// XML returns a tree as a document.
func XML(t *yang.Tree) []byte {
	var b bytes.Buffer
	_ = yang.EncodeXMLWith(&b, yang.EncodeOptions{Indent: " "}, t.Root()) // a buffer takes all
	return b.Bytes()
}

// operations returns the inputs of all rpcs and the notifications that have any content.
func (g *Generator) operations() []*yang.Node {
	if !g.Operations {
		return nil
	}
	all := slices.Clone(g.Schema.Notifications())
	for _, n := range g.Schema.Operations() {
		all = append(all, n.Input())
	}
	return slices.DeleteFunc(all, func(n *yang.Node) bool { return len(n.DataChildren()) == 0 })
}

func (g *Generator) tops() []*yang.Node {
	var out []*yang.Node
	if g.Operations {
		return nil
	}
	for _, n := range g.Schema.Root().DataChildren() {
		if n.Config() && (len(g.Top) == 0 || slices.Contains(g.Top, n.QName())) {
			out = append(out, n)
		}
	}
	return out
}

// grower puts random nodes into a tree.
type grower struct {
	values
	left     int        // nodes that may still be made
	deferred []deferred // what refers to other nodes comes last
}

type deferred struct {
	n      *yang.Node
	parent string
}

// writable says whether a node may be in the tree: configuration, or a parameter.
func (v *values) writable(n *yang.Node) bool {
	return n.Config() || v.tree.Root().Parent() == nil && v.tree.Root().Node() != v.tree.Schema().Root()
}

// put makes instances of a node below a parent, "" being the root.
func (w *grower) put(n *yang.Node, parent string) {
	if w.left--; w.left < 0 || !w.writable(n) {
		return
	}
	path := childPath(n, parent)
	switch n.Kind() {
	case yang.KindContainer:
		if w.set(path, "") {
			w.below(n, path)
		}
	case yang.KindList:
		for range w.count(n) {
			if entry, ok := w.entry(n, path); ok && w.set(entry, "") {
				w.below(n, entry)
			}
		}
	case yang.KindLeaf, yang.KindLeafList:
		if refers(n.Type()) {
			w.deferred = append(w.deferred, deferred{n, parent})
			return
		}
		w.leaf(n, path)
	case yang.KindAnyData, yang.KindAnyXML:
		w.set(path, "{}")
	}
}

func (w *grower) leaf(n *yang.Node, path string) {
	times := 1
	if n.Kind() == yang.KindLeafList {
		times = w.count(n)
	}
	for range times {
		w.set(path, w.of(n, n.Type()))
	}
}

// count is how many entries of a list or leaf-list are made.
func (w *grower) count(n *yang.Node) int {
	count := int(n.MinElements())
	if w.r.Intn(3) > 0 || count == 0 {
		count += w.r.Intn(3)
	}
	if most := int(n.MaxElements()); most > 0 {
		count = min(count, most)
	}
	return min(count, 8)
}

// entry returns the path of a list entry with random keys.
func (w *grower) entry(n *yang.Node, path string) (string, bool) {
	for _, k := range n.Keys() {
		q, ok := quote(w.of(k, k.Type()))
		if !ok {
			return "", false
		}
		path += "[" + k.Name() + "=" + q + "]"
	}
	return path, true
}

// below makes some of the children of a node, mandatory ones more often.
func (w *grower) below(n *yang.Node, path string) {
	odds := 2 + w.r.Intn(4)
	for _, c := range n.DataChildren() {
		if c.IsKey() || !w.writable(c) {
			continue
		}
		if c.Mandatory() || c.MinElements() > 0 {
			if w.r.Intn(30) > 0 {
				w.left++
				w.put(c, path)
			}
			continue
		}
		if w.r.Intn(odds) == 0 {
			w.put(c, path)
		}
	}
}

// refer makes what refers to other nodes, now that they are there.
func (w *grower) refer() {
	for range 3 { // what a leafref refers to may be a leafref itself
		list := w.deferred
		w.deferred = nil
		for _, d := range list {
			if d.parent == "" || w.tree.Get(d.parent) != nil {
				w.leaf(d.n, childPath(d.n, d.parent))
			}
		}
	}
}

func (w *grower) set(path, value string) bool {
	_, err := w.tree.Set(path, value, yang.Origin{}, false)
	return err == nil
}

// repair mends what the validator finds: it adds what is missing, and removes the rest.
func (w *grower) repair() {
	rounds := 25
	if w.r.Intn(10) == 0 {
		rounds = w.r.Intn(4)
	}
	for range rounds {
		errs := violations(w.tree)
		if len(errs) == 0 {
			return
		}
		for _, e := range errs {
			if missing := e.Tag == "data-missing" || e.AppTag == "too-few-elements"; missing && w.add(e.Path) || w.r.Intn(4) == 0 && w.change(e.Path) {
				continue
			}
			if !w.tree.Delete(e.Path) {
				w.tree.Delete(parentPath(e.Path))
			}
		}
		w.left = 10
		w.refer()
	}
}

// violations are those of a complete configuration, or of an operation on an empty one.
func violations(t *yang.Tree) yang.Errors {
	if t.Root().Node() == t.Schema().Root() {
		return validate.Complete(t)
	}
	return validate.Operation(t, yang.NewTree(t.Schema()))
}

// add makes a node that is missing; of a choice, one of its cases.
func (w *grower) add(path string) bool {
	parent := parentPath(path)
	at := w.tree.Root()
	if parent != "" && parent != at.Path() {
		w.set(parent, "")
		if at = w.tree.Get(parent); at == nil {
			return false
		}
	}
	w.left = 10
	for _, n := range at.Node().Children() {
		if childPath(n, parent) != path {
			continue
		}
		for n.Kind() == yang.KindChoice || n.Kind() == yang.KindCase {
			if n = pick(w.r, n.Children()); n == nil {
				return false
			}
		}
		w.put(n, parent)
		return true
	}
	return false
}

// change gives a leaf another value.
func (w *grower) change(path string) bool {
	d := w.tree.Get(path)
	if d == nil || d.Node().Kind() != yang.KindLeaf || d.Node().IsKey() {
		return false
	}
	return w.set(path, w.of(d.Node(), d.Node().Type()))
}

// refers says whether values of the type name other nodes.
func refers(t *yang.Type) bool {
	switch t.Kind() {
	case yang.TypeLeafref, yang.TypeInstanceIdentifier:
		return true
	case yang.TypeUnion:
		return slices.ContainsFunc(t.Members(), refers)
	}
	return false
}

func childPath(n *yang.Node, parent string) string {
	p := n.Parent()
	for p != nil && (p.Kind() == yang.KindChoice || p.Kind() == yang.KindCase) {
		p = p.Parent()
	}
	if p != nil && n.Module() == p.Module() {
		return parent + "/" + n.Name()
	}
	return parent + "/" + n.QName()
}

// parentPath cuts the last step off, quoted slashes aside.
func parentPath(path string) string {
	var quote rune
	last := 0
	for i, c := range path {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '/':
			last = i
		}
	}
	return strings.TrimSuffix(path[:last], "/")
}
