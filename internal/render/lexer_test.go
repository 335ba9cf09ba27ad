// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	text := func(s string) segment { return segment{text: s} }
	expr := func(s string) segment { return segment{text: s, expr: true} }
	for in, want := range map[string][]segment{
		"":                               nil,
		"plain $ { } $x":                 {text("plain $ { } $x")},
		"${a}":                           {expr("a")},
		"${ a }":                         {expr("a")},
		"x${a}y${b}":                     {text("x"), expr("a"), text("y"), expr("b")},
		"$${a}":                          {text("${a}")},
		"$$${a}":                         {text("$${a}")},
		"a$${b}${c}":                     {text("a${b}"), expr("c")},
		"${{'a': {'b': 1}}.a.b}":         {expr("{'a': {'b': 1}}.a.b")},
		"${'}'}":                         {expr("'}'")},
		`${"}\"}"}`:                      {expr(`"}\"}"`)},
		`${'\\'}x`:                       {expr(`'\\'`), text("x")},
		`${r'\'}x`:                       {expr(`r'\'`), text("x")},
		`${bR"\"}x`:                      {expr(`bR"\"`), text("x")},
		`${'''a'}'''}`:                   {expr(`'''a'}'''`)},
		`${"""` + "\n" + `}"""}`:         {expr(`"""` + "\n" + `}"""`)},
		"${a // }\n}":                    {expr("a // }")},
		"${m.`a}b`}":                     {expr("m.`a}b`")},
		"${'http://x'}":                  {expr("'http://x'")},
		"${'${inner}'}":                  {expr("'${inner}'")},
		"${a}${b}":                       {expr("a"), expr("b")},
		"häß${a}→":                       {text("häß"), expr("a"), text("→")},
		"${a ? {'x': '}'} : {'y': '{'}}": {expr("a ? {'x': '}'} : {'y': '{'}")},
	} {
		got, err := split(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(segment{})); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
	for in, want := range map[string]error{
		"${": errUnterminated, "${a": errUnterminated, "${'a}": errUnterminated, "x ${ {a }": errUnterminated,
		"${a // }": errUnterminated, "${`a}": errUnterminated, "${'a\n'}": errUnterminated, `${'\`: errUnterminated,
		"${}": errEmpty, "${ \n}": errEmpty,
	} {
		if got, err := split(in); !errors.Is(err, want) {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"a${b}c", "$${", "${'}'}", `${r'\'}`, "${'''", "${a//\n}", "${{}}", "${`}`}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		segments, err := split(in)
		if err != nil {
			if !strings.Contains(in, "${") {
				t.Errorf("%q: %v without an expression", in, err)
			}
			return
		}
		// Written again, what was found is found again.
		var b strings.Builder
		for _, s := range segments {
			if s.expr {
				if s.text == "" {
					t.Errorf("%q: an empty expression", in)
				}
				b.WriteString("${" + s.text + "\n}")
			} else {
				b.WriteString(strings.ReplaceAll(s.text, "${", "$${"))
			}
		}
		if strings.Contains(in, "$${") || strings.Contains(b.String(), "$$") {
			return // $ next to $${ reads differently
		}
		again, err := split(b.String())
		if err != nil {
			t.Fatalf("%q: again: %v", b.String(), err)
		}
		if diff := cmp.Diff(segments, again, cmp.AllowUnexported(segment{})); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	})
}
