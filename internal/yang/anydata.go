// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"encoding/json"
	"sort"
	"strings"
)

// anydata (RFC 7950 section 7.10) and anyxml (7.11). Their content is kept as JSON text
// with sorted names, module names where the namespace changes, and "{uri}name" for
// namespaces that no module of the schema has. What is inside is unknown, so what XML and
// JSON can both say is kept in one form, or what a device returns would never equal what
// was declared: all scalars are texts, null and nested empty objects are "", arrays of one
// item are the item, empty ones are nothing.
//
// What only XML can say has members whose names no YANG node has: attributes are an
// object "@", the content of an element that mixes text and elements is an array "#" of
// texts and of objects with one member, in its order, and the text of an element with
// attributes is "#" too. Declarations of prefixes are not kept: names inside texts lose
// their meaning.
const (
	anyAttributes = "@"
	anyMixed      = "#"
)

// anyText returns the canonical JSON text of the content of an anydata or anyxml node of
// a module. An empty anydata is an empty object, an empty anyxml an empty text.
func anyText(v *Doc, k Kind, module string) string {
	c := canonicalAny(v, module)
	if k == KindAnyData && c.Kind == DocScalar && c.Scalar == "" {
		c = &Doc{Kind: DocObject}
	}
	var b strings.Builder
	writeAny(&b, c)
	return b.String()
}

// anyText is the canonical text of a content of the node.
func (n *Node) anyText(v *Doc) string { return anyText(v, n.def.kind, n.mod.Name) }

// canonicalAny returns the one form of a content; space is the module, or "{uri}", that
// the names around it are in.
func canonicalAny(v *Doc, space string) *Doc {
	switch {
	case v == nil:
		return &Doc{Scalar: ""}
	case v.Kind == DocScalar:
		return &Doc{Scalar: scalarText(v.Scalar)}
	case v.Kind == DocArray:
		out := &Doc{Kind: DocArray}
		for _, x := range v.Items {
			if c := canonicalAny(x, space); c.Kind == DocArray {
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
		name, inner := anySpace(m.Name, space)
		c := canonicalAny(m.Value, inner)
		if c.Kind == DocArray && len(c.Items) == 0 {
			continue
		}
		out.Members = append(out.Members, DocMember{Name: name, Value: c})
	}
	if len(out.Members) == 0 {
		return &Doc{Scalar: ""}
	}
	return out
}

// anySpace returns a name without the module when that is the one around it, and the space
// of the names below.
func anySpace(name, space string) (string, string) {
	if name == anyAttributes {
		return name, "" // attributes do not inherit it
	}
	end := strings.IndexByte(name, ':')
	if strings.HasPrefix(name, "{") {
		end = strings.IndexByte(name, '}')
	}
	if end < 0 {
		return name, space
	}
	own := strings.TrimSuffix(name[:end+1], ":")
	if own == space {
		name = name[end+1:]
	}
	return name, own
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
