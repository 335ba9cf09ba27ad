// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

const model = `module m {
  yang-version 1.1; namespace urn:m; prefix m;
  feature off;
  container top {
    leaf must-be { type string; mandatory true; }
    leaf maybe { when "../must-be = 'x'"; type string; mandatory true; }
    leaf never { if-feature off; type string; mandatory true; }
    container np { container np2 { leaf deep { type string; mandatory true; } } }
    container pres { presence p; leaf in { type string; mandatory true; } anydata any { mandatory true; } }
    container conditional { when "../must-be = 'x'"; leaf in { type string; mandatory true; } }
    container state { config false; leaf s { type string; mandatory true; } }
    choice pick { mandatory true;
      case a { leaf a1 { type string; mandatory true; } leaf a2 { type string; } container anp { leaf a3 { type string; mandatory true; } } leaf-list a4 { type string; min-elements 2; } }
      case b { leaf b1 { type string; } choice inner { mandatory true; leaf i1 { type string; } leaf i2 { type string; } } }
      leaf c { type string; }
    }
  }
  container free {
    list entry { key "k1 k2"; unique "u c/v"; unique w; min-elements 0; max-elements 3;
      leaf k1 { type string; } leaf k2 { type uint8; } leaf u { type string; } container c { leaf v { type uint8; default 7; } } leaf w { type string; }
      leaf req { type string; mandatory true; }
      leaf-list ll { type uint8; min-elements 1; max-elements 2; }
    }
    list few { key k; min-elements 2; max-elements 3; leaf k { type string; } }
    leaf secret { type string; }
  }
}`

func schema(t testing.TB) *yang.Schema {
	t.Helper()
	s := yang.Compile([]yang.Source{{Name: "m.yang", Data: []byte(model)}}, yang.Options{Implement: []yang.ModuleRef{{Name: "m"}}})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	return s
}

func decode(t testing.TB, s *yang.Schema, text string) *yang.Tree {
	t.Helper()
	doc, err := yang.ParseYAML([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	// What the decoder finds itself (two cases) is for validate to find again.
	tree, _ := yang.DecodeDoc(s, doc, &yang.Layer{Name: "l"})
	return tree
}

const wholeTop = "must-be: y, np: {np2: {deep: d}}, c: c"

func TestTree(t *testing.T) {
	s := schema(t)
	for name, tc := range map[string]struct {
		yaml string
		want []string // path, app-tag or tag
	}{
		"nothing":                 {"", nil},
		"all there":               {"m:top: {" + wholeTop + "}", nil},
		"mandatory":               {"m:top: {c: c}", []string{"/m:top/must-be data-missing", "/m:top/np/np2/deep data-missing"}},
		"mandatory choice":        {"m:top: {must-be: y, np: {np2: {deep: d}}}", []string{"/m:top/pick missing-choice"}},
		"presence is not wanted":  {"m:top: {" + wholeTop + "}", nil},
		"in presence":             {"m:top: {" + wholeTop + ", pres: {}}", []string{"/m:top/pres/any data-missing", "/m:top/pres/in data-missing"}},
		"np there, empty":         {"m:top: {must-be: y, c: c, np: {}}", []string{"/m:top/np/np2/deep data-missing"}},
		"in case":                 {"m:top: {must-be: y, np: {np2: {deep: d}}, a2: x}", []string{"/m:top/a1 data-missing", "/m:top/a4 too-few-elements", "/m:top/anp/a3 data-missing"}},
		"empty container no case": {"m:top: {must-be: y, np: {np2: {deep: d}}, anp: {}, c: c}", nil},
		"choice in case":          {"m:top: {must-be: y, np: {np2: {deep: d}}, b1: x}", []string{"/m:top/inner missing-choice"}},
		"choice in case, there":   {"m:top: {must-be: y, np: {np2: {deep: d}}, i2: x}", nil},
		"two cases":               {"m:top: {" + wholeTop + ", b1: x, i1: x}", []string{"/m:top/c bad-element"}},
		"two cases of the inner":  {"m:top: {must-be: y, np: {np2: {deep: d}}, i1: x, i2: x}", []string{"/m:top/i2 bad-element"}},
		"when is true":            {"m:top: {must-be: x, np: {np2: {deep: d}}, c: c}", []string{"/m:top/conditional/in data-missing", "/m:top/maybe data-missing"}},
		"when is true, there":     {"m:top: {must-be: x, np: {np2: {deep: d}}, c: c, conditional: {in: i}, maybe: m}", nil},
		"when is false, there":    {"m:top: {" + wholeTop + ", conditional: {in: i}, maybe: m}", []string{"/m:top/conditional unknown-element", "/m:top/maybe unknown-element"}},
		"when is false, empty":    {"m:top: {" + wholeTop + ", conditional: {}}", nil},
		"min, none":               {"m:free: {secret: x}", []string{"/m:free/few too-few-elements"}},
		"min, one":                {"m:free: {few: [{k: a}]}", []string{"/m:free/few too-few-elements"}},
		"max":                     {"m:free: {few: [{k: a}, {k: b}, {k: c}, {k: d}]}", []string{"/m:free/few too-many-elements"}},
		"in list entry":           {"m:free: {few: [{k: a}, {k: b}], entry: [{k1: a, k2: 1}]}", []string{"/m:free/entry[k1='a'][k2='1']/ll too-few-elements", "/m:free/entry[k1='a'][k2='1']/req data-missing"}},
		"unique":                  {"m:free: {few: [{k: a}, {k: b}], entry: [{k1: a, k2: 1, req: r, ll: [1], u: x, c: {v: 1}}, {k1: a, k2: 2, req: r, ll: [1], u: x, c: {v: 1}}]}", []string{"/m:free/entry[k1='a'][k2='2'] data-not-unique"}},
		"unique, default":         {"m:free: {few: [{k: a}, {k: b}], entry: [{k1: a, k2: 1, req: r, ll: [1], u: x, c: {v: 7}}, {k1: a, k2: 2, req: r, ll: [1], u: x}]}", []string{"/m:free/entry[k1='a'][k2='2'] data-not-unique"}},
		"unique, one absent":      {"m:free: {few: [{k: a}, {k: b}], entry: [{k1: a, k2: 1, req: r, ll: [1], c: {v: 1}}, {k1: a, k2: 2, req: r, ll: [1], c: {v: 1}}]}", nil},
		"unique, a second":        {"m:free: {few: [{k: a}, {k: b}], entry: [{k1: a, k2: 1, req: r, ll: [1], w: x}, {k1: a, k2: 2, req: r, ll: [1], w: x}]}", []string{"/m:free/entry[k1='a'][k2='2'] data-not-unique"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, e := range Tree(decode(t, s, tc.yaml)) {
				tag := e.AppTag
				if tag == "" {
					tag = e.Tag
				}
				got = append(got, e.Path+" "+tag)
				if e.Pos.File != "m.yang" || e.Rule == "" || e.Message == "" {
					t.Errorf("incomplete error: %+v", e)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestComplete(t *testing.T) {
	s := schema(t)
	got := Complete(yang.NewTree(s))
	if len(got) != 4 {
		t.Errorf("%v", got)
	}
}

func TestErrorText(t *testing.T) {
	errs := Tree(decode(t, schema(t), "\nm:top:\n  c: x\n  np: {np2: {deep: d}}"))
	want := "l:2 /m:top/must-be: is mandatory but missing (leaf must-be { mandatory true } at m.yang:5)"
	if errs.Error() != want {
		t.Errorf("got %q", errs.Error())
	}
}

func TestTaintedKeysAreNotPrinted(t *testing.T) {
	s := schema(t)
	doc, _ := yang.ParseYAML([]byte("m:free: {few: [{k: hush1}, {k: hush2}], entry: [{k1: hush, k2: 1}]}"))
	doc.Tainted = true
	tree, errs := yang.DecodeDoc(s, doc, nil)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if text := Tree(tree).Error(); text == "" || strings.Contains(text, "hush") {
		t.Errorf("got %q", text)
	}
}

func BenchmarkTree(b *testing.B) {
	s := schema(b)
	tree := yang.NewTree(s)
	for i := range 10000 {
		p := fmt.Sprintf("/m:free/entry[k1='e%d'][k2='1']", i)
		for leaf, v := range map[string]string{"u": p, "w": p, "req": "x", "ll": "1"} {
			if _, err := tree.Set(p+"/"+leaf, v, yang.Origin{}, false); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ResetTimer()
	b.ReportAllocs()
	for b.Loop() {
		_ = Tree(tree)
	}
}
