// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yangdir"
)

// yanglint returns the path of the program, or skips.
func yanglint(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("yanglint")
	if err != nil {
		t.Skip("NOT TESTED: yanglint (Debian libyang2-tools) is not installed")
	}
	return path
}

// seeds returns how many documents to make: STROWGER_DIFF_CASES, or the number given.
func seeds(t testing.TB, usual int) int {
	text := os.Getenv("STROWGER_DIFF_CASES")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("STROWGER_DIFF_CASES is not a number: %q", text)
	}
	return n
}

// first returns the first seed: STROWGER_DIFF_SEED, or 0.
func first() int64 {
	n, _ := strconv.ParseInt(os.Getenv("STROWGER_DIFF_SEED"), 10, 64)
	return n
}

const batch = 400

// compare makes documents of a schema in batches and compares the verdicts.
func compare(t *testing.T, l *Linter, g *Generator, count int) {
	t.Helper()
	dir := t.TempDir()
	var cases []Case
	for at := 0; at < count; at += batch {
		part := Make(g, first()+int64(at), min(batch, count-at))
		if err := Compare(l, dir, part); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, part...)
	}
	r := Summarize(cases)
	t.Logf("%d documents, %d of them valid; %d differ in ways that are listed: %v; %d in others",
		r.Cases, r.Valid, len(r.Known), r.Known, len(r.Unknown))
	shown := 5
	if testing.Verbose() {
		shown = len(r.Unknown)
	}
	for i := range r.Unknown[:min(len(r.Unknown), shown)] {
		t.Errorf("%s", r.Unknown[i].String())
	}
	if len(r.Unknown) > 0 {
		t.Errorf("%d verdicts differ", len(r.Unknown))
	}
	if !g.Operations && r.Valid*4 < r.Cases {
		t.Errorf("only %d of %d documents are valid: the generator does not know what this schema wants", r.Valid, r.Cases)
	}
}

// ownModules compiles the modules of this package.
func ownModules(t *testing.T) (*yang.Schema, *Linter) {
	t.Helper()
	l := &Linter{Program: yanglint(t)}
	sources, err := yangdir.Read("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		path, err := filepath.Abs(s.Name)
		if err != nil {
			t.Fatal(err)
		}
		l.Modules = append(l.Modules, path)
	}
	s := yang.Compile(sources, yang.Options{})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	return s, l
}

func TestOwnModules(t *testing.T) {
	s, l := ownModules(t)
	compare(t, l, &Generator{Schema: s, Size: 40}, seeds(t, 500))
}

func TestOwnOperations(t *testing.T) {
	s, l := ownModules(t)
	compare(t, l, &Generator{Schema: s, Size: 15, Operations: true}, seeds(t, 250))
}
