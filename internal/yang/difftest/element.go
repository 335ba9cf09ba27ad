// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// element is an XML element of a document that is to be broken; unlike a yang.Tree it may
// hold anything. Node is its schema node, nil when unknown.
type element struct {
	name  string
	attrs []xml.Attr // namespace declarations among them, as written
	text  string     // of an element without children
	kids  []*element
	node  *yang.Node
	// raw is written in the place of all of it, if not empty.
	raw string
}

// parse reads a document that XML made, of what is below a schema node; the root element
// is a pseudo one.
func parse(top *yang.Node, doc []byte) (*element, error) {
	s := top.Schema()
	dec := xml.NewDecoder(bytes.NewReader(doc))
	root := &element{node: top}
	stack := []*element{root}
	for {
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		at := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			e := &element{name: tok.Name.Local, attrs: slices.Clone(tok.Attr)}
			e.bind(s, at)
			at.kids = append(at.kids, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if text := string(tok); strings.TrimSpace(text) != "" || at.node != nil && at.node.Type() != nil {
				at.text += text
			}
		}
	}
}

// bind finds the schema node of an element below a parent.
func (e *element) bind(s *yang.Schema, parent *element) {
	if parent.node == nil {
		return
	}
	var module *yang.Module
	if parent.name != "" {
		module = parent.node.Module()
	}
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local == "xmlns" {
			module = s.ModuleByNamespace(a.Value)
		}
	}
	if module != nil {
		e.node = parent.node.Child(module.Name, e.name)
	}
}

// clone returns a deep copy.
func (e *element) clone() *element {
	c := *e
	c.attrs = slices.Clone(e.attrs)
	c.kids = make([]*element, len(e.kids))
	for i, k := range e.kids {
		c.kids[i] = k.clone()
	}
	return &c
}

// child returns the first child with a schema node, nil when there is none.
func (e *element) child(n *yang.Node) *element {
	for _, k := range e.kids {
		if k.node == n {
			return k
		}
	}
	return nil
}

// place is an element and where it is.
type place struct {
	parent *element
	index  int
}

func (p place) element() *element { return p.parent.kids[p.index] }

// remove takes the element out.
func (p place) remove() { p.parent.kids = slices.Delete(p.parent.kids, p.index, p.index+1) }

// insert puts another element before it.
func (p place) insert(e *element) { p.parent.kids = slices.Insert(p.parent.kids, p.index, e) }

// places returns all elements below that the filter accepts, in document order.
func (e *element) places(accept func(*element) bool) []place {
	var out []place
	for i, k := range e.kids {
		if k.node != nil && accept(k) {
			out = append(out, place{e, i})
		}
		out = append(out, k.places(accept)...)
	}
	return out
}

// bytes writes the children of a root as a document.
func (e *element) bytes() []byte {
	var b bytes.Buffer
	for _, k := range e.kids {
		k.write(&b)
	}
	return b.Bytes()
}

func (e *element) write(b *bytes.Buffer) {
	if e.raw != "" {
		b.WriteString(e.raw)
		return
	}
	fmt.Fprintf(b, "<%s", e.name)
	for _, a := range e.attrs {
		name := a.Name.Local
		if a.Name.Space != "" {
			name = a.Name.Space + ":" + name
		}
		fmt.Fprintf(b, " %s=\"", name)
		_ = xml.EscapeText(b, []byte(a.Value)) // a buffer takes all
		b.WriteByte('"')
	}
	b.WriteByte('>')
	_ = xml.EscapeText(b, []byte(e.text))
	for _, k := range e.kids {
		b.WriteByte('\n')
		k.write(b)
	}
	fmt.Fprintf(b, "</%s>", e.name)
}
