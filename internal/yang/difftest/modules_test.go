// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// wrongModules are the statements of a module, each wrong in one way. An empty second
// value says that libyang finds it too, else why not.
var wrongModules = map[string]struct{ body, unseen string }{
	"leaf in leaf":                 {"leaf x { type string; leaf y { type string; } }", ""},
	"two types":                    {"leaf x { type string; type int8; }", ""},
	"two configs":                  {"leaf x { type string; config true; config false; }", ""},
	"no type":                      {"leaf x;", ""},
	"identifier":                   {"leaf 1x { type string; }", ""},
	"node twice":                   {"leaf x { type string; } container x;", ""},
	"node twice by uses":           {"grouping g { leaf x { type string; } } leaf x { type string; } uses g;", ""},
	"node twice in cases":          {"choice c { case a { leaf x { type string; } } case b { leaf x { type string; } } }", ""},
	"node twice beside case":       {"leaf x { type string; } choice c { leaf x { type string; } }", ""},
	"typedef twice":                {"typedef t { type string; } typedef t { type int8; } leaf x { type t; }", ""},
	"typedef of a built-in":        {"typedef string { type int8; } leaf x { type string; }", ""},
	"grouping twice":               {"grouping g { leaf a { type string; } } grouping g { leaf b { type string; } } uses g;", ""},
	"identity twice":               {"identity i; identity i;", ""},
	"feature twice":                {"feature f; feature f;", ""},
	"range outside":                {"leaf x { type int8 { range 1..300; } }", ""},
	"range of base":                {"typedef t { type int8 { range 1..10; } } leaf x { type t { range 0..5; } }", ""},
	"range order":                  {"leaf x { type int8 { range '5 | 1'; } }", ""},
	"range overlap":                {"leaf x { type int8 { range '1..5 | 5..6'; } }", ""},
	"range of string":              {"leaf x { type string { range 1; } }", ""},
	"length of int":                {"leaf x { type int8 { length 1; } }", ""},
	"length negative":              {"leaf x { type string { length '-1..2'; } }", ""},
	"length of base":               {"typedef t { type string { length 1..10; } } leaf x { type t { length 0..5; } }", ""},
	"pattern of int":               {"leaf x { type int8 { pattern a; } }", ""},
	"pattern":                      {"leaf x { type string { pattern '[a'; } }", ""},
	"modifier":                     {"leaf x { type string { pattern a { modifier nope; } } }", ""},
	"no fraction-digits":           {"leaf x { type decimal64; }", ""},
	"fraction-digits 0":            {"leaf x { type decimal64 { fraction-digits 0; } }", ""},
	"fraction-digits 19":           {"leaf x { type decimal64 { fraction-digits 19; } }", ""},
	"fraction-digits again":        {"typedef t { type decimal64 { fraction-digits 2; } } leaf x { type t { fraction-digits 1; } }", ""},
	"decimal range":                {"leaf x { type decimal64 { fraction-digits 1; range 0.01..1; } }", ""},
	"no enum":                      {"leaf x { type enumeration; }", ""},
	"enum twice":                   {"leaf x { type enumeration { enum a; enum a; } }", ""},
	"enum value twice":             {"leaf x { type enumeration { enum a { value 1; } enum b { value 1; } } }", ""},
	"enum value too large":         {"leaf x { type enumeration { enum a { value 2147483648; } } }", ""},
	"enum after the highest":       {"leaf x { type enumeration { enum a { value 2147483647; } enum b; } }", ""},
	"enum with blanks":             {"leaf x { type enumeration { enum ' a'; } }", ""},
	"enum empty":                   {"leaf x { type enumeration { enum ''; } }", ""},
	"enum not of base":             {"typedef t { type enumeration { enum a; } } leaf x { type t { enum b; } }", ""},
	"enum other value":             {"typedef t { type enumeration { enum a; } } leaf x { type t { enum a { value 3; } } }", ""},
	"bit twice":                    {"leaf x { type bits { bit a; bit a; } }", ""},
	"bit position twice":           {"leaf x { type bits { bit a { position 1; } bit b { position 1; } } }", ""},
	"bit position negative":        {"leaf x { type bits { bit a { position -1; } } }", ""},
	"bit name":                     {"leaf x { type bits { bit '1 a'; } }", ""},
	"no bit":                       {"leaf x { type bits; }", ""},
	"no base":                      {"leaf x { type identityref; }", ""},
	"unknown base":                 {"leaf x { type identityref { base nope; } }", ""},
	"no member":                    {"leaf x { type union; }", ""},
	"no path":                      {"leaf x { type leafref; }", ""},
	"path to nowhere":              {"leaf x { type leafref { path ../nope; } }", ""},
	"path to a container":          {"container c; leaf x { type leafref { path ../c; } }", ""},
	"path to state":                {"leaf s { config false; type string; } leaf x { type leafref { path ../s; } }", ""},
	"path to itself":               {"leaf x { type leafref { path ../x; } }", ""},
	"paths in a circle":            {"leaf x { type leafref { path ../y; } } leaf y { type leafref { path ../x; } }", ""},
	"typedef in a circle":          {"typedef a { type b; } typedef b { type a; } leaf x { type a; }", ""},
	"identity in a circle":         {"identity a { base b; } identity b { base a; }", ""},
	"grouping in a circle":         {"grouping g { container c { uses g; } } uses g;", ""},
	"feature in a circle":          {"feature a { if-feature b; } feature b { if-feature a; }", ""},
	"unknown feature":              {"leaf x { if-feature nope; type string; }", ""},
	"if-feature":                   {"feature f; leaf x { if-feature 'f and'; type string; }", ""},
	"default":                      {"leaf x { type int8; default 300; }", ""},
	"default and mandatory":        {"leaf x { type int8; default 3; mandatory true; }", ""},
	"default and min-elements":     {"leaf-list x { type int8; default 3; min-elements 1; }", ""},
	"default twice":                {"leaf-list x { type int8; default 3; default 3; }", ""},
	"default of typedef":           {"typedef t { type int8; default 300; } leaf x { type t; }", ""},
	"default case":                 {"choice c { default nope; leaf a { type string; } }", ""},
	"default case, mandatory":      {"choice c { default a; mandatory true; leaf a { type string; } }", ""},
	"mandatory in default":         {"choice c { default a; leaf a { type string; mandatory true; } leaf b { type string; } }", ""},
	"min above max":                {"leaf-list x { type int8; min-elements 3; max-elements 2; }", ""},
	"max 0":                        {"leaf-list x { type int8; max-elements 0; }", ""},
	"max text":                     {"leaf-list x { type int8; max-elements many; }", ""},
	"config below state":           {"container c { config false; leaf x { config true; type string; } }", ""},
	"config":                       {"leaf x { config maybe; type string; }", ""},
	"mandatory":                    {"leaf x { mandatory maybe; type string; }", ""},
	"status":                       {"leaf x { status old; type string; }", ""},
	"ordered-by":                   {"leaf-list x { ordered-by nobody; type string; }", ""},
	"no key":                       {"list l { leaf x { type string; } }", ""},
	"unknown key":                  {"list l { key y; leaf x { type string; } }", ""},
	"key twice":                    {"list l { key 'x x'; leaf x { type string; } }", ""},
	"key is a container":           {"list l { key x; container x; }", ""},
	"key is state":                 {"list l { key x; leaf x { config false; type string; } }", ""},
	"key with if-feature":          {"feature f; list l { key x; leaf x { if-feature f; type string; } }", "RFC 7950, 7.20.2: a leaf that is a list key must not have an if-feature"},
	"key with when":                {"list l { key x; leaf x { when '../y'; type string; } leaf y { type string; } }", ""},
	"unique":                       {"list l { key x; unique y; leaf x { type string; } }", ""},
	"unique of a leaf-list":        {"list l { key x; unique y; leaf x { type string; } leaf-list y { type string; } }", ""},
	"refine of nothing":            {"grouping g { leaf a { type string; } } uses g { refine b { config false; } }", ""},
	"refine, not its property":     {"grouping g { leaf a { type string; } } uses g { refine a { presence x; } }", ""},
	"refine default":               {"grouping g { leaf a { type int8; } } uses g { refine a { default x; } }", ""},
	"unknown grouping":             {"uses nope;", ""},
	"augment of nothing":           {"augment /m:x { leaf y { type string; } }", ""},
	"augment of a leaf":            {"leaf x { type string; } augment /m:x { leaf y { type string; } }", ""},
	"augment of uses":              {"grouping g { container a; } uses g { augment b { leaf y { type string; } } }", ""},
	"augment, node twice":          {"container c { leaf y { type string; } } augment /m:c { leaf y { type string; } }", ""},
	"case outside a choice":        {"container c; augment /m:c { case y { leaf y { type string; } } }", ""},
	"deviation":                    {"deviation /m:x { deviate not-supported; }", ""},
	"deviate":                      {"leaf x { type string; } deviation /m:x { deviate maybe; }", ""},
	"must":                         {"leaf x { type string; must 'a ='; }", ""},
	"when":                         {"leaf x { type string; when 'a ='; }", ""},
	"must, unknown prefix":         {"leaf x { type string; must '../p:y'; }", ""},
	"must, unknown function":       {"leaf x { type string; must 'nope()'; }", ""},
	"must, number of arguments":    {"leaf x { type string; must 'contains(.)'; }", ""},
	"revision":                     {"revision 2026-13-01;", ""},
	"unknown statement":            {"leef x;", ""},
	"prefix of import":             {"import ietf-inet-types { prefix m; }", ""},
	"two inputs":                   {"rpc r { input { leaf a { type string; } } input { leaf b { type string; } } }", ""},
	"action below rpc":             {"rpc r { input { container c { action a; } } }", ""},
	"action in a list without key": {"list l { config false; leaf a { type string; } action x; }", "RFC 7950, 7.15: an action must not have an ancestor list without key"},
	"notification in an rpc":       {"rpc r { output { container c { notification n; } } }", ""},
	"require-instance":             {"leaf x { type leafref { path ../y; require-instance maybe; } } leaf y { type string; }", ""},
	"require-instance of int":      {"leaf x { type int8 { require-instance true; } }", ""},
	"empty with default":           {"leaf x { type empty; default ''; }", "RFC 7950, 9.11: an empty type cannot have a default value"},
	"yang-version":                 {"} module n { yang-version 3; namespace urn:n; prefix n;", ""},
}

// stricter are the right modules that libyang refuses, with the reason why we do not.
var stricter = map[string]string{
	"enum with if-feature": "RFC 7950, 9.6.4: an enum may have an if-feature; nothing demands that one is left",
	"range of parts":       "RFC 7950, 9.2.4: 2..9 is more limiting than 1..5 | 6..10, which leaves no integer out",
	"round of an integer":  "RFC 7950, 6.4: XPath 1.0, 4.4: number round(number)",
	"name characters":      "XML Schema part 2, F.1.1: \\i and \\c are character classes",
}

// rightModules are statements that look wrong and are not.
var rightModules = map[string]string{
	"round of an integer":        "leaf x { type uint8; must 'floor(. div 2) = 3'; }",
	"name characters":            "leaf x { type string { pattern '\\i\\c*'; } }",
	"enum with if-feature":       "feature f; leaf x { type enumeration { enum a { if-feature 'not f'; } } }",
	"range of parts":             "typedef t { type int8 { range '1..5 | 6..10'; } } leaf x { type t { range '2..9'; } }",
	"min and max":                "typedef t { type int8 { range '1..5'; } } leaf x { type t { range 'min..2 | 4..max'; } }",
	"choice and leaf":            "choice x { leaf x { type string; } }",
	"default in a case":          "choice c { default a; case a { leaf a { type string; } leaf b { type string; } } }",
	"forward references":         "uses g; grouping g { leaf x { type t; } } typedef t { type u; } typedef u { type int8; }",
	"shadowed typedef":           "container c { typedef t { type int8; } leaf x { type t; } } container d { typedef t { type string; } leaf x { type t; } }",
	"augment of an augment":      "container c; augment /m:c { container d; } augment /m:c/m:d { leaf x { type string; } }",
	"augment of rpc input":       "rpc r; augment /m:r/m:input { leaf x { type string; } }",
	"case by short hand":         "choice c { container a; } augment /m:c/m:a/m:a { leaf x { type string; } }",
	"leafref to a key":           "list l { key k; leaf k { type string; } } leaf x { type leafref { path /m:l/m:k; } }",
	"hexadecimal default":        "leaf x { type int16; default 0x1F; }",
	"unbounded":                  "leaf-list x { type int8; max-elements unbounded; }",
	"list without key, in state": "list l { config false; leaf x { type string; } }",
	"quoted keys":                "list l { key \"a\n  b\"; leaf a { type string; } leaf b { type string; } }",
	"refine of a refine":         "grouping g { leaf a { type int8; } } grouping h { uses g { refine a { default 1; } } } uses h { refine a { default 2; } }",
	"identity with two bases":    "identity a; identity b; identity c { base a; base b; } leaf x { type identityref { base a; base b; } }",
	"anydata in rpc":             "rpc r { input { anydata a; } output { anyxml b; } }",
	"submodule-like names":       "leaf _a.b-c { type string; } leaf A1 { type string; }",
	"union of all":               "leaf x { type union { type empty; type leafref { path ../y; } type bits { bit a; } } } leaf y { type int8; }",
}

func moduleText(body string) string {
	return "module m {\n yang-version 1.1;\n namespace urn:m;\n prefix m;\n " + body + "\n}\n"
}

// accepts asks yanglint about a module.
func accepts(t *testing.T, lint, dir, text string) (bool, string) {
	t.Helper()
	file := filepath.Join(dir, "m.yang")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(lint, file).CombinedOutput()
	warned := strings.Contains(string(out), "warn")
	return err == nil && !warned, string(out)
}

// problems returns what we say about a module: of the compiler and of its expressions.
func problems(text string) string {
	s := yang.Compile([]yang.Source{{Name: "m.yang", Data: []byte(text)},
		{Name: "ietf-inet-types.yang", Data: []byte("module ietf-inet-types { namespace urn:i; prefix i; }")}}, yang.Options{})
	var lines []string
	for _, p := range append(s.Problems(), xpath.CheckSchema(s)...) {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// TestWrongModules: we find every mistake, and libyang too but for those that say why not.
func TestWrongModules(t *testing.T) {
	lint, err := exec.LookPath("yanglint")
	if err != nil {
		t.Log("NOT TESTED against yanglint (Debian libyang2-tools), which is not installed")
	}
	dir := t.TempDir()
	for name, tc := range wrongModules {
		text := moduleText(tc.body)
		ours := problems(text)
		if ours == "" {
			t.Errorf("%s: we find nothing", name)
		}
		if lint == "" {
			continue
		}
		if ok, theirs := accepts(t, lint, dir, text); ok != (tc.unseen != "") {
			t.Errorf("%s: yanglint accepts it: %t %s; we say %s", name, ok, theirs, ours)
		}
	}
}

func TestRightModules(t *testing.T) {
	lint := yanglint(t)
	dir := t.TempDir()
	for name, body := range rightModules {
		text := moduleText(body)
		ok, theirs := accepts(t, lint, dir, text)
		if ours := problems(text); ours != "" || ok == (stricter[name] != "") {
			t.Errorf("%s: we say %q; yanglint: %t %s", name, ours, ok, theirs)
		}
	}
}
