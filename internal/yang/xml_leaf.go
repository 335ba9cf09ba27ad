// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"strings"

	"github.com/strowger/strowger/internal/yang/xmlstream"
)

// leaf reads the text of a leaf or leaf-list entry and checks it.
func (d *xmlDecoder) leaf(at, c *Data, attrs []xmlstream.Attr) error {
	text, ok := d.in.Content()
	if !ok {
		var err error
		if text, ok, err = d.leafText(at, c); err != nil || !ok {
			return err
		}
	}
	name := xmlstream.Name{Space: c.node.mod.Namespace, Local: c.node.def.name}
	var terr *typeError
	switch {
	case d.o.Expand != nil:
		expanded, tainted, err := d.o.Expand(string(text), int(c.line))
		if err != nil {
			d.problem(at, name, int(c.line), &Error{Tag: "invalid-value", Message: err.Error()})
			return nil //nolint:nilerr // it is kept among the problems, and decoding goes on
		}
		c.taint = tainted
		text = []byte(expanded)
		if !d.removed(text, attrs) {
			c.value, terr = d.values.canonical(c.node, expanded)
		}
	case d.removed(text, attrs):
	default:
		c.value, terr = d.values.value(c.node, text)
	}
	if terr != nil {
		d.problem(at, name, int(c.line), c.node.valueError(terr, string(text), c.taint))
		return nil
	}
	d.open = append(d.open, c)
	d.tell(c, attrs)
	return nil
}

// removed says that a leaf needs no value, since it goes.
func (d *xmlDecoder) removed(text []byte, attrs []xmlstream.Attr) bool {
	return d.o.Edit && blank(text) && removes(attrs)
}

// leafText returns the text up to the end tag, which is valid until the next leaf. The
// namespaces of the element stay in force until the next event. It returns false when the
// element is unusable.
func (d *xmlDecoder) leafText(at, c *Data) (text []byte, ok bool, err error) {
	d.text = d.text[:0]
	ok = true
	for {
		kind, err := d.in.Next()
		switch {
		case err != nil:
			return nil, false, err
		case kind == xmlstream.Text:
			d.text = append(d.text, d.in.Text()...)
		case kind == xmlstream.End:
			return d.text, ok, nil
		default:
			if ok {
				d.problem(at, xmlstream.Name{Space: c.node.mod.Namespace, Local: c.node.def.name}, int(c.line),
					&Error{Tag: "bad-element", Pos: c.node.Pos(),
						Message: fmt.Sprintf("element %q inside a %s", d.in.Name().Local, c.node.def.kind)})
			}
			ok = false
			if err := d.in.Skip(); err != nil {
				return nil, false, err
			}
		}
	}
}

// blank says whether a text is white space only.
func blank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// xmlValues makes canonical values of texts. Documents repeat themselves: what a leaf's
// last few texts meant is remembered, and short strings are kept once.
type xmlValues struct {
	schema  *Schema
	lookup  func(prefix string) (string, bool)
	context valueContext
	asked   []answer      // what was looked up for the value being made
	recent  [64]*meanings // of known, found without a map
	known   map[*Node]*meanings
	strings textSlab
}

// meanings are what the last texts of a leaf meant.
type meanings struct {
	node *Node
	last [4]meaning
}

// meaning is the canonical value of a text, as long as the prefixes that it asked for
// stand for the same.
type meaning struct {
	text, value string
	asked       []answer
}

type answer struct {
	prefix, uri string
	ok          bool
}

func (v *xmlValues) value(n *Node, text []byte) (string, *typeError) {
	slot := len(text)
	if slot > 0 {
		slot += int(text[slot-1])
	}
	known := v.of(n)
	m := &known.last[slot%len(known.last)]
	if m.text == string(text) && len(text) > 0 && v.same(m.asked) {
		return m.value, nil
	}
	s := v.strings.text(text)
	value, err := v.canonical(n, s)
	if err == nil {
		*m = meaning{s, value, append([]answer(nil), v.asked...)}
	}
	return value, err
}

// of returns what the last texts of a leaf meant.
func (v *xmlValues) of(n *Node) *meanings {
	hash := uint(n.order) + 5*uint(len(n.def.name)) + 11*uint(n.parent.order)
	slot := &v.recent[hash%uint(len(v.recent))]
	if *slot != nil && (*slot).node == n {
		return *slot
	}
	if v.known[n] == nil {
		if v.known == nil {
			v.known = map[*Node]*meanings{}
		}
		v.known[n] = &meanings{node: n}
	}
	*slot = v.known[n]
	return *slot
}

// canonical makes the canonical value of a text.
func (v *xmlValues) canonical(n *Node, text string) (string, *typeError) {
	v.asked = v.asked[:0]
	if v.context.xml == nil {
		v.context = valueContext{schema: v.schema, xml: v.ask}
	}
	v.context.node = n
	return n.props.typ.canonical(&v.context, text)
}

// ask looks a prefix up and remembers the answer.
func (v *xmlValues) ask(prefix string) (string, bool) {
	uri, ok := v.lookup(prefix)
	v.asked = append(v.asked, answer{prefix, uri, ok})
	return uri, ok
}

// same says whether all answers would be the same here.
func (v *xmlValues) same(list []answer) bool {
	for _, a := range list {
		if uri, ok := v.lookup(a.prefix); uri != a.uri || ok != a.ok {
			return false
		}
	}
	return true
}

// dataSlab hands out nodes, and lists of them, from larger pieces of memory.
type dataSlab struct {
	nodes    []Data
	branches []branch
	lists    []*Data
	size     int
}

const (
	slabLeast = 16
	slabMost  = 585 // nodes are 56 bytes: just what fits into 32 KB
)

func (s *dataSlab) node() *Data {
	if len(s.nodes) == 0 {
		s.size = min(max(slabLeast, 2*s.size), slabMost)
		s.nodes = make([]Data, s.size)
	}
	d := &s.nodes[0]
	s.nodes = s.nodes[1:]
	return d
}

// fill gives a node its children.
func (s *dataSlab) fill(d *Data, kids []*Data) {
	if len(kids) == 0 {
		return
	}
	if len(s.branches) == 0 {
		s.branches = make([]branch, max(slabLeast, s.size/2))
	}
	d.below = &s.branches[0]
	s.branches = s.branches[1:]
	d.below.kids = s.list(kids)
}

// list returns a copy of a list that has no room to grow.
func (s *dataSlab) list(from []*Data) []*Data {
	n := len(from)
	if n > len(s.lists) {
		if n > slabLeast {
			return append(make([]*Data, 0, n), from...)
		}
		s.lists = make([]*Data, max(slabLeast, s.size))
	}
	out := s.lists[:n:n]
	s.lists = s.lists[n:]
	copy(out, from)
	return out
}

// textSlab hands out strings from larger ones, and the same string for equal texts that
// follow each other closely.
type textSlab struct {
	chunk  strings.Builder
	recent [256]string
}

const textPiece = 4096

func (s *textSlab) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > textPiece/16 {
		return string(b)
	}
	hash := uint32(2166136261) // FNV-1a
	for _, c := range b {
		hash = (hash ^ uint32(c)) * 16777619
	}
	slot := &s.recent[hash%uint32(len(s.recent))]
	if *slot == string(b) {
		return *slot
	}
	if s.chunk.Cap()-s.chunk.Len() < len(b) {
		s.chunk.Reset()
		s.chunk.Grow(textPiece)
	}
	at := s.chunk.Len()
	s.chunk.Write(b)
	*slot = s.chunk.String()[at:]
	return *slot
}
