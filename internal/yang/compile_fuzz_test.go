// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

// Texts that double at each level, or nest as deep as they may: what is loaded must not
// grow with what they stand for.
func TestBombs(t *testing.T) {
	double := func(format, last string) string {
		var b strings.Builder
		fmt.Fprintf(&b, format, 0, last)
		for i := 1; i <= 40; i++ {
			fmt.Fprintf(&b, format, i, fmt.Sprintf(strings.Join(strings.Fields(doubles[format]), " "), i-1))
		}
		return b.String()
	}
	for name, tc := range map[string]struct{ body, says string }{
		"uses twice":      {double(groupings, "leaf x { type string; }") + "uses g40 { refine nope { config false; } } ", `"x" is defined twice`},
		"uses of nothing": {double(groupings, "") + "uses g40;", ""},
		"containers":      {double(containers, "leaf x { type string; mandatory true; }") + "uses h40; container other; augment /m:other { uses h40; }", ""},
		"unions":          {double(unions, "type int8;") + "leaf x { type u40; default nope; }", "not a value"},
		"deep containers": {strings.Repeat("container c { ", 1900) + strings.Repeat("}", 1900), ""},
		"too deep":        {strings.Repeat("container c { ", 3000) + strings.Repeat("}", 3000), "nested deeper"},
		"deep features":   {"feature f; leaf x { if-feature '" + strings.Repeat("(", 5000) + "f" + strings.Repeat(")", 5000) + "'; type string; }", "too deep"},
		"large numbers":   {"leaf-list x { type string { length '0..99999999999999999999'; } max-elements 99999999999999999999; }", "must be a number"},
		"large pattern":   {"leaf x { type string { pattern '((a{1,999}){1,999}){1,999}'; } }", "is not evaluated"},
		"identities":      {"identity i0; " + chain("identity i%d { base i%d; } ", 5000) + "leaf x { type identityref { base i0; } default i4999; }", ""},
		"typedefs":        {"typedef t0 { type int8; } " + chain("typedef t%d { type t%d; } ", 5000) + "leaf x { type t4999; }", ""},
		"leafrefs":        {"leaf l0 { type int8; } " + chain("leaf l%d { type leafref { path ../l%d; } } ", 200), ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := Compile([]Source{module(tc.body)}, Options{})
			all := fmt.Sprint(s.Problems())
			if tc.says == "" && len(s.Problems()) > 0 || !strings.Contains(all, tc.says) {
				t.Errorf("got %.300s, want %q", all, tc.says)
			}
			limit := 3000
			count(s.Root(), &limit)
			for _, n := range s.Root().DataChildren() {
				if n.Type() != nil {
					_, _ = n.Canonical("nope") // ends
				}
			}
		})
	}
}

const (
	groupings  = "grouping g%d { %s } "
	containers = "grouping h%d { %s } "
	unions     = "typedef u%d { type union { %s } } "
)

// doubles is what each level holds of the one below.
var doubles = map[string]string{
	groupings:  "uses g%[1]d; uses g%[1]d;",
	containers: "container c1 { uses h%[1]d; } container c2 { uses h%[1]d; }",
	unions:     "type u%[1]d; type u%[1]d; type boolean;",
}

func chain(format string, n int) string {
	var b strings.Builder
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, format, i, i-1)
	}
	return b.String()
}

// moduleWriter writes random modules: any statement may hold any that the grammar allows,
// with arguments from a few names, so that they refer to each other.
type moduleWriter struct {
	r    *rand.Rand
	b    strings.Builder
	left int
}

var fuzzArguments = []string{"a", "b", "c", "m:a", "m:b", "../a", "../../m:b", "/m:a/m:b", "a b", "true", "false", "user", "1", "2..5", "min..max",
	"0 | 3..max", "unbounded", "not-supported", "add", "replace", "delete", "string", "int8", "decimal64", "enumeration", "bits", "union", "leafref",
	"identityref", "instance-identifier", "empty", "binary", "invert-match", "a and (b or not c)", "[a-z]*", "deref(../a)/../b", "", "-1", "count(../a) > 1"}

func (w *moduleWriter) statements(kw keyword, depth int) {
	var subs []keyword
	for k, r := range grammar[kw].rules {
		if r != 0 {
			subs = append(subs, keyword(k))
		}
	}
	if w.r.Intn(20) == 0 || len(subs) == 0 {
		subs = append(subs, kwAction+keyword(w.r.Intn(int(keywordCount-kwAction))))
	}
	list := append([]keyword(nil), grammar[kw].required...)
	for range w.r.Intn(6) {
		list = append(list, subs[w.r.Intn(len(subs))])
	}
	for _, k := range list {
		if w.left--; w.left < 0 || depth > 12 {
			return
		}
		fmt.Fprintf(&w.b, "%s %q {", k, fuzzArguments[w.r.Intn(len(fuzzArguments))])
		w.statements(k, depth+1)
		w.b.WriteString("}\n")
	}
}

// FuzzGrammar: no statements that the grammar allows make the loader panic, and whatever
// it makes of them can be visited.
func FuzzGrammar(f *testing.F) {
	for seed := range int64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		w := moduleWriter{r: rand.New(rand.NewSource(seed)), left: 300}
		for range 8 {
			w.statements(kwModule, 0)
		}
		s := Compile([]Source{module(w.b.String())}, Options{})
		limit := 3000
		check(s.Root(), &limit)
		s.Unevaluated()
	})
}

// check visits nodes with all that is derived from them.
func check(n *Node, limit *int) {
	for _, c := range n.Children() {
		if *limit--; *limit < 0 {
			return
		}
		c.Problems()
		c.Defaults()
		c.Keys()
		if c.Type() != nil {
			_, _ = c.Canonical("a")
			_, _ = c.Canonical("/m:a/b[c='1']")
		}
		check(c, limit)
	}
}
