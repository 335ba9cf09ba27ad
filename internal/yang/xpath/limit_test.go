// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"fmt"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// hostile are expressions whose work grows with powers of the size of the tree.
var hostile = []string{
	"//*[//*[//*]]", "count(//*[count(//*[count(..//*) > 0]) > 0])", "//*[.//*[..//*[..//*[..//*[..//*]]]]]",
	"//../..//..//../..//..//../..//..//*", "//*/ancestor::*//*/ancestor::*//*[. = current()/..//*]", "count(//*/following::*/preceding::*/following::*)",
	"//*[string(/) = string(..)]//*[string(/) = string(..)]", "sum(//*[sum(..//*[sum(..//*) > 0]) > 0])",
	"concat(" + strings.Repeat("string(/),", 3000) + "1)", strings.Repeat("//*[", 30) + "1" + strings.Repeat("]", 30),
}

// TestLimit: an evaluation ends, and says that it was given up.
func TestLimit(t *testing.T) {
	s := testSchema(t)
	tree := testTree(t, s)
	for i := range 300 {
		if _, err := tree.Set(fmt.Sprintf("/m:top/entry[name='n%d']/tag", i), "t", yang.Origin{}, false); err != nil {
			t.Fatal(err)
		}
	}
	m := s.Module("m")
	spent := 0
	for _, text := range hostile {
		p, err := Compile(yang.NewExpr(m, text), m)
		if err != nil {
			t.Fatal(err)
		}
		c := NewContext(tree, false)
		c.Limit(1_000_000)
		_, doubt := p.Boolean(c, tree.Get("/m:top"))
		if doubt&Spent != 0 {
			spent++
		}
		if c.Steps() > 3_000_000 {
			t.Errorf("%.50s took %d steps", text, c.Steps())
		}
		if doubt&Spent != 0 && doubt.Known() {
			t.Errorf("%.50s is known", text)
		}
	}
	if spent == 0 {
		t.Error("nothing was given up")
	}
	// What is cheap is still evaluated by a context that has no steps left.
	c := NewContext(tree, false)
	c.Limit(-1)
	p, _ := Compile(yang.NewExpr(m, "a = 'one'"), m)
	if ok, doubt := p.Boolean(c, tree.Get("/m:top")); !ok || doubt != 0 {
		t.Errorf("got %v, doubt %v", ok, doubt)
	}
}

// FuzzXPath: no expression makes the parser, the static check or the evaluation panic, or
// takes long.
func FuzzXPath(f *testing.F) {
	s := testSchema(f)
	tree := testTree(f, s)
	m := s.Module("m")
	for _, text := range []string{"a[1]/..//b | c", "count(//x) + -1 div 2 mod 3", "entry[name = current()/../a]/size", "deref(ref)/../p:*", "not(re-match(a, '['))", "'x' = \"y\" or . and ../..",
		"entry[last()]/preceding-sibling::entry[size = '5'][2]/following::tag", "derived-from(kind, 'p:medium')[1]", "substring(translate(., 'a', 'b'), 1, 0 div 0)", "enum-value(level) * bit-is-set(flags, 'up')"} {
		f.Add(text)
	}
	for _, text := range hostile {
		f.Add(text)
	}
	top, err := s.Find("/m:top")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Compile(yang.NewExpr(m, text), m)
		if err != nil {
			return
		}
		check(p.source, p, nil, top)
		p.Reads(top)
		for _, partial := range []bool{false, true} {
			c := NewContext(tree, partial)
			c.Limit(100_000)
			p.Text(c, tree.Get("/m:top"))
			p.Nodes(c, tree.Get("/m:top"))
			p.Boolean(c, tree.Get("/m:top"))
			if c.Steps() > 2_000_000 {
				t.Errorf("%d steps", c.Steps())
			}
		}
	})
}
