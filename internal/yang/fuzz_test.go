// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// FuzzCompile: no input makes the loader panic, and whatever compiles can be visited.
func FuzzCompile(f *testing.F) {
	for _, s := range testSources(f) {
		f.Add(string(s.Data))
	}
	f.Add("module m { namespace urn:m; prefix m; grouping g { container c { uses g; } } uses g; }")
	f.Add("module m { namespace urn:m; prefix m; augment /m:a { container a; } container a; }")
	f.Add("module m { namespace urn:m; prefix m; leaf a { type leafref { path ../b; } } leaf b { type leafref { path ../a; } } }")
	f.Add("submodule s { belongs-to m { prefix m; } include s; }")
	f.Fuzz(func(t *testing.T, text string) {
		s := Compile([]Source{{Name: "f.yang", Data: []byte(text)}}, Options{})
		limit := 5000
		count(s.Root(), &limit)
		s.Unevaluated()
		tree, _ := DecodeDoc(s, &Doc{Kind: DocObject, Members: []DocMember{{Name: "m:a", Value: &Doc{Scalar: "1"}}}}, nil)
		UnevaluatedFor(tree)
	})
}

// FuzzXML: no input makes the decoder panic, and what is accepted survives a round trip.
func FuzzXML(f *testing.F) {
	s := testSchema(f)
	f.Add(deviceXML)
	f.Add(`<types xmlns="urn:strowger:test:types"><any><a/><a>1</a></any><raw><x y="z">t</x></raw></types>`)
	f.Fuzz(func(t *testing.T, text string) {
		tree, _, errs := DecodeXML(s, strings.NewReader(text), XMLOptions{IgnoreUnknown: true})
		if len(errs) > 0 {
			return
		}
		var b bytes.Buffer
		if err := EncodeXML(&b, tree.Root()); err != nil {
			t.Fatal(err)
		}
		back, unknown, errs := DecodeXML(s, &b, XMLOptions{})
		if len(errs) > 0 || len(unknown) > 0 || back.Digest() != tree.Digest() {
			t.Fatalf("%v %v\n%v\n%v", errs, unknown, dump(tree), dump(back))
		}
	})
}

// FuzzYAML: no input makes the decoder panic, and what is accepted survives a round trip.
func FuzzYAML(f *testing.F) {
	s := testSchema(f)
	f.Add(sampleYAML)
	f.Add("{\"t-net:net\": {\"rule\": [{\"id\": 1}]}}")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := ParseYAML([]byte(text))
		if err != nil {
			return
		}
		tree, errs := DecodeDoc(s, doc, nil)
		if len(errs) > 0 {
			return
		}
		var b bytes.Buffer
		if err := EncodeYAML(&b, tree, EncodeOptions{}); err != nil {
			t.Fatal(err)
		}
		again, err := ParseYAML(b.Bytes())
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		back, errs := DecodeDoc(s, again, nil)
		if len(errs) > 0 || back.Digest() != tree.Digest() {
			t.Fatalf("%v\n%v\n%v", errs, dump(tree), dump(back))
		}
	})
}

// FuzzPattern: whatever is translated compiles.
func FuzzPattern(f *testing.F) {
	for _, p := range []string{`[a-z-[aeiou]]`, `\i\c*`, `\p{IsBasicLatin}`, `(a|b){2,3}`, `[^\D\-x]`} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, p string) {
		e := newExpression(p)
		if e.err != nil {
			return
		}
		if _, err := regexp.Compile(e.source); err != nil {
			t.Fatalf("%q: %v", p, err)
		}
	})
}

// FuzzPath: what is parsed as a path is found under its canonical form.
func FuzzPath(f *testing.F) {
	s := testSchema(f)
	f.Add("/t-net:net/interface[name='a']/unit[id='1'][sub=\"x\"]/note")
	f.Fuzz(func(t *testing.T, p string) {
		tree := NewTree(s)
		d, err := tree.Set(p, "", Origin{}, false)
		if err == nil && tree.Get(d.Path()) != d {
			t.Fatalf("%q: %s", p, d.Path())
		}
	})
}
