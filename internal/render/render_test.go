// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

var update = flag.Bool("update", false, "write golden files")

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func testSchema(t testing.TB) *yang.Schema {
	t.Helper()
	s := yang.Compile([]yang.Source{{Name: "acme-nf.yang", Data: read(t, "acme-nf.yang")}}, yang.Options{})
	if p := s.Problems(); len(p) > 0 {
		t.Fatalf("%+v", p)
	}
	return s
}

func fileLayer(t testing.TB, name string) LayerSource {
	return LayerSource{Layer: yang.Layer{Name: strings.TrimSuffix(name, filepath.Ext(name)), File: name, Revision: "main@sha1:abc"}, Data: read(t, name)}
}

func textLayer(name, data string) LayerSource {
	return LayerSource{Layer: yang.Layer{Name: name, File: name + ".yaml"}, Data: []byte(data)}
}

// describe prints every leaf with its origin and taint, redacted.
func describe(r *Result) string {
	var b strings.Builder
	for _, d := range r.Tree.Leaves() {
		value, mark := d.Value(), ""
		if d.Tainted() {
			value, mark = yang.RedactedValue(value), " tainted"
		}
		fmt.Fprintf(&b, "%s = %s (%s%s)\n", d.RedactedPath(), value, d.Origin(), mark)
	}
	fmt.Fprintf(&b, "--- references %s\n%s", strings.Join(r.References, " "), r)
	return b.String()
}

func TestRenderGolden(t *testing.T) {
	schema := testSchema(t)
	layers := []LayerSource{fileLayer(t, "base.yaml"), fileLayer(t, "site.json"), fileLayer(t, "local.xml"),
		{Layer: yang.Layer{Name: "inline"}, Format: JSON, Inline: true, Data: []byte(`{"acme-nf:nf":{"enabled":"${inputs.n3.status.ready && false}"}}`)}}
	var first string
	for i := range 10 {
		result, errs := shared.Render(schema, layers, testScope())
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		got := describe(result)
		if i == 0 {
			first = got
		} else if got != first {
			t.Fatalf("rendered differently: %s", cmp.Diff(first, got))
		}
		marshalled, err := json.Marshal(result.Overrides)
		if err != nil {
			t.Fatal(err)
		}
		printed := fmt.Sprintf("%v %+v %#v %s %v %+v %#v", result, result, result, marshalled, result.Overrides, layers, layers)
		for _, s := range []string{secret, secret[1:]} {
			if strings.Contains(got+printed, s) {
				t.Fatalf("the secret is printed: %s", got+printed)
			}
		}
		if d := result.Tree.Get("/acme-nf:nf/password"); d == nil || d.Value() != secret || !d.Tainted() {
			t.Error("the tree lost the secret or its taint")
		}
	}
	golden := filepath.Join("testdata", "result.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(first), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, "result.golden")), first); diff != "" {
		t.Error(diff)
	}
}

func TestRenderErrors(t *testing.T) {
	schema := testSchema(t)
	for name, tc := range map[string]struct {
		layer  LayerSource
		reason string
		says   string
	}{
		"yaml syntax":       {textLayer("l", "a:\n  b: 1\n c: 2\n"), ReasonSyntax, "l l.yaml:2: no valid yaml: "},
		"json syntax":       {LayerSource{Layer: yang.Layer{Name: "l"}, Format: JSON, Data: []byte(`{"a":`)}, ReasonSyntax, "no valid json"},
		"xml syntax":        {LayerSource{Layer: yang.Layer{Name: "l"}, Format: XML, Data: []byte("<nf>\n")}, ReasonSyntax, "no valid xml"},
		"no object":         {textLayer("l", "- 1"), ReasonSyntax, "must be an object"},
		"expression":        {textLayer("l", "acme-nf:nf:\n  name: x\n  mtu: ${inputs.n3.status.mtuu}\n"), ReasonExpression, "l.yaml:3 /acme-nf:nf/mtu: ${inputs.n3.status.mtuu}: inputs.n3.status has no field mtuu"},
		"expression in xml": {LayerSource{Layer: yang.Layer{Name: "l", File: "l.xml"}, Data: []byte("<nf xmlns=\"urn:acme:nf\">\n<mtu>${nope}</mtu></nf>")}, ReasonExpression, "l.xml:2: ${nope}: column 1: undeclared reference"},
		"list in xml":       {LayerSource{Layer: yang.Layer{Name: "l", File: "l.xml"}, Data: []byte("<nf xmlns=\"urn:acme:nf\"><mtu>${[1]}</mtu></nf>")}, ReasonExpression, "a list cannot be put into text"},
		"name":              {textLayer("l", "acme-nf:nf:\n  ${nf.name}: x\n"), ReasonExpression, "names cannot hold expressions"},
		"unknown node":      {textLayer("l", "acme-nf:nf:\n  nam: x\n"), ReasonUnknownNode, "l.yaml:2"},
		"unknown module":    {textLayer("l", "acme:nf: {}\n"), ReasonUnknownNode, "acme:nf"},
		"state data":        {textLayer("l", "acme-nf:nf:\n  state: x\n"), ReasonUnknownNode, "state"},
		"range":             {textLayer("l", "acme-nf:nf:\n  mtu: ${60 + 3}\n"), ReasonInvalidValue, "l.yaml:2 /acme-nf:nf/mtu"},
		"type":              {textLayer("l", "acme-nf:nf:\n  mtu: ${nf.name}\n"), ReasonInvalidValue, "upf-zrh-1"},
		"tainted type":      {textLayer("l", "acme-nf:nf:\n  mtu: ${inputs.sec.data.password}\n"), ReasonInvalidValue, "/acme-nf:nf/mtu"},
		"tainted structure": {textLayer("l", "acme-nf:nf:\n  interface: \"${[{'name': inputs.sec.data.password, 'ip': inputs.sec.data.password}]}\"\n"), ReasonInvalidValue, "/acme-nf:nf/interface"},
		"missing key":       {textLayer("l", "acme-nf:nf:\n  interface:\n  - ip: 10.0.0.1\n"), ReasonMissingKey, "l.yaml:3"},
		"inline":            {LayerSource{Layer: yang.Layer{Name: "l"}, Format: JSON, Inline: true, Data: []byte(`{"acme-nf:nf":{"mtu":"${nope}"}}`)}, ReasonExpression, "l /acme-nf:nf/mtu: ${nope}:"},
		"inline schema":     {LayerSource{Layer: yang.Layer{Name: "l"}, Format: JSON, Inline: true, Data: []byte(`{"acme-nf:nf":{"mtu":1}}`)}, ReasonInvalidValue, "l /acme-nf:nf/mtu: "},
	} {
		t.Run(name, func(t *testing.T) {
			result, errs := shared.Render(schema, []LayerSource{tc.layer}, testScope())
			if result != nil || len(errs) == 0 {
				t.Fatalf("got %v, %v", result, errs)
			}
			if errs.Reason() != tc.reason {
				t.Errorf("reason %s, want %s: %v", errs.Reason(), tc.reason, errs)
			}
			if !strings.Contains(errs.Error(), tc.says) {
				t.Errorf("%q does not say %q", errs, tc.says)
			}
			if strings.Contains(fmt.Sprintf("%+v %v", *errs[0], errs), secret) {
				t.Errorf("the secret is in %v", errs)
			}
		})
	}
}

func TestRenderNamesAllErrorsInOrder(t *testing.T) {
	_, errs := Render(testSchema(t), []LayerSource{
		textLayer("a", "acme-nf:nf:\n  name: ${x}\n  mtu: ${y}\n  nope: 1\n"), textLayer("b", "acme-nf:nf: {mtu: '${z}'}"),
	}, Scope{})
	var got []string
	for _, e := range errs {
		got = append(got, e.Origin.Layer.Name+" "+e.Expression)
	}
	if diff := cmp.Diff([]string{"a x", "a y", "b z"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTaintedLayer(t *testing.T) {
	schema := testSchema(t)
	for name, l := range map[string]LayerSource{
		"yaml": textLayer("l", "acme-nf:nf:\n  name: "+secret+"\n  dns-server: [a, b]\n  interface: [{name: "+secret+"}]\n"),
		"xml":  {Layer: yang.Layer{Name: "l"}, Format: XML, Data: []byte(`<nf xmlns="urn:acme:nf"><name>` + secret + `</name></nf>`)},
	} {
		l.Tainted = true
		result, errs := shared.Render(schema, []LayerSource{l}, testScope())
		if len(errs) > 0 {
			t.Fatal(name, errs)
		}
		for _, d := range result.Tree.Leaves() {
			if !d.Tainted() {
				t.Errorf("%s: %s is not tainted", name, d.Path())
			}
		}
		if strings.Contains(describe(result), secret) {
			t.Errorf("%s: the secret is printed", name)
		}
	}
	for _, text := range []string{secret + ": [", "acme-nf:nf: {name: '${" + secret + "'}", "acme-nf:nf: {name: '${ " + secret + " }'}",
		"acme-nf:nf: {mtu: " + secret + "}", "acme-nf:nf: {interface: " + secret + "}", "acme-nf:nf: {interface: [{name: " + secret + ", ip: " + secret + "}]}"} {
		l := textLayer("l", text)
		l.Tainted = true
		_, errs := shared.Render(schema, []LayerSource{l}, testScope())
		if len(errs) == 0 || strings.Contains(errs.Error(), secret) {
			t.Errorf("%s: got %v", text, errs)
		}
	}
}

func TestEmptyLayers(t *testing.T) {
	schema := testSchema(t)
	for _, text := range []string{"", "# nothing\n", "{}", "acme-nf:nf:\n"} {
		result, errs := shared.Render(schema, []LayerSource{textLayer("l", text)}, Scope{})
		if len(errs) > 0 || len(result.Tree.Leaves()) > 0 {
			t.Errorf("%q: got %v, %v", text, result, errs)
		}
	}
}

func BenchmarkRender5000Leaves(b *testing.B) {
	schema := testSchema(b)
	var text strings.Builder
	text.WriteString("acme-nf:nf:\n  interface:\n")
	for i := range 1250 {
		fmt.Fprintf(&text, "  - name: if%d\n    ip: 10.0.%d.%d\n    prefix-length: ${inputs.n3.status.prefix}\n    description: \"${nf.name} port %d of ${nf.namespace}\"\n", i, i/250, i%250, i)
	}
	layers := []LayerSource{textLayer("base", text.String()), textLayer("site", "acme-nf:nf: {mtu: 1400}")}
	scope := testScope()
	b.ReportAllocs()
	for b.Loop() {
		result, errs := shared.Render(schema, layers, scope)
		if len(errs) > 0 {
			b.Fatal(errs)
		}
		if n := len(result.Tree.Leaves()); n != 5001 {
			b.Fatal(n)
		}
	}
}
