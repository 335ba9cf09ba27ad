// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func defaultsSchema(t *testing.T) *Schema {
	t.Helper()
	s := Compile([]Source{{Name: "d.yang", Data: []byte(`module d { yang-version 1.1; namespace urn:d; prefix d;
  container c {
    leaf a { type uint8; default 1; }
    leaf b { type string; }
    leaf-list l { type uint8; default 2; default 1; }
    container in { leaf x { type boolean; default true; } container deeper { leaf y { type int8; default -1; } } }
    container p { presence p; leaf z { type string; default zz; } }
    list e { key k; leaf k { type uint8; } leaf v { type string; default vv; } }
    choice ch { default one; case one { leaf o1 { type string; default o; } leaf o2 { type string; } } case two { leaf t { type string; default t; } } }
    leaf w { when "../b"; type uint8; default 9; }
    leaf st { config false; type uint8; default 3; }
  } }`)}}, Options{})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	return s
}

func TestDefaultsModes(t *testing.T) {
	s := defaultsSchema(t)
	const doc = `d:c: {a: 1, b: x, l: [1, 2], in: {deeper: {y: -1}}, p: {z: zz}, e: [{k: 1, v: vv}], t: t}`
	for name, tc := range map[string]struct {
		in   string
		o    EncodeOptions
		want string
	}{
		"explicit":  {doc, EncodeOptions{}, `{"d:c":{"a":1,"b":"x","l":[1,2],"in":{"deeper":{"y":-1}},"p":{"z":"zz"},"e":[{"k":1,"v":"vv"}],"t":"t"}}`},
		"trim":      {doc, EncodeOptions{Defaults: Trim}, `{"d:c":{"b":"x","p":{},"e":[{"k":1}],"t":"t"}}`},
		"all":       {`d:c: {e: [{k: 1}]}`, EncodeOptions{Defaults: ReportAll}, `{"d:c":{"a":1,"l":[1,2],"in":{"x":true,"deeper":{"y":-1}},"e":[{"k":1,"v":"vv"}],"o1":"o"}}`},
		"all, case": {`d:c: {t: t}`, EncodeOptions{Defaults: ReportAll}, `{"d:c":{"a":1,"l":[1,2],"in":{"x":true,"deeper":{"y":-1}},"t":"t"}}`},
		"all, when": {`d:c: {b: x, o2: y}`, EncodeOptions{Defaults: ReportAll, When: func(parent *Data, n *Node) bool { return parent.Child("d", "b") != nil }},
			`{"d:c":{"a":1,"b":"x","l":[1,2],"in":{"x":true,"deeper":{"y":-1}},"o1":"o","o2":"y","w":9}}`},
		"tagged": {`d:c: {a: 1, l: [1], o2: y}`, EncodeOptions{Defaults: ReportAllTagged},
			`{"d:c":{"a":1,"l":[1],"in":{"x":true,"@x":{"ietf-netconf-with-defaults:default":true},"deeper":{"y":-1,"@y":{"ietf-netconf-with-defaults:default":true}}},"o1":"o","@o1":{"ietf-netconf-with-defaults:default":true},"o2":"y"}}`},
		"empty": {`{}`, EncodeOptions{Defaults: ReportAll}, `{"d:c":{"a":1,"l":[1,2],"in":{"x":true,"deeper":{"y":-1}},"o1":"o"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			tree := mustDecodeYAML(t, s, tc.in)
			before := dump(tree)
			var b bytes.Buffer
			if err := EncodeJSON(&b, tree, tc.o); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want+"\n", b.String()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(before, dump(tree)); diff != "" {
				t.Errorf("encoding changed the tree:\n%s", diff)
			}
		})
	}
}

// What is marked as default in one encoding is marked in all others, and in no mode but
// ReportAllTagged is there a mark.
func TestDefaultMarks(t *testing.T) {
	s := defaultsSchema(t)
	const in = `<c xmlns="urn:d" xmlns:wd="urn:ietf:params:xml:ns:netconf:default:1.0"><a wd:default="true">1</a><b>x</b><l wd:default="1">1</l><l>2</l></c>`
	tree, _, errs := DecodeXML(s, strings.NewReader(in), XMLOptions{ConfigOnly: true})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	marks := func(t *Tree) (out []string) {
		for _, d := range t.Leaves() {
			if d.Default() {
				out = append(out, d.Path())
			}
		}
		return out
	}
	if diff := cmp.Diff([]string{"/d:c/a", "/d:c/l[.='1']"}, marks(tree)); diff != "" {
		t.Error(diff)
	}
	o := EncodeOptions{Defaults: ReportAllTagged}
	var x, j bytes.Buffer
	_ = EncodeXMLWith(&x, o, tree.Root())
	_ = EncodeJSON(&j, tree, o)
	if want := `<c xmlns="urn:d"><a xmlns:ncwd="urn:ietf:params:xml:ns:netconf:default:1.0" ncwd:default="true">1</a>`; !strings.HasPrefix(x.String(), want) {
		t.Error(x.String())
	}
	doc, err := ParseJSON(j.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	fromXML, _, e1 := DecodeXML(s, &x, XMLOptions{})
	fromJSON, e2 := DecodeDoc(s, doc, nil)
	if len(e1)+len(e2) > 0 {
		t.Fatal(e1, e2)
	}
	want := []string{"/d:c/a", "/d:c/l[.='1']", "/d:c/in/x", "/d:c/in/deeper/y", "/d:c/o1"}
	if diff := cmp.Diff(want, marks(fromXML)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, marks(fromJSON)); diff != "" {
		t.Error(diff)
	}
	var plain bytes.Buffer
	_ = EncodeXML(&plain, tree.Root())
	if strings.Contains(plain.String(), "default") {
		t.Error(plain.String())
	}
}
