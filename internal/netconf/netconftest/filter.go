// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"encoding/xml"

	"github.com/strowger/strowger/internal/yang"
)

// matches says whether a filter element names a node. The protocol's own namespace, which a filter
// inherits where it declares none, counts as any.
func (e *element) matches(namespace, name string) bool {
	return e.name == name && (e.space == namespace || e.space == "" || e.space == netconfNamespace)
}

// selects says whether the element is a content match node: it has text and no children.
func (e *element) contentMatch() bool { return len(e.children) == 0 && e.text != "" }

// splitFilter divides the children of a containment node (RFC 6241 section 6.2).
func splitFilter(f *element) (matches, others []*element) {
	for _, child := range f.children {
		if child.contentMatch() {
			matches = append(matches, child)
		} else {
			others = append(others, child)
		}
	}
	return matches, others
}

// filterTree returns the part of a tree that a subtree filter selects; nil selects everything.
func filterTree(t *yang.Tree, filter *element) *yang.Tree {
	if filter == nil {
		return t
	}
	out := yang.NewTree(t.Schema())
	for _, d := range t.Root().Children() {
		for _, f := range filter.children {
			selectData(out, d, f)
		}
	}
	return out
}

// selectData copies what f selects of d, and says whether that was anything.
func selectData(out *yang.Tree, d *yang.Data, f *element) bool {
	if !f.matches(d.Node().Module().Namespace, d.Node().Name()) {
		return false
	}
	if len(f.children) == 0 {
		if f.text != "" && !equalValue(d, f.text) {
			return false
		}
		out.Copy(d)
		return true
	}
	matches, others := splitFilter(f)
	for _, m := range matches {
		if !hasChild(d, m) {
			return false
		}
	}
	if len(others) == 0 {
		out.Copy(d)
		return true
	}
	selected := false
	for _, child := range d.Children() {
		for _, o := range append(others, matches...) {
			selected = selectData(out, child, o) || selected
		}
	}
	return selected
}

func hasChild(d *yang.Data, m *element) bool {
	for _, child := range d.Children() {
		if m.matches(child.Node().Module().Namespace, child.Node().Name()) && equalValue(child, m.text) {
			return true
		}
	}
	return false
}

// equalValue compares a value with text of a filter, in which prefixes stand for module names.
func equalValue(d *yang.Data, text string) bool {
	return d.Value() == text || localName(d.Value()) == localName(text)
}

// filterElements appends what a subtree filter selects of the children of root to b; nil selects all.
func filterElements(b *bytes.Buffer, root, filter *element) {
	for _, e := range root.children {
		if filter == nil {
			e.write(b, "")
			continue
		}
		for _, f := range filter.children {
			if part := e.filter(f); part != nil {
				part.write(b, "")
			}
		}
	}
}

// filter returns the part of e that f selects, or nil.
func (e *element) filter(f *element) *element {
	if !f.matches(e.space, e.name) {
		return nil
	}
	if len(f.children) == 0 {
		if f.text != "" && f.text != e.text {
			return nil
		}
		return e
	}
	matches, others := splitFilter(f)
	for _, m := range matches {
		found := false
		for _, child := range e.children {
			found = found || m.matches(child.space, child.name) && m.text == child.text
		}
		if !found {
			return nil
		}
	}
	if len(others) == 0 {
		return e
	}
	part := *e
	part.children = nil
	for _, child := range e.children {
		for _, o := range append(others, matches...) {
			if selected := child.filter(o); selected != nil {
				part.children = append(part.children, selected)
				break
			}
		}
	}
	if len(part.children) == 0 {
		return nil
	}
	return &part
}

// write encodes an element whose parent's default namespace is outer.
func (e *element) write(b *bytes.Buffer, outer string) {
	b.WriteString("<" + e.name)
	if e.space != outer {
		b.WriteString(` xmlns="`)
		_ = xml.EscapeText(b, []byte(e.space)) // a Buffer does not fail
		b.WriteString(`"`)
	}
	for prefix, namespace := range e.prefixes {
		if prefix != "" && len(e.children) == 0 {
			b.WriteString(" xmlns:" + prefix + `="` + namespace + `"`)
		}
	}
	b.WriteString(">")
	b.Write(e.content)
	_ = xml.EscapeText(b, []byte(e.text))
	for _, child := range e.children {
		child.write(b, e.space)
	}
	b.WriteString("</" + e.name + ">")
}
