// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
)

// node is an element of a small document that is kept whole: an rpc-error, a hello, a notification.
type node struct {
	element
	children []*node
	text     []byte // its own, without that of children
	content  []byte // what is between its tags, as it was written
}

// parseNode parses a document whose depth was checked before.
func parseNode(document []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(document))
	var root *node
	var open []*node
	var from []int64 // where the content of each open element begins
	for {
		at := d.InputOffset()
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, malformed(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			n := newNode(t, open)
			switch {
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.children = append(parent.children, n)
			case root == nil:
				root = n
			default:
				return nil, malformed(errors.New("a second root element"))
			}
			open, from = append(open, n), append(from, d.InputOffset())
		case xml.EndElement:
			last := len(open) - 1
			if last < 0 || open[last].name != qualified(t.Name) {
				return nil, malformed(fmt.Errorf("</%s> closes no element", qualified(t.Name)))
			}
			open[last].content = document[from[last]:max(at, from[last])]
			open, from = open[:last], from[:last]
		case xml.CharData:
			if len(open) > 0 {
				n := open[len(open)-1]
				n.text = append(n.text, t...)
			}
		}
	}
	if root == nil || len(open) > 0 {
		return nil, malformed(io.ErrUnexpectedEOF)
	}
	return root, nil
}

func newNode(t xml.StartElement, open []*node) *node {
	var outer map[string]string
	if len(open) > 0 {
		outer = open[len(open)-1].scope
	}
	n := &node{element: element{name: qualified(t.Name), local: t.Name.Local, attrs: slices.Clone(t.Attr), scope: scopeOf(outer, t.Attr)}}
	n.namespace = n.scope[t.Name.Space]
	return n
}

// qualified returns a raw name as it is written.
func qualified(name xml.Name) string {
	if name.Space == "" {
		return name.Local
	}
	return name.Space + ":" + name.Local
}

// child returns the first child of that local name in n's namespace, or an empty node, so that calls can
// be chained.
func (n *node) child(local string) *node {
	for _, c := range n.children {
		if c.is(n.namespace, local) {
			return c
		}
	}
	return &node{}
}

// value returns the text without white space around it.
func (n *node) value() string { return string(bytes.TrimSpace(n.text)) }

// exists says whether this is an element that was there.
func (n *node) exists() bool { return n.local != "" }

// document returns the element as a document of its own, with all prefixes in scope declared on it.
func (n *node) document() []byte {
	return slices.Concat(openTag(n.name, n.scope), n.content, []byte("</"+n.name+">"))
}
