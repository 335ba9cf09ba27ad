// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

type kind uint8

const (
	scalar kind = iota
	object
	array
)

// class is how a scalar is read before the schema is known.
type class uint8

const (
	text class = iota
	number
	boolean
	null
)

// Limits of a document, so that no input can exhaust the stack or the memory.
const (
	maxDepth = 256
	maxNodes = 2_000_000
	maxBytes = 16 << 20
)

var errTooLarge = errors.New("the document is too large to be edited")

// styles of a scalar; 0 is plain.
const (
	plain  byte = 0
	cdata  byte = 'c'
	single byte = '\''
	double byte = '"'
)

// node is one value of a document, with the place of its text. Of XML, an element
// is an object if there are elements in it, else a scalar; an object may have several
// members of one name.
type node struct {
	kind  kind
	style byte
	class class
	// name of a member as written, "" of items; of XML its local name.
	name string
	// prefix and space are those of an XML element; bound are the prefixes that are
	// declared by it or around it.
	prefix, space string
	bound         map[string]string
	// value of a scalar.
	value string
	// key and begin: where the name and the whole member or item start; for items of a
	// block sequence, begin is the dash. start and end hold the value; of XML, the content.
	key, begin, start, end int
	// after is the end of the whole element (XML).
	after int
	// colon is the place after the colon of a member, or after the dash of an item.
	colon int
	// indent is the column of the members or dashes of a block collection, from 0.
	indent int
	flow   bool
	line   int
	// alias and anchor are names of YAML; odd nodes are written in a way that is not edited.
	alias, anchor string
	odd           bool
	// made is the text of a new scalar; declares: a new element declares its namespace.
	made     string
	declares bool

	parent *node
	kids   []*node
}

func (n *node) add(c *node) {
	c.parent = n
	n.kids = append(n.kids, c)
}

func (n *node) index() int {
	for i, c := range n.parent.kids {
		if c == n {
			return i
		}
	}
	return -1
}

// drop takes a node out of its parent.
func (n *node) drop() {
	i := n.index()
	n.parent.kids = append(n.parent.kids[:i:i], n.parent.kids[i+1:]...)
}

// insert puts a node among the members or items of another.
func (n *node) insert(at int, c *node) {
	c.parent = n
	kids := append([]*node{}, n.kids[:at]...)
	n.kids = append(append(kids, c), n.kids[at:]...)
}

func (n *node) member(name string) *node {
	if n == nil || n.kind != object {
		return nil
	}
	for _, c := range n.kids {
		if c.name == name {
			return c
		}
	}
	return nil
}

// text returns the value of a member that is a scalar.
func (n *node) text(name string) string {
	if c := n.member(name); c != nil && c.kind == scalar {
		return c.value
	}
	return ""
}

// hollow: nothing is in it.
func (n *node) hollow() bool {
	return n.kind != scalar && len(n.kids) == 0
}

// same says whether two documents say the same, places and comments aside.
func same(a, b *node, xml bool) bool {
	if xml && (a.hollow() && blank(b.value) && len(b.kids) == 0 || b.hollow() && blank(a.value) && len(a.kids) == 0) {
		return a.name == b.name && a.space == b.space
	}
	if a.kind != b.kind || a.name != b.name || a.space != b.space || a.alias != b.alias || a.anchor != b.anchor ||
		len(a.kids) != len(b.kids) {
		return false
	}
	if a.kind == scalar && (a.value != b.value || a.class != b.class) {
		return false
	}
	for i := range a.kids {
		if !same(a.kids[i], b.kids[i], xml) {
			return false
		}
	}
	return true
}

func sameAll(a, b []*node, xml bool) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !same(a[i], b[i], xml) {
			return false
		}
	}
	return true
}

// parse reads all documents of a file.
func parse(data []byte, format string) (roots []*node, err error) {
	// The YAML library panics on some inputs.
	defer func() {
		if r := recover(); r != nil {
			roots, err = nil, fmt.Errorf("the parser failed: %v", r)
		}
	}()
	if len(data) > maxBytes {
		return nil, errTooLarge
	}
	switch format {
	case formatJSON:
		return parseJSON(data)
	case formatXML:
		return parseXML(data)
	case formatYAML:
		return parseYAML(data)
	}
	return nil, fmt.Errorf("the format %q is not known", format)
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// lineStart returns the place after the line end before at.
func lineStart(data []byte, at int) int {
	return bytes.LastIndexByte(data[:at], '\n') + 1
}

// lineEnd returns the place of the line end at or after at, that of the CR of a CRLF.
func lineEnd(data []byte, at int) int {
	i := bytes.IndexByte(data[at:], '\n')
	if i < 0 {
		return len(data)
	}
	if i > 0 && data[at+i-1] == '\r' {
		i--
	}
	return at + i
}

// nextLine returns the place after the line end at or after at.
func nextLine(data []byte, at int) int {
	i := bytes.IndexByte(data[at:], '\n')
	if i < 0 {
		return len(data)
	}
	return at + i + 1
}

// eol is the line end of a file.
func eol(data []byte) string {
	if i := bytes.IndexByte(data, '\n'); i > 0 && data[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// margin returns the blanks with which the line of at begins.
func margin(data []byte, at int) string {
	from := lineStart(data, at)
	to := from
	for to < len(data) && (data[to] == ' ' || data[to] == '\t') {
		to++
	}
	return string(data[from:to])
}

// opens says whether nothing but blanks is before at on its line.
func opens(data []byte, at int) bool {
	return len(bytes.Trim(data[lineStart(data, at):at], " \t\ufeff")) == 0
}
