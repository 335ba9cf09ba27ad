// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// checked returns the warnings of a module, each with its line.
func checked(t *testing.T, text string) []string {
	t.Helper()
	s := yang.Compile([]yang.Source{{Name: "w.yang", Data: []byte(text)}}, yang.Options{})
	var got []string
	for _, p := range CheckSchema(s) {
		if p.Severity != yang.Warning || p.Module != "w" || p.Pos.File != "w.yang" {
			t.Errorf("%+v", p)
		}
		got = append(got, fmt.Sprintf("%d %s", p.Pos.Line, p.Message))
	}
	return got
}

func TestCheck(t *testing.T) {
	got := checked(t, `module w { yang-version 1.1; namespace urn:w; prefix w;
 feature f;
 grouping g { leaf in { type string; must "../../here"; } }
 container c {
  must "here and gone";
  must "deref(r)/../../c/here";
  must "here[";
  leaf here { type string; }
  leaf there { if-feature f; type string; when "../c"; }
  leaf r { type leafref { path "../here"; } }
  leaf lost { type leafref { path "../nope"; } }
  container ok { uses g; }
 }
 container bad { container ok { uses g { when "../c"; } } }
 container state { config false; leaf s { type string; must "../t"; } }
 rpc op { input { leaf a { type string; must "../b and /op/a and /c/here"; must "../z"; } leaf b { when "/w:op/y"; type leafref { path "../../c/here"; } } }
   output { must "o"; leaf o { type string; must "../a"; } } }
 notification n { leaf a { type string; must "../b"; must "/n/a or ../../c/here"; } }
 list l { key k; leaf k { type string; }
   action do { input { leaf x { type string; must "../../k"; must "../../x"; } } }
   notification nn { leaf x { type string; must "../../k and ../../nn/x"; must "../../../k"; } } }
}`)
	want := []string{
		"3 no node w:here at /w:bad; it leads to nothing",
		"5 no node w:gone at /w:c; it leads to nothing",
		`7 is not evaluated: must "here[": ends where a step is expected`,
		"9 no node w:c at /w:c; it leads to nothing",
		"11 no node w:nope at /w:c; it leads to nothing",
		"14 no node w:c at /w:bad; it leads to nothing",
		"15 no node w:t at /w:state; it leads to nothing",
		"16 no node w:z at /w:op/input; it leads to nothing",
		"16 no node w:y at /w:op/input; it leads to nothing",
		"17 no node w:a at /w:op/output; it leads to nothing",
		"18 no node w:b at /w:n; it leads to nothing",
		"20 no node w:x at /w:l; it leads to nothing",
		"21 no node w:k at /; it leads to nothing",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// What an expression can never do is a mistake of the model.
func TestCheckTypes(t *testing.T) {
	const frame = `module w { yang-version 1.1; namespace urn:w; prefix w;
 identity kind; identity eth { base kind; }
 typedef level { type enumeration { enum low; enum high; } }
 container c {
  leaf s { type string; } leaf n { type int8; } leaf e { type level; } leaf b { type bits { bit up; } } leaf i { type identityref { base kind; } } leaf t { type boolean; }
  leaf r { type leafref { path "../e"; } } leaf ii { type instance-identifier; } leaf u { type union { type int8; type level; } } leaf any { type leafref { path "../i"; } }
  leaf x { type string; must "%s"; }
 }
}`
	for text, want := range map[string]string{
		"deref(../s)":                    "deref() of /w:c/s, which is no leafref or instance-identifier",
		"deref(../r) and deref(../ii)":   "",
		"enum-value(../n) = 1":           "enum-value() of /w:c/n, which is no enumeration",
		"enum-value(../r) = 1":           "",
		"enum-value(../u) = 1":           "",
		"bit-is-set(../b, 'up')":         "",
		"bit-is-set(../b, 'down')":       `bit-is-set(): no bit "down" in /w:c/b`,
		"bit-is-set(../s, 'up')":         "bit-is-set() of /w:c/s, which is no bits",
		"derived-from(../i, 'w:eth')":    "",
		"derived-from(../any, 'kind')":   "",
		"derived-from(../i, 'w:wifi')":   `derived-from(): no identity "w:wifi"`,
		"derived-from(../i, 'x:eth')":    `derived-from(): no identity "x:eth"`,
		"derived-from(../s, 'w:eth')":    "derived-from() of /w:c/s, which is no identityref",
		"../e = 'low'":                   "",
		"../e = 'middle'":                `/w:c/e is compared with "middle", which its type level does not have`,
		"'middle' != ../e":               `/w:c/e is compared with "middle", which its type level does not have`,
		"../i = 'w:eth' or ../i = 'eth'": "",
		"../i = 'w:wifi'":                `/w:c/i is compared with "w:wifi", which its type identityref does not have`,
		"../t = 'yes'":                   `/w:c/t is compared with "yes", which its type boolean does not have`,
		"../*[. = 'middle']":             "",
		"re-match(., '[a-')":             "re-match(): ",
		"id('x')":                        "id() finds nothing: YANG data has no element IDs (RFC 7950 section 6.4)",
		"lang('en')":                     "lang() is always false: YANG data has no xml:lang",
		"count(1)":                       `is not evaluated: must "count(1)": count() of a number: it needs a node-set`,
		"contains(.)":                    `is not evaluated: must "contains(.)": contains() with 1 arguments`,
		"y:s":                            `is not evaluated: must "y:s": unknown prefix "y"`,
		"$v = 1":                         `is not evaluated: must "$v = 1": variable at position 1: YANG has none`,
		"nope(.)":                        `is not evaluated: must "nope(.)": unknown function nope()`,
	} {
		got := strings.Join(checked(t, fmt.Sprintf(frame, text)), "; ")
		if _, message, _ := strings.Cut(got, " "); want == "" && got != "" || !strings.HasPrefix(message, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
