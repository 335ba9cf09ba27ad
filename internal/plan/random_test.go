// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// generator makes random valid trees over the test schema, small enough for two of
// them to have much in common.
type generator struct {
	*rand.Rand
	tb   testing.TB
	tree *yang.Tree
}

func randomTree(tb testing.TB, s *yang.Schema, r *rand.Rand) *yang.Tree {
	g := generator{r, tb, yang.NewTree(s)}
	g.children(s.Root(), "", 0.6)
	return g.tree
}

func (g *generator) chance(p float64) bool { return g.Float64() < p }

func (g *generator) set(path, value string) {
	if _, err := g.tree.Set(path, value, yang.Origin{Layer: testLayer}, false); err != nil {
		g.tb.Fatalf("set %s: %v", path, err)
	}
}

// children fills the schema children of n; path is that of the data node around.
func (g *generator) children(n *yang.Node, path string, p float64) {
	for _, c := range n.Children() {
		if !c.Config() || c.IsKey() || !c.Mandatory() && !g.chance(p) {
			continue
		}
		at := path + "/" + c.Name()
		if d := c.DataParent(); d.Module() != c.Module() {
			at = path + "/" + c.QName()
		}
		g.node(c, path, at, p)
	}
}

func (g *generator) node(c *yang.Node, path, at string, p float64) {
	switch c.Kind() {
	case yang.KindChoice:
		cases := c.Children()
		k := cases[g.IntN(len(cases))]
		if c.Mandatory() {
			p = 1
		}
		g.children(k, path, p)
	case yang.KindContainer:
		if c.Presence() {
			g.set(at, "")
		}
		g.children(c, at, p)
	case yang.KindLeaf:
		g.set(at, g.value(c))
	case yang.KindAnyData:
		g.set(at, fmt.Sprintf(`{"t:x": %d}`, g.IntN(3)))
	case yang.KindLeafList:
		for range g.IntN(4) {
			g.set(fmt.Sprintf("%s[.='%s']", at, g.value(c)), "")
		}
	case yang.KindList:
		for range g.IntN(5) {
			entry := at
			for _, k := range c.Keys() {
				entry += fmt.Sprintf("[%s='%s']", k.Name(), g.value(k))
			}
			if g.tree.Get(entry) == nil {
				g.set(entry, "")
				g.children(c, entry, p)
			}
		}
	}
}

// value returns one of few values of a leaf, often its default.
func (g *generator) value(n *yang.Node) string {
	if d := n.Defaults(); len(d) > 0 && g.chance(0.5) {
		return d[g.IntN(len(d))]
	}
	switch n.Type().Kind() {
	case yang.TypeEmpty:
		return ""
	case yang.TypeBoolean:
		return []string{"true", "false"}[g.IntN(2)]
	case yang.TypeIdentityref:
		return []string{"t:fast", "u:slow"}[g.IntN(2)]
	case yang.TypeInstanceIdentifier:
		return []string{"/t:sys/host", "/t:net/interface[name='a']/u:vendor"}[g.IntN(2)]
	case yang.TypeString:
		return []string{"a", "b", "c", "d", "e/f", `it's`}[g.IntN(6-countQuotes(n))]
	}
	return fmt.Sprint(1 + g.IntN(5))
}

// countQuotes keeps the quote out of keys: the paths above are made by hand.
func countQuotes(n *yang.Node) int {
	if n.IsKey() || n.Kind() == yang.KindLeafList {
		return 1
	}
	return 0
}

// part returns a random part of t that keeps whole ancestors, keys and mandatory
// leafs.
func part(t *yang.Tree, r *rand.Rand, p float64) *yang.Tree {
	out := t.Clone()
	var drop []string
	t.Walk(func(d *yang.Data) bool {
		n := d.Node()
		if n.IsKey() || n.Mandatory() || inCase(n) && n.Parent().Parent().Mandatory() || r.Float64() < p {
			return true
		}
		drop = append(drop, d.Path())
		return false
	})
	for _, path := range drop {
		out.Delete(path)
	}
	return out
}
