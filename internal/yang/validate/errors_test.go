// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

var update = flag.Bool("update", false, "write the golden files")

// errorModel has every kind of constraint that RFC 7950 gives an error of its own.
const errorModel = `module v {
  yang-version 1.1; namespace urn:v; prefix v;
  identity kind; identity eth { base kind; }
  container c {
    leaf range { type uint8 { range "1..5 | 9" { error-message "one to five, or nine"; error-app-tag "bad-range"; } } }
    leaf length { type string { length "2..3" { error-message "two or three"; error-app-tag "bad-length"; } } }
    leaf pattern { type string { pattern "[a-z]+" { error-message "small letters only"; error-app-tag "bad-pattern"; } pattern "x.*" { modifier invert-match; } } }
    leaf plain-range { type int16 { range "-1..1"; } } leaf plain-length { type binary { length 1; } } leaf plain-pattern { type string { pattern "a*"; } }
    leaf enum { type enumeration { enum up; enum down; } } leaf id { type identityref { base kind; } } leaf bool { type boolean; } leaf bits { type bits { bit a; bit b; } } leaf dec { type decimal64 { fraction-digits 2; } }
    leaf union { type union { type uint8; type enumeration { enum none; } } }
    leaf must { type string; must ". != 'x'"; must "../range" { error-message "needs a range"; error-app-tag "range-needed"; } }
    leaf when { when "../bool = 'true'"; type string; }
    leaf ref { type leafref { path "../list/k"; } } leaf inst { type instance-identifier; }
    list list { key k; unique "a b"; unique h/s; max-elements 3; leaf k { type string; } leaf a { type string; } leaf b { type string; default z; } container h { leaf s { type string; } } leaf need { type string; mandatory true; } }
    leaf-list few { type string; min-elements 2; max-elements 2; }
    leaf-list twice { type string; }
    choice pick { mandatory true; leaf one { type string; } case two { leaf two { type string; } leaf also { type string; mandatory true; } } }
    container pres { presence p; anydata any { mandatory true; } leaf-list some { type string; min-elements 1; } }
  }
}`

const valid = "one: o, few: [a, b], "

// TestErrors is the text, tags, origins and related nodes of each error; see
// testdata/errors.golden.
func TestErrors(t *testing.T) {
	s := yang.Compile([]yang.Source{{Name: "v.yang", Data: []byte(errorModel)}}, yang.Options{})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	var out strings.Builder
	for _, text := range []string{
		"range: 7", "length: long", "pattern: UP", "pattern: xyz", "plain-range: 2", "plain-length: AAAA", "plain-pattern: b",
		"enum: left", "id: v:wifi", "bool: maybe", "bits: a c", "dec: 1.234", "union: some", "nope: 1",
		"must: x", "must: x, range: 1", "when: x", "ref: z", "inst: /v:c/range", "list: [{a: x}]",
		"list: [{k: a, need: n}, {k: a, need: n}]",
		"list: [{k: 1, a: x, need: n}, {k: 2, a: x, b: z, need: n}, {k: 3, a: x, need: n}]",
		"list: [{k: 1, h: {s: x}, need: n}, {k: 2, h: {s: x}, need: n}]",
		"list: [{k: 1}]", "list: [{k: 1, need: n}, {k: 2, need: n}, {k: 3, need: n}, {k: 4, need: n}]",
		"few: [a]", "few: [a, b, c]", "few: []", "twice: [a, a]", "one: null", "two: x", "two: x, also: y, one: o", "pres: {}",
		"range: 7, enum: left, ref: z, must: x",
	} {
		content := valid + text
		for _, key := range []string{"few", "one"} {
			if strings.Contains(text, key+":") {
				content = strings.Replace(content, map[string]string{"few": "few: [a, b], ", "one": "one: o, "}[key], "", 1)
			}
		}
		if strings.HasPrefix(text, "two: x") && !strings.Contains(text, "one") {
			content = strings.Replace(content, "one: o, ", "", 1)
		}
		content = strings.Replace(content, "one: null", "", 1)
		doc, err := yang.ParseYAML([]byte("v:c: {\n  " + strings.ReplaceAll(content, "}, {", "},\n  {") + "}\n"))
		if err != nil {
			t.Fatal(err)
		}
		tree, errs := yang.DecodeDoc(s, doc, &yang.Layer{Name: "layer", File: "f.yaml"})
		fmt.Fprintf(&out, "%s\n", text)
		for _, e := range errs { // their text is not this package's
			fmt.Fprintf(&out, "\t%s %s %s\n", e.Path, e.Tag, e.AppTag)
		}
		checked := Complete(tree)
		if len(errs)+len(checked) == 0 {
			t.Errorf("%s: no error", text)
		}
		for _, e := range checked {
			fmt.Fprintf(&out, "\t%v\n\t\t%s %s", e, e.Tag, e.AppTag)
			for _, r := range e.Related {
				fmt.Fprintf(&out, " with %s at %s", r.Path, r.Origin)
			}
			out.WriteString("\n")
			if e.Path == "" || e.Rule == "" || e.Pos.File != "v.yang" || e.Pos.Line == 0 || e.Tag == "" || e.Origin.Layer == nil {
				t.Errorf("%s: incomplete: %+v", text, e)
			}
		}
	}
	golden := filepath.Join("testdata", "errors.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("run with -update and look at the difference (-want +got)\n%s", diff)
	}
}

// TestTainted: no error shows a value that comes from a secret, wherever it stands.
func TestTainted(t *testing.T) {
	s := yang.Compile([]yang.Source{{Name: "v.yang", Data: []byte(errorModel)}}, yang.Options{})
	for _, text := range []string{
		"ref: hush", "must: hush", "when: hush", "inst: \"/v:c/list[k='hush']\"", "few: [hush]", "few: [hush1, hush2, hush3]",
		"list: [{k: hush1, a: hush, need: n}, {k: hush2, a: hush, need: n}]", "list: [{k: hush1, h: {s: hush}, need: n}, {k: hush2, h: {s: hush}, need: n}]",
		"list: [{k: hush}]", "list: [{k: hush, need: n}, {k: hush, need: n}]", "list: [{a: hush}]", "twice: [hush, hush]", "one: hush, two: hush, also: hush",
		"range: hush", "length: hush", "pattern: HUSH", "plain-pattern: hush", "enum: hush", "id: hush", "id: v:hush", "union: hush", "bits: hush", "bool: hush", "dec: hush", "plain-length: hush",
	} {
		doc, err := yang.ParseYAML([]byte("v:c: {" + text + "}"))
		if err != nil {
			t.Fatal(err)
		}
		doc.Tainted = true
		tree, errs := yang.DecodeDoc(s, doc, nil)
		partial, left := Check(tree)
		errs = append(append(errs, partial...), Complete(tree)...)
		if len(errs) == 0 {
			t.Errorf("%s: no error", text)
		}
		shown := fmt.Sprintf("%v %+v", errs.Error(), left)
		for _, e := range errs {
			shown += fmt.Sprintf("%+v %+v", *e, e.Related)
		}
		if strings.Contains(strings.ToLower(shown), "hush") {
			t.Errorf("%s: shown in %s", text, shown)
		}
	}
}
