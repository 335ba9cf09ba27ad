// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"strings"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// unique checks the unique statements of a list (RFC 7950 section 7.8.3). Entries that
// lack one of the leafs do not take part; a default value counts as present.
func (v *validator) unique(n *yang.Node, entries []*yang.Data) {
	for _, u := range n.Uniques() {
		if leafs := uniqueLeafs(n, u); leafs != nil {
			v.uniqueBy(u, entries, leafs)
		}
	}
}

// uniqueLeafs resolves the leafs of a unique statement, each as the way to it; nil when
// features or deviations removed one: nothing can be equal.
func uniqueLeafs(n *yang.Node, u *yang.Expr) [][]*yang.Node {
	var leafs [][]*yang.Node
	for _, name := range strings.Fields(u.Argument) {
		path := descend(n, u, name)
		if path == nil {
			return nil
		}
		leafs = append(leafs, path)
	}
	return leafs
}

func (v *validator) uniqueBy(u *yang.Expr, entries []*yang.Data, leafs [][]*yang.Node) {
	type entry struct {
		d     *yang.Data
		doubt xpath.Doubt
	}
	seen := make(map[string]entry, len(entries))
	for _, d := range entries {
		id, doubt, ok := v.combination(d, leafs)
		if !ok {
			continue
		}
		first, twice := seen[id]
		if !twice {
			seen[id] = entry{d, doubt}
			continue
		}
		e := &yang.Error{Path: d.RedactedPath(), Rule: `unique "` + u.Argument + `"`, Pos: u.Pos(),
			Tag: "operation-failed", AppTag: "data-not-unique", Origin: d.Origin(),
			Message: "has the same " + strings.Join(strings.Fields(u.Argument), ", ") + " as " + first.d.RedactedPath(),
			Related: []yang.Related{{Path: first.d.RedactedPath(), Origin: first.d.Origin()}},
			Curable: (doubt|first.doubt)&xpath.Open != 0}
		if o := first.d.Origin(); o.String() != "" {
			e.Hint = "the other entry is at " + o.String()
		}
		v.errs = append(v.errs, e)
	}
}

// descend resolves a descendant schema node identifier; nil when it leads nowhere.
func descend(n *yang.Node, u *yang.Expr, path string) []*yang.Node {
	var out []*yang.Node
	for _, step := range strings.Split(path, "/") {
		module := n.Module().Name
		name := step
		if prefix, local, ok := strings.Cut(step, ":"); ok {
			m := u.Prefix(prefix)
			if m == nil {
				return nil
			}
			name = local
			if prefix != u.Module().Prefix {
				module = m.Name
			}
		}
		c := n.Child(module, name)
		if c == nil {
			return nil
		}
		out = append(out, c)
		n = c
	}
	return out
}

// combination joins the values of the leafs of one entry, those in use by default too; ok
// is false when one has none.
func (v *validator) combination(d *yang.Data, leafs [][]*yang.Node) (id string, doubt xpath.Doubt, ok bool) {
	var b strings.Builder
	for _, path := range leafs {
		at := d
		for _, n := range path {
			list, more := v.ctx.Instances(at, n)
			doubt |= more
			if len(list) == 0 {
				return "", doubt, false
			}
			at = list[0]
		}
		b.WriteString(at.Value())
		b.WriteByte(0)
	}
	return b.String(), doubt, true
}
