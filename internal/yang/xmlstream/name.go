// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xmlstream

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Name is the name of an element or attribute. Space is the namespace; "" is none, and of
// an attribute also one whose prefix is not declared.
type Name struct{ Space, Prefix, Local string }

// Attr is an attribute. Its value is as XML normalises it: references resolved, tabs and
// line ends are blanks.
type Attr struct {
	Name
	Value string
}

const xmlNamespace = "http://www.w3.org/XML/1998/namespace"

// qname is a name as written.
type qname struct{ raw, prefix, local string }

// nameTable keeps every name and namespace of a document once. It stops to grow where no
// honest document gets to.
type nameTable struct {
	recent [64]*qname // of names, found without a map
	names  map[string]*qname
	texts  map[string]string
}

const maxNames = 1 << 14

func (t *nameTable) name(b []byte) (*qname, error) {
	if len(b) == 0 {
		return nil, errors.New("a name is missing")
	}
	hash := uint(b[0]) + 5*uint(b[len(b)-1]) + 23*uint(len(b))
	slot := &t.recent[hash%uint(len(t.recent))]
	if q := *slot; q != nil && q.raw == string(b) {
		return q, nil
	}
	q, err := t.lookup(b)
	if err == nil {
		*slot = q
	}
	return q, err
}

func (t *nameTable) lookup(b []byte) (*qname, error) {
	if q := t.names[string(b)]; q != nil {
		return q, nil
	}
	raw := string(b)
	prefix, local, colon := strings.Cut(raw, ":")
	if !colon {
		prefix, local = "", raw
	}
	if !ncName(local) || colon && !ncName(prefix) {
		return nil, fmt.Errorf("%q is not a name", clip(raw))
	}
	q := &qname{raw, t.text([]byte(prefix)), local}
	if t.names == nil {
		t.names = map[string]*qname{}
	}
	if len(t.names) < maxNames {
		t.names[raw] = q
	}
	return q, nil
}

// text returns a string with the bytes; short ones are kept once.
func (t *nameTable) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if s, ok := t.texts[string(b)]; ok {
		return s
	}
	s := string(b)
	if t.texts == nil {
		t.texts = map[string]string{}
	}
	if len(b) <= 256 && len(t.texts) < maxNames {
		t.texts[s] = s
	}
	return s
}

// clip shortens a text for a message.
func clip(s string) string {
	if len(s) <= 60 {
		return s
	}
	return strings.ToValidUTF8(s[:60], "") + "…"
}

const (
	nameStart = 1 << iota // may start a name
	nameByte              // may be in a name, ":" included
	plainByte             // stands for itself in text
	blankByte             // white space
)

// class says what a byte may be; those of characters beyond ASCII may be in a name.
var class = func() (c [256]uint8) {
	for b := range 256 {
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b == '_', b >= utf8.RuneSelf:
			c[b] = nameStart | nameByte
		case b >= '0' && b <= '9', b == '-', b == '.', b == ':':
			c[b] = nameByte
		}
		if b >= ' ' && b < utf8.RuneSelf && b != '&' && b != '<' && b != ']' || b == '\t' || b == '\n' {
			c[b] |= plainByte
		}
		if b == ' ' || b == '\t' || b == '\n' || b == '\r' {
			c[b] |= blankByte
		}
	}
	return c
}()

// scanName returns the length of the name at the start of b.
func scanName(b []byte) int {
	i := 0
	for i < len(b) && class[b[i]]&nameByte != 0 {
		i++
	}
	return i
}

// scanBlank returns the length of the white space at the start of b.
func scanBlank(b []byte) int {
	i := 0
	for i < len(b) && class[b[i]]&blankByte != 0 {
		i++
	}
	return i
}

// ncName says whether a text is a name without colon (XML 1.0 fifth edition section 2.3).
func ncName(s string) bool {
	for i, r := range s {
		switch {
		case r == utf8.RuneError:
			return false // not UTF-8, and U+FFFD is in none of the ranges but the last
		case r < utf8.RuneSelf:
			if b := byte(r); class[b]&nameByte == 0 || b == ':' || i == 0 && class[b]&nameStart == 0 {
				return false
			}
		case nameStartRune(r):
		case i > 0 && (r == 0xB7 || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040):
		default:
			return false
		}
	}
	return s != ""
}

func nameStartRune(r rune) bool {
	return r >= 0xC0 && r <= 0x2FF && r != 0xD7 && r != 0xF7 || r >= 0x370 && r <= 0x1FFF && r != 0x37E ||
		r == 0x200C || r == 0x200D || r >= 0x2070 && r <= 0x218F || r >= 0x2C00 && r <= 0x2FEF ||
		r >= 0x3001 && r <= 0xD7FF || r >= 0xF900 && r <= 0xFDCF || r >= 0xFDF0 && r <= 0xFFFD ||
		r >= 0x10000 && r <= 0xEFFFF
}

// declare brings a namespace declaration into force (Namespaces in XML 1.0 section 3).
func (r *Reader) declare(prefix, uri string) error {
	switch {
	case prefix == "xmlns", uri == "http://www.w3.org/2000/xmlns/":
		return errors.New("the prefix xmlns and its namespace cannot be declared")
	case (prefix == "xml") != (uri == xmlNamespace):
		return errors.New("the prefix xml and its namespace belong to each other")
	case prefix != "" && uri == "":
		return fmt.Errorf("prefix %q is declared without namespace", clip(prefix))
	case len(r.bindings) >= maxBindings:
		return fmt.Errorf("more than %d namespace declarations in force", maxBindings)
	}
	r.bindings = append(r.bindings, binding{prefix, uri})
	return nil
}
