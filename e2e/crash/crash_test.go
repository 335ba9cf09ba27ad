// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/crash"
)

// The operator dies at every step, its connections break, its API server goes away, others
// change the same NFs: what an NF then holds is never a part of a change, and nothing is
// left behind. STROWGER_CRASH_SEED repeats what was random.
func TestCrash(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("STROWGER_CRASH_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("STROWGER_CRASH_SEED=%q is no number", s)
		}
	}
	t.Logf("STROWGER_CRASH_SEED=%d", seed)
	report, err := Run(t.Context(), Options{Lanes: Bounded(), Parallel: 6, Seed: seed, Log: os.Stderr})
	if err != nil {
		t.Error(err)
	}
	if report == nil {
		return
	}
	if err := report.Write(os.Stderr); err != nil {
		t.Error(err)
	}
	for _, v := range report.Violations {
		t.Error(v)
	}
	expectSteps(t, report)
}

// expectSteps makes sure that the operator died at each step there is.
func expectSteps(t *testing.T, report *Report) {
	t.Helper()
	reached := map[string]bool{}
	for _, row := range report.Rows() {
		if row.Runs > 0 {
			reached[row.Fault] = true
		}
	}
	for _, step := range crash.Steps() {
		after := 0
		if isMember(step) {
			after = 1
		}
		if name := KillAt(step, after).name; !reached[name] {
			t.Errorf("%s: that did not happen once", name)
		}
	}
}
