// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"slices"
)

// Tree is a data tree bound to a schema. It is not synchronised: many readers or one
// writer.
type Tree struct {
	schema *Schema
	root   *Data
}

// NewTree returns an empty tree.
func NewTree(s *Schema) *Tree {
	return &Tree{schema: s, root: &Data{node: s.root}}
}

// Schema returns the schema the tree is bound to.
func (t *Tree) Schema() *Schema { return t.schema }

// Root returns the node above all top-level nodes.
func (t *Tree) Root() *Data { return t.root }

// Empty says whether the tree holds nothing.
func (t *Tree) Empty() bool { return len(t.root.Children()) == 0 }

// Get returns the node at an instance path; nil when there is none or the path is no
// path of the schema. Of a list or leaf-list without predicate it is the first entry.
func (t *Tree) Get(path string) *Data {
	steps, err := ParsePath(path)
	if err != nil {
		return nil
	}
	d, module := t.root, ""
	if m := d.node.mod; m != nil {
		module = m.Name
	}
	steps, ok := d.node.belowRoot(steps)
	if !ok {
		return nil
	}
	for _, st := range steps {
		if st.Module != "" {
			module = st.Module
		}
		n := d.node.Child(module, st.Name)
		if n == nil {
			return nil
		}
		if d = d.find(n, st); d == nil {
			return nil
		}
	}
	return d
}

// find returns the instance of n that a step means.
func (d *Data) find(n *Node, st PathStep) *Data {
	switch {
	case st.Index > 0:
		lo, hi := d.span(n)
		if lo+st.Index > hi {
			return nil
		}
		return d.Children()[lo+st.Index-1]
	case st.Value != nil:
		v, err := n.canonical(*st.Value)
		if err != nil {
			return nil
		}
		return d.entry(n, []string{v})
	case len(st.Keys) > 0:
		keys, err := n.stepKeys(st)
		if err != nil {
			return nil
		}
		return d.entry(n, keys)
	}
	return d.first(n)
}

// canonical returns the canonical form of an RFC 7951 text.
func (n *Node) canonical(text string) (string, *typeError) {
	vc := valueContext{node: n, schema: n.Schema()}
	return n.props.typ.canonical(&vc, text)
}

// Canonical returns the canonical form of a value of a leaf or leaf-list in RFC 7951's
// text form, or an error that says what is allowed.
func (n *Node) Canonical(text string) (string, error) {
	if n.props.typ == nil {
		return "", fmt.Errorf("%s %s has no value", n.def.kind, n.DataPath())
	}
	v, err := n.canonical(text)
	if err != nil {
		return "", n.valueError(err, text, false)
	}
	return v, nil
}

// valueError turns a type error into an Error, without path and origin.
func (n *Node) valueError(err *typeError, text string, tainted bool) *Error {
	e := &Error{Rule: err.rule, Pos: err.pos, Tag: "invalid-value", AppTag: err.appTag, Hint: err.hint}
	shown := fmt.Sprintf("%q", text)
	if len(shown) > 100 {
		shown = fmt.Sprintf("%.90q…", text)
	}
	if tainted || n.Secret() {
		shown = "the value"
	}
	e.Message = shown + " " + err.message
	if e.Pos == (Pos{}) {
		e.Pos = n.Pos()
	}
	return e
}

// stepKeys returns the canonical key values of a step, in the order of the key statement.
func (n *Node) stepKeys(st PathStep) ([]string, error) {
	keys := n.Keys()
	if len(keys) != len(st.Keys) {
		return nil, fmt.Errorf("list %s needs the keys %q", n.DataPath(), n.props.keys)
	}
	out := make([]string, len(keys))
	for i, k := range keys {
		j := slices.IndexFunc(st.Keys, func(pk PathKey) bool { return pk.Name == k.def.name })
		if j < 0 {
			return nil, fmt.Errorf("list %s needs the key %q", n.DataPath(), k.def.name)
		}
		v, err := k.canonical(st.Keys[j].Value)
		if err != nil {
			return nil, k.valueError(err, st.Keys[j].Value, false)
		}
		out[i] = v
	}
	return out, nil
}

// Delete removes the node at a path with its subtree, and the containers without
// presence above it that are empty then. It returns false when there was none, or when
// it is a key, which goes only with its entry.
func (t *Tree) Delete(path string) bool {
	d := t.Get(path)
	if d == nil {
		return false
	}
	return t.Remove(d)
}

// Remove is Delete for a node of this tree in hand.
func (t *Tree) Remove(d *Data) bool {
	up := d.parent
	if up == nil || d.node.IsKey() {
		return false
	}
	up.remove(d)
	for up.parent != nil && len(up.Children()) == 0 && up.node.def.kind == KindContainer && !up.node.props.presence {
		next := up.parent
		next.remove(up)
		up = next
	}
	return true
}

// Move places an entry of an ordered-by user list or leaf-list before or after an
// anchor entry of the same list; without anchor first, or last when after is set.
func (t *Tree) Move(d, anchor *Data, after bool) {
	up := d.parent
	if up == nil || d == anchor || !d.node.keepOrder() || anchor != nil && (anchor.parent != up || anchor.node != d.node) {
		return
	}
	i := slices.Index(up.Children(), d)
	up.setChildren(slices.Delete(up.Children(), i, i+1))
	lo, hi := up.span(d.node)
	at := lo
	switch {
	case anchor != nil:
		at = slices.Index(up.Children(), anchor)
		if after {
			at++
		}
	case after:
		at = hi
	}
	up.setChildren(slices.Insert(up.Children(), at, d))
}

// Clone returns a copy that shares nothing that can change.
func (t *Tree) Clone() *Tree {
	return &Tree{schema: t.schema, root: t.root.copyTo(nil)}
}

// Walk calls f for every node below the root, parents first, in canonical order. When f
// returns false, what is below the node is left out.
func (t *Tree) Walk(f func(*Data) bool) {
	for _, k := range t.root.Children() {
		k.walk(f)
	}
}

func (d *Data) walk(f func(*Data) bool) {
	if !f(d) {
		return
	}
	for _, k := range d.Children() {
		k.walk(f)
	}
}

// Leaves returns every node with a value, keys included, in canonical order.
func (t *Tree) Leaves() []*Data {
	var out []*Data
	t.Walk(func(d *Data) bool {
		if d.Leaf() {
			out = append(out, d)
		}
		return true
	})
	return out
}
