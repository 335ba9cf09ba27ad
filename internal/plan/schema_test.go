// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

func testSchema(tb testing.TB) *yang.Schema {
	tb.Helper()
	files, err := filepath.Glob("testdata/yang/*.yang")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no test modules: %v", err)
	}
	var sources []yang.Source
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		sources = append(sources, yang.Source{Name: f, Data: data})
	}
	s := yang.Compile(sources, yang.Options{})
	for _, p := range s.Problems() {
		tb.Fatalf("compile: %s", p)
	}
	return s
}

var testLayer = &yang.Layer{Name: "base", File: "nf/base.yaml", Revision: "main@sha1:abc"}

// testTree makes a tree from lines "path" or "path = value"; a leading "!" taints.
func testTree(tb testing.TB, s *yang.Schema, text string) *yang.Tree {
	tb.Helper()
	t := yang.NewTree(s)
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		line, tainted := strings.CutPrefix(line, "!")
		path, value, _ := strings.Cut(line, " = ")
		if _, err := t.Set(path, value, yang.Origin{Layer: testLayer, Line: i}, tainted); err != nil {
			tb.Fatalf("set %s: %v", path, err)
		}
	}
	return t
}

// dump lists a tree's nodes, one a line: what testTree reads.
func dump(t *yang.Tree) string {
	var b strings.Builder
	t.Walk(func(d *yang.Data) bool {
		n := d.Node()
		switch {
		case n.Kind() == yang.KindContainer && !n.Presence(), n.IsKey():
			return true
		case n.Kind() == yang.KindLeafList, n.Kind() == yang.KindList, n.Kind() == yang.KindContainer:
			b.WriteString(d.Path())
		case n.Kind() == yang.KindAnyData:
			b.WriteString(d.Path() + " = " + anyXML(d))
		default:
			b.WriteString(d.Path() + " = " + d.Value())
		}
		b.WriteByte('\n')
		return true
	})
	return b.String()
}

// everything is an inventory that owns all of t.
func everything(t *yang.Tree) Inventory { return Own(Inventory{}, t, yang.NewTree(t.Schema())) }
