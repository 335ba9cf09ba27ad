// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"fmt"
	"maps"
	"sort"
	"strings"
)

// growXML puts new elements into an element: after the last of their name, else after
// all others.
func (e *editor) growXML(g *growth, n *node) (ed edit, reason string) {
	made, reason := e.elements(g.what, n, g.at, g.at[len(g.at)-1].module)
	if reason != "" {
		return edit{}, reason
	}
	at := len(n.kids)
	for i, c := range n.kids {
		if c.name == made[0].name && c.space == made[0].space {
			at = i + 1
		}
	}
	var s splice
	switch {
	case at > 0:
		s = e.elementsAfter(n.kids[at-1], made)
	default:
		s = e.elementsIn(n, made)
	}
	return edit{splices: []splice{s}, model: func() {
		n.kind, n.value = object, ""
		for i, c := range made {
			n.insert(at+i, c)
		}
	}}, ""
}

func (e *editor) elementsAfter(last *node, made []*node) splice {
	if !opens(e.data, last.begin) || !e.lineDone(last.after) {
		return splice{last.after, last.after, e.elementsText(made, "", "")}
	}
	at := lineEnd(e.data, last.after)
	return splice{at, at, e.elementsText(made, eol(e.data), margin(e.data, last.begin))}
}

func (e *editor) elementsIn(n *node, made []*node) splice {
	nl, deep := "", ""
	last := ""
	if opens(e.data, n.begin) {
		nl = eol(e.data)
		deep = margin(e.data, n.begin) + e.deeper()
		last = nl + margin(e.data, n.begin)
	}
	return written{text: e.elementsText(made, nl, deep) + last}.around(e.data, n)
}

// elementsText writes elements, each after a line end nl and the margin deep.
func (e *editor) elementsText(list []*node, nl, deep string) string {
	var b strings.Builder
	for _, c := range list {
		name := c.name
		if c.prefix != "" {
			name = c.prefix + ":" + name
		}
		b.WriteString(nl + deep + "<" + name)
		if c.declares {
			fmt.Fprintf(&b, ` xmlns="%s"`, strings.ReplaceAll(escapeXML(c.space), `"`, "&quot;"))
		}
		if c.kind == scalar {
			b.WriteString(">" + c.made + "</" + name + ">")
			continue
		}
		if len(c.kids) == 0 {
			b.WriteString("/>")
			continue
		}
		b.WriteString(">")
		deeper := deep
		if nl != "" {
			deeper += e.deeper()
		}
		b.WriteString(e.elementsText(c.kids, nl, deeper) + nl + deep + "</" + name + ">")
	}
	return b.String()
}

// elements makes the elements of a new tree below parent: of a list one for each entry.
func (e *editor) elements(f *fresh, parent *node, at []step, module string) ([]*node, string) {
	path := append(append([]step{}, at...), f.step)
	if f.list {
		var out []*node
		for _, k := range f.kids {
			made, reason := e.elements(&fresh{step: k.step, value: k.value, container: k.container, kids: k.kids}, parent, at, module)
			if reason != "" {
				return nil, reason
			}
			out = append(out, made...)
		}
		return out, ""
	}
	c := &node{name: f.step.Name, bound: parent.bound}
	if reason := e.namespace(c, parent, path, f.step.module == module); reason != "" {
		return nil, reason
	}
	if !f.container && len(f.kids) == 0 {
		w, reason := e.writeXML(c, f.value)
		c.value, c.made = w.value, w.text
		return []*node{c}, reason
	}
	c.kind = object
	for _, k := range f.kids {
		made, reason := e.elements(k, c, path, f.step.module)
		if reason != "" {
			return nil, reason
		}
		for _, m := range made {
			c.add(m)
		}
	}
	return []*node{c}, ""
}

// namespace gives a new element its namespace and the prefix for it.
func (e *editor) namespace(c, parent *node, path []step, sameModule bool) string {
	module := path[len(path)-1].module
	space, known := e.doc.Namespaces[module]
	if !known {
		switch o := e.alike(path); {
		case sameModule:
			space = parent.space
		case o != nil:
			space = o.space
		default:
			return fmt.Sprintf("the XML namespace of the module %s is not known: declare it by hand", module)
		}
	}
	c.space = space
	if space == parent.space {
		c.prefix = parent.prefix
		return ""
	}
	var prefixes []string
	for p, s := range c.bound {
		if s == space {
			prefixes = append(prefixes, p)
		}
	}
	if len(prefixes) > 0 {
		sort.Strings(prefixes)
		c.prefix = prefixes[0]
		return ""
	}
	c.declares = true
	c.bound = maps.Clone(c.bound)
	c.bound[""] = space
	return ""
}
