// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func testSources(t testing.TB, names ...string) []Source {
	t.Helper()
	all := readSources(t, filepath.Join("testdata", "modules"))
	if len(names) == 0 {
		return all
	}
	var out []Source
	for _, s := range all {
		for _, n := range names {
			if s.Name == n+".yang" {
				out = append(out, s)
			}
		}
	}
	return out
}

// testSchema is all test modules but the deviations.
func testSchema(t testing.TB) *Schema {
	t.Helper()
	return Compile(testSources(t, "t-types", "t-net", "t-net-sub", "t-aug"), Options{})
}

func source(name, text string) Source {
	return Source{Name: name + ".yang", Data: []byte(text)}
}

// module wraps statements in a module m.
func module(body string) Source {
	return source("m", "module m {\n yang-version 1.1; namespace urn:m; prefix m;\n"+body+"\n}")
}

func find(t testing.TB, s *Schema, path string) *Node {
	t.Helper()
	n, err := s.Find(path)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func childNames(n *Node) string {
	var out []string
	for _, c := range n.DataChildren() {
		name := c.Name()
		if c.Module() != n.Module() {
			name = c.QName()
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func TestSchemaProblems(t *testing.T) {
	s := testSchema(t)
	var got []string
	for _, p := range s.Problems() {
		got = append(got, p.String())
	}
	want := []string{"t-aug.yang:13: warning: augment /n:net/n:nowhere: has no effect: no node t-net:nowhere in /t-net:net (or it is removed by features or deviations)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSchemaChildren(t *testing.T) {
	s := testSchema(t)
	for path, want := range map[string]string{
		"/":                                "t-net:net t-net:extra t-types:types",
		"/t-net:net":                       "interface rule server peer wanted current stats t-aug:more",
		"/t-net:net/interface":             "mtu name kind tag dns oper tls unit t-aug:speed t-aug:mtu",
		"/t-net:net/server":                "host port tls password key-name key-bits token cert-name t-aug:otp",
		"/t-net:net/server/tls":            "enabled depth cipher",
		"/t-net:net/peer/client":           "host port tls password key-name key-bits",
		"/t-net:net/peer/client/tls":       "enabled depth",
		"/t-net:net/t-aug:more":            "x",
		"/t-net:extra":                     "level deep",
		"/t-net:ping/input":                "host port tls password key-name key-bits",
		"/t-net:ping/output":               "ok",
		"/t-net:net/reset/input":           "hard",
		"/t-net:net/reset/output":          "",
		"/t-net:net/changed":               "what",
		"/t-net:net/server/auth/token":     "token",
		"/t-net:net/server/auth/key":       "key-name key-bits",
		"/t-net:net/server/auth/t-aug:otp": "t-aug:otp",
	} {
		n := find(t, s, path)
		got := childNames(n)
		if n.Kind() == KindCase {
			got = strings.ReplaceAll(got, "t-net:", "")
		}
		if path == "/t-net:net/server/auth/t-aug:otp" {
			want = "otp"
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestSchemaProperties(t *testing.T) {
	s := testSchema(t)
	at := func(p string) *Node { return find(t, s, p) }
	for name, ok := range map[string]bool{
		"refined mandatory":       !at("/t-net:net/server/host").Mandatory() && at("/t-net:net/peer/client/host").Mandatory(),
		"refined default":         at("/t-net:net/server/port").Defaults()[0] == "8443" && at("/t-net:net/peer/client/port").Defaults()[0] == "830",
		"refined choice":          at("/t-net:net/server/auth").Mandatory() && !at("/t-net:net/peer/client/auth").Mandatory(),
		"refined below":           at("/t-net:net/server/tls/depth").Defaults()[0] == "3" && at("/t-net:net/peer/client/tls/depth").Defaults() == nil,
		"keys":                    at("/t-net:net/interface/unit").Keys()[0].Name() == "id" && at("/t-net:net/interface/unit").Keys()[1].Name() == "sub",
		"key is mandatory":        at("/t-net:net/interface/name").Mandatory() && at("/t-net:net/interface/name").IsKey(),
		"foreign mtu is no key":   !at("/t-net:net/interface/t-aug:mtu").IsKey(),
		"presence":                at("/t-net:net/server").Presence() && !at("/t-net:net").Presence(),
		"config":                  at("/t-net:net").Config() && !at("/t-net:net/stats/rx").Config() && !at("/t-net:net/interface/oper").Config() && !at("/t-net:ping/input/host").Config(),
		"user order":              at("/t-net:net/rule").OrderedByUser() && !at("/t-net:net/interface").OrderedByUser(),
		"typedef default":         at("/t-types:types/p").Defaults()[0] == "5",
		"typedef units":           at("/t-types:types/p").Units() == "percent",
		"when of augment":         len(at("/t-net:net/interface/t-aug:speed").Whens()) == 1 && at("/t-net:net/interface/t-aug:speed").Whens()[0].Parent,
		"submodule typedef":       at("/t-net:extra/level").Type().Kind() == TypeUint8,
		"leafref":                 at("/t-net:net/current").LeafrefTarget() == at("/t-net:net/interface/name"),
		"data parent":             at("/t-net:net/server/auth/key/key-name").DataParent() == at("/t-net:net/server"),
		"schema path":             at("/t-net:net/server/token").SchemaPath() == "/t-net:net/server/auth/token/token",
		"data path":               at("/t-net:net/server/t-aug:otp").DataPath() == "/t-net:net/server/t-aug:otp",
		"position":                at("/t-net:net/rule").Pos().Line == 34 && at("/t-net:net/rule").Pos().File == "t-net.yang",
		"max":                     at("/t-net:net/interface/tag").MaxElements() == 3,
		"identity":                s.Identity("t-aug", "fibre").DerivedFrom(s.Identity("t-types", "medium")),
		"identity, several bases": s.Identity("t-types", "cable").DerivedFrom(s.Identity("t-types", "medium")) && s.Identity("t-types", "cable").DerivedFrom(s.Identity("t-types", "shared")),
		"namespace":               s.ModuleByNamespace("urn:strowger:test:aug") == s.Module("t-aug"),
	} {
		if !ok {
			t.Errorf("%s: wrong", name)
		}
	}
}

func TestDeviations(t *testing.T) {
	s := Compile(testSources(t), Options{})
	n := find(t, s, "/t-net:net/peer/client")
	if got := childNames(n); got != "host port password key-name key-bits" {
		t.Errorf("children: %s", got)
	}
	if p := n.Child("", "port"); p.Type().Kind() != TypeUint8 || p.Defaults()[0] != "22" {
		t.Errorf("port: %v %v", p.Type().Kind(), p.Defaults())
	}
	if port := find(t, s, "/t-net:net/server/port"); port.Type().Kind() != TypeUint16 {
		t.Error("a deviation reached another use of the grouping")
	}
	i := find(t, s, "/t-net:net/interface")
	if len(i.Uniques()) != 1 || i.Uniques()[0].Argument != "mtu" || i.MaxElements() != 4 {
		t.Errorf("interface: %v %d", i.Uniques(), i.MaxElements())
	}
	if len(i.Child("", "name").Musts()) != 1 {
		t.Error("must not added")
	}
	without := Compile(testSources(t), Options{Implement: []ModuleRef{{Name: "t-net"}, {Name: "t-types"}}})
	if childNames(find(t, without, "/t-net:net/peer/client")) != "host port tls password key-name key-bits" {
		t.Error("a module that is not implemented deviates")
	}
}

func TestFeatures(t *testing.T) {
	for _, tc := range []struct {
		ref         ModuleRef
		quick, lazy bool
		features    string
	}{
		{ModuleRef{Name: "t-types", AllFeatures: true}, true, true, "fast tunnel"},
		{ModuleRef{Name: "t-types"}, false, false, ""},
		{ModuleRef{Name: "t-types", Features: []string{"slow"}}, false, true, "slow"},
		{ModuleRef{Name: "t-types", Features: []string{"fast", "slow"}}, true, false, "fast"},
	} {
		s := Compile(testSources(t, "t-types"), Options{Implement: []ModuleRef{tc.ref}})
		n := find(t, s, "/t-types:types")
		if q, l := n.Child("", "quick") != nil, n.Child("", "lazy") != nil; q != tc.quick || l != tc.lazy {
			t.Errorf("%+v: quick %v, lazy %v", tc.ref, q, l)
		}
		if got := strings.Join(s.Module("t-types").Features, " "); got != tc.features {
			t.Errorf("%+v: features %q", tc.ref, got)
		}
	}
}

// Each of these is wrong in one way: the message names the place, and what is right
// beside it stays usable.
func TestCompileErrors(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"unknown type":       {"leaf x { type nope; }", "m.yang:3: error: type nope: type not found"},
		"unknown prefix":     {"leaf x { type p:nope; }", "type not found"},
		"unknown grouping":   {"uses nope;", "uses nope: grouping not found"},
		"recursive grouping": {"grouping g { container c { uses g; } }", "grouping uses itself"},
		"recursive typedef":  {"typedef a { type b; } typedef b { type a; }", "derived from itself"},
		"recursive feature":  {"feature a { if-feature b; } feature b { if-feature a; }", "depends on itself"},
		"recursive identity": {"identity a { base b; } identity b { base a; }", "derived from itself"},
		"if-feature":         {"feature a; leaf x { if-feature 'a and'; type string; }", "ends too early"},
		"unknown feature":    {"leaf x { if-feature b; type string; }", `no feature "b"`},
		"range":              {"leaf x { type int8 { range 1..300; } }", `is not within the range`},
		"range order":        {"leaf x { type int8 { range '5 | 1'; } }", "ascending"},
		"restriction":        {"leaf x { type int8 { length 1; } }", "not allowed in type int8"},
		"no enum":            {"leaf x { type enumeration; }", "needs a enum"},
		"no type":            {"leaf x;", "needs a type statement"},
		"missing import":     {"import nope { prefix n; }", "import nope: module nope not found"},
		"missing include":    {"include nope;", "submodule nope not found"},
		"bad statement":      {"leef x;", "leef x: not a YANG statement"},
		"bad default":        {"leaf x { type int8; default 300; }", "warning: default 300: not a value of int8"},
		"pattern":            {`leaf x { type string { pattern '[a'; } }`, "warning: pattern [a: is not evaluated"},
		"refine":             {"grouping g { leaf a { type string; } } container c { uses g { refine b { config false; } } }", "no such node in grouping g"},
		"augment":            {"augment /m:x { leaf y { type string; } }", "has no effect"},
		"deviation":          {"deviation /m:x { deviate not-supported; }", "has no effect"},
		"config":             {"leaf x { config maybe; type string; }", `must be "true" or "false"`},
		"syntax":             {"leaf x {", "m.yang"},
	} {
		t.Run(name, func(t *testing.T) {
			s := Compile([]Source{module(tc.body + " container good { leaf ok { type string; } }")}, Options{})
			var all []string
			for _, p := range s.Problems() {
				all = append(all, p.String())
			}
			if got := strings.Join(all, "\n"); !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if _, err := s.Find("/m:good/ok"); err != nil && name != "syntax" {
				t.Error(err)
			}
		})
	}
}

func TestImportByRevision(t *testing.T) {
	s := Compile([]Source{
		source("a@1", "module a { namespace urn:a; prefix a; revision 2020-01-01; typedef t { type int8; } container old; }"),
		source("a@2", "module a { namespace urn:a; prefix a; revision 2021-01-01; typedef t { type string; } container new; }"),
		source("b", "module b { namespace urn:b; prefix b; import a { prefix a; revision-date 2020-01-01; } leaf x { type a:t; } }"),
		source("c", "module c { namespace urn:c; prefix c; import a { prefix a; } leaf x { type a:t; } }"),
	}, Options{})
	if len(s.Problems()) > 0 {
		t.Error(s.Problems())
	}
	if k := find(t, s, "/b:x").Type().Kind(); k != TypeInt8 {
		t.Errorf("b: %v", k)
	}
	if k := find(t, s, "/c:x").Type().Kind(); k != TypeString {
		t.Errorf("c: %v", k)
	}
	if s.Module("a").Revision != "2021-01-01" || s.Root().Child("a", "old") != nil {
		t.Error("the newest revision is not the implemented one")
	}
}

func TestConcurrentExpansion(t *testing.T) {
	s := testSchema(t)
	var wg sync.WaitGroup
	sums := make([]int, 8)
	for i := range sums {
		wg.Go(func() {
			limit := 1 << 20
			sums[i] = count(s.Root(), &limit)
		})
	}
	wg.Wait()
	for _, n := range sums {
		if n != sums[0] || n < 80 {
			t.Fatalf("different numbers of nodes: %v", sums)
		}
	}
}

func TestDigestOfSchema(t *testing.T) {
	src := testSources(t)
	a := Compile(src, Options{})
	src[0], src[1] = src[1], src[0]
	b := Compile(src, Options{})
	if a.Digest() != b.Digest() {
		t.Error("the order of sources matters")
	}
	if c := Compile(src, Options{Implement: []ModuleRef{{Name: "t-net"}}}); c.Digest() == a.Digest() {
		t.Error("options do not matter")
	}
}

func TestUnevaluated(t *testing.T) {
	s := Compile([]Source{module(`leaf x { type string { pattern '[a'; } } leaf y { type nope; }
		leaf z { type leafref { path ../x; } must ". != 'x'"; }`)}, Options{})
	var got []string
	for _, c := range s.Unevaluated() {
		got = append(got, c.Statement+" "+c.Path+" "+c.Argument)
	}
	if diff := cmp.Diff([]string{"pattern /m:x [a"}, got); diff != "" {
		t.Error(diff)
	}
	tree := NewTree(s)
	for _, p := range []string{"/m:x", "/m:y", "/m:z"} {
		if _, err := tree.Set(p, "y", Origin{}, false); err != nil {
			t.Fatal(err)
		}
	}
	got = nil
	for _, c := range UnevaluatedFor(tree) {
		got = append(got, c.Statement+" "+c.Path+" "+c.Argument)
	}
	// A leafref has the restrictions of its target's type, which is listed there.
	if diff := cmp.Diff([]string{"pattern /m:x [a", "type /m:y unknown"}, got); diff != "" {
		t.Error(diff)
	}
}
