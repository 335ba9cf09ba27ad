// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

const (
	netconfNamespace = "urn:ietf:params:xml:ns:netconf:base:1.0"
	yangNamespace    = "urn:ietf:params:xml:ns:yang:1"
)

// EditConfig returns the content of <config> for an <edit-config> whose
// default-operation is merge: only what changes, its ancestors and their keys.
// Nodes are created and modified by merge and deleted by remove, so that the same
// edit can be sent twice. It holds the real values of Secrets: never show it.
func (p *Plan) EditConfig() ([]byte, error) {
	if p.Empty() {
		return nil, nil
	}
	t := editTree{root: &editNode{}, of: map[*yang.Data]*editNode{}}
	for i := range p.Changes {
		c := &p.Changes[i]
		d := c.data()
		if d == nil {
			return nil, fmt.Errorf("edit %s: this plan was read back from JSON; bind it to a schema first", c.Path)
		}
		t.node(d).change = c
	}
	var w editWriter
	for _, e := range t.root.kids {
		e.sort()
		w.topLevel(e)
	}
	return w.b.Bytes(), w.err
}

// editNode is an element of the edit.
type editNode struct {
	data   *yang.Data
	change *Change // nil: it only leads to what changes
	kids   []*editNode
	byName map[string]*editNode // by identity, when there are many
}

// editTree finds the elements for data of the intended and the observed tree.
type editTree struct {
	root *editNode
	of   map[*yang.Data]*editNode
}

func (t *editTree) node(d *yang.Data) *editNode {
	if d.Parent() == nil {
		return t.root
	}
	if e := t.of[d]; e != nil {
		return e
	}
	up := t.node(d.Parent())
	if k := d.Node().Kind(); k != yang.KindContainer && k != yang.KindList {
		e := &editNode{data: d} // a leaf has but one change and leads nowhere
		up.kids = append(up.kids, e)
		return e
	}
	e := up.child(d)
	t.of[d] = e
	return e
}

// child returns the element below e that stands for d, making it when needed.
func (e *editNode) child(d *yang.Data) *editNode {
	if n := len(e.kids); n > 0 && sameInstance(e.kids[n-1].data, d) {
		return e.kids[n-1]
	}
	if e.byName == nil {
		e.byName = map[string]*editNode{}
	}
	id := d.Node().QName() + "\x00" + strings.Join(identity(d, false), "\x00")
	c := e.byName[id]
	if c == nil {
		c = &editNode{data: d}
		e.byName[id] = c
		e.kids = append(e.kids, c)
	}
	return c
}

// uses reports which attributes occur at or below e.
func (e *editNode) uses() (operation, insert bool) {
	if c := e.change; c != nil {
		operation = c.Op == Delete || replaces(c)
		insert = c.Insert != nil
	}
	for _, k := range e.kids {
		o, i := k.uses()
		operation, insert = operation || o, insert || i
	}
	return operation, insert
}

// replaces reports whether the new value takes the place of the old one as a whole.
func replaces(c *Change) bool {
	k := c.data().Node().Kind()
	return c.Op == Modify && (k == yang.KindAnyData || k == yang.KindAnyXML)
}

type editWriter struct {
	b   bytes.Buffer
	err error
}

func (w *editWriter) topLevel(e *editNode) {
	var attrs []xmlAttr
	operation, insert := e.uses()
	if operation {
		attrs = append(attrs, xmlAttr{"xmlns:nc", netconfNamespace})
	}
	if insert {
		attrs = append(attrs, xmlAttr{"xmlns:yang", yangNamespace})
	}
	w.element(e, "", attrs)
}

type xmlAttr struct{ name, value string }

func (w *editWriter) element(e *editNode, namespace string, attrs []xmlAttr) {
	n := e.data.Node()
	ns := n.Module().Namespace
	if ns != namespace {
		attrs = append([]xmlAttr{{"xmlns", ns}}, attrs...)
	}
	c := e.change
	deleted := c != nil && c.Op == Delete
	if deleted {
		attrs = append(attrs, xmlAttr{"nc:operation", "remove"})
	}
	if c != nil && c.Insert != nil {
		attrs = w.insertAttrs(c, attrs)
	}
	switch n.Kind() {
	case yang.KindContainer:
		if deleted {
			w.empty(n, attrs)
			return
		}
		w.parent(e, attrs)
	case yang.KindList:
		w.parent(e, attrs)
	case yang.KindAnyData, yang.KindAnyXML:
		w.any(c, attrs)
	case yang.KindLeaf:
		// Some servers parse the value of a leaf that is to go: of a union they want one.
		if deleted && n.Type().Kind() != yang.TypeUnion {
			w.empty(n, attrs)
			return
		}
		w.leaf(c.data(), attrs)
	case yang.KindLeafList:
		w.leaf(c.data(), attrs)
	}
}

func (w *editWriter) open(n *yang.Node, attrs []xmlAttr) {
	w.b.WriteByte('<')
	w.b.WriteString(n.Name())
	for _, a := range attrs {
		w.b.WriteByte(' ')
		w.b.WriteString(a.name)
		w.b.WriteString(`="`)
		w.text(a.value)
		w.b.WriteByte('"')
	}
}

func (w *editWriter) empty(n *yang.Node, attrs []xmlAttr) {
	w.open(n, attrs)
	w.b.WriteString("/>")
}

func (w *editWriter) text(s string) { _ = xml.EscapeText(&w.b, []byte(s)) } // a bytes.Buffer does not fail

func (w *editWriter) close(n *yang.Node) {
	w.b.WriteString("</")
	w.b.WriteString(n.Name())
	w.b.WriteByte('>')
}

// parent writes a container or list entry: keys first, then what changes in it.
func (w *editWriter) parent(e *editNode, attrs []xmlAttr) {
	n := e.data.Node()
	keys := n.Keys()
	deleted := e.change != nil && e.change.Op == Delete
	if len(keys) == 0 && (len(e.kids) == 0 || deleted) {
		w.empty(n, attrs)
		return
	}
	w.open(n, attrs)
	w.b.WriteByte('>')
	for _, k := range keys {
		d := e.data.Child(k.Module().Name, k.Name())
		if d == nil {
			w.fail(fmt.Errorf("edit %s: the entry has no key %q", e.data.RedactedPath(), k.Name()))
			return
		}
		w.leaf(d, nil)
	}
	if !deleted {
		for _, c := range e.kids {
			w.element(c, n.Module().Namespace, nil)
		}
	}
	w.close(n)
}

func (w *editWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *editWriter) leaf(d *yang.Data, attrs []xmlAttr) {
	text, prefixes := d.XMLValue()
	attrs = w.declare(d, attrs, prefixes)
	w.open(d.Node(), attrs)
	if text == "" {
		w.b.WriteString("/>")
		return
	}
	w.b.WriteByte('>')
	w.text(text)
	w.close(d.Node())
}

// declare adds the declarations of prefixes to attrs.
func (w *editWriter) declare(d *yang.Data, attrs []xmlAttr, prefixes []yang.XMLNS) []xmlAttr {
	for _, p := range prefixes {
		a := xmlAttr{"xmlns:" + p.Prefix, p.URI}
		if p.Prefix == "" {
			a.name = "xmlns"
		}
		i := slices.IndexFunc(attrs, func(x xmlAttr) bool { return x.name == a.name })
		switch {
		case i < 0:
			attrs = append(attrs, a)
		case attrs[i] != a:
			w.fail(fmt.Errorf("edit %s: its values need the prefix %q for two namespaces", d.RedactedPath(), p.Prefix))
		}
	}
	return attrs
}

// any writes the content of an anydata or anyxml node as it is.
func (w *editWriter) any(c *Change, attrs []xmlAttr) {
	if c.Op == Delete {
		w.empty(c.old.Node(), attrs)
		return
	}
	var b bytes.Buffer
	if err := yang.EncodeXML(&b, c.new); err != nil {
		w.fail(fmt.Errorf("edit %s: %w", c.Path, err))
		return
	}
	content := bytes.TrimSpace(b.Bytes())
	name := "<" + c.new.Node().Name()
	if !bytes.HasPrefix(content, []byte(name)) {
		w.fail(fmt.Errorf("edit %s: unexpected encoding", c.Path))
		return
	}
	w.b.WriteString(name)
	for _, a := range attrs {
		if a.name != "xmlns" {
			w.b.WriteString(" " + a.name + `="` + a.value + `"`)
		}
	}
	if replaces(c) {
		w.b.WriteString(` nc:operation="replace"`)
	}
	w.b.Write(content[len(name):])
}
