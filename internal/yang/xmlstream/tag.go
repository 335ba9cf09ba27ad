// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xmlstream

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// tag makes the whole tag at pos available. It returns its length, and that of the name
// which begins behind the skip bytes of "<" or "</".
func (r *Reader) tag(skip int) (n, name int, err error) {
	n = skip
	if name = scanName(r.buf[r.pos+skip : r.end]); r.pos+skip+name < r.end && name < r.limits.Tag {
		// Nearly all start tags are just a name, and nothing in a name ends a tag.
		if n += name; r.buf[r.pos+n] == '>' {
			return n + 1, name, nil
		}
	}
	quote := byte(0)
	for {
		rest := r.buf[r.pos+n : r.end]
		done := false
		n, quote, done = tagEnd(rest, n, quote)
		if done {
			return n, scanName(r.buf[r.pos+skip : r.pos+n]), nil
		}
		if n > r.limits.Tag {
			return 0, 0, fmt.Errorf("a tag is longer than %d bytes", r.limits.Tag)
		}
		if quote == '<' {
			return 0, 0, errors.New("< inside a tag")
		}
		if err := r.more(); err != nil {
			return 0, 0, unexpected(err)
		}
	}
}

// tagEnd looks for the ">" that ends a tag of which n bytes were looked at; quote is the
// open quote, or "<" when that was found.
func tagEnd(b []byte, n int, quote byte) (int, byte, bool) {
	for i := 0; i < len(b); i++ {
		if quote != 0 {
			j := bytes.IndexByte(b[i:], quote)
			if j < 0 {
				return n + len(b), quote, false
			}
			i += j
			quote = 0
			continue
		}
		switch b[i] {
		case '>':
			return n + i + 1, 0, true
		case '"', '\'':
			quote = b[i]
		case '<':
			return n + i, '<', false
		}
	}
	return n + len(b), quote, false
}

func (r *Reader) startTag() error {
	n, length, err := r.tag(len("<"))
	if err != nil {
		return err
	}
	b := r.buf[r.pos+1 : r.pos+n-1]
	if len(b) > length && b[len(b)-1] == '/' {
		r.empty = true
		b = b[:len(b)-1]
	}
	if length == 0 {
		return errors.New("a name must follow <")
	}
	name, err := r.names.name(b[:length])
	if err != nil {
		return err
	}
	if len(r.open) >= r.limits.Depth {
		return fmt.Errorf("nested deeper than %d", r.limits.Depth)
	}
	if r.elements++; r.elements > r.limits.Elements {
		return fmt.Errorf("more than %d elements", r.limits.Elements)
	}
	e := element{name: name, bindings: len(r.bindings)}
	r.attrs = r.attrs[:0]
	if length < len(b) {
		if err := r.attributes(b[length:], n, e.bindings); err != nil {
			return err
		}
	}
	ok := false
	if e.space, ok = r.Lookup(name.prefix); !ok || name.prefix == "xmlns" {
		return fmt.Errorf("prefix %q is not declared", clip(name.prefix))
	}
	r.open = append(r.open, e)
	r.pos += n
	return nil
}

// attributes reads what follows the name in a start tag of n bytes; outside is how many
// namespace declarations are in force around it.
func (r *Reader) attributes(b []byte, n, outside int) error {
	for count := 0; ; count++ {
		blank := scanBlank(b)
		if b = b[blank:]; len(b) == 0 {
			break
		}
		if blank == 0 {
			return fmt.Errorf("unexpected %q in a tag", firstRune(b))
		}
		if count == r.limits.Attrs {
			return fmt.Errorf("more than %d attributes", r.limits.Attrs)
		}
		name, value, rest, err := r.attribute(b, n)
		if err != nil {
			return err
		}
		b = rest
		switch {
		case name.prefix == "xmlns":
			err = r.declareOnce(outside, name.local, value)
		case name.raw == "xmlns":
			err = r.declareOnce(outside, "", value)
		default:
			r.attrs = append(r.attrs, Attr{Name{Prefix: name.prefix, Local: name.local}, value})
		}
		if err != nil {
			return err
		}
	}
	return r.resolveAttrs()
}

// attribute reads one attribute at the start of b.
func (r *Reader) attribute(b []byte, n int) (name *qname, value string, rest []byte, err error) {
	length := scanName(b)
	if length == 0 {
		return nil, "", nil, fmt.Errorf("unexpected %q in a tag", firstRune(b))
	}
	if name, err = r.names.name(b[:length]); err != nil {
		return nil, "", nil, err
	}
	b = b[length:]
	b = b[scanBlank(b):]
	if len(b) == 0 || b[0] != '=' {
		return nil, "", nil, fmt.Errorf("attribute %s without value", clip(name.raw))
	}
	b = b[1:]
	b = b[scanBlank(b):]
	if len(b) == 0 || b[0] != '"' && b[0] != '\'' {
		return nil, "", nil, fmt.Errorf("the value of attribute %s must be in quotes", clip(name.raw))
	}
	end := bytes.IndexByte(b[1:], b[0])
	if end < 0 {
		return nil, "", nil, fmt.Errorf("the value of attribute %s has no end", clip(name.raw))
	}
	raw := b[1 : 1+end]
	if bytes.IndexByte(raw, '<') >= 0 {
		return nil, "", nil, fmt.Errorf("< in the value of attribute %s", clip(name.raw))
	}
	rest = b[end+2:]
	text, err := r.decode(raw, r.pos+n, inAttribute)
	return name, r.names.text(text), rest, err
}

// declareOnce refuses a second declaration of a prefix in one tag.
func (r *Reader) declareOnce(outside int, prefix, uri string) error {
	for _, b := range r.bindings[outside:] {
		if b.prefix == prefix {
			return errors.New(strings.TrimSuffix("the attribute xmlns:"+clip(prefix), ":") + " is there twice")
		}
	}
	return r.declare(prefix, uri)
}

// resolveAttrs finds the namespaces of the attributes: one without prefix has none.
func (r *Reader) resolveAttrs() error {
	for i := range r.attrs {
		a := &r.attrs[i]
		if a.Prefix != "" {
			a.Space, _ = r.Lookup(a.Prefix)
		}
		for j := range r.attrs[:i] {
			o := &r.attrs[j]
			if o.Local == a.Local && (o.Prefix == a.Prefix || o.Space == a.Space && a.Space != "") {
				return fmt.Errorf("the attribute %s is there twice", clip(a.Local))
			}
		}
	}
	return nil
}

func (r *Reader) endTag() error {
	if len(r.open) > 0 {
		// Nearly all end tags are just the name that is due.
		raw := r.open[len(r.open)-1].name.raw
		b := r.buf[r.pos+2 : r.end]
		if len(b) > len(raw) && b[len(raw)] == '>' && string(b[:len(raw)]) == raw {
			r.pos += len(raw) + 3
			r.closing = true
			return nil
		}
	}
	n, length, err := r.tag(len("</"))
	if err != nil {
		return err
	}
	b := r.buf[r.pos+2 : r.pos+n-1]
	name, err := r.names.name(b[:length])
	if err != nil {
		return errors.New("a name must follow </")
	}
	if scanBlank(b[length:]) != len(b)-length {
		return fmt.Errorf("</%s has no >", clip(name.raw))
	}
	if len(r.open) == 0 {
		return fmt.Errorf("</%s> without start", clip(name.raw))
	}
	if want := r.open[len(r.open)-1].name.raw; want != name.raw {
		return fmt.Errorf("<%s> is closed by </%s>", clip(want), clip(name.raw))
	}
	r.pos += n
	r.closing = true
	return nil
}

// firstRune returns the first character, for a message.
func firstRune(b []byte) string {
	for _, c := range string(b[:min(len(b), utf8.UTFMax)]) {
		return string(c)
	}
	return ""
}
