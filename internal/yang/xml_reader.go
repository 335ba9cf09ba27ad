// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// Reading XML: namespaces in scope, limits, matching tags.

// limitReader fails, rather than ends, when the limit is reached.
type limitReader struct {
	r    io.Reader
	left int64
}

var errTooLarge = errors.New("the document is too large")

func (l *limitReader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	return n, err
}

type xmlDecoder struct {
	schema   *Schema
	o        XMLOptions
	limit    *limitReader
	dec      *xml.Decoder
	bindings []binding // namespaces in scope, innermost last
	depth    int
	unknown  []Unknown
	places   []*Data // the parents of what is unknown
	errs     []finding
}

type binding struct{ prefix, uri string }

// frame is the open element.
type frame struct {
	name     xml.Name // with the prefix as written
	bindings int      // how many were in force outside
}

func (d *xmlDecoder) line() int {
	line, _ := d.dec.InputPos()
	return line
}

func (d *xmlDecoder) origin(line int) Origin { return Origin{d.o.Layer, line} }

func (d *xmlDecoder) syntax(err error) string {
	var se *xml.SyntaxError
	if errors.As(err, &se) {
		return "the XML is malformed: " + se.Msg
	}
	return "the XML is malformed: " + err.Error()
}

// lookup returns the namespace of a prefix. Without any default namespace, "" is bound
// to nothing.
func (d *xmlDecoder) lookup(prefix string) (string, bool) {
	for i := len(d.bindings) - 1; i >= 0; i-- {
		if d.bindings[i].prefix == prefix {
			return d.bindings[i].uri, true
		}
	}
	return "", prefix == ""
}

// open enters an element: its namespace declarations come into force.
func (d *xmlDecoder) open(e xml.StartElement) (frame, error) {
	f := frame{name: e.Name, bindings: len(d.bindings)}
	if d.depth++; d.depth > d.o.MaxDepth {
		return f, fmt.Errorf("nested deeper than %d", d.o.MaxDepth)
	}
	for _, a := range e.Attr {
		switch {
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			d.bindings = append(d.bindings, binding{"", a.Value})
		case a.Name.Space == "xmlns":
			d.bindings = append(d.bindings, binding{a.Name.Local, a.Value})
		}
	}
	if _, ok := d.lookup(e.Name.Space); !ok {
		return f, fmt.Errorf("prefix %q is not declared", e.Name.Space)
	}
	return f, nil
}

func (d *xmlDecoder) close(f frame, e xml.EndElement) error {
	if e.Name != f.name {
		return fmt.Errorf("<%s> is closed by </%s>", rawName(f.name), rawName(e.Name))
	}
	d.bindings = d.bindings[:f.bindings]
	d.depth--
	return nil
}

func rawName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// next returns the next start, end or text token.
func (d *xmlDecoder) next() (xml.Token, error) {
	for {
		tok, err := d.dec.RawToken()
		if err != nil {
			return nil, err
		}
		switch tok.(type) {
		case xml.StartElement, xml.EndElement, xml.CharData:
			return tok, nil
		case xml.Directive:
			return nil, errors.New("document types are not accepted")
		}
	}
}

type attr struct{ space, local, value string }

// resolveAttrs returns the attributes in a namespace, while their prefixes are in scope.
func (d *xmlDecoder) resolveAttrs(list []xml.Attr) []attr {
	var out []attr
	for _, a := range list {
		if a.Name.Space == "" || a.Name.Space == "xmlns" {
			continue
		}
		if uri, ok := d.lookup(a.Name.Space); ok {
			out = append(out, attr{uri, a.Name.Local, a.Value})
		}
	}
	return out
}

func (d *xmlDecoder) attributes(c *Data, list []attr) {
	if d.o.Attr == nil {
		return
	}
	for _, a := range list {
		d.o.Attr(c, a.space, a.local, a.value)
	}
}

// removes says whether the attributes hold the operation "delete" or "remove".
func removes(list []attr) bool {
	for _, a := range list {
		if a.space == NetconfNamespace && a.local == "operation" && (a.value == "delete" || a.value == "remove") {
			return true
		}
	}
	return false
}

// skip reads over an element.
func (d *xmlDecoder) skip(f frame) error {
	open := []frame{f}
	for len(open) > 0 {
		tok, err := d.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return fmt.Errorf("<%s> is not closed", rawName(f.name))
			}
			return err
		}
		switch x := tok.(type) {
		case xml.StartElement:
			in, err := d.open(x)
			if err != nil {
				return err
			}
			open = append(open, in)
		case xml.EndElement:
			if err := d.close(open[len(open)-1], x); err != nil {
				return err
			}
			open = open[:len(open)-1]
		}
	}
	return nil
}
