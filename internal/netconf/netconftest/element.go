// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

const maxDepth = 200

// element is an XML element of a request. The content of a config element is kept as text instead of
// children: it is for the YANG engine to read.
type element struct {
	space, name string
	attrs       []xml.Attr // without namespace declarations
	prefixes    map[string]string
	children    []*element
	text        string
	content     []byte // of a config element
	bare        []bareAttribute
}

// bareAttribute is an attribute without namespace within the content of a config element.
type bareAttribute struct {
	name string
	path []string // local names of the elements, from the top-level one on
}

func (e *element) child(name string) *element {
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// value returns the text of a child, or "".
func (e *element) value(name string) string {
	if c := e.child(name); c != nil {
		return c.text
	}
	return ""
}

func (e *element) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// document returns the content of a config element as a document of its own, with all prefixes in scope.
func (e *element) document() []byte {
	const own = "strowger-nc" // a prefix that nobody else uses
	var b bytes.Buffer
	b.WriteString("<" + own + ":config xmlns:" + own + `="` + netconfNamespace + `"`)
	for _, prefix := range slices.Sorted(maps.Keys(e.prefixes)) {
		b.WriteString(" xmlns")
		if prefix != "" {
			b.WriteString(":" + prefix)
		}
		b.WriteString(`="`)
		_ = xml.EscapeText(&b, []byte(e.prefixes[prefix])) // a Buffer does not fail
		b.WriteString(`"`)
	}
	b.WriteString(">")
	b.Write(e.content)
	b.WriteString("</" + own + ":config>")
	return b.Bytes()
}

// parseElement reads the root element of a message. Namespaces are resolved here, not by the decoder, so
// that prefixes are at hand where text uses them.
func parseElement(message []byte) (*element, error) {
	p := &elementParser{decoder: xml.NewDecoder(bytes.NewReader(message)), message: message}
	for {
		token, err := p.decoder.RawToken()
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			return p.element(t, nil, 0)
		case xml.Directive:
			return nil, errors.New("document type declarations are not allowed")
		}
	}
}

type elementParser struct {
	decoder *xml.Decoder
	message []byte
}

func (p *elementParser) element(start xml.StartElement, scope map[string]string, depth int) (*element, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("elements nested more than %d deep", maxDepth)
	}
	e, err := newElement(start, scope)
	if err != nil {
		return nil, err
	}
	from := p.decoder.InputOffset()
	opaque := e.name == "config"
	var text strings.Builder
	var path []string
	for {
		at := p.decoder.InputOffset()
		token, err := p.decoder.RawToken()
		if err != nil {
			return nil, noEOF(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if opaque {
				path = append(path, t.Name.Local)
				e.noteBare(t.Attr, path)
				continue
			}
			child, err := p.element(t, e.prefixes, depth+1)
			if err != nil {
				return nil, err
			}
			e.children = append(e.children, child)
		case xml.EndElement:
			if len(path) > 0 {
				path = path[:len(path)-1]
				continue
			}
			if t.Name != start.Name {
				return nil, fmt.Errorf("element %s ended by %s", start.Name.Local, t.Name.Local)
			}
			if opaque {
				e.content = p.message[from:at]
			}
			e.text = strings.TrimSpace(text.String())
			return e, nil
		case xml.CharData:
			if !opaque {
				text.Write(t)
			}
		}
	}
}

func (e *element) noteBare(attrs []xml.Attr, path []string) {
	for _, a := range attrs {
		if a.Name.Space == "" && a.Name.Local != "xmlns" {
			e.bare = append(e.bare, bareAttribute{a.Name.Local, slices.Clone(path)})
		}
	}
}

func newElement(start xml.StartElement, scope map[string]string) (*element, error) {
	e := &element{name: start.Name.Local, prefixes: scope}
	for _, a := range start.Attr {
		prefix, declares := "", a.Name.Space == "xmlns"
		if declares {
			prefix = a.Name.Local
		} else if a.Name.Space == "" && a.Name.Local == "xmlns" {
			declares = true
		}
		if !declares {
			e.attrs = append(e.attrs, a)
			continue
		}
		own := make(map[string]string, len(e.prefixes)+1)
		maps.Copy(own, e.prefixes)
		own[prefix] = a.Value
		e.prefixes = own
	}
	space, known := e.prefixes[start.Name.Space]
	if !known && start.Name.Space != "" {
		return nil, fmt.Errorf("element %s uses the undeclared prefix %q", start.Name.Local, start.Name.Space)
	}
	e.space = space
	for i, a := range e.attrs {
		if a.Name.Space != "" {
			e.attrs[i].Name.Space = e.prefixes[a.Name.Space]
		}
	}
	return e, nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
