// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package storm

import (
	"os"
	"strconv"
	"testing"
)

// functions that drift at once, unless STROWGER_STORM says another number.
const functions = 1000

// A thousand network functions drift within seconds: nothing is lost, nothing is pushed twice, and a handful of
// pushes does it. They share a branch, as is advised to those who have as many.
func TestThousandDrift(t *testing.T) {
	n := functions
	if s := os.Getenv("STROWGER_STORM"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatalf("STROWGER_STORM=%q is no number", s)
		}
	}
	r, err := Run(t.Context(), Options{Functions: n, Branch: "drift/{namespace}", Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d network functions: configured in %s; changed within %s; all in Git after %s by %d pushes; %d MiB at most",
		r.Functions, r.Configured.Round(1e8), r.Drifted.Round(1e7), r.Reported.Round(1e8), r.Pushes, r.PeakMemory>>20)
	if r.Branches != 1 || r.Commits != r.Pushes {
		t.Errorf("%d branches with %d commits in all, want one branch with a commit of each of %d pushes", r.Branches, r.Commits, r.Pushes)
	}
	if r.Pushes > 10 {
		t.Errorf("%d pushes, want 10 at most", r.Pushes)
	}
	if r.PushesAfter > 0 || r.WritesAfter > 0 {
		t.Errorf("looked at again, %d pushes and %d changed objects; want none", r.PushesAfter, r.WritesAfter)
	}
	if r.PeakMemory > 512<<20 {
		t.Errorf("the operator took %d MiB, want 512 at most", r.PeakMemory>>20)
	}
}
