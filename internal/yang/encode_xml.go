// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bufio"
	"io"
	"sort"
	"strconv"
	"strings"
)

// XMLNS is a namespace declaration that a value needs.
type XMLNS struct{ Prefix, URI string }

// EncodeXML writes nodes with their subtrees as XML, of a root its children. Every
// element declares its namespace where it differs from the one around it.
func EncodeXML(w io.Writer, d ...*Data) error {
	return EncodeXMLWith(w, EncodeOptions{}, d...)
}

// EncodeXMLWith is EncodeXML with options.
func EncodeXMLWith(w io.Writer, o EncodeOptions, d ...*Data) error {
	e := xmlEncoder{w: bufio.NewWriter(w), o: o, content: newContent(o)}
	for _, x := range d {
		if x.parent == nil && (x.node.parent == nil || x.node.operation() != nil) {
			for _, k := range e.content.below(x) {
				e.node(k, nil, 0)
			}
			continue
		}
		e.node(x, nil, 0)
	}
	return e.w.Flush()
}

type xmlEncoder struct {
	w       *bufio.Writer
	o       EncodeOptions
	content *content
}

func (e *xmlEncoder) indent(level int) {
	if e.o.Indent != "" {
		for range level {
			e.w.WriteString(e.o.Indent)
		}
	}
}

func (e *xmlEncoder) newline() {
	if e.o.Indent != "" {
		e.w.WriteByte('\n')
	}
}

// node writes one element; around is the module whose namespace is the default one.
func (e *xmlEncoder) node(d *Data, around *Module, level int) {
	n, w := d.node, e.w
	e.indent(level)
	w.WriteByte('<')
	w.WriteString(n.def.name)
	if n.mod != around {
		w.WriteString(` xmlns="`)
		escapeXML(w, n.mod.Namespace)
		w.WriteByte('"')
	}
	if e.content.tagged(d) {
		w.WriteString(` xmlns:ncwd="` + DefaultNamespace + `" ncwd:default="true"`)
	}
	if d.Leaf() {
		e.leaf(d)
		e.newline()
		return
	}
	kids := e.content.below(d)
	if len(kids) == 0 {
		w.WriteString("/>")
		e.newline()
		return
	}
	w.WriteByte('>')
	e.newline()
	for _, k := range kids {
		e.node(k, n.mod, level+1)
	}
	e.indent(level)
	w.WriteString("</")
	w.WriteString(n.def.name)
	w.WriteByte('>')
	e.newline()
}

// leaf writes the rest of a leaf's element.
func (e *xmlEncoder) leaf(d *Data) {
	w := e.w
	end := func() {
		w.WriteString("</")
		w.WriteString(d.node.def.name)
		w.WriteByte('>')
	}
	if d.Tainted() && e.o.Redact {
		w.WriteByte('>')
		w.WriteString(RedactedValue(d.value))
		end()
		return
	}
	if d.node.props.typ == nil {
		w.WriteByte('>')
		if doc, err := ParseJSON([]byte(d.value)); err == nil {
			writeAnyXML(w, d.node.mod.schema, doc, d.node.mod.Namespace)
		}
		end()
		return
	}
	text, ns := d.XMLValue()
	for _, x := range ns {
		w.WriteString(" xmlns:" + x.Prefix + `="`)
		escapeXML(w, x.URI)
		w.WriteByte('"')
	}
	if text == "" {
		w.WriteString("/>")
		return
	}
	w.WriteByte('>')
	escapeXML(w, text)
	end()
}

// XMLValue returns a value as XML text (not escaped), with the namespace declarations
// that its prefixes need: identityrefs and instance-identifiers have them (RFC 7950
// sections 9.10.3 and 9.13.2).
func (d *Data) XMLValue() (text string, ns []XMLNS) {
	t := d.typeOf()
	if t == nil {
		return d.value, nil
	}
	switch t.kind {
	case TypeIdentityref:
		return d.node.Schema().xmlIdentity(d.value)
	case TypeInstanceIdentifier:
		return d.node.Schema().xmlInstance(d.value)
	}
	return d.value, nil
}

func (s *Schema) xmlIdentity(value string) (string, []XMLNS) {
	module, name := splitPrefix(value)
	m := s.Module(module)
	if m == nil {
		return value, nil
	}
	p := m.xmlPrefix()
	return p + ":" + name, []XMLNS{{p, m.Namespace}}
}

// xmlPrefix returns a prefix usable in XML; prefixes starting with xml are reserved.
func (m *Module) xmlPrefix() string {
	if m.Prefix == "" || strings.HasPrefix(strings.ToLower(m.Prefix), "xml") {
		return "y" + m.Prefix
	}
	return m.Prefix
}

// prefixer gives every module of a value a prefix of its own.
type prefixer struct {
	byModule map[*Module]string
	taken    map[string]bool
}

func (p *prefixer) prefix(m *Module) string {
	if x, ok := p.byModule[m]; ok {
		return x
	}
	x := m.xmlPrefix()
	for p.taken[x] {
		x += "x"
	}
	p.byModule[m], p.taken[x] = x, true
	return x
}

// xmlInstance puts a prefix before every name of an instance-identifier.
func (s *Schema) xmlInstance(value string) (string, []XMLNS) {
	steps, err := ParsePath(value)
	if err != nil {
		return value, nil
	}
	p := prefixer{byModule: map[*Module]string{}, taken: map[string]bool{}}
	var b strings.Builder
	var mod *Module
	n := s.root
	for _, st := range steps {
		if st.Module != "" {
			mod = s.Module(st.Module)
		}
		if mod == nil {
			return value, nil
		}
		pre := p.prefix(mod)
		b.WriteString("/" + pre + ":" + st.Name)
		if n != nil {
			n = n.Child(mod.Name, st.Name)
		}
		if st.Value != nil {
			b.WriteString("[.=")
			quote(&b, p.keyValue(s, n, *st.Value))
			b.WriteByte(']')
		}
		for _, k := range st.Keys {
			b.WriteString("[" + pre + ":" + k.Name + "=")
			var kn *Node
			if n != nil {
				kn = n.Child("", k.Name)
			}
			quote(&b, p.keyValue(s, kn, k.Value))
			b.WriteByte(']')
		}
		if st.Index > 0 {
			b.WriteString("[" + strconv.Itoa(st.Index) + "]")
		}
	}
	out := make([]XMLNS, 0, len(p.byModule))
	for m, x := range p.byModule {
		out = append(out, XMLNS{x, m.Namespace})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Prefix < out[j].Prefix })
	return b.String(), out
}

// keyValue gives an identityref used as a key value its prefix.
func (p *prefixer) keyValue(s *Schema, n *Node, value string) string {
	if n == nil || n.props.typ == nil || n.props.typ.member(n, value).kind != TypeIdentityref {
		return value
	}
	module, name := splitPrefix(value)
	if m := s.Module(module); m != nil {
		return p.prefix(m) + ":" + name
	}
	return value
}

// escapeXML writes text with everything escaped that could be taken for markup or be
// changed by a reader.
func escapeXML(w *bufio.Writer, s string) {
	last := 0
	for i := 0; i < len(s); i++ {
		esc := ""
		switch s[i] {
		case '&':
			esc = "&amp;"
		case '<':
			esc = "&lt;"
		case '>':
			esc = "&gt;"
		case '"':
			esc = "&#34;"
		case '\r':
			esc = "&#13;"
		default:
			continue
		}
		w.WriteString(s[last:i])
		w.WriteString(esc)
		last = i + 1
	}
	w.WriteString(s[last:])
}
