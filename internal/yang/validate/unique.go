// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// unique checks the unique statements of a list (RFC 7950 section 7.8.3). Entries that
// lack one of the leafs do not take part; a default value counts as present.
func (v *validator) unique(n *yang.Node, entries []*yang.Data) {
	for _, u := range n.Uniques() {
		names := strings.Fields(u.Argument)
		leafs := make([][]*yang.Node, 0, len(names))
		for _, name := range names {
			if path := descend(n, u, name); path != nil {
				leafs = append(leafs, path)
			}
		}
		if len(leafs) != len(names) {
			continue // a leaf that features or deviations removed: nothing can be equal
		}
		v.uniqueLeafs(u, entries, leafs)
	}
}

func (v *validator) uniqueLeafs(u *yang.Expr, entries []*yang.Data, leafs [][]*yang.Node) {
	seen := make(map[string]*yang.Data, len(entries))
	for _, d := range entries {
		id, ok := combination(d, leafs)
		if !ok {
			continue
		}
		first := seen[id]
		if first == nil {
			seen[id] = d
			continue
		}
		v.errs = append(v.errs, &yang.Error{Path: d.RedactedPath(), Rule: `unique "` + u.Argument + `"`, Pos: u.Pos(),
			Tag: "operation-failed", AppTag: "data-not-unique", Origin: d.Origin(),
			Message: "has the same " + strings.Join(strings.Fields(u.Argument), ", ") + " as " + first.RedactedPath()})
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

// combination joins the values of the leafs of one entry.
func combination(d *yang.Data, leafs [][]*yang.Node) (string, bool) {
	var b strings.Builder
	for _, path := range leafs {
		at := d
		for _, n := range path {
			if at == nil {
				break
			}
			next := at.Instances(n)
			at = nil
			if len(next) > 0 {
				at = next[0]
			}
		}
		switch leaf := path[len(path)-1]; {
		case at != nil:
			b.WriteString(at.Value())
		case len(leaf.Defaults()) == 1:
			b.WriteString(leaf.Defaults()[0])
		default:
			return "", false
		}
		b.WriteByte(0)
	}
	return b.String(), true
}
