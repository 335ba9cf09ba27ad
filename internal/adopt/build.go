// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// builder makes the nodes of what is created, in the notation of a document.
type builder struct {
	e    *editor
	flow bool
	// lists: whether list entries are being made, whose step has no name of its own.
	item bool
}

// flowing says whether what is put into a node stands within brackets.
func flowing(n *node) bool { return n.flow || inFlow(n) }

// build makes the node of a new tree. at is the path of its parent, module that of it.
func (b builder) build(f *fresh, module string, at []step) (*node, string) {
	n := &node{}
	if !b.item {
		n.name = f.step.Name
		if f.step.module != module {
			n.name = f.step.module + ":" + n.name
		}
	}
	path := append(append([]step{}, at...), f.step)
	kids := b
	kids.item = f.list
	switch {
	case f.list:
		n.kind, path = array, at
	case f.container || len(f.kids) > 0:
		n.kind = object
	default:
		return b.leaf(n, f, path)
	}
	for _, k := range f.kids {
		c, reason := kids.build(k, f.step.module, path)
		if reason != "" {
			return nil, reason
		}
		n.add(c)
	}
	return n, ""
}

// leaf writes a value as other instances of the leaf have it, else as is usual.
func (b builder) leaf(n *node, f *fresh, path []step) (*node, string) {
	value := escape(f.value)
	like := &node{class: usual(value, b.e.format)}
	if o := b.e.alike(path); o != nil && o.kind == scalar && o.alias == "" {
		like = &node{class: o.class, style: o.style}
		if o.style == '|' || o.style == '>' {
			like.style = plain
		}
	}
	var w written
	var reason string
	if b.e.format == formatJSON {
		w, reason = writeJSON(like, value)
	} else {
		// Lines would need the indentation of the place, so there are none.
		in := yamlContext{flow: b.flow, eol: eol(b.e.data), indent: 2, manifest: b.e.doc.Within != (Within{})}
		if strings.Contains(value, "\n") {
			like.style = double
		}
		w, reason = in.write(like.style, like.class, value)
	}
	n.value, n.class, n.made = w.value, w.class, w.text
	return n, reason
}

// usual is how a value is written when its type is not known: RFC 7951 has integers of
// up to 32 bits as numbers, YAML all of them.
func usual(value, format string) class {
	switch {
	case value == "true" || value == "false":
		return boolean
	case !canonicalNumber.MatchString(value):
		return text
	case format == formatYAML:
		return number
	}
	if i, err := strconv.ParseInt(value, 10, 64); err == nil && i >= math.MinInt32 && i <= math.MaxUint32 {
		return number
	}
	return text
}

// unit is by how many blanks a document indents.
func (e *editor) unit() int {
	for _, r := range e.roots {
		if n := e.unitBelow(r); n > 0 {
			return n
		}
	}
	return 2
}

// deeper is what JSON and XML put before a line that is one level deeper.
func (e *editor) deeper() string {
	blank := " "
	if bytes.Contains(e.data, []byte("\n\t")) {
		blank = "\t"
	}
	return strings.Repeat(blank, e.unit())
}

func (e *editor) unitBelow(n *node) int {
	for _, c := range n.kids {
		if e.format == formatYAML {
			if n.kind == object && c.kind == object && !n.flow && !c.flow && c.indent > n.indent && c.line > 0 {
				return c.indent - n.indent
			}
		} else if len(c.kids) > 0 && opens(e.data, c.begin) && opens(e.data, c.kids[0].begin) {
			deep := len(margin(e.data, c.kids[0].begin)) - len(margin(e.data, c.begin))
			if deep > 0 {
				return deep
			}
		}
		if deep := e.unitBelow(c); deep > 0 {
			return deep
		}
	}
	return 0
}

// dashes is by how many blanks a document indents the dashes of a list.
func (e *editor) dashes() int {
	for _, r := range e.roots {
		if n := dashesBelow(r); n >= 0 {
			return n
		}
	}
	return 0
}

func dashesBelow(n *node) int {
	for _, c := range n.kids {
		if n.kind == object && c.kind == array && !n.flow && !c.flow && c.indent >= n.indent && c.line > 0 {
			return c.indent - n.indent
		}
		if deep := dashesBelow(c); deep >= 0 {
			return deep
		}
	}
	return -1
}
