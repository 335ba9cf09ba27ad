// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bufio"
	"encoding/json"
	"sort"
	"strings"
)

// anydata (RFC 7950 section 7.10) and anyxml (7.11). Their content is kept as JSON text
// with sorted names, module names where the namespace changes, and "{uri}name" for
// namespaces that no module of the schema has. What is inside is unknown, so only what
// XML and JSON can both say is kept, in one form, or what a device returns would never
// equal what was declared: all scalars are texts, null and nested empty objects are "",
// arrays of one item are the item, empty ones are nothing. Mixed content and attributes
// are not kept.

// anyText returns the canonical JSON text of a document.
func anyText(v *Doc) string {
	var b strings.Builder
	writeAny(&b, canonicalAny(v, true))
	return b.String()
}

func canonicalAny(v *Doc, top bool) *Doc {
	switch {
	case v == nil:
		return &Doc{Scalar: ""}
	case v.Kind == DocScalar:
		return &Doc{Scalar: scalarText(v.Scalar)}
	case v.Kind == DocArray:
		out := &Doc{Kind: DocArray}
		for _, x := range v.Items {
			if c := canonicalAny(x, false); c.Kind == DocArray {
				out.Items = append(out.Items, c.Items...)
			} else {
				out.Items = append(out.Items, c)
			}
		}
		if len(out.Items) == 1 {
			return out.Items[0]
		}
		return out
	}
	out := &Doc{Kind: DocObject}
	for _, m := range v.Members {
		c := canonicalAny(m.Value, false)
		if c.Kind == DocArray && len(c.Items) == 0 {
			continue
		}
		out.Members = append(out.Members, DocMember{Name: m.Name, Value: c})
	}
	if len(out.Members) == 0 && !top {
		return &Doc{Scalar: ""}
	}
	return out
}

func writeAny(b *strings.Builder, v *Doc) {
	switch {
	case v == nil:
		b.WriteString("null")
	case v.Kind == DocObject:
		members := append([]DocMember(nil), v.Members...)
		sort.SliceStable(members, func(i, j int) bool { return members[i].Name < members[j].Name })
		b.WriteByte('{')
		for i, m := range members {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSONString(b, m.Name)
			b.WriteByte(':')
			writeAny(b, m.Value)
		}
		b.WriteByte('}')
	case v.Kind == DocArray:
		b.WriteByte('[')
		for i, x := range v.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			writeAny(b, x)
		}
		b.WriteByte(']')
	default:
		writeJSONScalar(b, v.Scalar)
	}
}

// stringWriter is a buffer of the standard library, none of which fails to write.
type stringWriter interface {
	WriteString(s string) (int, error)
}

func writeJSONScalar(b stringWriter, v any) {
	switch x := v.(type) {
	case nil:
		_, _ = b.WriteString("null")
	case string:
		writeJSONString(b, x)
	case json.Number:
		if json.Valid([]byte(x)) {
			_, _ = b.WriteString(string(x))
		} else {
			writeJSONString(b, string(x))
		}
	default:
		_, _ = b.WriteString(scalarText(v))
	}
}

// writeJSONString writes a text in quotes, without escaping <, > and &.
func writeJSONString(b stringWriter, s string) {
	plain := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c >= 0x7F || c == '"' || c == '\\' {
			plain = false
			break
		}
	}
	if plain {
		_, _ = b.WriteString(`"` + s + `"`)
		return
	}
	var buf strings.Builder
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) == nil {
		_, _ = b.WriteString(strings.TrimSuffix(buf.String(), "\n"))
	}
}

// anyElement is the content of an XML element inside anydata.
type anyElement struct {
	names []string
	kids  map[string][]*Doc
	text  strings.Builder
}

func (a *anyElement) add(name string, v *Doc) {
	if a.kids == nil {
		a.kids = map[string][]*Doc{}
	}
	if a.kids[name] == nil {
		a.names = append(a.names, name)
	}
	a.kids[name] = append(a.kids[name], v)
}

// doc returns the element's content: an object when it has elements, else a text.
func (a *anyElement) doc(top bool) *Doc {
	if len(a.names) == 0 {
		if top && strings.TrimSpace(a.text.String()) == "" {
			return &Doc{Kind: DocObject}
		}
		return &Doc{Scalar: a.text.String()}
	}
	d := &Doc{Kind: DocObject}
	for _, n := range a.names {
		v := a.kids[n][0]
		if len(a.kids[n]) > 1 {
			v = &Doc{Kind: DocArray, Items: a.kids[n]}
		}
		d.Members = append(d.Members, DocMember{Name: n, Value: v})
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
				w.WriteByte('>')
				writeAnyXML(w, s, x, inner)
				w.WriteString("</" + name + ">")
			}
		}
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
