// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ParseJSON parses one JSON document (RFC 8259); an empty one is null. Texts must be
// UTF-8 without lone surrogates, and the names of an object differ. The error is a
// *SyntaxError.
func ParseJSON(data []byte) (*Doc, error) {
	p := jsonParser{data: data, line: 1}
	p.blank()
	if p.at == len(data) {
		return &Doc{}, nil
	}
	d, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.blank(); p.at < len(data) {
		return nil, p.fail("text after the document")
	}
	return d, nil
}

type jsonParser struct {
	data    []byte
	at      int
	line    int
	nodes   int
	docs    []Doc // the rest of a slab
	strings textSlab
}

func (p *jsonParser) fail(format string, args ...any) error {
	return &SyntaxError{Line: p.line, Message: fmt.Sprintf(format, args...)}
}

// unexpected says what is there instead of what was wanted.
func (p *jsonParser) unexpected(want string) error {
	if p.at >= len(p.data) {
		return p.fail("the document ends too early")
	}
	r, _ := utf8.DecodeRune(p.data[p.at:])
	return p.fail("%q where %s was expected", r, want)
}

func (p *jsonParser) blank() {
	for ; p.at < len(p.data); p.at++ {
		switch p.data[p.at] {
		case '\n':
			p.line++
		case ' ', '\t', '\r':
		default:
			return
		}
	}
}

// next returns the next byte that is no white space; 0 at the end.
func (p *jsonParser) next() byte {
	p.blank()
	if p.at == len(p.data) {
		return 0
	}
	return p.data[p.at]
}

func (p *jsonParser) doc() *Doc {
	if len(p.docs) == 0 {
		p.docs = make([]Doc, min(max(slabLeast, p.nodes), slabMost))
	}
	d := &p.docs[0]
	p.docs = p.docs[1:]
	d.Line = p.line
	return d
}

func (p *jsonParser) value(depth int) (*Doc, error) {
	if p.nodes++; p.nodes > maxDocNodes {
		return nil, p.fail("more than %d values", maxDocNodes)
	}
	if depth > maxDocDepth {
		return nil, p.fail("nested deeper than %d", maxDocDepth)
	}
	c := p.next()
	d := p.doc()
	switch {
	case c == '{':
		return d, p.object(d, depth)
	case c == '[':
		return d, p.array(d, depth)
	case c == '"':
		s, err := p.text()
		d.Scalar = s
		return d, err
	case c == '-' || c >= '0' && c <= '9':
		n, err := p.number()
		d.Scalar = n
		return d, err
	}
	switch rest := p.data[p.at:]; {
	case bytes.HasPrefix(rest, []byte("true")):
		d.Scalar, p.at = true, p.at+4
	case bytes.HasPrefix(rest, []byte("false")):
		d.Scalar, p.at = false, p.at+5
	case bytes.HasPrefix(rest, []byte("null")):
		p.at += 4
	default:
		return nil, p.unexpected("a value")
	}
	return d, nil
}

func (p *jsonParser) array(d *Doc, depth int) error {
	d.Kind = DocArray
	p.at++
	if p.next() == ']' {
		p.at++
		return nil
	}
	for {
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		d.Items = append(d.Items, item)
		switch p.next() {
		case ',':
			p.at++
		case ']':
			p.at++
			return nil
		default:
			return p.unexpected(", or ]")
		}
	}
}

// fewMembers is how many names are compared one by one.
const fewMembers = 16

func (p *jsonParser) object(d *Doc, depth int) error {
	d.Kind = DocObject
	p.at++
	if p.next() == '}' {
		p.at++
		return nil
	}
	var seen map[string]bool
	for {
		if p.next() != '"' {
			return p.unexpected("a name in quotes")
		}
		line := p.line
		name, err := p.text()
		if err != nil {
			return err
		}
		if seen[name] || seen == nil && d.has(name) {
			return p.fail("%q is there twice", name)
		}
		if p.next() != ':' {
			return p.unexpected(":")
		}
		p.at++
		v, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		d.Members = append(d.Members, DocMember{Name: name, Line: line, Value: v})
		if seen = d.names(seen); seen != nil {
			seen[name] = true
		}
		switch p.next() {
		case ',':
			p.at++
		case '}':
			p.at++
			return nil
		default:
			return p.unexpected(", or }")
		}
	}
}

func (v *Doc) has(name string) bool {
	for i := range v.Members {
		if v.Members[i].Name == name {
			return true
		}
	}
	return false
}

// names returns the set of names, from the length at which it is worth having.
func (v *Doc) names(seen map[string]bool) map[string]bool {
	if seen == nil && len(v.Members) > fewMembers {
		seen = map[string]bool{}
		for i := range v.Members {
			seen[v.Members[i].Name] = true
		}
	}
	return seen
}

// number reads a number as written (RFC 8259 section 6).
func (p *jsonParser) number() (json.Number, error) {
	start := p.at
	digits := func() bool {
		from := p.at
		for p.at < len(p.data) && p.data[p.at] >= '0' && p.data[p.at] <= '9' {
			p.at++
		}
		return p.at > from
	}
	is := func(set string) bool {
		if p.at < len(p.data) && strings.IndexByte(set, p.data[p.at]) >= 0 {
			p.at++
			return true
		}
		return false
	}
	is("-")
	if !is("0") && !digits() {
		return "", p.unexpected("a digit")
	}
	if is(".") && !digits() {
		return "", p.unexpected("a digit")
	}
	if is("eE") {
		is("+-")
		if !digits() {
			return "", p.unexpected("a digit")
		}
	}
	return json.Number(p.strings.text(p.data[start:p.at])), nil
}

// text reads a text in quotes.
func (p *jsonParser) text() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case c == '"':
			s := p.data[start:p.at]
			if !utf8.Valid(s) {
				return "", p.fail("a text is not UTF-8")
			}
			p.at++
			return p.strings.text(s), nil
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			return "", p.fail("character U+%04X inside a text", c)
		}
		p.at++
	}
	return "", p.unexpected("a quote")
}

// escaped reads on in a text that holds an escape.
func (p *jsonParser) escaped(start int) (string, error) {
	out := append([]byte(nil), p.data[start:p.at]...)
	for p.at < len(p.data) {
		c := p.data[p.at]
		switch {
		case c == '"':
			p.at++
			if !utf8.Valid(out) {
				return "", p.fail("a text is not UTF-8")
			}
			return p.strings.text(out), nil
		case c < ' ':
			return "", p.fail("character U+%04X inside a text", c)
		case c != '\\':
			out = append(out, c)
			p.at++
			continue
		}
		r, err := p.escape()
		if err != nil {
			return "", err
		}
		out = utf8.AppendRune(out, r)
	}
	return "", p.unexpected("a quote")
}

// escape reads one escape (RFC 8259 section 7).
func (p *jsonParser) escape() (rune, error) {
	const names, chars = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	if p.at++; p.at == len(p.data) {
		return 0, p.unexpected("an escape")
	}
	if i := strings.IndexByte(names, p.data[p.at]); i >= 0 {
		p.at++
		return rune(chars[i]), nil
	}
	if p.data[p.at] != 'u' {
		return 0, p.unexpected("an escape")
	}
	r, ok := p.hex()
	if ok && utf16.IsSurrogate(r) {
		low := rune(0)
		if p.at+1 < len(p.data) && p.data[p.at] == '\\' && p.data[p.at+1] == 'u' {
			p.at++
			low, ok = p.hex()
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return 0, p.fail("half of a surrogate pair")
		}
	}
	if !ok {
		return 0, p.fail("\\u without four hexadecimal digits")
	}
	return r, nil
}

// hex reads the digits behind "u".
func (p *jsonParser) hex() (rune, bool) {
	if p.at+5 > len(p.data) {
		return 0, false
	}
	r := rune(0)
	for _, c := range p.data[p.at+1 : p.at+5] {
		i := strings.IndexByte("0123456789abcdef", c|0x20)
		if i < 0 || c < '0' {
			return 0, false
		}
		r = r<<4 | rune(i)
	}
	p.at += 5
	return r, true
}
