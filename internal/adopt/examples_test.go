// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plainLeaves returns the scalars of a configuration with their paths, but for those that
// are computed and keys, which are told by the names that the examples use.
func plainLeaves(n *node, path, module string, xml bool, out map[string]*node) {
	for _, c := range n.kids {
		prefix, local, qualified := strings.Cut(c.name, ":")
		if !qualified {
			prefix, local = module, c.name
		}
		if xml {
			prefix, local = "upf", c.name
		}
		at := path + "/" + prefix + ":" + local
		switch {
		case c.kind == array:
			for _, item := range c.kids {
				if item.kind == object && entryKey(item) != "" {
					plainLeaves(item, at+entryKey(item), prefix, xml, out)
				}
			}
		case c.kind == object && xml && entryKey(c) != "":
			plainLeaves(c, at+entryKey(c), prefix, xml, out)
		case c.kind == object:
			plainLeaves(c, at, prefix, xml, out)
		case strings.Contains(path, "["+c.name+"="):
		default:
			if _, is := c.computed(); !is {
				out[at] = c
			}
		}
	}
}

func entryKey(item *node) string {
	for _, key := range []string{"name", "dnn", "ip", "tac"} {
		if c := item.member(key); c != nil && !strings.Contains(c.value, "${") {
			return "[" + key + "='" + c.value + "']"
		}
	}
	return ""
}

// TestExamples: every leaf that the examples declare plainly can be changed and changed
// back, and the file is then what it was.
func TestExamples(t *testing.T) {
	var files []string
	for _, pattern := range []string{"5g-core/nf/*.yaml", "5g-core/layers/*", "router/networkfunction.yaml"} {
		found, err := filepath.Glob(filepath.Join("../../examples", pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	changed := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := Document{Name: file, Data: data}
		roots, err := parse(data, d.format())
		if err != nil {
			t.Fatal(err)
		}
		for _, nf := range networkFunctions(roots[0]) {
			for _, layer := range nf.member("spec").member("config").kids {
				if v := layer.member("value"); v != nil {
					d.Within = Within{NetworkFunction: nf.member("metadata").text("name"), Layer: layer.text("name")}
					changed += backAndForth(t, d, v)
				}
			}
		}
		if strings.Contains(file, "layers") {
			changed += backAndForth(t, d, roots[0])
		}
	}
	if changed < 150 {
		t.Errorf("only %d leaves in %q", changed, files)
	}
}

func backAndForth(t *testing.T, d Document, top *node) int {
	t.Helper()
	leaves := map[string]*node{}
	plainLeaves(top, "", "", d.format() == formatXML, leaves)
	var there, back []Change
	for path, n := range leaves {
		other := "changed"
		switch n.class {
		case number:
			other = "99"
		case boolean:
			other = map[string]string{"true": "false", "false": "true"}[n.value]
		}
		one, value := Change{path, Modify, other}, Change{path, Modify, n.value}
		got := Edit(d, []Change{one})
		if len(got.Done) != 1 || got.Done[0].Line != n.line {
			t.Errorf("%s %s: %+v %+v", d.Name, path, got.Done, got.Refused)
			continue
		}
		again := d
		again.Data = got.Data
		if got := Edit(again, []Change{value}); string(got.Data) != string(d.Data) || string(again.Data) == string(d.Data) && other != n.value {
			t.Errorf("%s %s: %+v\n%s", d.Name, path, got.Refused, got.Data)
		}
		there, back = append(there, one), append(back, value)
	}
	all := Edit(d, there)
	again := d
	again.Data = all.Data
	if got := Edit(again, back); len(all.Done) != len(there) || string(got.Data) != string(d.Data) {
		t.Errorf("%s: all at once: %+v", d.Name, all.Refused)
	}
	return len(leaves)
}
