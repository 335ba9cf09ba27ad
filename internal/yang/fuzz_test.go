// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
	f.Add(`<types xmlns="urn:strowger:test:types"><raw>a<b xmlns:p="u" p:x="1&#9;">t</b> c</raw></types>`)
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

// FuzzJSON: no input makes the decoder panic, and what is accepted, in a datastore or as
// parameters of an operation, survives a round trip with the types of its values.
func FuzzJSON(f *testing.F) {
	s := testSchema(f)
	f.Add(`{"t-types:types":{"addr":"5","any":{"a":[1,{"t-net:b":null}]},"raw":"x","nothing":[null],"u64":"7"}}`)
	f.Add(`{"t-net:net":{"interface":[{"name":"a","kind":"t-aug:fibre","@name":{"ietf-netconf-with-defaults:default":true}}]}}`)
	f.Add(`{"host":"a","tls":{"depth":1},"port":1e2}`)
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := ParseJSON([]byte(text))
		if err != nil {
			return
		}
		for _, n := range []*Node{s.Root(), s.Operations()[0].Input()} {
			tree, errs := DecodeDocAt(n, doc, nil)
			if len(errs) > 0 {
				continue
			}
			var b, again bytes.Buffer
			_ = EncodeJSON(&b, tree, EncodeOptions{})
			back, err := ParseJSON(b.Bytes())
			if err != nil {
				t.Fatalf("%v\n%s", err, b.String())
			}
			copied, errs := DecodeDocAt(n, back, nil)
			_ = EncodeJSON(&again, copied, EncodeOptions{})
			if len(errs) > 0 || again.String() != b.String() {
				t.Fatalf("%v\n%s\n%s", errs, b.String(), again.String())
			}
		}
	})
}

// FuzzParseJSON: the parser takes what encoding/json takes, and reads the same, but for
// what RFC 8259 leaves undefined: names that are there twice, texts that are no Unicode.
func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-0.5e+3,true,false,null,"\u00e9\ud834\udd1e\n"],"b":{}}`, `[1 2]`, `{"a":1,}`, `"\ud834"`, `01`, `1.`, `nul`, `"` + "\x01" + `"`, "\"\xff\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := ParseJSON([]byte(text))
		var want any
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		peer := dec.Decode(&want)
		if peer == nil && dec.More() {
			peer = errors.New("text after the document")
		}
		switch {
		case err == nil && strings.TrimSpace(text) == "":
		case err == nil && peer != nil:
			t.Fatalf("%q: only encoding/json refuses it: %v", text, peer)
		case err == nil:
			if diff := cmp.Diff(want, plainJSON(doc)); diff != "" {
				t.Fatalf("%q:\n%s", text, diff)
			}
		case peer == nil:
			for _, known := range []string{"twice", "not UTF-8", "surrogate", "nested deeper", "text after the document"} {
				if strings.Contains(err.Error(), known) {
					return
				}
			}
			t.Fatalf("%q: only encoding/json accepts it: %v", text, err)
		}
	})
}

// plainJSON returns a document as encoding/json does.
func plainJSON(d *Doc) any {
	switch d.Kind {
	case DocObject:
		out := map[string]any{}
		for _, m := range d.Members {
			out[m.Name] = plainJSON(m.Value)
		}
		return out
	case DocArray:
		out := []any{}
		for _, x := range d.Items {
			out = append(out, plainJSON(x))
		}
		return out
	}
	return d.Scalar
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
