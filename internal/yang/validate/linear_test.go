// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// linearModels are constraints on every entry of a list about the other entries, with what
// an entry holds.
var linearModels = map[string][2]string{
	"leafref to a key":         {`leaf r { type leafref { path "../../l/k"; } }`, "r: k%[2]d"},
	"leafref to a leaf":        {`leaf v { type string; } leaf r { type leafref { path "../../l/v"; } }`, "v: v%[1]d, r: v%[2]d"},
	"leafref to a default":     {`leaf v { type string; default d; } leaf r { type leafref { path "../../l/v"; } }`, "r: d"},
	"leafref, absolute":        {`leaf r { type leafref { path "/s:c/s:l/s:k"; } }`, "r: k%[2]d"},
	"leafref by a key":         {`leaf v { type string; } leaf s { type leafref { path "../../l/k"; } } leaf r { type leafref { path "../../l[k = current()/../s]/v"; } }`, "v: v%[1]d, s: k%[2]d, r: v%[2]d"},
	"leafref by a leaf":        {`leaf v { type string; } leaf r { type leafref { path "../../l[v = current()/../v]/k"; } }`, "v: v%[1]d, r: k%[1]d"},
	"count of equals":          {`leaf v { type string; } must "count(../l[v = current()/v]) = 1";`, "v: v%[1]d"},
	"count of equals below":    {`container c { leaf v { type string; } } must "count(../l[c/v = current()/c/v]) = 1";`, "c: {v: v%[1]d}"},
	"count of equals in lists": {`leaf-list v { type string; } must "count(../l[v = current()/v]) = 1";`, "v: [v%[1]d]"},
	"not among the others":     {`leaf v { type string; } must "not(../l[k != current()/k][v = current()/v]) or 1";`, "v: v%[1]d"},
	"count of all":             {`must "count(../l) < 1000000";`, ""},
	"count of all, absolute":   {`must "count(/c/l[k]) < 1000000 and count(//k) < 1000000";`, ""},
	"preceding, nearest":       {`must "not(preceding-sibling::l[1]/k = k)"; ordered-by user;`, ""},
	"preceding, equal":         {`leaf v { type string; } must "not(preceding-sibling::l[v = current()/v])";`, "v: v%[1]d"},
	"following, nearest":       {`must "not(following-sibling::*[1]/k = k)";`, ""},
	"less than all":            {`leaf v { type uint32; } must "not(v > ../l/v) or v >= ../../c/low"; `, "v: %[1]d"},
	"deref":                    {`leaf r { type leafref { path "../../l/k"; } must "deref(.)/../k = ."; }`, "r: k%[2]d"},
	"deref twice":              {`leaf r { type leafref { path "../../l/k"; } } must "deref(deref(r)/../r)/../k";`, "r: k%[2]d"},
	"instance-identifier":      {`leaf i { type instance-identifier; }`, `i: "/s:c/l[k='k%[2]d']/i"`},
	"instance, user's order":   {`ordered-by user; leaf i { type instance-identifier; }`, `i: "/s:c/l[k='k%[2]d']/i"`},
	"unique":                   {`unique "v c/w"; leaf v { type string; } container c { leaf w { type string; default 1; } }`, "v: v%[1]d"},
	"when over a list":         {`leaf v { when "../../l[k = 'k3']"; type string; default 1; must ". = 1"; }`, ""},
	"last":                     {`must "../l[last()]/k != '' and ../l[1]";`, ""},
	"sum":                      {`leaf v { type uint8; } must "sum(../l/v) > 0";`, "v: 1"},
	"string of all":            {`leaf v { type string; } must "contains(string(../low), '1') or v";`, "v: x"},
}

// TestLinear: with four times the entries, validation takes about four times the steps.
func TestLinear(t *testing.T) {
	for name, m := range linearModels {
		t.Run(name, func(t *testing.T) {
			s := yang.Compile([]yang.Source{{Name: "s.yang", Data: []byte(`module s { yang-version 1.1; namespace urn:s; prefix s;
				container c { leaf low { type uint32; default 1; } list l { key k; leaf k { type string; } ` + m[0] + ` } } }`)}}, yang.Options{})
			if len(s.Problems()) > 0 {
				t.Fatal(s.Problems())
			}
			steps := func(n int) int {
				var text strings.Builder
				text.WriteString("s:c:\n  l:\n")
				for i := range n {
					rest := m[1]
					if strings.Contains(rest, "%") {
						rest = fmt.Sprintf(rest, i, (i*7+1)%n)
						rest, _, _ = strings.Cut(rest, "%!")
					}
					fmt.Fprintf(&text, "  - {k: k%d, %s}\n", i, rest)
				}
				v := newValidator(decode(t, s, text.String()), false)
				v.content(v.ctx.Root(), v.ctx.Root().Node(), true)
				v.below(v.ctx.Root(), true)
				if errs := v.result(); len(errs) > 0 {
					t.Fatalf("%d errors, such as %v", len(errs), errs[0])
				}
				return v.ctx.Steps()
			}
			few, many := steps(300), steps(1200)
			if many > 5*few {
				t.Errorf("%d steps for 300 entries, %d for 1200", few, many)
			}
		})
	}
}

// TestGivenUp: what takes too long to evaluate is an error, not passed over.
func TestGivenUp(t *testing.T) {
	s := yang.Compile([]yang.Source{{Name: "s.yang", Data: []byte(`module s { yang-version 1.1; namespace urn:s; prefix s;
		container c { leaf a { type string; must "count(//l[count(following-sibling::*/following-sibling::*) >= 0]) > 0"; } leaf b { when "count(//l[count(following-sibling::*/following-sibling::*) >= 0]) > 0"; type string; }
			leaf m { when "count(//l[count(following-sibling::*/following-sibling::*) >= 0]) > 0"; type string; mandatory true; }
			list l { key k; leaf k { type string; } } } }`)}}, yang.Options{})
	var text strings.Builder
	text.WriteString("s:c:\n  a: x\n  b: x\n  l:\n")
	for i := range 200 {
		fmt.Fprintf(&text, "  - {k: k%d}\n", i)
	}
	v := newValidator(decode(t, s, text.String()), false)
	v.ctx.Limit(0)
	v.content(v.ctx.Root(), v.ctx.Root().Node(), true)
	v.below(v.ctx.Root(), true)
	var paths []string
	for _, e := range v.result() {
		paths = append(paths, e.Path+" "+e.Tag)
	}
	if got := strings.Join(paths, ", "); got != "/s:c/m resource-denied, /s:c/a resource-denied, /s:c/b resource-denied" {
		t.Errorf("got %s", got)
	}
}
