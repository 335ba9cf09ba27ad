// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

const (
	// DefaultMaxDepth bounds the nesting of a received message where nothing else was said.
	DefaultMaxDepth = 256
	// maxOuterMarkup bounds a start tag, with what stands before it, of a root or of one of its children.
	maxOuterMarkup = 1 << 20
)

// message is one message that is taken apart while it arrives: the root element, and then its children one
// after the other, each of which is read or skipped.
type message struct {
	framer *Framer
	scan   tagScanner
	part   []byte // of the message, not scanned yet
	markup []byte // scanned since the last tag, outside of children
	copied *traced
	root   element
}

// element is a start tag: its names, and the prefixes in scope of it.
type element struct {
	name      string // as it is written, with a prefix
	local     string
	namespace string
	attrs     []xml.Attr
	scope     map[string]string
	empty     bool
}

// is says whether this is an element of a namespace.
func (e *element) is(namespace, local string) bool {
	return e.local == local && e.namespace == namespace
}

// attr returns the value of an attribute without a namespace.
func (e *element) attr(name string) (string, bool) {
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

// reset begins the next message, which has begun to arrive.
func (m *message) reset(copied *traced) {
	m.scan = tagScanner{maxDepth: m.scan.maxDepth}
	m.part, m.copied, m.root = nil, copied, element{}
	if cap(m.markup) > idleBuffer {
		m.markup = nil
	}
}

// more receives the next part; io.EOF is the end of the message.
func (m *message) more() error {
	part, err := m.framer.next()
	if errors.Is(err, io.EOF) {
		m.copied.finish() // before anybody acts on it
	}
	if err != nil {
		return err
	}
	if m.copied != nil {
		m.copied.Write(part)
	}
	m.part = part
	return nil
}

// open reads the start tag of the root element.
func (m *message) open() error {
	found, err := m.tag()
	if err != nil {
		return err
	}
	m.root, err = parseTag(m.markup, nil)
	m.root.empty = found == emptyTag
	return err
}

// child moves to the next child of the root. Behind the last one it returns io.EOF; the message was read
// to its end then.
func (m *message) child() (*element, error) {
	if m.root.empty {
		return nil, m.close()
	}
	found, err := m.tag()
	if err != nil {
		return nil, err
	}
	if found == endTag {
		return nil, m.close()
	}
	child, err := parseTag(m.markup, m.root.scope)
	child.empty = found == emptyTag
	return &child, err
}

// close makes sure that nothing but white space follows, up to the end of the message.
func (m *message) close() error {
	for {
		if _, _, err := m.scan.feed(m.part); err != nil {
			return malformed(err)
		}
		if err := m.more(); err != nil {
			return err
		}
	}
}

// discard reads up to the end of the message, whatever is in it.
func (m *message) discard() error {
	for {
		if err := m.more(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// tag collects markup up to the next tag of the root or a child of it.
func (m *message) tag() (tag, error) {
	m.markup = m.markup[:0]
	for {
		n, found, err := m.scan.feed(m.part)
		if err != nil {
			return noTag, malformed(err)
		}
		m.markup = append(m.markup, m.part[:n]...)
		m.part = m.part[n:]
		if found != noTag {
			return found, nil
		}
		if len(m.markup) > maxOuterMarkup {
			return noTag, malformed(fmt.Errorf("no element within %d bytes", maxOuterMarkup))
		}
		if err := m.more(); err != nil {
			return noTag, m.cut(err)
		}
	}
}

// content writes what follows the start tag of the child that was returned last, with its end tag. An
// error of w is returned when all was read, so that the message can be gone on with.
func (m *message) content(child *element, w io.Writer) error {
	if child.empty {
		_, err := io.WriteString(w, "</"+child.name+">")
		return err
	}
	var failed error
	for {
		n, found, err := m.scan.feed(m.part)
		if err != nil {
			return malformed(err)
		}
		if failed == nil && n > 0 {
			_, failed = w.Write(m.part[:n])
		}
		m.part = m.part[n:]
		if found == endTag {
			return failed
		}
		if err := m.more(); err != nil {
			return m.cut(err)
		}
	}
}

// skip passes over the child that was returned last.
func (m *message) skip(child *element) error { return m.content(child, io.Discard) }

// document returns the child that was returned last as a document of its own, with all prefixes in scope
// declared on it.
func (m *message) document(child *element) ([]byte, error) {
	var b bytes.Buffer
	b.Write(openTag(child.name, child.scope))
	err := m.content(child, &b)
	return b.Bytes(), err
}

// cut is the error for a message that ended too early.
func (m *message) cut(err error) error {
	if errors.Is(err, io.EOF) {
		return malformed(io.ErrUnexpectedEOF)
	}
	return err
}

// malformedError says what is wrong with a message. It is of ErrProtocol, and does not repeat so: it is always
// wrapped in an Error that does.
type malformedError struct{ err error }

func (e *malformedError) Error() string   { return e.err.Error() }
func (e *malformedError) Unwrap() []error { return []error{ErrProtocol, e.err} }

func malformed(err error) error { return &malformedError{err} }

// parseTag reads the start tag that ends markup, in the scope of the element around it.
func parseTag(markup []byte, scope map[string]string) (element, error) {
	d := xml.NewDecoder(bytes.NewReader(markup))
	for {
		token, err := d.RawToken()
		if err != nil {
			return element{}, malformed(noEOF(err))
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		e := element{local: start.Name.Local, name: start.Name.Local, attrs: start.Attr, scope: scopeOf(scope, start.Attr)}
		if start.Name.Space != "" {
			e.name = start.Name.Space + ":" + start.Name.Local
		}
		e.namespace = e.scope[start.Name.Space]
		if e.namespace == "" && start.Name.Space != "" {
			return element{}, malformed(fmt.Errorf("the prefix of <%s> is not declared", e.name))
		}
		return e, nil
	}
}

// scopeOf returns the prefixes in scope of an element with the attributes; outer is not changed.
func scopeOf(outer map[string]string, attrs []xml.Attr) map[string]string {
	var own map[string]string
	for _, a := range attrs {
		prefix := ""
		switch {
		case a.Name.Space == "xmlns":
			prefix = a.Name.Local
		case a.Name.Space != "" || a.Name.Local != "xmlns":
			continue
		}
		if own == nil {
			own = make(map[string]string, len(outer)+1)
			maps.Copy(own, outer)
		}
		own[prefix] = a.Value
	}
	if own == nil {
		return outer
	}
	return own
}

// openTag writes a start tag with all declarations in scope, in a fixed order.
func openTag(name string, scope map[string]string) []byte {
	tag := []byte("<" + name)
	for _, prefix := range slices.Sorted(maps.Keys(scope)) {
		tag = append(tag, " xmlns"...)
		if prefix != "" {
			tag = append(tag, ":"+prefix...)
		}
		tag = append(tag, `="`+attributeEscaper.Replace(scope[prefix])+`"`...)
	}
	return append(tag, '>')
}

var attributeEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;")
