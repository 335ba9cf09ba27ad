// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
)

// EncodeOptions control the encoders.
type EncodeOptions struct {
	// Redact writes tainted values as "sha256:…", see [RedactedValue].
	Redact bool
	// Indent is put before every level; "" writes JSON and XML in one line. YAML is
	// always indented by two blanks.
	Indent string
	// Defaults says what is done with default values.
	Defaults DefaultsMode
	// When says whether a node that parent does not have could be there: of its when
	// expressions none is false. nil: ReportAll leaves nodes with when expressions out. n
	// may be a choice or case.
	When func(parent *Data, n *Node) bool
}

// Doc returns the tree as a document with RFC 7951 names and encodings.
func (t *Tree) Doc(o EncodeOptions) *Doc { return newContent(o).doc(t.root) }

func (c *content) doc(d *Data) *Doc {
	kids := c.below(d)
	out := &Doc{Kind: DocObject}
	for i := 0; i < len(kids); {
		n := kids[i].node
		j := i + 1
		for j < len(kids) && kids[j].node == n {
			j++
		}
		name := n.def.name
		if n.mod != d.node.mod {
			name = n.QName()
		}
		m := DocMember{Name: name}
		switch n.def.kind {
		case KindContainer:
			m.Value = c.doc(kids[i])
		case KindList, KindLeafList:
			m.Value = &Doc{Kind: DocArray}
			for _, k := range kids[i:j] {
				v := (*Doc)(nil)
				if n.def.kind == KindList {
					v = c.doc(k)
				} else {
					v = k.valueDoc(c.EncodeOptions)
				}
				m.Value.Items = append(m.Value.Items, v)
			}
		default:
			m.Value = kids[i].valueDoc(c.EncodeOptions)
		}
		out.Members = append(out.Members, m)
		if c.Defaults == ReportAllTagged {
			c.annotate(out, name, kids[i:j])
		}
		i = j
	}
	return out
}

// valueDoc returns a value in RFC 7951's encoding (section 6).
func (d *Data) valueDoc(o EncodeOptions) *Doc {
	out := &Doc{Tainted: d.Tainted(), Line: int(d.line)}
	if d.Tainted() && o.Redact {
		out.Scalar = RedactedValue(d.value)
		return out
	}
	if d.node.props.typ == nil { // anydata, anyxml
		if doc, err := ParseJSON([]byte(d.value)); err == nil {
			doc.Tainted = d.Tainted()
			return doc
		}
		return out
	}
	switch d.typeOf().kind {
	case TypeInt8, TypeInt16, TypeInt32, TypeUint8, TypeUint16, TypeUint32:
		out.Scalar = json.Number(d.value)
	case TypeBoolean:
		out.Scalar = d.value == "true"
	case TypeEmpty:
		out.Kind, out.Items = DocArray, []*Doc{{}}
	default:
		out.Scalar = d.value
	}
	return out
}

// EncodeJSON writes the tree as RFC 7951 JSON.
func EncodeJSON(w io.Writer, t *Tree, o EncodeOptions) error {
	b := bufio.NewWriter(w)
	e := jsonEncoder{w: b, indent: o.Indent}
	e.value(t.Doc(o), 0)
	b.WriteByte('\n')
	return b.Flush()
}

type jsonEncoder struct {
	w      *bufio.Writer
	indent string
}

func (e *jsonEncoder) line(level int) {
	if e.indent != "" {
		e.w.WriteByte('\n')
		for range level {
			e.w.WriteString(e.indent)
		}
	}
}

func (e *jsonEncoder) value(v *Doc, level int) {
	switch v.Kind {
	case DocObject:
		e.w.WriteByte('{')
		for i, m := range v.Members {
			if i > 0 {
				e.w.WriteByte(',')
			}
			e.line(level + 1)
			writeJSONString(e.w, m.Name)
			e.w.WriteByte(':')
			if e.indent != "" {
				e.w.WriteByte(' ')
			}
			e.value(m.Value, level+1)
		}
		if len(v.Members) > 0 {
			e.line(level)
		}
		e.w.WriteByte('}')
	case DocArray:
		e.w.WriteByte('[')
		for i, x := range v.Items {
			if i > 0 {
				e.w.WriteByte(',')
			}
			e.line(level + 1)
			e.value(x, level+1)
		}
		if len(v.Items) > 0 {
			e.line(level)
		}
		e.w.WriteByte(']')
	default:
		writeJSONScalar(e.w, v.Scalar)
	}
}

// EncodeYAML writes the tree as YAML with RFC 7951 names and encodings.
func EncodeYAML(w io.Writer, t *Tree, o EncodeOptions) error {
	return EncodeDocYAML(w, t.Doc(o))
}

// EncodeDocYAML writes a document as YAML.
func EncodeDocYAML(w io.Writer, d *Doc) error {
	b := bufio.NewWriter(w)
	e := yamlEncoder{w: b}
	if !nested(d) {
		e.flow(d)
		b.WriteByte('\n')
	} else {
		e.block(d, 0, false)
	}
	return b.Flush()
}

type yamlEncoder struct{ w *bufio.Writer }

// nested says that a document is written over several lines.
func nested(d *Doc) bool {
	switch d.Kind {
	case DocObject:
		return len(d.Members) > 0
	case DocArray:
		return len(d.Items) > 0 && (len(d.Items) > 1 || d.Items[0].Kind != DocScalar || d.Items[0].Scalar != nil)
	}
	return false
}

// block writes an object or array; with inline, the first line goes on behind "- ".
func (e *yamlEncoder) block(d *Doc, level int, inline bool) {
	start := func(i int) {
		if i > 0 || !inline {
			e.w.WriteString(strings.Repeat("  ", level))
		}
	}
	if d.Kind == DocArray {
		for i, x := range d.Items {
			start(i)
			e.w.WriteString("- ")
			if nested(x) {
				e.block(x, level+1, true)
			} else {
				e.flow(x)
				e.w.WriteByte('\n')
			}
		}
		return
	}
	for i, m := range d.Members {
		start(i)
		e.text(m.Name)
		e.w.WriteByte(':')
		if nested(m.Value) {
			e.w.WriteByte('\n')
			inner := level + 1
			if m.Value.Kind == DocArray {
				inner = level
			}
			e.block(m.Value, inner, false)
			continue
		}
		e.w.WriteByte(' ')
		e.flow(m.Value)
		e.w.WriteByte('\n')
	}
}

func (e *yamlEncoder) flow(d *Doc) {
	if s, ok := d.Scalar.(string); ok && d.Kind == DocScalar {
		e.text(s)
		return
	}
	j := jsonEncoder{w: e.w}
	j.value(d, 0)
}

// text writes a text without quotes where no YAML reader can take it for anything else.
func (e *yamlEncoder) text(s string) {
	if plainYAML(s) {
		e.w.WriteString(s)
	} else {
		writeJSONString(e.w, s)
	}
}

func plainYAML(s string) bool {
	if s == "" || strings.HasSuffix(s, ":") {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '/'
		if !letter && (i == 0 || strings.IndexByte("-.:@", c) < 0 && (c < '0' || c > '9')) {
			return false
		}
	}
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return false
	}
	return true
}
