// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

func TestJudge(t *testing.T) {
	within := limit{time: time.Second, live: 10 * megabyte}
	for _, tc := range []struct {
		name    string
		limit   limit
		figures []figure
		want    string
	}{
		{"no limit", limit{}, []figure{{Time: time.Hour}}, ""},
		{"within", within, []figure{{Time: time.Second, Live: 10 * megabyte, Peak: 1000 * megabyte}}, "ok"},
		{"slow", within, []figure{{Time: time.Second + 1}}, "MISSED: time"},
		{"slow and large", within, []figure{{Time: time.Minute, Live: 11 * megabyte}}, "MISSED: time, memory"},
		{"none", within, []figure{{Missing: "why"}}, "not measured"},
		{"others do not count", within, []figure{{Time: 1}, {Time: time.Hour}}, "ok"},
		{"linear", limit{growth: 2}, []figure{{Time: time.Second, Units: 10}, {Time: 20 * time.Second, Units: 100}}, "ok"},
		{"square", limit{growth: 2}, []figure{{Time: time.Second, Units: 10}, {Time: 100 * time.Second, Units: 100}}, "MISSED: 10.0 times"},
		{"near the floor", limit{floor: 1.2}, []figure{{Time: 11, Units: 1}, {Time: 10, Units: 1}}, "ok"},
		{"far from the floor", limit{floor: 1.2}, []figure{{Time: 13, Units: 2}, {Time: 10, Units: 2}}, "MISSED: 1.30 times"},
		{"memory and the floor", limit{floor: 1.2}, []figure{{Kind: kept, Live: 200}, {Kind: kept, Live: 100}}, "MISSED: 2.00 times"},
		{"no floor", limit{floor: 1.2}, []figure{{Time: 11}, {Missing: "why"}}, "not measured"},
		{"round trips", limit{trips: 4}, []figure{{Kind: trips, Units: 5}}, "MISSED: number"},
	} {
		if got := tc.limit.judge(tc.figures); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestFigure(t *testing.T) {
	for want, f := range map[string]figure{
		"not here":            {Missing: "not here"},
		"1.50 s":              {Time: 1500 * time.Millisecond},
		"1.5 ms, peak 2.0 MB": {Time: 1500 * time.Microsecond, Peak: 2 * megabyte},
		"20 ms (2.00 µs each), 20 MB (peak 30 MB)": {Time: 20 * time.Millisecond, Units: 10_000, Live: 20 * megabyte, Peak: 30 * megabyte},
		"200/s":      {Kind: rate, Time: 50 * time.Millisecond, Units: 10},
		"71 KB":      {Kind: kept, Live: 71_000},
		"4 (410 ms)": {Kind: trips, Units: 4, Time: 410 * time.Millisecond},
	} {
		if got := f.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestMeasure: what is kept counts, and work is done as often as asked for.
func TestMeasure(t *testing.T) {
	done := 0
	f, err := measure(3, func() (any, error) { done++; return make([]byte, 8*megabyte), nil })
	if err != nil || done != 3 || f.Live < 7*megabyte || f.Live > 12*megabyte {
		t.Errorf("%d runs, %+v, %v", done, f, err)
	}
}

func TestFastest(t *testing.T) {
	printed := "BenchmarkX/a=b-2   200   9283133 ns/op   354000 beyond-ns/op   663000 objects-ns/op\n" +
		"BenchmarkX/a=b-2   200   9283133 ns/op   353999.5 beyond-ns/op   663000 objects-ns/op\n"
	if got, err := fastest(printed, "beyond-ns/op"); err != nil || got != 353999 {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := fastest(printed, "other-ns/op"); err == nil {
		t.Error("a metric that is not there was found")
	}
}

func TestProcess(t *testing.T) {
	f, err := beyond(t.Context(), 2, "/bin/sh", []string{"-c", "sleep 0.05"}, []string{"-c", "true"})
	if err != nil || f.Time <= 0 {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := process(t.Context(), "/bin/sh", []string{"-c", "echo why >&2; false"}); err == nil || !strings.Contains(err.Error(), "why") {
		t.Errorf("got %v", err)
	}
}

// TestModels: the models that are made here compile, are as large as they say, and the
// documents are valid.
func TestModels(t *testing.T) {
	t.Setenv("STROWGER_YANG_SETS", "")
	many, err := manyModules()
	if err != nil {
		t.Fatal(err)
	}
	m, err := interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*model{m, many} {
		s := yang.Compile(x.sources, yang.Options{})
		if len(s.Problems()) > 0 {
			t.Fatal(s.Problems())
		}
		if n := count(s.Root()); n < x.nodes {
			t.Errorf("%d nodes, want %d", n, x.nodes)
		}
	}
	tree, err := decode(yang.Compile(m.sources, yang.Options{}), m.document(500))
	if err != nil {
		t.Fatal(err)
	}
	if errs := validate.Complete(tree); len(errs) > 0 {
		t.Error(errs)
	}
	if n := len(tree.Leaves()); n != 500 {
		t.Errorf("%d leafs", n)
	}
	if tree.Get(m.leaf(500)) == nil {
		t.Errorf("no %s", m.leaf(500))
	}
}

// TestCells runs every figure of ours on the smallest size of the growth table.
func TestCells(t *testing.T) {
	t.Setenv("STROWGER_YANG_SETS", "")
	for _, r := range growthTable().rows {
		f, err := r.cells[0](t.Context(), 1)
		if err != nil || f.Time <= 0 || f.Units != 10_000 {
			t.Errorf("%s: %+v, %v", r.work, f, err)
		}
	}
}

// TestMain makes of the test binary the program that the tables start.
func TestMain(m *testing.M) {
	if args := strings.Join(os.Args, " "); strings.Contains(args, "-cell") || strings.Contains(args, "-client") {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestPrint(t *testing.T) {
	t.Setenv("STROWGER_YANG_SETS", "")
	var out strings.Builder
	if err := growthTable().print(t.Context(), &out, 1, regexp.MustCompile("^encode"), 1); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Count(got, " each)") != 3 || strings.Contains(got, "decode") {
		t.Errorf("got %s", got)
	}
}
