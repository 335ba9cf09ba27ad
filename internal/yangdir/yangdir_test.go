// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yangdir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

func write(t *testing.T, dir, name string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("text of "+name), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "set/b.yang")
	write(t, dir, "set/deep/er/a.yang")
	write(t, dir, "set/README.md")
	write(t, dir, "single.txt")
	if err := os.Symlink("set", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)

	got, err := Read("link", "single.txt", "./set/deep/")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range got {
		names = append(names, s.Name+"="+string(s.Data))
	}
	want := []string{"link/b.yang=text of set/b.yang", "link/deep/er/a.yang=text of set/deep/er/a.yang",
		"single.txt=text of single.txt", "set/deep/er/a.yang=text of set/deep/er/a.yang"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestReadMistakes(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "set/b.yang")
	write(t, dir, "none/README.md")
	t.Chdir(dir)
	for path, says := range map[string]string{"nowhere": "nowhere", "none": "no .yang files in none", "": "no such file"} {
		if _, err := Read("set", path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v", path, err)
		}
	}
}

func TestRef(t *testing.T) {
	for text, want := range map[string]yang.ModuleRef{
		"a":                {Name: "a", AllFeatures: true},
		"a@2026-01-01":     {Name: "a", Revision: "2026-01-01", AllFeatures: true},
		"a:":               {Name: "a"},
		"a:one, two":       {Name: "a", Features: []string{"one", "two"}},
		"a@2026-01-01:one": {Name: "a", Revision: "2026-01-01", Features: []string{"one"}},
	} {
		if diff := cmp.Diff(want, Ref(text)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}
