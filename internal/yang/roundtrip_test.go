// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// generator makes random documents of a schema. Not all of what it makes is valid: what
// the decoder refuses is left out of the tree.
type generator struct{ *rand.Rand }

func (g generator) object(n *Node, depth int) *Doc {
	d := &Doc{Kind: DocObject}
	chosen := map[*Node]*Node{}
	for _, c := range n.DataChildren() {
		if !c.Config() || !c.IsKey() && g.Intn(3) == 0 || !g.choose(c, chosen) {
			continue
		}
		name := c.Name()
		if c.mod != n.mod {
			name = c.QName()
		}
		m := DocMember{Name: name}
		switch c.Kind() {
		case KindContainer:
			m.Value = g.object(c, depth+1)
		case KindList:
			m.Value = &Doc{Kind: DocArray}
			for range g.Intn(4) {
				m.Value.Items = append(m.Value.Items, g.object(c, depth+1))
			}
		case KindLeafList:
			m.Value = &Doc{Kind: DocArray}
			for range g.Intn(4) {
				m.Value.Items = append(m.Value.Items, g.value(c, c.Type()))
			}
		case KindLeaf:
			m.Value = g.value(c, c.Type())
		default:
			m.Value = g.any(0)
		}
		d.Members = append(d.Members, m)
	}
	return d
}

// choose says whether a node is in the chosen cases of all choices around it.
func (g generator) choose(n *Node, chosen map[*Node]*Node) bool {
	for p := n.parent; p.Kind() == KindCase; p = p.parent.parent {
		if chosen[p.parent] == nil {
			all := p.parent.Children()
			chosen[p.parent] = all[g.Intn(len(all))]
		}
		if chosen[p.parent] != p {
			return false
		}
	}
	return true
}

func (g generator) any(depth int) *Doc {
	switch k := g.Intn(4); {
	case k == 0 && depth < 3 || depth == 0:
		d := &Doc{Kind: DocObject}
		for i := range g.Intn(4) {
			name := []string{"t-net:", "", "", "t-types:", "{urn:nowhere}"}[g.Intn(5)] + "n" + strconv.Itoa(i)
			d.Members = append(d.Members, DocMember{Name: name, Value: g.any(depth + 1)})
		}
		return d
	case k == 1 && depth < 3:
		d := &Doc{Kind: DocArray}
		for range g.Intn(3) {
			d.Items = append(d.Items, g.any(depth+1))
		}
		return d
	case k == 2:
		return &Doc{Scalar: json.Number(strconv.Itoa(g.Intn(1000)))}
	}
	return &Doc{Scalar: g.text()}
}

var alphabet = []string{"a", "b", "zz", "0", "7", "-", ".", " ", "\t", "\n", "\r", "&", "<", ">", "]]>", "'", `"`, "\\", ":", "#", "é", "𝄞", "{", "[", "no", "1e3", "~"}

func (g generator) text() string {
	var b strings.Builder
	for range g.Intn(6) {
		b.WriteString(alphabet[g.Intn(len(alphabet))])
	}
	return b.String()
}

func (g generator) value(n *Node, t *Type) *Doc {
	text := ""
	switch t.Kind() {
	case TypeUnion:
		list := n.alternatives(t, nil, 0)
		c := list[g.Intn(len(list))]
		return g.value(c.node, c.typ)
	case TypeLeafref:
		if target := n.leafrefTarget(t); target != nil {
			return g.value(target, target.Type())
		}
	case TypeBoolean:
		return &Doc{Scalar: g.Intn(2) == 0}
	case TypeEmpty:
		return &Doc{Kind: DocArray, Items: []*Doc{{}}}
	case TypeEnumeration:
		text = t.Names()[g.Intn(len(t.Names()))]
	case TypeBits:
		for _, b := range t.Names() {
			if g.Intn(2) == 0 {
				text = b + " " + text
			}
		}
	case TypeBinary:
		text = base64.StdEncoding.EncodeToString([]byte(g.text()))
	case TypeIdentityref:
		list := t.Bases()[0].Derived()
		text = list[g.Intn(len(list))].QName()
	case TypeInstanceIdentifier:
		text = []string{"/t-net:net/interface[name='a\"b']/mtu", "/t-net:net/interface[name=\"it's\"]/t-aug:mtu", "/t-types:types/lref[.='5']", "/t-net:net/interface[name='a']/unit[id='1'][sub='x']"}[g.Intn(4)]
	case TypeDecimal64:
		text = fmt.Sprintf("%d.%d", g.Intn(120)-2, g.Intn(100))
	case TypeString:
		text = g.text()
	default:
		s := t.spans[g.Intn(len(t.spans))]
		v := []num{s.lo, s.hi, {mag: uint64(g.Intn(20))}}[g.Intn(3)].String()
		if t.notation() == asNumber {
			return &Doc{Scalar: json.Number(v)}
		}
		return &Doc{Scalar: v}
	}
	return &Doc{Scalar: text}
}

// Any tree goes through JSON, YAML and XML unchanged: in names, values and order, and
// between JSON and YAML also in the types of unions' values.
func TestRoundTripOfRandomTrees(t *testing.T) {
	s := testSchema(t)
	leafs := 0
	for seed := range int64(400) {
		g := generator{rand.New(rand.NewSource(seed))}
		tree, _ := DecodeDoc(s, g.object(s.Root(), 0), nil)
		leafs += len(tree.Leaves())
		want := dump(tree)

		var j, y, x, again bytes.Buffer
		_ = EncodeJSON(&j, tree, EncodeOptions{})
		fromJSON := mustDecode(t, s, &j, ParseJSON)
		_ = EncodeYAML(&y, fromJSON, EncodeOptions{})
		fromYAML := mustDecode(t, s, &y, ParseYAML)
		_ = EncodeXML(&x, fromYAML.Root())
		fromXML, unknown, errs := DecodeXML(s, bytes.NewReader(x.Bytes()), XMLOptions{ConfigOnly: true})
		if len(errs)+len(unknown) > 0 {
			t.Fatalf("seed %d: %v %v\n%s", seed, errs, unknown, x.String())
		}
		for name, got := range map[string]*Tree{"JSON": fromJSON, "YAML": fromYAML, "XML": fromXML} {
			if diff := cmp.Diff(want, dump(got)); diff != "" || got.Digest() != tree.Digest() {
				t.Fatalf("seed %d: %s changed the tree:\n%s", seed, name, diff)
			}
		}
		_ = EncodeJSON(&again, fromYAML, EncodeOptions{})
		if diff := cmp.Diff(j.String(), again.String()); diff != "" {
			t.Fatalf("seed %d: YAML changed the types:\n%s", seed, diff)
		}
	}
	if leafs < 5000 {
		t.Errorf("only %d leafs were made", leafs)
	}
}

func mustDecode(t *testing.T, s *Schema, b *bytes.Buffer, parse func([]byte) (*Doc, error)) *Tree {
	t.Helper()
	doc, err := parse(b.Bytes())
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	tree, errs := DecodeDoc(s, doc, nil)
	if len(errs) > 0 {
		t.Fatalf("%v\n%s", errs, b.String())
	}
	return tree
}

// What XML says inside anyxml and anydata comes back as it was, but for prefixes, white
// space between elements and the order of elements of different names.
func TestAnyXML(t *testing.T) {
	s := testSchema(t)
	for in, want := range map[string]string{
		`a<b x="1">t</b> c`: `{"#":["a",{"b":{"#":"t","@":{"x":"1"}}}," c"]}`,
		`<b xmlns:p="urn:q" p:x="a&#10;b" xml:lang="de" y=""><c/></b>`: `{"b":{"@":{"y":"","{http://www.w3.org/XML/1998/namespace}lang":"de","{urn:q}x":"a\nb"},"c":""}}`,
		`<b/><c>1</c><b>2</b>`: `{"b":["","2"],"c":"1"}`,
		`<b xmlns="urn:strowger:test:net" xmlns:n="urn:strowger:test:net" n:at="1"/>`: `{"t-net:b":{"@":{"t-net:at":"1"}}}`,
		` text `:            `" text "`,
		`<![CDATA[<]]><i/>`: `{"#":["<",{"i":""}]}`,
	} {
		tree, _, errs := DecodeXML(s, strings.NewReader(`<types xmlns="urn:strowger:test:types"><raw>`+in+`</raw></types>`), XMLOptions{})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if got := tree.Get("/t-types:types/raw").Value(); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", in, got, want)
		}
		roundTrip(t, tree)
	}
}

// RFC 7951 section 6.10: how a value is written decides between the members of a union.
func TestUnionsOfDocuments(t *testing.T) {
	s := Compile([]Source{{Name: "u.yang", Data: []byte(`module u { yang-version 1.1; namespace urn:u; prefix u;
  leaf v { type union { type uint8; type boolean; type int64; type enumeration { enum on; } type string { pattern '[^z]*'; } type empty; } }
  leaf s { type string; } leaf n { type uint32; } leaf b { type boolean; } leaf d { type decimal64 { fraction-digits 2; } } }`)}}, Options{})
	for in, want := range map[string]string{
		`{"u:v": 5}`: `{"u:v":5}`, `{"u:v": "5"}`: `{"u:v":"5"}`, `{"u:v": "005"}`: `{"u:v":"5"}`, `{"u:v": 500}`: `{"u:v":"500"}`,
		`{"u:v": true}`: `{"u:v":true}`, `{"u:v": "true"}`: `{"u:v":"true"}`, `{"u:v": [null]}`: `{"u:v":[null]}`, `{"u:v": "on"}`: `{"u:v":"on"}`,
		`{"u:v": ""}`: `{"u:v":""}`, `{"u:v": 1.5}`: `{"u:v":"1.5"}`,
		`{"u:s": 1e3}`: `{"u:s":"1e3"}`, `{"u:s": 0x10}`: `{"u:s":"0x10"}`, `{"u:s": 010}`: `{"u:s":"010"}`, `{"u:s": True}`: `{"u:s":"True"}`,
		`{"u:s": 2026-01-01}`: `{"u:s":"2026-01-01"}`, `{"u:s": 1_000}`: `{"u:s":"1_000"}`, `{"u:s": no}`: `{"u:s":"no"}`, `{"u:s": 12:30}`: `{"u:s":"12:30"}`,
		`{"u:n": 1e3}`: `{"u:n":1000}`, `{"u:n": 0x10}`: `{"u:n":16}`, `{"u:n": 007}`: `{"u:n":7}`, `{"u:n": "010"}`: `{"u:n":10}`,
		`{"u:d": 1.5e-1}`: `{"u:d":"0.15"}`, `{"u:d": 3}`: `{"u:d":"3.0"}`, `{"u:b": True}`: `{"u:b":true}`,
		`{"u:n": 010}`: `010" is 8 in YAML 1.1 and 10 in YAML 1.2`, `{"u:b": no}`: "no is a boolean in YAML 1.1 only; write false",
		`{"u:v": 0x10}`: `is the number 16 and the text "0x10"`, `{"u:v": z}`: "is not a value of any type of the union", `{"u:s": }`: "has no value",
		`{"u:n": -1}`: "out of range", `{"u:n": 1.5}`: "is not an integer",
	} {
		tree, errs := decodeYAML(t, s, in)
		var b bytes.Buffer
		_ = EncodeJSON(&b, tree, EncodeOptions{})
		got := strings.TrimSpace(b.String())
		if len(errs) > 0 {
			got = errs.Error()
		}
		if len(errs) == 0 && got != want || !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
