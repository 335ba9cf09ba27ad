// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"regexp"
	"strings"
	"testing"
)

func TestValues(t *testing.T) {
	s := testSchema(t)
	for _, tc := range []struct{ leaf, in, want, err string }{
		{"i8", "007", "7", ""}, {"i8", "-0", "0", ""}, {"i8", "+5", "5", ""}, {"i8", " 5\n", "5", ""},
		{"i8", "-128", "-128", ""}, {"i8", "128", "", "-128..127"}, {"i8", "0x1F", "", "not an integer"},
		{"i8", "", "", "not an integer"}, {"i8", "1.0", "", "not an integer"}, {"i8", "99999999999999999999", "", "out of range"},
		{"i64", "-9223372036854775808", "-9223372036854775808", ""}, {"i64", "9223372036854775808", "", "out of range"},
		{"u64", "18446744073709551615", "18446744073709551615", ""}, {"u64", "-1", "", "out of range"},
		{"p", "10", "10", ""}, {"p", "20", "20", ""}, {"p", "11", "", "allowed range: 0..10 | 20"},
		{"dec", "1", "1.0", ""}, {"dec", "-1.50", "-1.5", ""}, {"dec", "0.25", "0.25", ""}, {"dec", "-0", "0.0", ""},
		{"dec", "1.234", "", "at most 2"}, {"dec", "100.01", "", "-1.5..100.0"}, {"dec", ".5", "", "decimal"},
		{"str", "abc", "abc", ""}, {"str", "Abc", "", "pattern '[a-z]"}, {"str", "abcdefghi", "", "length: 1..8"},
		{"str", "", "", "length"}, {"str", "xyz", "", "must not match"}, {"str", "abc\n", "", "pattern"},
		{"text", " a b ", " a b ", ""}, {"text", "a\x01", "", "character"}, {"text", "é\U0001F600", "é\U0001F600", ""}, {"text", "\xff", "", "character"},
		{"flag", "true", "true", ""}, {"flag", "TRUE", "", "allowed: true, false"},
		{"level", "mid", "mid", ""}, {"level", "medium", "", "allowed: low, mid, high"},
		{"rights", "exec read", "read exec", ""}, {"rights", "", "", ""}, {"rights", "read read", "", "twice"}, {"rights", "fly", "", "allowed: read, write, exec"},
		{"blob", "AQI=", "AQI=", ""}, {"blob", "AQ\n I=", "AQI=", ""}, {"blob", "AQIDBAU=", "", "length: 1..4"}, {"blob", "*", "", "base64"},
		{"nothing", "", "", ""}, {"nothing", "x", "", "empty"},
		{"med", "wired", "t-types:wired", ""}, {"med", "t-aug:fibre", "t-aug:fibre", ""}, {"med", "fibre", "", "did you mean t-aug:fibre?"},
		{"med", "medium", "", "not derived"}, {"med", "nope:x", "", "prefix"}, {"both", "cable", "t-types:cable", ""}, {"both", "wired", "", "not derived"},
		{"inst", "/t-net:net/interface[name='a']/mtu", "/t-net:net/interface[name='a']/mtu", ""},
		{"inst", `/t-net:net/interface[name="a"]/t-net:unit[sub='x'][id='07']`, "/t-net:net/interface[name='a']/unit[id='7'][sub='x']", ""},
		{"inst", "/t-net:net/nope", "", "no node"}, {"inst", "net", "", "not an instance-identifier"}, {"inst", "/t-net:net/interface[mtu='1']", "", "key"},
		{"addr", "7", "7", ""}, {"addr", "auto", "auto", ""}, {"addr", "wired", "t-types:wired", ""}, {"addr", "abc", "abc", ""}, {"addr", "A B", "", "any type of the union"},
		{"lref", "5", "5", ""}, {"lref", "300", "", "out of range"},
	} {
		n := find(t, s, "/t-types:types/"+tc.leaf)
		got, err := n.Canonical(tc.in)
		switch {
		case tc.err == "" && err != nil:
			t.Errorf("%s %q: %v", tc.leaf, tc.in, err)
		case tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)):
			t.Errorf("%s %q: got %q, %v, want an error with %q", tc.leaf, tc.in, got, err, tc.err)
		case got != tc.want:
			t.Errorf("%s %q: got %q, want %q", tc.leaf, tc.in, got, tc.want)
		}
	}
}

// Every canonical value is its own canonical form.
func TestCanonicalIsStable(t *testing.T) {
	s := testSchema(t)
	for leaf, v := range map[string]string{"dec": "-0.10", "rights": "exec write", "med": "wired", "inst": `/t-net:net/rule[ id = "01" ]`, "i8": "-012"} {
		n := find(t, s, "/t-types:types/"+leaf)
		a, err := n.Canonical(v)
		if err != nil {
			t.Fatal(leaf, err)
		}
		if b, err := n.Canonical(a); err != nil || a != b {
			t.Errorf("%s: %q became %q, %v", leaf, a, b, err)
		}
	}
}

func TestTypeErrorsNameTheRule(t *testing.T) {
	s := testSchema(t)
	_, err := find(t, s, "/t-types:types/p").Canonical("50")
	e, ok := err.(*Error)
	if !ok {
		t.Fatalf("%T", err)
	}
	if !strings.HasPrefix(e.Rule, "type small-percent { range") || e.Pos.File != "t-types.yang" || e.Tag != "invalid-value" {
		t.Errorf("%+v", e)
	}
}

func TestPatterns(t *testing.T) {
	for _, tc := range []struct {
		pattern string
		yes, no []string
	}{
		{`a|b`, []string{"a", "b"}, []string{"ab", "ac"}},
		{`^a$`, []string{"^a$"}, []string{"a"}},
		{`.`, []string{"x", "é"}, []string{"\n", "xx"}},
		{`[a-z-[aeiou]]+`, []string{"xyz"}, []string{"abc"}},
		{`[^a-z-[x]]`, []string{"A"}, []string{"b", "x"}},
		{`[xX]`, []string{"x", "X"}, []string{"y"}},
		{`[^xX]`, []string{"y"}, []string{"x"}},
		{`[\p{L}-[xX]]`, []string{"a"}, []string{"x", "X", "1"}},
		{`\d{2}`, []string{"12"}, []string{"1", "ab"}},
		{`\D\S`, []string{"ab"}, []string{"1b", "a "}},
		{`\i\c*`, []string{"a-1", "_x", ":y"}, []string{"-a", "1"}},
		{`\w+`, []string{"ab1"}, []string{"a-b", "a b"}},
		{`[\w\-]+`, []string{"a-b"}, []string{"a b"}},
		{`[\D]`, []string{"x"}, []string{"1"}},
		{`\p{IsBasicLatin}*`, []string{"abc", ""}, []string{"é"}},
		{`\P{IsBasicLatin}`, []string{"é"}, []string{"a"}},
		{`[\p{IsBasicLatin}\p{IsLatin-1Supplement}]+`, []string{"aé"}, []string{"Ā"}},
		{`\p{Lu}\P{Lu}`, []string{"Ab"}, []string{"AB", "ab"}},
		{`[\p{Lu}\p{N}]+`, []string{"A1"}, []string{"a"}},
		{`(ab){2,3}`, []string{"abab"}, []string{"ab"}},
		{`[a\]\[\-^]+`, []string{"a][-^"}, []string{"b"}},
		{`[-+]?[0-9]+`, []string{"-1", "+2", "3"}, []string{"*4"}},
		{`a\.b\\c`, []string{`a.b\c`}, []string{`axb\c`}},
		{`\$\^`, []string{"$^"}, []string{""}},
		{`[0-9a-fA-F]{2}(:[0-9a-fA-F]{2})*`, []string{"00:1a"}, []string{"00:1"}},
		{`((:|[0-9a-fA-F]{0,4}):)([0-9a-fA-F]{0,4}:){0,5}((([0-9a-fA-F]{0,4}:)?(:|[0-9a-fA-F]{0,4}))|(((25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])))(%[\p{N}\p{L}]+)?`, []string{"::1", "2001:db8::1%eth0"}, []string{"1.2.3.4"}},
	} {
		src, err := translatePattern(tc.pattern)
		if err != nil {
			t.Errorf("%s: %v", tc.pattern, err)
			continue
		}
		re, err := regexp.Compile(src)
		if err != nil {
			t.Errorf("%s: %v", tc.pattern, err)
			continue
		}
		for _, v := range tc.yes {
			if !re.MatchString(v) {
				t.Errorf("%s does not match %q (%s)", tc.pattern, v, src)
			}
		}
		for _, v := range tc.no {
			if re.MatchString(v) {
				t.Errorf("%s matches %q (%s)", tc.pattern, v, src)
			}
		}
	}
	for _, bad := range []string{`[a`, `a\`, `\p{Nope}`, `\p{IsNope}`, `(?i)a`, `\y`, `a{3,1}`, `(`, `[a-z-[b]c]`} {
		if newExpression(bad).err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
