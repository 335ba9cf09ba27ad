// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// TestCurable: of the errors in a part of a configuration, which may be gone when the device
// holds the rest? "cure" is such a rest; without one no data can help.
func TestCurable(t *testing.T) {
	s := yang.Compile([]yang.Source{{Name: "q.yang", Data: []byte(`module q { yang-version 1.1; namespace urn:q; prefix q;
		container c { leaf a { type string; } leaf b { type string; must "../a"; } leaf n { type uint8; must ". < 5"; } leaf nn { type uint8; must ". < ../n"; }
			leaf either { type string; must ". = 'x' or ../a = 'y'"; } leaf both { type string; must ". = 'x' and ../a = 'y'"; } leaf not { type string; must "not(../a) and ../n"; }
			leaf w { when "../a = 'x'"; type string; } leaf def { type string; default d; must ". = 'd' or ../a"; } leaf use { type string; must "../def != 'd'"; }
			leaf r { type leafref { path "../l/k"; } } leaf ra { type leafref { path "../a"; } } leaf i { type instance-identifier; }
			list l { key k; unique v; unique u; max-elements 2; leaf k { type string; } leaf v { type string; } leaf u { type string; default u; } leaf need { type string; } must "count(../l) > 1"; leaf x { type string; must "../../l[k = 'b']/v = 'v'"; } }
			leaf-list ll { type string; min-elements 2; max-elements 3; }
			container in { presence p; leaf m { type string; mandatory true; } choice ch { mandatory true; leaf c1 { type string; } leaf c2 { type string; } } }
		} }`)}}, yang.Options{})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	for _, tc := range [][3]string{ // part, error, cure
		{"b: x", "b", "a: x"},
		{"n: 7", "n", ""},
		{"n: 3, nn: 4", "nn", ""},
		{"nn: 4", "nn", "n: 4, nn: 3"}, // n is absent
		{"either: z", "either", "a: y"},
		{"either: z, a: z", "either", ""},
		{"both: z", "both", ""},
		{"both: x", "both", "a: y"},
		{"not: z, a: z", "not", ""},
		{"not: z", "not", "n: 1"},
		{"w: x", "w", "a: x"},
		{"w: x, a: z", "w", ""},
		{"use: x", "use", "def: e, a: x"},
		{"use: x, def: d", "use", ""},
		{"r: x, l: [{k: a}, {k: b, u: z}]", "r", "l: [{k: x}]"},
		{"ra: x, a: z", "ra", ""},
		{"ra: x", "ra", "a: x"},
		{"i: /q:c/a", "i", "a: x"},
		{"l: [{k: a}]", "l[k='a']", "l: [{k: b, u: z}]"},
		{"l: [{k: a, x: x}, {k: b, v: z, u: z}]", "l[k='a']/x", ""},
		{"l: [{k: a, v: z}, {k: b, v: z, u: z}]", "l[k='b']", ""},
		{"l: [{k: a}, {k: b}]", "l[k='b']", "l: [{k: b, u: z}]"},
		{"l: [{k: a, u: a}, {k: b, u: b}, {k: c, u: c}]", "l", ""},
		{"ll: [a]", "ll", "ll: [a, b]"},
		{"ll: [a, b, c, d]", "ll", ""},
		{"in: {c1: x}", "in/m", "in: {m: x}"},
		{"in: {m: x}", "in/ch", "in: {c1: x}"},
	} {
		part := "ll: [1, 2], " + tc[0]
		if strings.HasPrefix(tc[0], "ll:") {
			part = tc[0]
		}
		curable := func(text string) (yes, found bool) {
			errs, _ := Check(decode(t, s, "q:c: {"+text+"}"))
			for _, e := range errs {
				if e.Path == "/q:c/"+tc[1] {
					return e.Curable, true
				}
			}
			return false, false
		}
		got, found := curable(part)
		if !found || got != (tc[2] != "") {
			t.Errorf("%s: error found %v, curable %v", tc[0], found, got)
		}
		if tc[2] == "" || tc[0] == "nn: 4" {
			continue
		}
		tree := decode(t, s, "q:c: {"+part+"}")
		tree.Merge(decode(t, s, "q:c: {"+tc[2]+"}"))
		for _, e := range Complete(tree) {
			if e.Path == "/q:c/"+tc[1] {
				t.Errorf("%s with %s: %v", tc[0], tc[2], e)
			}
			if e.Curable {
				t.Errorf("curable in a whole configuration: %v", e)
			}
		}
	}
}
