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

// expressionModel uses must, when, leafref and instance-identifier in all places they may
// stand at. It has no state nodes, for yanglint to judge documents as a whole.
const expressionModel = `module e {
  yang-version 1.1; namespace urn:e; prefix e;
  identity kind; identity eth { base kind; } identity fast { base eth; } identity loop { base kind; }
  grouping server {
    leaf host { type string; must "../port != 80 or . = '1'" { error-message "no plain HTTP"; error-app-tag "plain-http"; } }
    leaf port { type uint16; default 80; }
  }
  typedef if-ref { type leafref { path "/e:net/e:if/e:name"; } }
  container net {
    list if { key name; ordered-by user;
      must "count(../if[addr = current()/addr]) <= 1" { error-message "address used twice"; }
      must "kind or not(mtu)";
      leaf name { type string; }
      leaf kind { type identityref { base kind; } }
      leaf addr { type uint8; }
      leaf mtu { when "derived-from-or-self(../kind, 'e:eth')"; type uint16; default 1500; must ". >= 1280 or ../addr"; }
      leaf speed { when "../kind = 'e:fast'"; type uint8; mandatory true; }
      leaf parent { type leafref { path "../../if/name"; } must "not(. = ../name)"; must "deref(.)/../kind"; }
      leaf-list vlan { type uint16; must ". != 7"; max-elements 3; }
    }
    leaf main { type if-ref; }
    leaf main-addr { type leafref { path "/net/if[name = current()/../main]/addr"; } }
    leaf lax { type leafref { path "../if/name"; require-instance false; } }
    leaf any { type union { type uint8 { range "1..2"; } type if-ref; } }
    leaf point { type instance-identifier; }
    leaf lax-point { type instance-identifier { require-instance false; } }
    leaf mode { type enumeration { enum off { value 1; } enum on { value 5; } } default off; }
    container guard { must "../mode = 'off' or ../main" { error-message "on needs main"; } leaf level { type uint8; default 2; must "enum-value(../../mode) < 5 or . > 2"; } }
    container deep { when "../mode = 'on'"; leaf need { type string; mandatory true; } list many { key k; min-elements 1; leaf k { type string; } } }
    uses server { when "mode = 'on'"; refine host { mandatory true; } }
    choice how { when "mode = 'on'"; mandatory true;
      case a { when "main"; leaf a1 { type string; } }
      case b { leaf b1 { type string; } leaf b2 { type string; default 7; must "../b1 != '2'"; } }
    }
  }
  augment "/net/if" { when "name != '2'"; leaf extra { type string; } leaf extra-need { when "../extra = '1'"; type string; mandatory true; } }
  container far { leaf on { type string; } leaf-list list { type string; } }
  container near { leaf x { must "../../far/on"; type string; } leaf y { type leafref { path "/e:far/e:list"; } } leaf z { when "/far/on = '1'"; type string; }
    leaf p { type instance-identifier; } leaf w { must "not(/far/on) or ../x"; type string; }
    container c { when "/far/on"; leaf m { type string; mandatory true; } } }
  container st { leaf s { type string; must "../o = 'up'"; } leaf o { type string; } }
}`

func expressionSchema(t testing.TB) *yang.Schema {
	t.Helper()
	s := yang.Compile([]yang.Source{{Name: "e.yang", Data: []byte(expressionModel)}}, yang.Options{})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	return s
}

func found(errs yang.Errors) []string {
	var out []string
	for _, e := range errs {
		what := e.AppTag
		if what == "" {
			what = e.Tag
		}
		out = append(out, strings.ReplaceAll(e.Path, "/e:net/", "")+" "+what)
	}
	slices.Sort(out)
	return out
}

func TestExpressions(t *testing.T) {
	s := expressionSchema(t)
	for name, tc := range map[string]struct {
		yaml string
		want []string
	}{
		"must, uses defaults":       {"mode: on, host: x, main: a, if: [{name: a}], deep: {need: x, many: [{k: 1}]}, a1: x", []string{"guard/level must-violation", "host plain-http"}},
		"must on absent container":  {"mode: on, host: 1, guard: {level: 3}, deep: {need: x, many: [{k: 1}]}, b1: x", []string{"guard must-violation"}},
		"must, twice in a list":     {"if: [{name: a, addr: 1}, {name: b, addr: 1}]", []string{"if[name='a'] must-violation", "if[name='b'] must-violation"}},
		"must on a leaf-list entry": {"if: [{name: a, vlan: [1, 7]}]", []string{"if[name='a']/vlan[.='7'] must-violation"}},
		"must on a default":         {"if: [{name: a}], main: a, mode: on, host: 1, deep: {need: x, many: [{k: 1}]}, b1: '2'", []string{"b2 must-violation", "guard/level must-violation"}},
		"when false":                {"if: [{name: a, kind: loop, mtu: 1500}]", []string{"if[name='a']/mtu unknown-element"}},
		"when true":                 {"if: [{name: a, kind: fast, mtu: 1500, speed: 1}]", nil},
		"when true, mandatory":      {"if: [{name: a, kind: fast}]", []string{"if[name='a']/speed data-missing"}},
		"when of augment":           {"if: [{name: '2', extra: x}, {name: '3', extra: '1'}]", []string{"if[name='2']/extra unknown-element", "if[name='3']/extra-need data-missing"}},
		"when of uses":              {"host: x", []string{"host unknown-element"}}, // what it holds is not checked
		"when of uses, true":        {"mode: on, main: a, if: [{name: a}], guard: {level: 3}, deep: {need: x, many: [{k: 1}]}, b1: x", []string{"host data-missing"}},
		"when of choice":            {"b1: x", []string{"b1 unknown-element"}},
		"when of choice, true":      {"mode: on, host: 1, main: a, if: [{name: a}], guard: {level: 3}, deep: {need: x, many: [{k: 1}]}", []string{"how missing-choice"}},
		"when of case":              {"mode: on, host: 1, guard: {level: 3}, deep: {need: x, many: [{k: 1}]}, a1: x", []string{"a1 unknown-element", "guard must-violation"}},
		"when of container":         {"deep: {need: x}", []string{"deep unknown-element"}},
		"when of container, true":   {"mode: on, host: 1, main: a, if: [{name: a}], guard: {level: 3}, b1: x", []string{"deep/many too-few-elements", "deep/need data-missing"}},
		"leafref":                   {"main: a, if: [{name: b}]", []string{"main instance-required"}},
		"leafref, relative":         {"if: [{name: a, kind: eth, parent: b}, {name: b, kind: eth, parent: c}]", []string{"if[name='b']/parent instance-required", "if[name='b']/parent must-violation"}},
		"leafref, predicate":        {"main: a, main-addr: 2, if: [{name: a, addr: 1}, {name: b, addr: 2}]", []string{"main-addr instance-required"}},
		"leafref, lax":              {"lax: a", nil},
		"leafref in a union":        {"any: x, if: [{name: y}]", []string{"any instance-required"}},
		"union, other member":       {"any: 2", nil},
		"instance":                  {"point: \"/e:net/if[name='a']\", if: [{name: b}]", []string{"point instance-required"}},
		"instance, there":           {"point: \"/e:net/if[name='a']/addr\", if: [{name: a, addr: 1}]", nil},
		"instance, a default":       {"point: /e:net/mode", nil},
		"instance, lax":             {"lax-point: \"/e:net/if[name='a']\"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			errs := Complete(decode(t, s, "e:net: {"+tc.yaml+"}"))
			if diff := cmp.Diff(tc.want, found(errs)); diff != "" {
				t.Error(diff)
			}
			for _, e := range errs {
				if e.Pos.File != "e.yang" || e.Pos.Line == 0 || e.Rule == "" || e.Message == "" || e.Origin.Layer == nil {
					t.Errorf("incomplete error: %+v", e)
				}
			}
		})
	}
}

func TestExpressionErrorText(t *testing.T) {
	s := expressionSchema(t)
	for yaml, want := range map[string]string{
		"\ne:net: {main: a}": `l:2 /e:net/main: refers to a, which no /e:net/if/name has (type if-ref { path "/e:net/e:if/e:name" } at e.yang:8)`,
		"\ne:net: {b1: a}":   `l:2 /e:net/b1: when condition not met (when "mode = 'on'" at e.yang:31); remove it, or change what the condition asks for`,
		"\ne:net:\n  if:\n  - {name: a, addr: 1}\n  - {name: b, addr: 1}": `l:4 /e:net/if[name='a']: address used twice (must "count(../if[addr = current()/addr]) <= 1" at e.yang:11)` +
			"\n" + `l:5 /e:net/if[name='b']: address used twice (must "count(../if[addr = current()/addr]) <= 1" at e.yang:11)`,
	} {
		if got := Tree(decode(t, s, yaml)).Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// What concerns top-level nodes that the tree does not mention is left open, and said.
func TestUnevaluated(t *testing.T) {
	s := expressionSchema(t)
	for yaml, want := range map[string][2]string{
		"e:near: {x: a}":                         {"", "must /e:near/x"},
		"e:near: {y: a}":                         {"", "require-instance /e:near/y"},
		"e:near: {z: a}":                         {"", "when /e:near/z"},
		"e:near: {p: '/e:far/on'}":               {"", "require-instance /e:near/p"},
		"e:near: {w: a}":                         {"", "must /e:near/w"},
		"e:near: {w: a, x: a}":                   {"", "must /e:near/x"}, // x decides the must of w
		"e:near: {x: a}, e:far: {}":              {"/e:near/x must-violation", ""},
		"e:near: {y: a}, e:far: {list: [b]}":     {"/e:near/y instance-required", ""},
		"e:near: {y: b}, e:far: {list: [b]}":     {"", ""},
		"e:near: {z: a}, e:far: {on: '1'}":       {"/e:near/c/m data-missing", ""},
		"e:near: {p: '/e:far/on'}, e:far: {}":    {"/e:near/p instance-required", ""},
		"e:near: {w: a}, e:far: {list: [b]}":     {"", ""},
		"e:net: {if: [{name: a, kind: eth}]}":    {"", ""},
		"e:net: {if: [{name: a, vlan: [1, 7]}]}": {"if[name='a']/vlan[.='7'] must-violation", ""},
	} {
		errs, left := Check(decode(t, s, "{"+yaml+"}"))
		var open []string
		for _, c := range left {
			if c.Path == "/e:near/c" && !strings.Contains(want[1], c.Path) {
				continue // its existence is open in all trees that mention near only
			}
			open = append(open, c.Statement+" "+c.Path)
			if c.Argument == "" || c.Pos.Line == 0 {
				t.Errorf("%+v", c)
			}
		}
		if got := strings.Join(found(errs), ", "); got != want[0] {
			t.Errorf("%s: errors %s", yaml, got)
		}
		if got := strings.Join(open, ", "); got != want[1] {
			t.Errorf("%s: left open %s", yaml, got)
		}
	}
}

func TestTaintedReferenceIsNotPrinted(t *testing.T) {
	s := expressionSchema(t)
	doc, _ := yang.ParseYAML([]byte("e:net: {main: hush, any: hush2, if: [{name: hush3, vlan: [7], kind: loop, mtu: 1300}]}"))
	doc.Tainted = true
	tree, errs := yang.DecodeDoc(s, doc, nil)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if got := Tree(tree); len(got) != 4 || strings.Contains(got.Error(), "hush") || strings.Contains(got.Error(), "'7'") {
		t.Errorf("%v", got)
	}
}

// BenchmarkExpressions is linear in the number of entries: each has musts on its siblings,
// leafrefs to them and defaults.
func BenchmarkExpressions(b *testing.B) {
	s := expressionSchema(b)
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var text strings.Builder
			text.WriteString("e:net:\n  if:\n")
			for i := range n {
				fmt.Fprintf(&text, "  - {name: n%d, kind: eth, mtu: 1500, parent: n%d, vlan: [1, 2, 3], extra: x}\n", i, (i+1)%n)
			}
			tree := decode(b, s, text.String())
			b.ResetTimer()
			b.ReportAllocs()
			for b.Loop() {
				if errs := Tree(tree); len(errs) > 0 {
					b.Fatal(errs[0])
				}
			}
		})
	}
}

func TestWhens(t *testing.T) {
	s := expressionSchema(t)
	for yaml, want := range map[string]string{
		"mode: on":                        "deep host port how ",
		"mode: off":                       "",
		"if: [{name: a, kind: e:fast}]":   "mtu speed extra ",
		"if: [{name: '2', kind: e:loop}]": "",
	} {
		tree := decode(t, s, "e:net: {"+yaml+"}")
		allowed := Whens(tree)
		got := ""
		try := func(d *yang.Data) {
			for _, n := range d.Node().Children() {
				if len(n.Whens()) > 0 && len(d.Instances(n)) == 0 && allowed(d, n) {
					got += n.Name() + " "
				}
			}
		}
		net := tree.Get("/e:net")
		if entry := tree.Get("/e:net/if"); entry != nil {
			try(entry)
		} else {
			try(net)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", yaml, got, want)
		}
	}
}
