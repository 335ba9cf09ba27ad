// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package xmlstream reads XML 1.0 with namespaces, event by event, the way NETCONF uses
// it: elements, attributes and text. It reads ahead into a buffer of its own and holds no
// more than one tag or one piece of text, whatever the size of the document. It must not
// know of YANG or of NETCONF's operations.
//
// Refused are documents that are not well-formed, encodings other than UTF-8, document
// type declarations (with them all entities but the five of XML), and what is beyond the
// [Limits]. Several elements may follow each other at the top level.
package xmlstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Kind is the kind of an event.
type Kind uint8

const (
	// Start is the start of an element: see Reader.Name and Reader.Attrs.
	Start Kind = iota + 1
	// End is the end of an element, also of an empty one: see Reader.Name. The
	// namespaces of the element are in force until the next event.
	End
	// Text is a piece of text: see Reader.Text. CDATA sections, comments and the length of
	// the buffer may split a text into several pieces.
	Text
)

// Limits bound what a document may ask for. Zero fields stand for those of [DefaultLimits].
type Limits struct {
	Bytes    int64 // the whole document
	Depth    int   // of nested elements
	Elements int   // in the whole document
	Attrs    int   // of one element, namespace declarations included
	Tag      int   // bytes of one start tag
}

// DefaultLimits are wide enough for the whole configuration of any device known.
var DefaultLimits = Limits{Bytes: 256 << 20, Depth: 256, Elements: 20_000_000, Attrs: 64, Tag: 1 << 20}

const (
	firstBuffer = 16 << 10
	textChunk   = 32 << 10 // a text without end is handed out in pieces of about this length
	maxBindings = 1024     // namespace declarations in force at one place
)

// SyntaxError says what is wrong with a document, and where.
type SyntaxError struct {
	Line    int
	Message string
	err     error // of the source, if it is one
}

// Error returns "line N: message".
func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

// Unwrap returns the error of the source that could not be read on; nil for bad XML.
func (e *SyntaxError) Unwrap() error { return e.err }

// Reader reads the events of one document. It is not synchronised.
type Reader struct {
	src    io.Reader
	limits Limits
	left   int64 // bytes that may still be read

	buf      []byte // buf[pos:end] is not consumed yet
	pos, end int
	srcErr   error
	err      error // every later Next returns it

	// Lines are counted when somebody asks: line is that of buf[lineAt], and no line ends
	// between there and buf[unbroken]. The last event starts at mark; when lineAt is beyond
	// it already, markLine is its line.
	line, lineAt   int
	unbroken       int
	mark, markLine int

	begun    bool // the first byte was looked at
	started  bool // something but white space was read
	cdata    bool // inside a CDATA section
	empty    bool // the open element is an empty one: its end is due
	closing  bool // the last event was an end: its element is closed by the next
	elements int

	text     []byte
	attrs    []Attr
	open     []element
	bindings []binding // innermost last
	names    nameTable
}

// element is an open element.
type element struct {
	name     *qname
	space    string
	bindings int // how many were in force outside
}

type binding struct{ prefix, uri string }

// NewReader returns a reader of one document.
func NewReader(src io.Reader, l Limits) *Reader {
	d := DefaultLimits
	if l.Bytes == 0 {
		l.Bytes = d.Bytes
	}
	if l.Depth == 0 {
		l.Depth = d.Depth
	}
	if l.Elements == 0 {
		l.Elements = d.Elements
	}
	if l.Attrs == 0 {
		l.Attrs = d.Attrs
	}
	if l.Tag == 0 {
		l.Tag = d.Tag
	}
	return &Reader{src: src, limits: l, left: l.Bytes, line: 1, buf: make([]byte, firstBuffer)}
}

// Next reads the next event. The error is io.EOF at the end of the document, else a
// *SyntaxError; it is the same from then on.
func (r *Reader) Next() (Kind, error) {
	if r.err != nil {
		return 0, r.err
	}
	k, err := r.next()
	if err != nil {
		r.err = r.failure(err)
		return 0, r.err
	}
	return k, nil
}

func (r *Reader) next() (Kind, error) {
	if r.closing {
		r.closing = false
		last := len(r.open) - 1
		r.bindings = r.bindings[:r.open[last].bindings]
		r.open = r.open[:last]
	}
	if r.empty {
		r.empty, r.closing = false, true
		return End, nil
	}
	for {
		r.mark = r.pos
		if r.cdata {
			if k, err := r.cdataText(); k != 0 || err != nil {
				return k, err
			}
			continue
		}
		if err := r.need(1); err != nil {
			return 0, err
		}
		if !r.begun {
			r.begun = true
			if err := r.byteOrderMark(); err != nil {
				return 0, err
			}
		}
		if r.buf[r.pos] != '<' {
			return r.chars()
		}
		if k, err := r.markup(); k != 0 || err != nil {
			return k, err
		}
	}
}

// markup reads what starts with "<"; the kind is 0 when it is no event.
func (r *Reader) markup() (Kind, error) {
	if err := r.need(2); err != nil {
		return 0, unexpected(err)
	}
	switch r.buf[r.pos+1] {
	case '/':
		return End, r.endTag()
	case '?':
		return 0, r.instruction()
	case '!':
		r.started = true
		return 0, r.declaration()
	}
	r.started = true
	return Start, r.startTag()
}

var errEarlyEnd = errors.New("the document ends too early")

// unexpected makes the end of the source an error.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return errEarlyEnd
	}
	return err
}

// failure completes an error with the line; the end of the source is one only when
// elements are open.
func (r *Reader) failure(err error) error {
	var se *SyntaxError
	switch {
	case errors.As(err, &se):
		return err
	case errors.Is(err, io.EOF) && len(r.open) == 0:
		return io.EOF
	case errors.Is(err, io.EOF):
		err = fmt.Errorf("<%s> is not closed", r.open[len(r.open)-1].name.raw)
	}
	e := &SyntaxError{Line: r.Line(), Message: err.Error()}
	if r.srcErr != nil && errors.Is(err, r.srcErr) {
		e.err = err
	}
	return e
}

// Name returns the name of the element that starts or ends.
func (r *Reader) Name() Name {
	if len(r.open) == 0 {
		return Name{}
	}
	e := &r.open[len(r.open)-1]
	return Name{Space: e.space, Prefix: e.name.prefix, Local: e.name.local}
}

// Attrs returns the attributes of the element that starts, without its namespace
// declarations, in the order of the document. It is valid until the next event.
func (r *Reader) Attrs() []Attr { return r.attrs }

// Text returns the piece of text. It is valid until the next event.
func (r *Reader) Text() []byte { return r.text }

// Content reads what is inside the element that starts, and its end, if that is only text
// which stands for itself and lies ready; else it reads nothing and returns false. The text
// is valid until the next event. It spares the events of what most elements are.
func (r *Reader) Content() (text []byte, ok bool) {
	if r.empty || r.closing || r.cdata || len(r.open) == 0 {
		return nil, false
	}
	rest, name := r.buf[r.pos:r.end], r.open[len(r.open)-1].name.raw
	n := 0
	for n < len(rest) && class[rest[n]]&plainByte != 0 {
		n++
	}
	end := n + len("</") + len(name)
	if end >= len(rest) || rest[n] != '<' || rest[n+1] != '/' || rest[end] != '>' || string(rest[n+len("</"):end]) != name {
		return nil, false
	}
	r.mark = r.pos + n
	r.pos += end + 1
	r.closing = true
	return rest[:n], true
}

// Depth returns how many elements are open, the one that starts or ends included.
func (r *Reader) Depth() int { return len(r.open) }

// Lookup returns the namespace that a prefix stands for at this place; "" is the default
// namespace, which is "" where none is declared.
func (r *Reader) Lookup(prefix string) (uri string, ok bool) {
	for i := len(r.bindings) - 1; i >= 0; i-- {
		if r.bindings[i].prefix == prefix {
			return r.bindings[i].uri, true
		}
	}
	if prefix == "xml" {
		return xmlNamespace, true
	}
	return "", prefix == ""
}

// Skip reads up to the end of the element that starts; its end is the last event then.
func (r *Reader) Skip() error {
	depth := len(r.open)
	for {
		k, err := r.Next()
		if err != nil {
			return err
		}
		if k == End && len(r.open) == depth {
			return nil
		}
	}
}

// Line returns the line at which the last event starts, from 1.
func (r *Reader) Line() int {
	if r.lineAt > r.mark {
		return r.markLine
	}
	if r.lineAt < r.mark {
		r.countLines(r.mark)
		r.markLine = r.line
	}
	return r.line
}

// settle counts lines up to an offset, before the bytes there change or move.
func (r *Reader) settle(upTo int) {
	if upTo <= r.lineAt {
		return
	}
	if r.lineAt <= r.mark && r.mark <= upTo {
		r.countLines(r.mark)
		r.markLine = r.line
	}
	r.countLines(upTo)
}

// countLines moves lineAt. It looks for the next end of a line only when the last one that
// was found is passed: what programs write has few, or is all on one line.
func (r *Reader) countLines(upTo int) {
	for r.unbroken < upTo {
		i := bytes.IndexByte(r.buf[r.unbroken:r.end], '\n')
		if i < 0 {
			r.unbroken = r.end
			break
		}
		if r.unbroken += i; r.unbroken < upTo {
			r.line++
			r.unbroken++
		}
	}
	r.lineAt = upTo
}

// need makes n bytes available at pos, or returns io.EOF or why it cannot.
func (r *Reader) need(n int) error {
	for r.end-r.pos < n {
		if err := r.more(); err != nil {
			return err
		}
	}
	return nil
}

var errTooLarge = errors.New("the document is too large")

// more reads at least one more byte behind those not consumed, which move to the start of
// the buffer.
func (r *Reader) more() error {
	if r.srcErr != nil {
		return r.srcErr
	}
	if r.pos > 0 {
		r.settle(r.pos)
		copy(r.buf, r.buf[r.pos:r.end])
		r.end -= r.pos
		r.lineAt -= r.pos
		r.unbroken -= r.pos
		r.mark -= r.pos
		r.pos = 0
	}
	if r.end == len(r.buf) {
		bigger := make([]byte, 2*len(r.buf))
		copy(bigger, r.buf)
		r.buf = bigger
	}
	for range 100 {
		room := r.buf[r.end:]
		if int64(len(room)) > r.left {
			room = room[:r.left+1] // one more tells a document that is just full from a larger one
		}
		n, err := r.src.Read(room)
		r.end += n
		if r.left -= int64(n); r.left < 0 {
			r.srcErr = errTooLarge
			return r.srcErr
		}
		r.srcErr = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	r.srcErr = io.ErrNoProgress
	return r.srcErr
}
