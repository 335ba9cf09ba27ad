// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"
	"strings"
)

// Union returns what a or b own. An entry is created when both say so, or when
// the only one that has it does.
func Union(a, b Inventory) Inventory {
	switch {
	case a.root == nil:
		return b
	case b.root == nil:
		return a
	}
	root := unite(*a.root, *b.root)
	return Inventory{root: &root}
}

func unite(a, b item) item {
	out := a
	out.created = a.created && b.created
	out.tainted = a.tainted || b.tainted
	out.hashed = a.hashed || b.hashed
	out.kind = max(a.kind, b.kind)
	out.items = make([]item, 0, max(len(a.items), len(b.items)))
	i, j := 0, 0
	for i < len(a.items) && j < len(b.items) {
		switch c := compareItems(&a.items[i], &b.items[j]); {
		case c < 0:
			out.items = append(out.items, a.items[i])
			i++
		case c > 0:
			out.items = append(out.items, b.items[j])
			j++
		default:
			out.items = append(out.items, unite(a.items[i], b.items[j]))
			i, j = i+1, j+1
		}
	}
	out.items = append(append(out.items, a.items[i:]...), b.items[j:]...)
	return out
}

// Len returns how many nodes are owned.
func (i Inventory) Len() int {
	if i.root == nil {
		return 0
	}
	return i.root.len()
}

func (it *item) len() int {
	n := 0
	if it.owned() {
		n = 1
	}
	for k := range it.items {
		n += it.items[k].len()
	}
	return n
}

// maxRoots bounds what Roots returns, as long as there are no more top-level nodes.
const maxRoots = 64

// Roots returns paths that cover all that is owned, for people to read: as deep as
// possible without becoming many, and never below an owned entry.
func (i Inventory) Roots() []string {
	if i.root == nil {
		return nil
	}
	type root struct {
		it   *item
		path string
	}
	expand := func(r root, module string) []root {
		out := make([]root, len(r.it.items))
		for k := range r.it.items {
			c := &r.it.items[k]
			out[k] = root{c, r.path + "/" + c.step(module)}
		}
		return out
	}
	roots := expand(root{i.root, ""}, "")
	for k := 0; k < len(roots); {
		r := roots[k]
		if r.it.owned() || len(roots)-1+len(r.it.items) > maxRoots {
			k++
			continue
		}
		roots = slices.Replace(roots, k, k+1, expand(r, r.it.module)...)
	}
	paths := make([]string, len(roots))
	for k, r := range roots {
		paths[k] = r.path
	}
	slices.SortFunc(paths, comparePaths)
	return paths
}

// step returns the item's path step below a node of module.
func (it *item) step(module string) string {
	var b strings.Builder
	if it.module != module {
		b.WriteString(it.module + ":")
	}
	b.WriteString(it.name)
	for i, v := range it.keys {
		name := "."
		if it.kind == itemEntry {
			name = it.keyNames[i]
		}
		if it.tainted {
			v = "sha256:" + v[:min(12, len(v))]
		}
		b.WriteString(predicate(name, v))
	}
	return b.String()
}

// predicate returns [name='value'] as [yang.ParsePath] reads it.
func predicate(name, value string) string {
	if strings.Contains(value, "'") {
		return "[" + name + `="` + strings.ReplaceAll(value, `"`, `""`) + `"]`
	}
	return "[" + name + "='" + value + "']"
}
