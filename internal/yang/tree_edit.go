// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"slices"
)

// Set creates or changes the node at an instance path. Missing nodes above it and key
// leafs are created, nodes of other cases removed. value is in RFC 7951's text form, ""
// for containers and list entries; of anydata it is JSON. Origin and taint are those of
// all nodes created.
func (t *Tree) Set(path, value string, o Origin, tainted bool) (*Data, error) {
	steps, err := ParsePath(path)
	if err != nil {
		return nil, err
	}
	d, module := t.root, ""
	if m := d.node.mod; m != nil {
		module = m.Name
	}
	steps, ok := d.node.belowRoot(steps)
	if !ok {
		return nil, fmt.Errorf("path %q: the tree holds what is below %s", path, d.Path())
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("path %q: the root has no value", path)
	}
	for i, st := range steps {
		if st.Module != "" {
			module = st.Module
		}
		n := d.node.Child(module, st.Name)
		if n == nil {
			return nil, unknownNode(d.node, module, st.Name)
		}
		if i == len(steps)-1 && n.def.kind == KindLeafList && st.Value == nil {
			st.Value = &value
		}
		if d, err = d.obtain(n, st, o, tainted && i == len(steps)-1); err != nil {
			return nil, err
		}
	}
	if d.node.def.kind == KindLeafList {
		d.taint = tainted
	} else if err := d.assign(value, tainted); err != nil {
		return nil, err
	}
	d.layer, d.line = o.Layer, int32(o.Line)
	return d, nil
}

// assign sets the value of a leaf or anydata.
func (d *Data) assign(value string, tainted bool) error {
	n := d.node
	switch n.def.kind {
	case KindLeaf:
		v, terr := n.canonical(value)
		if terr != nil {
			e := n.valueError(terr, value, tainted)
			e.Path = d.RedactedPath()
			return e
		}
		if n.IsKey() && v != d.value {
			return fmt.Errorf("%s is a key: its value cannot change", d.RedactedPath())
		}
		d.value, d.as, d.taint, d.dflt = v, 0, tainted, false
	case KindAnyData, KindAnyXML:
		doc, err := ParseJSON([]byte(value))
		if err != nil {
			return err
		}
		d.value, d.taint, d.dflt = n.anyText(doc), tainted, false
	default:
		if value != "" {
			return fmt.Errorf("%s is a %s: it has no value", d.RedactedPath(), n.def.kind)
		}
	}
	return nil
}

// obtain returns the instance of n that a step means, creating it where missing.
func (d *Data) obtain(n *Node, st PathStep, o Origin, tainted bool) (*Data, error) {
	if have := d.find(n, st); have != nil && (n.def.kind != KindList && n.def.kind != KindLeafList || st.Value != nil || st.Index > 0 || len(st.Keys) > 0) {
		return have, nil
	}
	c := &Data{node: n, layer: o.Layer, line: int32(o.Line)}
	switch n.def.kind {
	case KindList:
		keys, err := n.stepKeys(st)
		if err != nil {
			return nil, err
		}
		for i, k := range n.Keys() {
			c.add(&Data{node: k, value: keys[i], layer: o.Layer, line: int32(o.Line)})
		}
	case KindLeafList:
		if st.Value == nil {
			return nil, fmt.Errorf("leaf-list %s needs a value", n.DataPath())
		}
		v, terr := n.canonical(*st.Value)
		if terr != nil {
			return nil, n.valueError(terr, *st.Value, tainted)
		}
		if have := d.entry(n, []string{v}); have != nil {
			have.taint = tainted
			return have, nil
		}
		c.value, c.taint = v, tainted
	}
	d.clearCases(n)
	d.insert(c)
	return c, nil
}

// Copy puts a copy of a node of any tree of an equal schema at the same path of this
// one, in place of what is there. Missing nodes above are created with their keys.
func (t *Tree) Copy(d *Data) *Data {
	if d.parent == nil {
		t.root = d.copyTo(nil)
		return t.root
	}
	up := t.above(d.parent)
	old := up.same(d)
	c := d.copyTo(up)
	up.clearCases(d.node)
	if old != nil {
		i := slices.Index(up.Children(), old)
		old.parent = nil
		up.Children()[i] = c
		if up.index() != nil {
			up.reindex()
		}
		return c
	}
	up.insert(c)
	return c
}

// above returns the node of t that corresponds to d, created with its keys only.
func (t *Tree) above(d *Data) *Data {
	if d.parent == nil {
		return t.root
	}
	up := t.above(d.parent)
	if have := up.same(d); have != nil {
		return have
	}
	c := &Data{node: d.node, layer: d.layer, line: d.line, taint: d.taint}
	for _, k := range d.Children() {
		if k.node.flags&flagKey == 0 {
			break
		}
		kc := *k
		c.add(&kc)
	}
	up.clearCases(d.node)
	up.insert(c)
	return c
}

// same returns the child that corresponds to a node of another tree.
func (d *Data) same(o *Data) *Data {
	switch o.node.def.kind {
	case KindList:
		if len(o.node.props.keys) == 0 {
			return nil
		}
		return d.entry(o.node, o.Keys())
	case KindLeafList:
		return d.entry(o.node, []string{o.value})
	}
	return d.first(o.node)
}
