// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// XMLOptions control DecodeXML.
type XMLOptions struct {
	// Layer is the origin of all values.
	Layer *Layer
	// Expand hydrates the text of every leaf before it is checked; nil: texts are as written.
	Expand func(text string, line int) (out string, tainted bool, err error)
	// IgnoreUnknown keeps aside, in []Unknown, what the schema does not know, values that
	// are not of their type and entries without keys; else they are errors. For what
	// devices reply.
	IgnoreUnknown bool
	// ConfigOnly does not take state data: with IgnoreUnknown it is dropped silently, else
	// it is an error. Set it for configuration.
	ConfigOnly bool
	// Edit is for the content of an edit-config: an element with the operation "delete" or
	// "remove" may be without value.
	Edit bool
	// Attr is called for every attribute in a namespace, like nc:operation and yang:insert,
	// once the node has its value or, for containers and lists, before its children.
	Attr func(d *Data, namespace, name, value string)
	// MaxDepth and MaxBytes limit the document; 0: 256 levels, 256 MiB.
	MaxDepth, MaxBytes int
}

// Unknown is an element that was kept aside.
type Unknown struct {
	Parent          string // data path of the node around it
	Namespace, Name string
	Line            int
	Reason          string
}

// NetconfNamespace is the namespace of NETCONF's own elements and attributes (RFC 6241).
const NetconfNamespace = "urn:ietf:params:xml:ns:netconf:base:1.0"

const (
	defaultXMLDepth = 256
	defaultXMLBytes = 256 << 20
)

// DecodeXML binds XML as devices and people write it to the schema: one or several
// top-level elements, or the <config> or <data> element around them. Namespaces are
// needed (but for those two), whatever the prefixes. Metadata attributes are ignored (but see Attr); comments
// and processing instructions too; document types are refused.
func DecodeXML(s *Schema, r io.Reader, o XMLOptions) (*Tree, []Unknown, Errors) {
	if o.MaxDepth == 0 {
		o.MaxDepth = defaultXMLDepth
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultXMLBytes
	}
	t := NewTree(s)
	d := &xmlDecoder{schema: s, o: o, limit: &limitReader{r: r, left: int64(o.MaxBytes)}}
	d.dec = xml.NewDecoder(d.limit)
	d.dec.Strict = true
	if err := d.content(t.root, frame{}); err != nil && !errors.Is(err, io.EOF) {
		d.errs = append(d.errs, finding{e: &Error{Tag: "malformed-message", Message: d.syntax(err), Origin: d.origin(d.line())}})
	}
	d.seal(t.root)
	for i, at := range d.places {
		d.unknown[i].Parent = at.RedactedPath()
	}
	return t, d.unknown, finish(d.errs)
}

// content reads what is inside a container, list entry or the root, up to the end tag.
func (d *xmlDecoder) content(at *Data, f frame) error {
	root := f.name.Local == ""
	for {
		tok, err := d.next()
		if err != nil {
			if errors.Is(err, io.EOF) && !root {
				return fmt.Errorf("<%s> is not closed", rawName(f.name))
			}
			return err
		}
		switch x := tok.(type) {
		case xml.StartElement:
			if err := d.element(at, x); err != nil {
				return err
			}
		case xml.EndElement:
			if root {
				return fmt.Errorf("</%s> without start", rawName(x.Name))
			}
			return d.close(f, x)
		case xml.CharData:
			if strings.TrimSpace(string(x)) != "" {
				d.problem(at, xml.Name{}, d.line(), &Error{Tag: "bad-element", Pos: at.node.Pos(),
					Message: "text where only elements may be"})
			}
		}
	}
}

// problem keeps an element aside or reports the error, as the options say.
func (d *xmlDecoder) problem(at *Data, name xml.Name, line int, e *Error) {
	if d.o.IgnoreUnknown {
		d.unknown = append(d.unknown, Unknown{Namespace: name.Space, Name: name.Local, Line: line, Reason: e.Message})
		d.places = append(d.places, at)
		return
	}
	e.Origin = d.origin(line)
	d.errs = append(d.errs, finding{e, at, name.Local})
}

// element reads one element below at.
func (d *xmlDecoder) element(at *Data, e xml.StartElement) error {
	line := d.line()
	f, err := d.open(e)
	if err != nil {
		return err
	}
	uri, _ := d.lookup(e.Name.Space)
	if at.parent == nil && wrapper(uri, e.Name.Local) {
		return d.content(at, f)
	}
	name := xml.Name{Space: uri, Local: e.Name.Local}
	var n *Node
	m := d.schema.byNS[uri]
	if m != nil {
		n = at.node.Child(m.Name, e.Name.Local)
	}
	if n == nil {
		d.problem(at, name, line, d.unknownElement(at.node, m, name))
		return d.skip(f)
	}
	if d.o.ConfigOnly && n.flags&flagConfig == 0 {
		if !d.o.IgnoreUnknown {
			d.problem(at, name, line, stateError(n))
		}
		return d.skip(f)
	}
	c := &Data{node: n, parent: at, layer: d.o.Layer, line: int32(line)}
	switch n.def.kind {
	case KindLeaf, KindLeafList:
		return d.leaf(at, c, f, e.Attr)
	case KindAnyData, KindAnyXML:
		content := &anyElement{}
		attrs := d.resolveAttrs(e.Attr)
		if err := d.any(content, f, uri); err != nil {
			return err
		}
		c.value = anyText(content.doc(n.def.kind == KindAnyData))
		at.add(c)
		d.attributes(c, attrs)
		return nil
	}
	d.attributes(c, d.resolveAttrs(e.Attr))
	if err := d.content(c, f); err != nil {
		return err
	}
	d.seal(c)
	if miss := c.missingKeys(); miss != nil {
		d.problem(at, name, line, miss)
		return nil
	}
	at.add(c)
	return nil
}

// wrapper says that a top-level element only holds the data: <rpc-reply>, <data> and
// <config> of NETCONF, the latter two also without any namespace.
func wrapper(uri, name string) bool {
	return uri == NetconfNamespace || uri == "" && (name == "data" || name == "config")
}

func (d *xmlDecoder) unknownElement(parent *Node, m *Module, name xml.Name) *Error {
	if m != nil {
		return unknownNode(parent, m.Name, name.Local)
	}
	e := &Error{Tag: "unknown-namespace", Pos: parent.Pos()}
	if name.Space == "" {
		e.Message = fmt.Sprintf("element %q has no namespace", name.Local)
	} else {
		e.Message = fmt.Sprintf("no module with the namespace %q in the schema", name.Space)
	}
	if other := parent.anyChild(name.Local); other != nil {
		e.Hint = fmt.Sprintf("%s has xmlns=%q", other.QName(), other.mod.Namespace)
	}
	return e
}

// leaf reads the text of a leaf or leaf-list entry and checks it.
func (d *xmlDecoder) leaf(at, c *Data, f frame, list []xml.Attr) error {
	attrs := d.resolveAttrs(list)
	text, ok, err := d.text(at, c, f)
	if err != nil || !ok {
		return err
	}
	line := int(c.line)
	tainted := false
	name := xml.Name{Space: c.node.mod.Namespace, Local: c.node.def.name}
	if d.o.Expand != nil {
		if text, tainted, err = d.o.Expand(text, line); err != nil {
			d.problem(at, name, line, &Error{Tag: "invalid-value", Message: err.Error()})
			d.bindings = d.bindings[:f.bindings]
			return nil //nolint:nilerr // it is kept among the problems, and decoding goes on
		}
	}
	if d.o.Edit && strings.TrimSpace(text) == "" && removes(attrs) {
		d.bindings = d.bindings[:f.bindings]
		at.add(c)
		d.attributes(c, attrs)
		return nil
	}
	vc := valueContext{node: c.node, schema: d.schema, xml: d.lookup}
	value, terr := c.node.props.typ.canonical(&vc, text)
	d.bindings = d.bindings[:f.bindings]
	if terr != nil {
		e := c.node.valueError(terr, text, tainted)
		d.problem(at, name, line, e)
		return nil
	}
	c.value, c.taint = value, tainted
	at.add(c)
	d.attributes(c, attrs)
	return nil
}

// text reads the text up to the end tag. Namespaces stay in force for the value, the
// caller ends them. It returns false when the element is unusable.
func (d *xmlDecoder) text(at, c *Data, f frame) (string, bool, error) {
	text, ok := "", true
	var more strings.Builder // most leafs have one piece of text
	for {
		tok, err := d.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = fmt.Errorf("<%s> is not closed", rawName(f.name))
			}
			return "", false, err
		}
		switch x := tok.(type) {
		case xml.CharData:
			if text == "" && more.Len() == 0 {
				text = string(x)
				continue
			}
			if more.Len() == 0 {
				more.WriteString(text)
			}
			more.Write(x)
		case xml.StartElement:
			if err := d.childOfLeaf(at, c, x, ok); err != nil {
				return "", false, err
			}
			ok = false
		case xml.EndElement:
			if x.Name != f.name {
				return "", false, d.close(f, x)
			}
			d.depth--
			if !ok {
				d.bindings = d.bindings[:f.bindings]
			}
			if more.Len() > 0 {
				text = more.String()
			}
			return text, ok, nil
		}
	}
}

// childOfLeaf passes over an element where only text may be; report says so.
func (d *xmlDecoder) childOfLeaf(at, c *Data, x xml.StartElement, report bool) error {
	in, err := d.open(x)
	if err != nil {
		return err
	}
	if report {
		d.problem(at, xml.Name{Space: c.node.mod.Namespace, Local: c.node.def.name}, int(c.line),
			&Error{Tag: "bad-element", Pos: c.node.Pos(), Message: fmt.Sprintf("element %q inside a %s", x.Name.Local, c.node.def.kind)})
	}
	return d.skip(in)
}

// any reads the content of an anydata or anyxml element.
func (d *xmlDecoder) any(at *anyElement, f frame, ns string) error {
	for {
		tok, err := d.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return fmt.Errorf("<%s> is not closed", rawName(f.name))
			}
			return err
		}
		switch x := tok.(type) {
		case xml.CharData:
			at.text.Write(x)
		case xml.EndElement:
			return d.close(f, x)
		case xml.StartElement:
			in, err := d.open(x)
			if err != nil {
				return err
			}
			uri, _ := d.lookup(x.Name.Space)
			name := x.Name.Local
			if uri != ns {
				if m := d.schema.byNS[uri]; m != nil {
					name = m.Name + ":" + name
				} else {
					name = "{" + uri + "}" + name
				}
			}
			inner := &anyElement{}
			if err := d.any(inner, in, uri); err != nil {
				return err
			}
			at.add(name, inner.doc(false))
		}
	}
}

// seal orders the children of a node and checks what concerns several of them.
func (d *xmlDecoder) seal(at *Data) {
	for _, double := range at.seal() {
		e := doubleError(double, at)
		if d.o.IgnoreUnknown {
			d.unknown = append(d.unknown, Unknown{Namespace: double.node.mod.Namespace,
				Name: double.node.def.name, Line: int(double.line), Reason: e.Message})
			d.places = append(d.places, at)
			continue
		}
		d.errs = append(d.errs, finding{e: e})
	}
	if d.o.Edit || d.o.IgnoreUnknown {
		return
	}
	for _, pair := range at.CaseConflicts() {
		d.errs = append(d.errs, finding{e: CaseError(pair[0], pair[1])})
	}
}
