// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yangdir"
)

func TestDiffVerdicts(t *testing.T) {
	files(t, map[string]string{
		"yang/acme.yang": acme,
		"a.yaml":         "acme:top: {name: a, speed: 1}",
		"a.json":         `{"acme:top": {"speed": "1", "name": "a"}}`,
		"b.yaml":         "acme:top: {name: b}",
		"wrong.yaml":     "acme:top: {speed: fast}",
		"dangling.yaml":  "acme:top: {peer: b}\nacme:other: {}",
		"empty":          "",
	})
	const one = "--yang yang "
	for _, tt := range []struct {
		args     string
		code     int
		out, log string
	}{
		{args: one + "a.yaml a.json", out: "no changes\n"},
		{args: one + "-o json a.yaml a.json", out: "{\n  \"changes\": []\n}\n"},
		{args: one + "-o xml a.yaml a.json", out: "<config xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\"></config>\n"},
		{args: one + "a.yaml b.yaml", code: 1, out: "~    name: a -> b\n-    speed: 1\n"},
		{args: one + "--reverse a.yaml b.yaml", code: 1, out: "~    name: b -> a\n+    speed: 1\n"},
		{args: one + "--color always a.yaml b.yaml", code: 1, out: "\x1b[31m-    speed: 1\x1b[0m\n"},
		{args: one + "a.yaml dangling.yaml", code: 1, out: "+    peer: b\n", log: "warning: dangling.yaml is not valid, 1 error, first: dangling.yaml:1 /acme:top/peer: refers to b"},
		{args: one + "a.yaml wrong.yaml", code: 2, log: `wrong.yaml:1: speed: "fast" is not an integer`},
		{args: one + "a.yaml nowhere.yaml", code: 2, log: "nowhere.yaml: no such file or directory"},
		{args: one + "empty a.yaml", code: 2, log: "empty: is empty"},
		{args: one + "- -", code: 2, log: "only one"},
		{args: one + "a.yaml", code: 2, log: "two documents are compared"},
		{args: one + "-o yaml a.yaml b.yaml", code: 2, log: "text, json, xml"},
		{args: one + "--color pink a.yaml b.yaml", code: 2, log: "auto, always, never"},
		{args: "a.yaml b.yaml", code: 2, log: "--yang is missing"},
	} {
		out, log, code := run(t, strings.NewReader(""), append([]string{"diff"}, strings.Fields(tt.args)...)...)
		if code != tt.code || !strings.Contains(out, tt.out) || !strings.Contains(log, tt.log) || log != "" && tt.log == "" {
			t.Errorf("diff %s: code %d, want %d; standard error %q, want %q; output:\n%s", tt.args, code, tt.code, log, tt.log, out)
		}
	}
}

// The edit that is printed leads from one document to the other, and the reverse back.
func TestDiffEdits(t *testing.T) {
	t.Chdir(exampleFolder)
	sources, err := yangdir.Read("yang")
	if err != nil {
		t.Fatal(err)
	}
	schema := yang.Compile(sources, yang.Options{})
	bound := func(name string) *yang.Tree {
		t.Helper()
		d, err := load(name, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		tree, errs := d.bind(schema)
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		return tree
	}
	for _, tt := range []struct{ from, to, flag string }{
		{"running.xml", "intended.yaml", "--reverse=false"},
		{"intended.yaml", "running.xml", "--reverse"},
	} {
		out, _, code := run(t, nil, "diff", "--yang", "yang", "-o", "json", tt.flag, "running.xml", "intended.yaml")
		var shown plan.Plan
		if err := json.Unmarshal([]byte(out), &shown); err != nil || code != exitNo {
			t.Fatal(code, err)
		}
		want := plan.Compare(bound(tt.to), bound(tt.from), plan.Options{})
		if shown.Digest() != want.Digest() {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.flag, shown.String(), want)
		}
		xml, _, _ := run(t, nil, "diff", "--yang", "yang", "-o", "xml", tt.flag, "running.xml", "intended.yaml")
		edit, err := want.EditConfig()
		if err != nil || !strings.Contains(xml, string(edit)) {
			t.Errorf("%s: %v, got %s", tt.flag, err, xml)
		}
	}
}

func TestColor(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for name, w := range map[string]any{"file": file, "buffer": &bytes.Buffer{}} {
		if colored, err := useColor("auto", w.(interface{ Write([]byte) (int, error) })); colored || err != nil {
			t.Errorf("%s: %v, %v", name, colored, err)
		}
	}
}
