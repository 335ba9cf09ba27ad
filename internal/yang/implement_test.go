// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What an implemented module refers to is implemented too (RFC 7950 section 5.6.5); what it
// only imports is not, and what nobody needs is not compiled.
func TestImplementReferred(t *testing.T) {
	modules := []Source{
		source("a", `module a { yang-version 1.1; namespace urn:a; prefix a; import b { prefix b; } import c { prefix c; } import d { prefix d; } import e { prefix e; }
			feature on; uses c:group; augment "/b:top" { leaf a { type string; } }
			leaf off { if-feature "not on"; type leafref { path "/d:top/d:x"; } }
			leaf kind { type identityref { base e:kind; } } }`),
		source("b", "module b { namespace urn:b; prefix b; feature fb; container top; }"),
		source("c", `module c { namespace urn:c; prefix c; import f { prefix f; } container unused;
			typedef ref { type leafref { path "/f:top/f:x"; } } grouping group { leaf c { type ref; } } grouping other { leaf d { type nope; } } }`),
		source("d", "module d { namespace urn:d; prefix d; container top { leaf x { type string; } } }"),
		source("e", "module e { namespace urn:e; prefix e; identity kind; identity one { base kind; } }"),
		source("f", "module f { namespace urn:f; prefix f; container top { leaf x { type string; } } }"),
		source("g", "module g { namespace urn:g; prefix g; leaf bad { type nope; } }"),
	}
	s := Compile(modules, Options{Implement: []ModuleRef{{Name: "a", AllFeatures: true}}})
	var implemented, problems []string
	for _, m := range s.Modules() {
		if m.Implemented {
			implemented = append(implemented, m.Name)
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "f"}, implemented); diff != "" {
		t.Error(diff)
	}
	if got := strings.Join(s.Module("b").Features, " "); got != "fb" {
		t.Errorf("features of what is implemented for a module with all of its own: %q", got)
	}
	for _, p := range s.Problems() {
		problems = append(problems, p.Pos.File+" "+p.Message)
	}
	want := []string{"a.yang module b is implemented too, because of this (RFC 7950 section 5.6.5)", "c.yang type not found",
		"c.yang module f is implemented too, because of this (RFC 7950 section 5.6.5)"}
	if len(problems) != len(want) {
		t.Errorf("got %q, want %q", problems, want)
	}
	for _, w := range want {
		if !strings.Contains(strings.Join(problems, "\n"), w) {
			t.Errorf("no %q in %q", w, problems)
		}
	}
	if _, err := find(t, s, "/a:kind").Canonical("e:one"); err == nil || !strings.Contains(err.Error(), "not implemented") {
		t.Errorf("an identity of a module that is only imported: %v", err)
	}
}
