// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"cmp"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// dependencyModel has one container for each way in which a constraint depends on
// something elsewhere.
const dependencyModel = `module d {
  yang-version 1.1; namespace urn:d; prefix d;
  container value { leaf a { type string; } leaf b { type string; must "../a = '1'"; } }
  container absent { leaf a { type string; } leaf b { type string; default x; must "not(../a)"; } }
  container default { leaf a { type string; } leaf b { when "../a = '1'"; type string; default x; } leaf c { type string; must "not(../b)"; } }
  container chain { leaf a { type string; } leaf b { when "../a = '1'"; type string; default x; } leaf c { when "../b"; type string; default y; } leaf z { type string; must "not(../c)"; } }
  container cases { choice k { default two; leaf one { type string; } case two { leaf two { type string; default x; } } } leaf z { type string; must "../two"; } }
  container deep-cases { choice k { default two; container one { container in { leaf x { type string; } } } case two { container two { leaf y { type string; default x; } } } } leaf z { type string; must "../two/y"; } }
  container np { container in { when "../a"; leaf x { type string; default x; } } leaf a { type string; } leaf z { type string; must "not(../in/x)"; } }
  container whole { container in { leaf x { type string; } container more { leaf y { type string; default q; } } } leaf z { type string; must "string(../in) != '1q'"; } }
  container self { container in { must "string() != '1'"; leaf x { type string; } } }
  container all { container in { leaf x { type string; } } leaf z { type string; must "count(..//x) = 0"; } }
  container wild { container in { leaf x { type string; } } leaf z { type string; must "not(../*/x)"; } }
  container up { list l { key k; leaf k { type string; } leaf v { type string; must "count(../../l) < 3"; } } }
  container order { list l { key k; ordered-by user; leaf k { type string; } must "k != 'a' or position() = 1 and not(preceding-sibling::l)"; } }
  container ref { list l { key k; leaf k { type string; } leaf v { type string; } } leaf r { type leafref { path "../l/v"; } } leaf t { type leafref { path "../l/k"; } must "deref(.)/../v != '2'"; } }
  container default-ref { leaf a { type string; } leaf b { when "../a"; type string; default x; } leaf r { type leafref { path "../b"; } } }
  container inst { leaf a { type string; } leaf i { type instance-identifier; } leaf via { type instance-identifier; must "deref(.) != '2'"; } }
  container unique { list l { key k; unique "c/v"; leaf k { type string; } leaf a { type string; } container c { leaf v { when "../../a = '1'"; type string; default x; } } } }
  container wakes { leaf a { type string; } container in { when "../a"; leaf x { type string; mandatory true; } container more { leaf y { type string; mandatory true; } } } }
  container sleeps { leaf a { type string; } container in { when "../a"; leaf x { type string; } } }
  container case-wakes { choice k { container in { container more { leaf y { type string; mandatory true; } } leaf x { type string; } } leaf other { type string; } } }
  container case-rest { choice k { case c { leaf m { type string; mandatory true; } leaf x { type string; } container in { leaf y { type string; mandatory true; } } } leaf other { type string; } } }
  container default-case { choice k { mandatory false; default c; case c { container in { leaf y { type string; default x; must "../../z"; } } } leaf other { type string; } } leaf z { type string; } }
  container count { list l { key k; min-elements 1; max-elements 2; leaf k { type string; } } }
  container mandatory { choice k { mandatory true; leaf x { type string; } leaf y { type string; } } }
  container when-choice { leaf a { type string; } choice k { when "a = '1'"; mandatory true; leaf x { type string; } } }
  container when-case { leaf a { type string; } choice k { case c { when "a = '1'"; leaf x { type string; } leaf y { type string; mandatory true; } } } }
  container min-when { leaf a { type string; } leaf-list l { when "../a = '1'"; type string; min-elements 1; } list m { when "../a = '1'"; key k; min-elements 1; leaf k { type string; } } }
  container existence { must "not(in)"; container in { when "../a"; } leaf a { type string; } }
  container presence { container p { presence p; } leaf z { type string; must "not(../p)"; } }
  container twoways { must "count(l[v = current()/a]) < 2"; leaf a { type string; } list l { key k; leaf k { type string; } leaf v { type string; } } }
  container after { leaf z { type string; must "not(following::later)"; } }
  container guarded { when "/d:value/a = '1'"; leaf x { type string; default x; must "/d:absent/a"; } }
  container lazy { choice k { container in { must "../z"; } leaf other { type string; } } leaf z { type string; } }
  container later-on { leaf later { type string; } }
}`

// TestDependencies: every row is an edit that makes something else invalid.
func TestDependencies(t *testing.T) {
	s := yang.Compile([]yang.Source{{Name: "d.yang", Data: []byte(dependencyModel)}}, yang.Options{})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	document := func(name, content string) string {
		if !strings.HasPrefix(content, "d:") {
			content = "d:" + name + ": {" + content + "}"
		}
		// What is mandatory in containers that always exist.
		for _, base := range []string{"d:count: {l: [{k: z}]}", "d:mandatory: {y: z}", "d:default-case: {z: x}"} {
			if top, _, _ := strings.Cut(base, " "); !strings.Contains(content, top) {
				content += "\n" + base
			}
		}
		return content
	}
	for _, row := range [][4]string{
		{"value", "a: '1', b: x", "a: '2', b: x", "b"},
		{"value", "a: '1', b: x", "b: x", "b"},
		{"absent", "", "a: '1'", "b"},
		{"default", "a: '2', c: x", "a: '1', c: x", "c"},
		{"chain", "z: x", "a: '1', z: x", "z"},
		{"cases", "z: x", "z: x, one: x", "z"},
		{"deep-cases", "z: x", "z: x, one: {in: {x: x}}", "z"},
		{"np", "z: x", "z: x, a: x", "z"},
		{"whole", "z: x", "z: x, in: {x: '1'}", "z"},
		{"whole", "z: x, in: {x: '1', more: {y: r}}", "z: x, in: {x: '1'}", "z"},
		{"self", "in: {x: '2'}", "in: {x: '1'}", "in"},
		{"all", "z: x", "z: x, in: {x: '1'}", "z"},
		{"wild", "z: x", "z: x, in: {x: '1'}", "z"},
		{"up", "l: [{k: a, v: x}, {k: b}]", "l: [{k: a, v: x}, {k: b}, {k: c}]", "l[k='a']/v"},
		{"order", "l: [{k: a}, {k: b}]", "l: [{k: b}, {k: a}]", "l[k='a']"},
		{"ref", "r: x, l: [{k: a, v: x}]", "r: x, l: [{k: a}]", "r"},
		{"ref", "r: x, l: [{k: a, v: x}]", "r: x", "r"},
		{"ref", "t: a, l: [{k: a, v: x}]", "t: a, l: [{k: a, v: '2'}]", "t"},
		{"default-ref", "a: x, r: x", "r: x", "r"},
		{"inst", "a: x, i: /d:inst/a", "i: /d:inst/a", "i"},
		{"inst", "a: x, via: /d:inst/a", "a: '2', via: /d:inst/a", "via"},
		{"unique", "l: [{k: a, c: {v: x}, a: '1'}, {k: b}]", "l: [{k: a, c: {v: x}, a: '1'}, {k: b, a: '1'}]", "l[k='b']"},
		{"unique", "l: [{k: a, a: '1'}, {k: b, a: '1', c: {v: y}}]", "l: [{k: a, a: '1'}, {k: b, a: '1'}]", "l[k='b']"},
		{"wakes", "", "a: x", "in/more/y in/x"},
		{"wakes", "in: {}", "a: x, in: {}", "in/more/y in/x"},
		{"wakes", "in: {more: {}}", "a: x, in: {x: x, more: {}}", "in/more/y"},
		{"wakes", "in: {more: {}}", "in: {x: x, more: {}}", "in"},
		{"sleeps", "a: x, in: {x: x}", "in: {x: x}", "in"},
		{"case-wakes", "", "in: {x: x}", "in/more/y"},
		{"case-wakes", "in: {more: {}}", "in: {x: x, more: {}}", "in/more/y"},
		{"case-rest", "", "x: x", "in/y m"},
		{"case-rest", "in: {}", "x: x, in: {}", "in/y m"},
		{"case-rest", "other: x", "in: {y: x}", "m"},
		{"case-rest", "other: x", "other: x, m: x, in: {y: x}", "other"},
		{"default-case", "other: x", "", "in/y"},
		{"default-case", "z: x", "", "in/y"},
		{"count", "l: [{k: a}]", "", "l"},
		{"count", "l: [{k: a}, {k: b}]", "l: [{k: a}, {k: b}, {k: c}]", "l"},
		{"mandatory", "x: x", "", "k"},
		{"mandatory", "x: x", "x: x, y: x", "y"},
		{"when-choice", "", "a: '1'", "k"},
		{"when-choice", "a: '1', x: x", "x: x", "x"},
		{"when-case", "a: '1', y: x", "a: '1', x: x", "y"},
		{"when-case", "a: '1', y: x", "a: '2', y: x", "y"},
		{"min-when", "", "a: '1'", "l m"},
		{"existence", "", "a: '1'", "."},
		{"presence", "z: x", "z: x, p: {}", "z"},
		{"twoways", "l: [{k: a, v: x}, {k: b, v: x}]", "a: x, l: [{k: a, v: x}, {k: b, v: x}]", "."},
		{"twoways", "a: x, l: [{k: a, v: x}, {k: b, v: y}]", "a: x, l: [{k: a, v: x}, {k: b, v: x}]", "."},
		{"lazy", "z: x, in: {}", "in: {}", ""}, // nothing chose the case
		{"after", "z: x", "d:after: {z: x}\nd:later-on: {later: x}", "z"},
		{"guarded", "d:value: {a: '2'}", "d:value: {a: '1'}", "x"},
		{"guarded", "d:value: {a: '1'}\nd:absent: {a: x, b: y}", "d:value: {a: '1'}\nd:absent: {}", "x"},
	} {
		name := row[0]
		before, after := decode(t, s, document(name, row[1])), decode(t, s, document(name, row[2]))
		inside := func(errs yang.Errors) (out []string) {
			for _, e := range errs {
				if p := e.Path + "/"; strings.HasPrefix(p, "/d:"+name+"/") {
					out = append(out, cmp.Or(strings.TrimPrefix(strings.TrimPrefix(e.Path, "/d:"+name), "/"), "."))
				}
			}
			return out
		}
		if errs := inside(Complete(before)); len(errs) > 0 {
			t.Errorf("%q is not valid before: %v", row, errs)
		}
		want := inside(Complete(after))
		if got := strings.Join(want, " "); got != row[3] {
			t.Errorf("%q: Complete finds %q", row, got)
		}
		for seed := range int64(4) {
			paths := changedPaths(rand.New(rand.NewSource(seed)), before.Root(), after.Root(), nil)
			got, _ := Changed(after, paths)
			if got := inside(got); !slices.Equal(want, got) {
				t.Errorf("%q, changed %q: Complete finds %q, Changed %q", row, paths, want, got)
			}
		}
	}
}

// TestOutside: what must be known beside a tree, in both directions.
func TestOutside(t *testing.T) {
	s := yang.Compile([]yang.Source{{Name: "x.yang", Data: []byte(`module x { yang-version 1.1; namespace urn:x; prefix x;
		container a { leaf r { type leafref { path "/b/l/k"; } } leaf m { type string; must "not(/c/x) or /d/y"; } leaf n { type string; } }
		container b { list l { key k; leaf k { type string; } leaf v { when "/c/x"; type string; default z; } leaf up { type leafref { path "/a/m"; } } } }
		container c { leaf x { type string; } leaf p { type instance-identifier; } leaf e { type string; must "count(//n) < 9"; } leaf s { config false; type leafref { path "/d/y"; } } }
		container d { leaf y { when "/a/n or /e"; type string; default q; } leaf i { type instance-identifier; must "deref(.)"; } }
		container e { presence e; leaf lv { type leafref { path "/b/l/v"; } } } }`)}}, yang.Options{})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	names := func(list []*yang.Node) string {
		var out []string
		for _, n := range list {
			out = append(out, n.Name())
		}
		return strings.Join(out, " ")
	}
	for _, tc := range [][4]string{ // document, path, dependencies, dependents
		{"x:a: {n: v}", "/x:a/n", "", "c d"},
		{"x:a: {r: v}", "/x:a/r", "b", "c d"},
		{"x:a: {m: v}", "/x:a/m", "c d e", "b c d"},
		{"x:b: {l: [{k: v}]}", "/x:b/l[k='v']", "", "a c d e"},
		{"x:c: {p: /x:e}", "/x:c/x", "e", "a b d e"},
		{"x:c: {e: v}", "/x:c/e", "a b d e", "d"},
		{"x:d: {y: v}", "/x:d/y", "a e", "a c"},
		{"x:d: {i: /x:e}", "/x:d/i", "a b c e", "c"},
		{"x:e: {lv: v}", "/x:e", "b c", "a c d"},
	} {
		tree := decode(t, s, tc[0])
		if got := names(Dependencies(tree)); got != tc[2] {
			t.Errorf("%s depends on %q, want %q", tc[0], got, tc[2])
		}
		if got := names(Dependents(tree, []string{tc[1]})); got != tc[3] {
			t.Errorf("on %s of %s depend %q, want %q", tc[1], tc[0], got, tc[3])
		}
	}
}
