// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Bench prints tables of what the project's engines take, in time and memory, beside
// what others take for the same work in the same run:
//
//	go run ./hack/bench [-rows REGEXP] [-runs N] [TABLE...]
//
// Each figure is measured in a process of its own, so that none inherits the heap of
// another. A peer that is not installed leaves its column empty, and says so.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	rows := flag.String("rows", "", "regular expression of the rows to measure, by what they say; all if empty")
	runs := flag.Int("runs", 5, "runs of each figure, of which the fastest counts")
	cell := flag.String("cell", "", "measure one figure, table/row/column by number, and print it as JSON; for the program itself")
	as := flag.String("client", "", "be a NETCONF client, ours or raw, told what to do on standard input; for the program itself")
	flag.Parse()
	switch *as {
	case "ours":
		return ourClient().Serve(os.Stdin, os.Stdout)
	case "raw":
		return rawClient().Serve(os.Stdin, os.Stdout)
	}
	tables := allTables()
	if *cell != "" {
		return measureCell(ctx, tables, *cell, *runs)
	}
	wanted, err := regexp.Compile(*rows)
	if err != nil {
		return err
	}
	for _, name := range flag.Args() {
		if !slices.ContainsFunc(tables, func(t *table) bool { return t.name == name }) {
			return fmt.Errorf("no table %q: there are %s", name, strings.Join(names(tables), ", "))
		}
	}
	for i, t := range tables {
		if flag.NArg() > 0 && !slices.Contains(flag.Args(), t.name) {
			continue
		}
		if err := t.print(ctx, os.Stdout, i, wanted, *runs); err != nil {
			return err
		}
	}
	return nil
}

// allTables lists the tables in the order they are printed.
func allTables() []*table {
	return []*table{yangTable(), growthTable(), netconfTable(), reconcileTable(), changeTable(), driftTable()}
}

func names(tables []*table) []string {
	var out []string
	for _, t := range tables {
		out = append(out, t.name)
	}
	return out
}

// measureCell is what a process started by table.print does.
func measureCell(ctx context.Context, tables []*table, id string, runs int) error {
	var t, r, c int
	if _, err := fmt.Sscanf(id, "%d/%d/%d", &t, &r, &c); err != nil {
		return fmt.Errorf("cell %q: %w", id, err)
	}
	f, err := tables[t].rows[r].cells[c](ctx, runs)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(f)
}
