// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// grow returns the edit that puts one new tree below a node that is there, and the node
// that grows.
func (e *editor) grow(g *growth) (ed edit, grows *node, reason string) {
	p := e.finder.find(g.at)
	n := p.node
	switch {
	case p.refusal != "":
		return edit{}, nil, p.refusal
	case !p.found(g.at):
		return edit{}, nil, reasonUnsafe
	}
	if reason := e.finder.shared(n); reason != "" {
		return edit{}, nil, reason
	}
	if n.kind == array || n.kind == scalar && n.class != null && (!e.finder.xml || !blank(n.value)) || n.odd {
		return edit{}, nil, "the document has a value where this would be put into"
	}
	if e.finder.xml {
		ed, reason = e.growXML(g, n)
		return ed, n, reason
	}
	module := g.at[len(g.at)-1].module
	if list := e.finder.name(n, g.what.step, module); list != nil {
		ed, reason = e.growList(g, list)
		return ed, list, reason
	}
	c, reason := builder{e, flowing(n), false}.build(g.what, module, g.at)
	if reason != "" {
		return edit{}, nil, reason
	}
	ed, reason = e.put(n, object, c)
	return ed, n, reason
}

// growList appends entries to a list that is there.
func (e *editor) growList(g *growth, list *node) (ed edit, reason string) {
	if reason := e.finder.opaque(list); reason != "" {
		return edit{}, reason
	}
	if list.kind == object || list.kind == scalar && list.class != null || list.odd {
		return edit{}, "the document has no list here"
	}
	made, reason := builder{e, flowing(list), false}.build(g.what, g.what.step.module, g.at)
	if reason != "" {
		return edit{}, reason
	}
	return e.put(list, array, made.kids...)
}

// put returns the edit that adds members to an object, or items to an array.
func (e *editor) put(n *node, as kind, made ...*node) (ed edit, reason string) {
	var splices []splice
	switch {
	case n.kind == scalar && as == object && n.start == n.colon && !inFlow(n) && e.format == formatYAML && n.parent != nil:
		splices = e.linesAfter(n.colon, n.parent.indent+e.unit(), as, made)
	case n.kind == scalar:
		text := "{" + e.flowTexts(made, ", ", "", false) + "}"
		if as == array {
			text = "[" + text[1:len(text)-1] + "]"
		}
		if n.start == n.colon {
			text = " " + text
		}
		splices = []splice{{n.start, n.end, text}}
	case n.flow:
		splices = e.flowInsert(n, made)
	default:
		splices = e.linesAfter(n.kids[len(n.kids)-1].end, n.indent, as, made)
	}
	if splices == nil {
		return edit{}, reasonUnsafe
	}
	return edit{splices: splices, model: func() {
		n.kind, n.value = as, ""
		for _, c := range made {
			n.add(c)
		}
	}}, ""
}

// linesAfter puts members or items of a block collection behind the line of at.
func (e *editor) linesAfter(at, indent int, as kind, made []*node) []splice {
	if !e.lineDone(at) {
		return nil
	}
	var b strings.Builder
	for _, c := range made {
		if as == array {
			b.WriteString(e.blockItem(c, indent))
		} else {
			b.WriteString(e.blockMember(c, indent))
		}
	}
	end := lineEnd(e.data, at)
	return []splice{{end, end, b.String()}}
}

// flowTexts writes members or items one behind the other.
func (e *editor) flowTexts(made []*node, between, deep string, lines bool) string {
	texts := make([]string, len(made))
	for i, c := range made {
		texts[i] = e.flowText(c, deep, lines)
	}
	return strings.Join(texts, between)
}

// flowInsert adds a member or item to { } or [ ], on a line of its own where the last
// one has one.
func (e *editor) flowInsert(n *node, made []*node) []splice {
	nl := eol(e.data)
	if len(n.kids) == 0 {
		inside := e.data[n.start+1 : n.end-1]
		if bytes.ContainsRune(inside, '#') {
			return nil
		}
		text := e.flowTexts(made, ", ", "", false)
		if e.format == formatJSON && bytes.ContainsRune(e.data, '\n') {
			deep := margin(e.data, n.start) + e.deeper()
			text = nl + deep + e.flowTexts(made, ","+nl+deep, deep, true) + nl + margin(e.data, n.start)
		}
		return []splice{{n.start + 1, n.end - 1, text}}
	}
	last := n.kids[len(n.kids)-1]
	comma := e.behindComma(last.end)
	if !opens(e.data, last.begin) {
		if comma > last.end {
			return []splice{{comma, comma, " " + e.flowTexts(made, ", ", "", false)}}
		}
		return []splice{{last.end, last.end, ", " + e.flowTexts(made, ", ", "", false)}}
	}
	deep := margin(e.data, last.begin)
	text := nl + deep + e.flowTexts(made, ","+nl+deep, deep, e.format == formatJSON)
	at := max(comma, last.end)
	if e.lineDone(at) {
		at = lineEnd(e.data, at)
	}
	if comma > last.end {
		return []splice{{at, at, text + ","}}
	}
	if at == last.end {
		return []splice{{at, at, "," + text}}
	}
	return []splice{{last.end, last.end, ","}, {at, at, text}}
}

// flowText writes a member or item within brackets. deep is the margin of its lines.
func (e *editor) flowText(c *node, deep string, lines bool) string {
	name := c.name
	switch {
	case name == "":
	case e.format == formatJSON:
		name = strconv.Quote(name) + ": "
	default:
		name = yamlName(name) + ": "
	}
	if c.kind == scalar {
		return name + c.made
	}
	open, last := "{", "}"
	if c.kind == array {
		open, last = "[", "]"
	}
	if len(c.kids) == 0 {
		return name + open + last
	}
	parts := make([]string, len(c.kids))
	deeper := deep + e.deeper()
	for i, k := range c.kids {
		parts[i] = e.flowText(k, deeper, lines)
	}
	if !lines {
		return name + open + strings.Join(parts, ", ") + last
	}
	nl := eol(e.data)
	return name + open + nl + deeper + strings.Join(parts, ","+nl+deeper) + nl + deep + last
}

// yamlName writes a name so that nobody reads it as anything but a text.
func yamlName(name string) string {
	if otherwiseRead(name) {
		return quoteYAML(name)
	}
	return name
}

// blockMember writes a member of a block mapping, each line after a line end.
func (e *editor) blockMember(c *node, indent int) string {
	return eol(e.data) + strings.Repeat(" ", indent) + e.blockText(c, indent)
}

func (e *editor) blockItem(c *node, indent int) string {
	return eol(e.data) + strings.Repeat(" ", indent) + "- " + e.itemText(c, indent)
}

func (e *editor) itemText(c *node, indent int) string {
	if c.kind == scalar {
		return c.made
	}
	if len(c.kids) == 0 {
		return "{}"
	}
	var b strings.Builder
	for i, k := range c.kids {
		if i > 0 {
			b.WriteString(eol(e.data) + strings.Repeat(" ", indent+2))
		}
		b.WriteString(e.blockText(k, indent+2))
	}
	return b.String()
}

// blockText writes a member without the margin of its first line.
func (e *editor) blockText(c *node, indent int) string {
	name := yamlName(c.name) + ":"
	switch {
	case c.kind == scalar:
		return name + " " + c.made
	case len(c.kids) == 0:
		return fmt.Sprintf("%s %s", name, map[kind]string{object: "{}", array: "[]"}[c.kind])
	}
	var b strings.Builder
	b.WriteString(name)
	for _, k := range c.kids {
		if c.kind == array {
			b.WriteString(e.blockItem(k, indent+e.dashes()))
		} else {
			b.WriteString(e.blockMember(k, indent+e.unit()))
		}
	}
	return b.String()
}
