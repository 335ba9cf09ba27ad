// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// sharedYANG finds the public module sets, which are not part of the repository: in
// $STROWGER_YANG_SETS, or in shared/yang beside the repository.
func sharedYANG(t *testing.T) string {
	t.Helper()
	dirs := []string{os.Getenv("STROWGER_YANG_SETS")}
	wd, _ := os.Getwd()
	for up := wd; ; up = filepath.Dir(up) {
		dirs = append(dirs, filepath.Join(up, "shared", "yang"))
		if up == filepath.Dir(up) {
			break
		}
	}
	for _, d := range dirs {
		if _, err := os.Stat(filepath.Join(d, "ietf")); d != "" && err == nil {
			return d
		}
	}
	t.Skip("NOT TESTED: the public YANG sets are not there; set STROWGER_YANG_SETS to their folder")
	return ""
}

// TestSharedSets compiles every expression of the public sets.
func TestSharedSets(t *testing.T) {
	dir := sharedYANG(t)
	for _, set := range [][]string{{"openconfig"}, {"ietf", "iana"}, {"oran/o-ran-ru-fh", "ietf", "iana"}, {"oran/x-ran"}, {"odu", "ietf", "iana"}} {
		t.Run(set[0], func(t *testing.T) {
			var sources []yang.Source
			for _, d := range set {
				err := filepath.WalkDir(filepath.Join(dir, d), func(p string, _ fs.DirEntry, err error) error {
					if err != nil || filepath.Ext(p) != ".yang" {
						return err
					}
					b, err := os.ReadFile(p)
					sources = append(sources, yang.Source{Name: filepath.Base(p), Data: b})
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			problems := CheckSchema(yang.Compile(sources, yang.Options{}))
			for _, p := range problems {
				if strings.Contains(p.Message, "not evaluated") {
					t.Errorf("%v", p)
				} else if testing.Verbose() {
					t.Logf("%v", p)
				}
			}
			t.Logf("%d warnings", len(problems))
		})
	}
}
