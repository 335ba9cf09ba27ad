// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
)

const netconfNamespace = "urn:ietf:params:xml:ns:netconf:base:1.0"

// parseXML reads a document with one or several top-level elements; a <config> or
// <data> around them is looked through, as render does.
func parseXML(data []byte) ([]*node, error) {
	r := xmlReader{data: data, dec: xml.NewDecoder(bytes.NewReader(data))}
	root := &node{kind: object, bound: map[string]string{"xml": "http://www.w3.org/XML/1998/namespace"}}
	root.end = len(data)
	if err := r.read(root); err != nil {
		return nil, err
	}
	if len(root.kids) == 1 {
		if c := root.kids[0]; (c.name == "config" || c.name == "data") && (c.space == "" || c.space == netconfNamespace) {
			c.kind, c.parent = object, nil
			root = c
		}
	}
	return []*node{root}, nil
}

type xmlReader struct {
	data  []byte
	dec   *xml.Decoder
	nodes int
	at    int // up to where lines were counted
	line  int
}

func (r *xmlReader) lineOf(at int) int {
	r.line += bytes.Count(r.data[r.at:at], []byte("\n"))
	r.at = at
	return r.line + 1
}

// open is an element that is not closed yet, with how many pieces of text are in it. A
// comment or an instruction, around which a text would have to be kept, counts twice.
type open struct {
	*node
	pieces int
}

func (r *xmlReader) read(root *node) error {
	stack := []open{{root, 0}}
	for {
		from := int(r.dec.InputOffset())
		token, err := r.dec.RawToken()
		to := int(r.dec.InputOffset())
		top := &stack[len(stack)-1]
		switch {
		case errors.Is(err, io.EOF) && len(stack) == 1:
			return nil
		case errors.Is(err, io.EOF):
			return fmt.Errorf("line %d: the element %s has no end", top.line, top.name)
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			c, err := r.element(top.node, t, from, to)
			if err != nil {
				return err
			}
			if len(stack) > maxDepth {
				return errTooLarge
			}
			stack = append(stack, open{c, 0})
		case xml.EndElement:
			if len(stack) == 1 || top.name != t.Name.Local || top.prefix != t.Name.Space {
				return fmt.Errorf("line %d: the end of %s without its element", r.lineOf(from), t.Name.Local)
			}
			top.end, top.after = from, to
			top.odd = top.kind == scalar && top.pieces > 1
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if err := r.chars(top.node, from, to, string(t)); err != nil {
				return err
			}
			top.pieces++
		case xml.Directive:
			return errors.New("a document type is not allowed")
		default:
			top.pieces += 2
		}
	}
}

func (r *xmlReader) chars(top *node, from, to int, value string) error {
	if top.parent == nil || top.kind == object {
		if !blank(strings.TrimPrefix(value, "\ufeff")) {
			return fmt.Errorf("line %d: text where only elements may be", r.lineOf(from))
		}
		return nil
	}
	top.value += value
	if bytes.HasPrefix(r.data[from:to], []byte("<![CDATA[")) {
		top.style = cdata
	}
	return nil
}

func (r *xmlReader) element(top *node, t xml.StartElement, from, to int) (*node, error) {
	if r.nodes++; r.nodes > maxNodes {
		return nil, errTooLarge
	}
	if top.kind == scalar {
		if !blank(top.value) {
			return nil, fmt.Errorf("line %d: text beside elements", top.line)
		}
		top.kind, top.value = object, ""
	}
	c := &node{name: t.Name.Local, prefix: t.Name.Space, bound: top.bound,
		begin: from, key: from, start: to, end: to, line: r.lineOf(from)}
	for _, a := range t.Attr {
		prefix := a.Name.Local
		switch {
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			prefix = ""
		case a.Name.Space != "xmlns":
			continue
		}
		own := maps.Clone(c.bound)
		own[prefix] = a.Value
		c.bound = own
	}
	c.space = c.bound[c.prefix]
	if c.prefix != "" && c.space == "" {
		return nil, fmt.Errorf("line %d: the prefix %s is not declared", c.line, c.prefix)
	}
	top.add(c)
	return c, nil
}
