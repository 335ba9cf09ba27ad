// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bufio"
	"strconv"
	"strings"

	"github.com/strowger/strowger/internal/yang/xmlstream"
)

// anyValue reads the content of an anydata or anyxml element. Its own attributes are not
// content.
func (d *xmlDecoder) anyValue(c *Data) error {
	content := &anyElement{}
	if err := d.any(content, d.in.Name().Space); err != nil {
		return err
	}
	c.value = c.node.anyText(content.doc(c.node.def.kind == KindAnyData))
	return nil
}

// any reads the content of an element inside anydata; ns is its namespace.
func (d *xmlDecoder) any(at *anyElement, ns string) error {
	for {
		kind, err := d.in.Next()
		switch {
		case err != nil:
			return err
		case kind == xmlstream.Text:
			at.addText(string(d.in.Text()))
		case kind == xmlstream.End:
			return nil
		default:
			el := d.in.Name()
			inner := &anyElement{}
			for _, a := range d.in.Attrs() {
				name := a.Local
				if a.Space != "" {
					name = d.schema.anyName(a.Space, "", a.Local)
				}
				inner.attrs = append(inner.attrs, DocMember{Name: name, Value: &Doc{Scalar: a.Value}})
			}
			if err := d.any(inner, el.Space); err != nil {
				return err
			}
			at.add(d.schema.anyName(el.Space, ns, el.Local), inner.doc(false))
		}
	}
}

// anyName returns the name of an element or attribute; ns is the namespace around it.
func (s *Schema) anyName(space, ns, local string) string {
	if space == ns {
		return local
	}
	if m := s.byNS[space]; m != nil {
		return m.Name + ":" + local
	}
	return "{" + space + "}" + local
}

// anyElement is the content of an XML element inside anydata.
type anyElement struct {
	names []string
	kids  map[string][]*Doc
	parts []*Doc // texts and elements, in their order
	attrs []DocMember
	mixed bool // there is text that is no white space
}

func (a *anyElement) add(name string, v *Doc) {
	if a.kids == nil {
		a.kids = map[string][]*Doc{}
	}
	if a.kids[name] == nil {
		a.names = append(a.names, name)
	}
	a.kids[name] = append(a.kids[name], v)
	a.parts = append(a.parts, &Doc{Kind: DocObject, Members: []DocMember{{Name: name, Value: v}}})
}

func (a *anyElement) addText(text string) {
	a.mixed = a.mixed || strings.Trim(text, " \t\r\n") != ""
	if n := len(a.parts); n > 0 && a.parts[n-1].Kind == DocScalar {
		text = scalarText(a.parts[n-1].Scalar) + text
		a.parts = a.parts[:n-1]
	}
	a.parts = append(a.parts, &Doc{Scalar: text})
}

// doc returns the element's content: a text when it has nothing else, else an object. An
// empty anydata is an empty object.
func (a *anyElement) doc(top bool) *Doc {
	d := &Doc{Kind: DocObject}
	if len(a.attrs) > 0 {
		d.Members = append(d.Members, DocMember{Name: anyAttributes, Value: &Doc{Kind: DocObject, Members: a.attrs}})
	}
	switch {
	case len(a.names) == 0:
		text := &Doc{Scalar: ""}
		if len(a.parts) > 0 {
			text = a.parts[0]
		}
		if len(a.attrs) == 0 && (!top || a.mixed) {
			return text
		}
		if text.Scalar != "" && !top {
			d.Members = append(d.Members, DocMember{Name: anyMixed, Value: text})
		}
	case a.mixed:
		d.Members = append(d.Members, DocMember{Name: anyMixed, Value: &Doc{Kind: DocArray, Items: a.parts}})
	default:
		for _, n := range a.names {
			v := a.kids[n][0]
			if len(a.kids[n]) > 1 {
				v = &Doc{Kind: DocArray, Items: a.kids[n]}
			}
			d.Members = append(d.Members, DocMember{Name: n, Value: v})
		}
	}
	return d
}

// writeAnyXML writes a document as XML content; ns is the namespace in force.
func writeAnyXML(w *bufio.Writer, s *Schema, v *Doc, ns string) {
	switch v.Kind {
	case DocScalar:
		if v.Scalar != nil {
			escapeXML(w, scalarText(v.Scalar))
		}
	case DocArray:
		for _, x := range v.Items {
			writeAnyXML(w, s, x, ns)
		}
	case DocObject:
		for _, m := range v.Members {
			switch m.Name {
			case anyAttributes: // written with the element
			case anyMixed:
				writeAnyXML(w, s, m.Value, ns)
			default:
				writeAnyMember(w, s, m, ns)
			}
		}
	}
}

// writeAnyMember writes the elements of one name.
func writeAnyMember(w *bufio.Writer, s *Schema, m DocMember, ns string) {
	items := []*Doc{m.Value}
	if m.Value.Kind == DocArray {
		items = m.Value.Items
	}
	inner, name := anyNamespace(s, m.Name, ns)
	for _, x := range items {
		w.WriteString("<" + name)
		if inner != ns {
			w.WriteString(` xmlns="`)
			escapeXML(w, inner)
			w.WriteByte('"')
		}
		writeAnyAttributes(w, s, x)
		w.WriteByte('>')
		writeAnyXML(w, s, x, inner)
		w.WriteString("</" + name + ">")
	}
}

// writeAnyAttributes writes the attributes of an element; each namespace gets a prefix.
func writeAnyAttributes(w *bufio.Writer, s *Schema, v *Doc) {
	if v.Kind != DocObject {
		return
	}
	for _, m := range v.Members {
		if m.Name != anyAttributes || m.Value.Kind != DocObject {
			continue
		}
		seen := map[string]bool{"xmlns": true}
		for i, a := range m.Value.Members {
			space, name := anyNamespace(s, a.Name, "")
			key := strings.TrimSpace(space + " " + name)
			if seen[key] {
				continue // no reader takes it
			}
			seen[key] = true
			switch space {
			case "":
			case xmlNamespace:
				name = "xml:" + name
			default:
				prefix := "a" + strconv.Itoa(i)
				w.WriteString(" xmlns:" + prefix + `="`)
				escapeXML(w, space)
				w.WriteByte('"')
				name = prefix + ":" + name
			}
			w.WriteString(" " + name + `="`)
			escapeAttribute(w, scalarText(a.Value.Scalar))
			w.WriteByte('"')
		}
	}
}

// xmlNamespace is that of the prefix xml, which needs no declaration.
const xmlNamespace = "http://www.w3.org/XML/1998/namespace"

// escapeAttribute is escapeXML with tabs and line ends, which readers make blanks of.
func escapeAttribute(w *bufio.Writer, s string) {
	for {
		i := strings.IndexAny(s, "\t\n")
		if i < 0 {
			escapeXML(w, s)
			return
		}
		escapeXML(w, s[:i])
		w.WriteString("&#" + strconv.Itoa(int(s[i])) + ";")
		s = s[i+1:]
	}
}

// anyNamespace splits a member name of anydata into namespace and local name.
func anyNamespace(s *Schema, name, ns string) (string, string) {
	if uri, local, ok := strings.Cut(strings.TrimPrefix(name, "{"), "}"); ok && name[0] == '{' {
		return uri, xmlName(local)
	}
	prefix, local := splitPrefix(name)
	if prefix != "" {
		if m := s.Module(prefix); m != nil {
			ns = m.Namespace
		}
	}
	return ns, xmlName(local)
}

// xmlName makes a name of a document usable as an element name.
func xmlName(s string) string {
	out := []byte(s)
	for i, c := range out {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
		if !letter && (i == 0 || c != '-' && c != '.' && (c < '0' || c > '9')) {
			out[i] = '_'
		}
	}
	if len(out) == 0 {
		return "_"
	}
	return string(out)
}
