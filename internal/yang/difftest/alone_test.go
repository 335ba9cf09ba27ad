// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yangdir"
)

// TestModulesAlone loads all modules of the IETF, each alone with what it imports: what libyang
// accepts we must accept.
func TestModulesAlone(t *testing.T) {
	root := setsFolder(t)
	lint := yanglint(t)
	ietf, iana := filepath.Join(root, "ietf"), filepath.Join(root, "iana")
	sources, err := yangdir.Read(ietf, iana)
	if err != nil {
		t.Fatal(err)
	}
	byFile := map[string]yang.Source{}
	for _, s := range sources {
		byFile[s.Name] = s
	}
	both, neither, listed := 0, 0, map[string]int{}
	for _, m := range yang.Compile(sources, yang.Options{}).Modules() {
		if filepath.Dir(m.Files()[0]) != ietf {
			continue
		}
		failure := aloneFailure(m, byFile)
		out, err := exec.Command(lint, "-p", ietf, "-p", iana, m.Files()[0]).CombinedOutput()
		d := knownModule(m.Name)
		switch {
		case err == nil && failure == "":
			both++
		case err != nil && failure != "":
			neither++
		case err == nil:
			t.Errorf("%s: libyang accepts it, we say %s", m.Name, failure)
		case d == nil:
			t.Errorf("%s: we accept it, libyang says %s", m.Name, out)
		default:
			listed[d.Name]++
		}
	}
	t.Logf("%d modules are accepted by both, %d refused by both; we accept what libyang refuses: %v", both, neither, listed)
}

// aloneFailure compiles a module with what it imports, and returns the first failure.
func aloneFailure(m *yang.Module, byFile map[string]yang.Source) string {
	var files []string
	var add func(m *yang.Module)
	add = func(m *yang.Module) {
		if slices.Contains(files, m.Files()[0]) {
			return
		}
		files = append(files, m.Files()...)
		for _, i := range m.Imports() {
			add(i)
		}
	}
	add(m)
	var sources []yang.Source
	for _, f := range files {
		sources = append(sources, byFile[f])
	}
	s := yang.Compile(sources, yang.Options{Implement: []yang.ModuleRef{{Name: m.Name, Revision: m.Revision, AllFeatures: true}}})
	for _, p := range s.Problems() {
		if p.Severity == yang.Failure {
			return p.String()
		}
	}
	return ""
}

func knownModule(name string) *ModuleDifference {
	for i := range ModuleDifferences {
		if d := &ModuleDifferences[i]; slices.Contains(strings.Fields(d.Modules), name) {
			return d
		}
	}
	return nil
}
