// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

// names reports what is defined twice below one node (RFC 7950 sections 6.2.1 and 7.9):
// schema nodes that are siblings, and data nodes that are, with choice and case looked
// through. The first one counts.
type names struct {
	c            *compiler
	schema, data map[string]bool
}

func newNames(c *compiler) *names {
	return &names{c: c, schema: map[string]bool{}, data: map[string]bool{}}
}

// block enters the definitions directly in a block, and returns it without those that are
// there already. A uses of nothing is left out as well, so that groupings of groupings
// cannot grow but by what is written.
func (n *names) block(u *unit, b block) block {
	keep := b[:0:len(b)]
	for i := range b {
		if us := b[i].uses; us != nil {
			schema, data := us.grouping.names()
			if len(schema) > 0 && n.enter(u, us.st, schema, data) {
				keep = append(keep, b[i])
			}
			continue
		}
		d := b[i].def
		if n.enter(d.sc.u, d.st, []string{d.name}, dataNames(d, nil)) {
			keep = append(keep, b[i])
		}
	}
	return keep
}

// seed enters the definitions of a block that was checked before.
func (n *names) seed(b block) {
	for i := range b {
		if us := b[i].uses; us != nil {
			schema, data := us.grouping.names()
			n.add(schema, data)
			continue
		}
		n.add([]string{b[i].def.name}, dataNames(b[i].def, nil))
	}
}

// enter adds the names of a statement, unless one of them is there already.
func (n *names) enter(u *unit, st *stmt, schema, data []string) bool {
	ok := true
	for _, name := range schema {
		if n.schema[name] {
			n.c.failure(u, st, "%q is defined twice", name)
			ok = false
		}
	}
	for _, name := range data {
		if ok && n.data[name] {
			n.c.failure(u, st, "%q is defined twice", name)
			ok = false
		}
	}
	if ok {
		n.add(schema, data)
	}
	return ok
}

func (n *names) add(schema, data []string) {
	for _, name := range schema {
		n.schema[name] = true
	}
	for _, name := range data {
		n.data[name] = true
	}
}

// dataNames adds the names of the data nodes that a definition stands for among its
// siblings: its own, or those of the cases of a choice.
func dataNames(d *def, out []string) []string {
	switch {
	case d.kind.data():
		return append(out, d.name)
	case d.kind != KindChoice && d.kind != KindCase:
		return out
	}
	for i := range d.body {
		if us := d.body[i].uses; us != nil {
			_, data := us.grouping.names()
			out = append(out, data...)
			continue
		}
		out = dataNames(d.body[i].def, out)
	}
	return out
}

// names returns the names of the schema nodes and data nodes directly in a grouping, each
// once. They are found once.
func (g *grouping) names() (schema, data []string) {
	if !g.named {
		g.named = true
		for i := range g.body {
			if us := g.body[i].uses; us != nil {
				s, d := us.grouping.names()
				g.schemaNames, g.dataNames = append(g.schemaNames, s...), append(g.dataNames, d...)
				continue
			}
			d := g.body[i].def
			g.schemaNames = append(g.schemaNames, d.name)
			g.dataNames = dataNames(d, g.dataNames)
		}
		g.schemaNames, g.dataNames = distinct(g.schemaNames), distinct(g.dataNames)
		g.schemaSet = make(map[string]bool, len(g.schemaNames))
		for _, name := range g.schemaNames {
			g.schemaSet[name] = true
		}
	}
	return g.schemaNames, g.dataNames
}

// has says whether a schema node with the name is directly in a grouping.
func (g *grouping) has(name string) bool {
	g.names()
	return g.schemaSet[name]
}

// distinct returns the texts without repetitions, in their order.
func distinct(list []string) []string {
	seen := make(map[string]bool, len(list))
	out := list[:0]
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
