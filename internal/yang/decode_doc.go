// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"slices"
	"strings"
)

// DecodeDoc binds a document with RFC 7951 names to the schema. Scalars may be written
// as YAML has them naturally: numbers and booleans where RFC 7951 wants strings, and
// the other way round; null stands for an empty container and for the type empty. How a
// value is written decides between the members of a union (RFC 7951 section 6.10); a
// number that YAML 1.1 and 1.2 read differently is an error. Metadata is ignored but for
// the mark of defaults, see [Data.Default]. Only configuration is accepted. All errors are returned, sorted; the tree then holds what
// could be decoded.
func DecodeDoc(s *Schema, doc *Doc, layer *Layer) (*Tree, Errors) {
	return decodeDoc(NewTree(s), doc, layer)
}

func decodeDoc(t *Tree, doc *Doc, layer *Layer) (*Tree, Errors) {
	d := docDecoder{layer: layer, state: t.root.node.operation() != nil}
	switch {
	case doc == nil || doc.Kind == DocScalar && doc.Scalar == nil:
	case doc.Kind != DocObject:
		d.fail(t.root, "", doc.Line, &Error{Tag: "malformed-message",
			Message: "the document must be an object with names like module:node"})
	default:
		d.object(t.root, doc, false, 0)
	}
	return t, finish(d.errs)
}

type docDecoder struct {
	layer *Layer
	state bool // what is no configuration is accepted
	errs  []finding
}

// fail completes an error with place and origin.
func (d *docDecoder) fail(at *Data, step string, line int, e *Error) {
	e.Origin = Origin{d.layer, line}
	d.errs = append(d.errs, finding{e, at, step})
}

func (d *docDecoder) object(at *Data, doc *Doc, tainted bool, depth int) {
	tainted = tainted || doc.Tainted
	if depth > maxDocDepth {
		d.fail(at, "", doc.Line, &Error{Tag: "too-big", Message: fmt.Sprintf("nested deeper than %d", maxDocDepth)})
		return
	}
	for i := range doc.Members {
		m := &doc.Members[i]
		if strings.HasPrefix(m.Name, "@") {
			continue // metadata, see below
		}
		module, name := splitPrefix(m.Name)
		n := at.node.Child(module, name)
		if n == nil {
			d.fail(at, m.Name, m.Line, unknownNode(at.node, module, name))
			continue
		}
		if n.flags&flagConfig == 0 && !d.state {
			d.fail(at, m.Name, m.Line, stateError(n))
			continue
		}
		d.member(at, n, m, tainted, depth)
	}
	for i := range doc.Members {
		if m := &doc.Members[i]; strings.HasPrefix(m.Name, "@") {
			annotation(at, m.Name, m.Value)
		}
	}
	d.seal(at)
}

// seal orders the children and checks what concerns several of them.
func (d *docDecoder) seal(at *Data) {
	for _, double := range at.seal() {
		d.errs = append(d.errs, finding{e: doubleError(double, at)})
	}
	for _, pair := range at.CaseConflicts() {
		d.errs = append(d.errs, finding{e: CaseError(pair[0], pair[1])})
	}
}

func (d *docDecoder) data(n *Node, line int) *Data {
	return &Data{node: n, layer: d.layer, line: int32(line)}
}

func (d *docDecoder) member(at *Data, n *Node, m *DocMember, tainted bool, depth int) {
	v := m.Value
	if v == nil {
		v = &Doc{Line: m.Line}
	}
	line := v.Line
	if line == 0 {
		line = m.Line
	}
	switch n.def.kind {
	case KindContainer:
		if v.Kind != DocObject && (v.Kind != DocScalar || v.Scalar != nil) {
			d.wrongShape(at, n, m, line, "an object")
			return
		}
		c := d.data(n, m.Line)
		at.add(c)
		d.object(c, v, tainted, depth+1)
	case KindList:
		if v.Kind != DocArray {
			if v.Kind == DocScalar && v.Scalar == nil {
				return
			}
			d.wrongShape(at, n, m, line, "an array of objects, one for each entry")
			return
		}
		for _, item := range v.Items {
			d.listEntry(at, n, m, item, tainted || v.Tainted, depth)
		}
	case KindLeafList:
		if v.Kind != DocArray {
			if v.Kind == DocScalar && v.Scalar == nil {
				return
			}
			d.wrongShape(at, n, m, line, "an array of values")
			return
		}
		for _, item := range v.Items {
			c := d.data(n, item.Line)
			d.leaf(at, c, item, tainted || v.Tainted)
		}
	case KindLeaf:
		d.leaf(at, d.data(n, line), v, tainted)
	case KindAnyData, KindAnyXML:
		c := d.data(n, line)
		c.value, c.taint = n.anyText(v), tainted || v.anyTaint()
		at.add(c)
	}
}

func (d *docDecoder) wrongShape(at *Data, n *Node, m *DocMember, line int, want string) {
	e := &Error{Rule: n.def.kind.String() + " " + n.def.name, Pos: n.Pos(), Tag: "invalid-value",
		Message: "a " + n.def.kind.String() + " must be " + want + ", not " + m.Value.shape()}
	d.fail(at, m.Name, line, e)
}

// shape names what a document is, for messages.
func (v *Doc) shape() string {
	switch {
	case v == nil || v.Kind == DocScalar && v.Scalar == nil:
		return "null"
	case v.Kind == DocObject:
		return "an object"
	case v.Kind == DocArray:
		return "an array"
	}
	return "a single value"
}

func (v *Doc) anyTaint() bool {
	if v == nil {
		return false
	}
	if v.Tainted {
		return true
	}
	for _, m := range v.Members {
		if m.Value.anyTaint() {
			return true
		}
	}
	for _, i := range v.Items {
		if i.anyTaint() {
			return true
		}
	}
	return false
}

func (d *docDecoder) listEntry(at *Data, n *Node, m *DocMember, item *Doc, tainted bool, depth int) {
	if item == nil || item.Kind != DocObject {
		d.fail(at, m.Name, m.Line, &Error{Rule: "list " + n.def.name, Pos: n.Pos(), Tag: "invalid-value",
			Message: "an entry of a list must be an object, not " + item.shape()})
		return
	}
	c := d.data(n, item.Line)
	c.parent = at
	before := len(d.errs)
	d.object(c, item, tainted, depth+1)
	if e := c.missingKeys(); e != nil {
		if !d.badKey(d.errs[before:], c) {
			d.fail(at, m.Name, item.Line, e)
		}
		return
	}
	at.add(c)
}

// badKey says whether a key is missing only because its value is wrong.
func (d *docDecoder) badKey(list []finding, c *Data) bool {
	for _, f := range list {
		if f.at == c && slices.Contains(c.node.props.keys, f.step) {
			return true
		}
	}
	return false
}

// leaf decodes the value of a leaf or of one leaf-list entry.
func (d *docDecoder) leaf(at *Data, c *Data, v *Doc, tainted bool) {
	n := c.node
	step := n.def.name
	if n.mod != at.node.mod {
		step = n.QName()
	}
	tainted = tainted || v.Tainted
	line := int(c.line)
	if v.Kind == DocArray && len(v.Items) == 1 && v.Items[0].Kind == DocScalar && v.Items[0].Scalar == nil {
		if n.accepts(TypeEmpty) {
			v = &Doc{} // [null], RFC 7951 section 6.9
		}
	}
	if v.Kind != DocScalar {
		d.fail(at, step, line, &Error{Rule: n.def.kind.String() + " " + n.def.name, Pos: n.Pos(), Tag: "invalid-value",
			Message: "must be a single value, not " + v.shape()})
		return
	}
	if v.Scalar == nil && !n.accepts(TypeEmpty) {
		d.fail(at, step, line, &Error{Rule: n.props.typ.rule(""), Pos: n.Pos(), Tag: "invalid-value",
			Message: "has no value", Hint: `write "" for an empty text, or remove the leaf`})
		return
	}
	value, as, terr := n.scalar(v)
	if terr != nil {
		d.fail(at, step, line, n.valueError(terr, v.written(), tainted))
		return
	}
	c.value, c.as, c.taint = value, as, tainted
	at.add(c)
}
