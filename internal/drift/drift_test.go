// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package drift

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

var update = flag.Bool("update", false, "rewrite golden files")

func testSchema(t *testing.T) *yang.Schema {
	t.Helper()
	files, err := filepath.Glob("../plan/testdata/yang/*.yang")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test modules: %v", err)
	}
	var sources []yang.Source
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, yang.Source{Name: f, Data: data})
	}
	return yang.Compile(sources, yang.Options{})
}

var layer = &yang.Layer{Name: "base", File: "nf/upf/base.yaml", Revision: "main@sha1:abc"}

// testTree makes a tree from lines "path" or "path = value"; a leading "!" taints.
func testTree(t *testing.T, s *yang.Schema, text string) *yang.Tree {
	t.Helper()
	tree := yang.NewTree(s)
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		line, tainted := strings.CutPrefix(strings.TrimSpace(line), "!")
		if line == "" {
			continue
		}
		path, value, _ := strings.Cut(line, " = ")
		if _, err := tree.Set(path, value, yang.Origin{Layer: layer, Line: i + 1}, tainted); err != nil {
			t.Fatalf("set %s: %v", path, err)
		}
	}
	return tree
}

const intended = `
/t:sys/host = a
/t:sys/mtu = 9000
/t:sys/dns[.='192.0.2.1']
/t:sys/ntp/server = ntp.example
/t:sys/plain-port = 8080
/t:net/rule[name='a']
/t:net/rule[name='b']
/t:net/rule[name='c']/action = allow
!/t:net/peer[name='p']/secret = hunter2
`

const observed = `
/t:sys/host = b
/t:sys/tls-port = 1
/t:net/rule[name='b']
/t:net/rule[name='a']
/t:net/peer[name='p']/secret = hunter1
/t:flat[id='old']/value = x
`

// testPlan has every kind of change; flat[id='old'] is owned and not declared.
func testPlan(t *testing.T) *plan.Plan {
	s := testSchema(t)
	before := testTree(t, s, intended+"/t:flat[id='old']/value = x")
	return plan.Diff(testTree(t, s, intended), testTree(t, s, observed), plan.Own(plan.Inventory{}, before, yang.NewTree(s)), plan.Options{})
}

func lines(entries []Entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, string(e.Action)+" "+string(e.Operation)+" "+e.Path)
	}
	return out
}

func TestClassify(t *testing.T) {
	all := func(a string) []string {
		return []string{
			a + " Create /t:flat[id='old']",
			a + " Modify /t:net/peer[name='p']/secret",
			a + " Modify /t:net/rule[name='a']",
			a + " Delete /t:net/rule[name='c']",
			a + " Delete /t:net/rule[name='c']/action",
			a + " Delete /t:sys/dns[.='192.0.2.1']",
			a + " Modify /t:sys/host",
			a + " Delete /t:sys/mtu",
			a + " Delete /t:sys/ntp",
			a + " Delete /t:sys/ntp/server",
			a + " Delete /t:sys/plain-port",
			a + " Create /t:sys/tls-port",
		}
	}
	with := func(lines []string, changed ...string) []string {
		out := slices.Clone(lines)
		for _, c := range changed {
			i := slices.IndexFunc(out, func(l string) bool { return strings.HasSuffix(l, c[strings.IndexByte(c, ' '):]) })
			if i < 0 {
				t.Fatalf("no %q", c)
			}
			if out[i] = c; strings.HasPrefix(c, "Ignore") {
				out = slices.Delete(out, i, i+1)
			}
		}
		return out
	}
	for _, tc := range []struct {
		name   string
		policy Policy
		want   []string
	}{
		{"default", Policy{}, all("Correct")},
		{"report", Policy{Mode: ModeReport}, all("Report")},
		{"ignore", Policy{Mode: ModeIgnore}, nil},
		{"one path", Policy{Rules: []Rule{{Path: "/t:sys/host", Action: Report}}}, with(all("Correct"), "Report Modify /t:sys/host")},
		{"any entry", Policy{Rules: []Rule{{Path: "/t:net/peer/secret", Action: Ignore}}}, with(all("Correct"), "Ignore Modify /t:net/peer[name='p']/secret")},
		{"by operation", Policy{Mode: ModeReport, Rules: []Rule{{Path: "/", Operations: []Operation{Create}, Action: Correct}}},
			with(all("Report"), "Correct Create /t:flat[id='old']")},
		{"first rule holds", Policy{Rules: []Rule{{Path: "/t:sys/mtu", Action: Correct}, {Path: "/t:sys", Action: Report}}},
			with(all("Correct"), "Report Delete /t:sys/dns[.='192.0.2.1']", "Report Modify /t:sys/host", "Report Delete /t:sys/ntp",
				"Report Delete /t:sys/ntp/server", "Report Delete /t:sys/plain-port", "Report Create /t:sys/tls-port")},
		{"content follows its entry", Policy{Rules: []Rule{{Path: "/t:net/rule/action", Action: Report}}}, all("Correct")},
		{"content follows its entry, reported", Policy{Mode: ModeCorrect, Rules: []Rule{{Path: "/t:net/rule[name='c']", Operations: []Operation{Delete}, Action: Report}}},
			with(all("Correct"), "Report Delete /t:net/rule[name='c']", "Report Delete /t:net/rule[name='c']/action")},
		{"what is displaced follows its cause", Policy{Rules: []Rule{{Path: "/t:sys/tls-port", Action: Ignore}}}, all("Correct")},
		{"what is displaced follows its cause, reported", Policy{Rules: []Rule{{Path: "/t:sys/plain-port", Action: Report}}},
			with(all("Correct"), "Report Delete /t:sys/plain-port", "Report Create /t:sys/tls-port")},
		{"a path nobody can read matches nothing", Policy{Rules: []Rule{{Path: "sys", Action: Ignore}, {Path: "/sys", Action: Ignore}}}, all("Correct")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := testPlan(t)
			entries := Classify(p, tc.policy)
			if d := cmp.Diff(tc.want, lines(entries)); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			var correct, split []string
			for _, e := range entries {
				if e.Action == Correct {
					correct = append(correct, e.Path)
				}
			}
			part := Split(p, entries)
			for _, c := range part.Changes {
				split = append(split, c.Path)
			}
			if d := cmp.Diff(correct, split); d != "" {
				t.Errorf("split (-want +got):\n%s", d)
			}
			if _, err := part.EditConfig(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	errs := Policy{Rules: []Rule{{Path: "/t:sys"}, {Path: "/sys"}, {Path: "t:sys"}, {Path: "/t:net/rule[name=x]"}, {Path: "/"}}}.Validate()
	if len(errs) != 3 {
		t.Errorf("got %v", errs)
	}
}

func TestDigest(t *testing.T) {
	p := testPlan(t)
	entries := Classify(p, Policy{})
	want := Digest(entries)
	other := slices.Clone(entries)
	slices.Reverse(other)
	for i := range other {
		other[i].Action, other[i].Origin = Report, nil
	}
	if Digest(other) != want {
		t.Error("order, action or origin changes the digest")
	}
	for i := range entries {
		other := slices.Clone(entries)
		other[i].Actual += "x"
		if Digest(other) == want {
			t.Errorf("another value of %s does not change the digest", other[i].Path)
		}
	}
	if Digest(entries[1:]) == want || Digest(nil) == want {
		t.Error("missing entries do not change the digest")
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}

func TestEntriesInWords(t *testing.T) {
	entries := Classify(testPlan(t), Policy{Rules: []Rule{{Path: "/t:sys/host", Action: Report}}})
	var text strings.Builder
	for _, e := range entries {
		text.WriteString(e.String() + "\n")
	}
	golden(t, "entries.txt", []byte(text.String()))
	if strings.Contains(text.String(), "hunter") {
		t.Error("an entry shows a secret")
	}
}

func TestOrigin(t *testing.T) {
	for _, tc := range []struct {
		origin yang.Origin
		want   string
	}{
		{yang.Origin{}, ""},
		{yang.Origin{Layer: layer, Line: 12}, "layer base nf/upf/base.yaml:12 main@sha1:abc"},
		{yang.Origin{Layer: layer}, "layer base nf/upf/base.yaml main@sha1:abc"},
		{yang.Origin{Layer: &yang.Layer{Name: "local"}, Line: 3}, "layer local line 3"},
	} {
		got := ""
		if o := origin(tc.origin); o != nil {
			got = o.String()
		}
		if got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
	e := Entry{Path: "/t:a", Operation: Modify, Desired: strings.Repeat("x", 100), Actual: "two\nlines"}
	if got := e.String(); strings.Contains(got, "\n") || len([]rune(got)) > 150 {
		t.Errorf("got %q", got)
	}
}
