// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

const sampleYAML = `
t-net:net:
  interface:
    - name: eth1
      kind: t-types:wired
      mtu: 1500
      tag: [b, a]
      dns: [z.example, a.example]
      unit:
        - {id: 10, sub: x}
        - {id: 9, sub: x, note: "a: <b> & 'c'"}
    - name: eth0
      kind: t-aug:fibre
      t-aug:speed: 100
      t-aug:mtu: 7
  rule:
    - {id: 30, action: drop}
    - {id: 4, action: accept}
  server:
    host: server.example
    token: secret
  current: eth0
t-types:types:
  i8: -5
  i64: -5000000000
  u64: 18446744073709551615
  dec: 3.10
  text: 1.10
  flag: true
  level: mid
  rights: exec read
  blob: AQI=
  nothing: [null]
  med: wired
  inst: /t-net:net/interface[name='eth1']/t-aug:mtu
  addr: 5
  any: {"b": [1, x], t-net:a: {c: d}}
`

func decodeYAML(t testing.TB, s *Schema, text string) (*Tree, Errors) {
	t.Helper()
	doc, err := ParseYAML([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return DecodeDoc(s, doc, &Layer{Name: "base", File: "base.yaml"})
}

func mustDecodeYAML(t testing.TB, s *Schema, text string) *Tree {
	t.Helper()
	tree, errs := decodeYAML(t, s, text)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return tree
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (run with -update when the new one is right):\n%s", name, diff)
	}
}

func TestEncodeGolden(t *testing.T) {
	tree := mustDecodeYAML(t, testSchema(t), sampleYAML)
	tree.Get("/t-net:net/server/token").taint = true
	o := EncodeOptions{Indent: "  ", Redact: true}
	var j, y, x bytes.Buffer
	if err := EncodeJSON(&j, tree, o); err != nil {
		t.Fatal(err)
	}
	if err := EncodeYAML(&y, tree, o); err != nil {
		t.Fatal(err)
	}
	if err := EncodeXMLWith(&x, o, tree.Root()); err != nil {
		t.Fatal(err)
	}
	for _, b := range []*bytes.Buffer{&j, &y, &x} {
		if strings.Contains(b.String(), ">secret<") || strings.Contains(b.String(), "token: secret") || strings.Contains(b.String(), `"secret"`) {
			t.Error("a tainted value is shown")
		}
	}
	golden(t, "sample.json", j.Bytes())
	golden(t, "sample.yaml", y.Bytes())
	golden(t, "sample.xml", x.Bytes())
}

// roundTrip encodes a tree in every form and expects the same tree back.
func roundTrip(t *testing.T, tree *Tree) {
	t.Helper()
	s := tree.Schema()
	for _, indent := range []string{"", "  "} {
		o := EncodeOptions{Indent: indent}
		var j, y, x bytes.Buffer
		_ = EncodeJSON(&j, tree, o)
		_ = EncodeYAML(&y, tree, o)
		_ = EncodeXMLWith(&x, o, tree.Root())
		jd, err := ParseJSON(j.Bytes())
		if err != nil {
			t.Fatalf("%v\n%s", err, j.String())
		}
		yd, err := ParseYAML(y.Bytes())
		if err != nil {
			t.Fatalf("%v\n%s", err, y.String())
		}
		fromJ, e1 := DecodeDoc(s, jd, nil)
		fromY, e2 := DecodeDoc(s, yd, nil)
		fromX, _, e3 := DecodeXML(s, &x, XMLOptions{})
		for _, e := range []Errors{e1, e2, e3} {
			if len(e) > 0 {
				t.Fatalf("%v\n%s", e, y.String())
			}
		}
		for name, back := range map[string]*Tree{"JSON": fromJ, "YAML": fromY, "XML": fromX} {
			if back.Digest() != tree.Digest() {
				t.Fatalf("%s changed the tree:\n%s", name, cmp.Diff(dump(tree), dump(back)))
			}
		}
	}
}

// dump lists every node with its value.
func dump(tree *Tree) []string {
	var out []string
	tree.Walk(func(d *Data) bool {
		line := d.Path()
		if d.Leaf() {
			line += " = " + d.Value()
		}
		out = append(out, line)
		return true
	})
	return out
}

func TestRoundTripSample(t *testing.T) {
	roundTrip(t, mustDecodeYAML(t, testSchema(t), sampleYAML))
}

func TestDecodeDocErrors(t *testing.T) {
	s := testSchema(t)
	for name, tc := range map[string]struct{ yaml, want string }{
		"unknown node":      {"t-net:net:\n  interfaces: []", `base base.yaml:2 /t-net:net/interfaces: no node "interfaces" in container /t-net:net (container net at t-net.yang:21); did you mean interface?`},
		"module missing":    {"net: {}", `/net: "net" needs its module's name at the top level; write t-net:net`},
		"module missing 2":  {"t-net:net: {interface: [{name: a, kind: t-types:wired, speed: 1}]}", "write t-aug:speed"},
		"module wrong":      {"t-types:net: {}", "did you mean t-net:net?"},
		"module unknown":    {"t-nett:net: {}", `no module "t-nett" in the schema; did you mean t-net:net?`},
		"prefix for module": {"aug:net: {}", `"aug" is the prefix of module t-aug`},
		"key missing":       {"t-net:net:\n  interface:\n  - mtu: 1500", "base.yaml:3 /t-net:net/interface: list entry without its key name"},
		"key wrong":         {"t-net:net: {rule: [{id: x}]}", "/t-net:net/rule/id: \"x\" is not an integer"},
		"type, enum":        {"t-types:types: {level: top}", `/t-types:types/level: "top" is not an enum of the type (type enumeration at t-types.yang:33); allowed: low, mid, high`},
		"type, range":       {"t-types:types: {i8: 1000}", `"1000" is out of range (type int8 { range "-128..127" } at t-types.yang:25); allowed range: -128..127`},
		"type, shape":       {"t-types:types: {i8: {a: 1}}", "must be a single value, not an object"},
		"null":              {"t-types:types: {i8: }", "has no value"},
		"container":         {"t-types:types: 5", "a container must be an object, not a single value"},
		"list":              {"t-net:net: {interface: {name: a}}", "a list must be an array of objects, one for each entry, not an object"},
		"leaf-list":         {"t-types:types: {lref: 5}", "a leaf-list must be an array of values"},
		"entry twice":       {"t-net:net:\n  interface:\n  - {name: a, kind: t-types:wired}\n  - {name: a, kind: t-types:wired}", "base.yaml:4 /t-net:net/interface[name='a']: a list entry with these keys is there twice"},
		"entry twice, user": {"t-net:net: {rule: [{id: 1}, {id: 2}, {id: 01}]}", "/t-net:net/rule[id='1']: a list entry with these keys is there twice"},
		"value twice":       {"t-types:types: {lref: [5, 05]}", "/t-types:types/lref[.='5']: is there twice"},
		"two cases":         {"t-net:net: {server: {password: a, token: b}}", "excludes password: they are in different cases of one choice (choice auth"},
		"state":             {"t-net:net: {stats: {rx: 1}}", "is state data, it cannot be configured"},
		"document":          {"- 1", "must be an object"},
	} {
		t.Run(name, func(t *testing.T) {
			_, errs := decodeYAML(t, s, tc.yaml)
			if !strings.Contains(errs.Error(), tc.want) {
				t.Errorf("got %q\nwant %q", errs.Error(), tc.want)
			}
			if len(errs) != 1 {
				t.Errorf("%d errors: %v", len(errs), errs)
			}
		})
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	_, errs := decodeYAML(t, testSchema(t), "t-types:types: {i8: x, level: y, flag: z}\nt-net:nett: {}")
	if len(errs) != 4 {
		t.Errorf("%v", errs)
	}
}

func TestTaintedValuesAreNotPrinted(t *testing.T) {
	s := testSchema(t)
	doc, _ := ParseYAML([]byte("t-types:types: {i8: hush}\nt-net:net: {interface: [{name: hush, kind: hush}]}"))
	doc.Members[0].Value.Members[0].Value.Tainted = true
	doc.Members[1].Value.Tainted = true
	tree, errs := DecodeDoc(s, doc, nil)
	if len(errs) != 2 || strings.Contains(errs.Error(), "hush") {
		t.Errorf("%v", errs)
	}
	if d := tree.Get("/t-net:net/interface"); d == nil || !d.Child("", "name").Tainted() || strings.Contains(d.RedactedPath(), "hush") {
		t.Errorf("taint is lost")
	}
}

func TestNaturalScalars(t *testing.T) {
	tree := mustDecodeYAML(t, testSchema(t), `t-types:types: {u64: 5, i8: "7", dec: 1, text: 1.10, str: "a", flag: "true", nothing: }`)
	for leaf, want := range map[string]string{"u64": "5", "i8": "7", "dec": "1.0", "text": "1.10", "flag": "true", "nothing": ""} {
		if d := tree.Get("/t-types:types/" + leaf); d == nil || d.Value() != want {
			t.Errorf("%s: %v", leaf, d)
		}
	}
}

func TestYAMLDocuments(t *testing.T) {
	for name, tc := range map[string]struct{ in, err string }{
		"syntax": {"a: [", "line "}, "twice": {"a: 1\na: 2", `line 2: "a" is there twice`}, "two": {"a: 1\n---\nb: 2", "more than one document"},
		"name": {"[1]: 2", "a name must be a text"}, "loop": {"a: &x [*x]", ""},
	} {
		_, err := ParseYAML([]byte(tc.in))
		if err == nil || !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d, err := ParseYAML([]byte("x: &b {p: 1, q: 0x10}\ny: {<<: *b, p: 2}\nz: *b\nd: 2026-01-01\nn: ~\ns: 'true'"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := anyText(d, KindAnyData, "m"), `{"d":"2026-01-01","n":"","s":"true","x":{"p":"1","q":"16"},"y":{"p":"2","q":"16"},"z":{"p":"1","q":"16"}}`; got != want {
		t.Errorf("got %s", got)
	}
	if d.Members[1].Value.Line != 2 {
		t.Error("lines")
	}
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		p := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+p+",", 8) + "*" + p + "]\n"
	}
	if _, err := ParseYAML([]byte(bomb)); err == nil {
		t.Error("aliases may grow without limit")
	}
}

func TestJSONDocuments(t *testing.T) {
	d, err := ParseJSON([]byte("{\n\"a\": [1, {\"b\": null}],\n\n\"c\": true}"))
	if err != nil || d.Members[1].Line != 4 || anyText(d, KindAnyData, "m") != `{"a":["1",{"b":""}],"c":"true"}` {
		t.Errorf("%v %v", d, err)
	}
	for _, bad := range []string{"{", "{\"a\":1,\"a\":2}", "[1 2]", "{} x", "{\"a\"", strings.Repeat("[", 1000)} {
		if _, err := ParseJSON([]byte(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
