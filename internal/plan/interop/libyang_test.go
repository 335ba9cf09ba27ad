// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/difftest"
)

// TestLibyangReadsEdits: yanglint accepts the edits of random plans, with what they say of
// operations and of places in ordered-by user lists, for the modules that package plan's
// own tests use. It does not apply them.
func TestLibyangReadsEdits(t *testing.T) {
	program, err := exec.LookPath("yanglint")
	if err != nil {
		t.Skip("NOT TESTED: yanglint is not installed: make deps")
	}
	// The attributes of an edit are defined there; libyang does not bring it.
	netconf, err := filepath.Glob("/usr/share/yuma/modules/ietf/ietf-netconf@*.yang")
	if err != nil || len(netconf) == 0 {
		t.Skip("NOT TESTED: ietf-netconf.yang is not there: make deps")
	}
	files, err := filepath.Glob("../testdata/yang/*.yang")
	if err != nil || len(files) == 0 {
		t.Fatal("no modules of package plan: ", err)
	}
	s := compile(t, files...)
	g := &difftest.Generator{Schema: s, Size: 300}
	dir := t.TempDir()
	args := append(append([]string{"-t", "edit", "-p", "../testdata/yang"}, netconf[0]), files...)
	edits, places := 0, 0
	for seed := range int64(60) {
		r := rand.New(rand.NewSource(seed))
		have := next(g, r, yang.NewTree(s))
		want := next(g, r, have)
		order(t, have, r)
		order(t, want, r)
		for i, p := range []*plan.Plan{plan.Compare(want, have, plan.Options{}), plan.Compare(have, want, plan.Options{})} {
			p = p.Select(readable)
			if p.Empty() || slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return !readable(&c) }) {
				continue // what another case displaces stays in
			}
			edit, err := p.EditConfig()
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			edits++
			places += inserts(p)
			file := filepath.Join(dir, strconv.FormatInt(seed, 10)+"-"+strconv.Itoa(i)+".xml")
			if err := os.WriteFile(file, edit, 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(program, append(args, file)...).CombinedOutput(); err != nil {
				t.Errorf("seed %d: %v: %s\nplan:\n%s\nedit:\n%s", seed, err, out, p, edit)
			}
		}
	}
	if places == 0 {
		t.Error("no plan put an entry of an ordered-by user list anywhere")
	}
	t.Logf("%d edits with %d places of ordered-by user entries", edits, places)
}

// order puts entries into ordered-by user lists, in a random order.
func order(t *testing.T, tree *yang.Tree, r *rand.Rand) {
	t.Helper()
	names := []string{"a", "b b", "c/d", "e'f", "g"}
	for _, i := range r.Perm(len(names))[:4] {
		quoted := `="` + names[i] + `"]`
		for _, path := range []string{"/t:net/rule[name" + quoted, "/t:sys/search[." + quoted, "/t:net/hop[kind='u:slow'][via" + quoted} {
			if _, err := tree.Set(path, "", yang.Origin{}, false); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func readable(c *plan.Change) bool {
	return c.Op != plan.Delete || c.Old == "" || strings.Contains(c.Path, "[.=")
}

// inserts returns how many changes say where an ordered-by user entry goes.
func inserts(p *plan.Plan) int {
	count := 0
	for _, c := range p.Changes {
		if c.Insert != nil {
			count++
		}
	}
	return count
}
