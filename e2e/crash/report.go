// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
)

// Report is what became of all runs.
type Report struct {
	mu   sync.Mutex
	rows map[[2]string]*Row
	// Violations, each with the fault and the devices it was seen with.
	Violations []string
}

// Row counts the runs of one fault with one sort of devices.
type Row struct {
	Fault, Devices string
	// Runs counts those in which the fault happened; the others are violations.
	Runs, New, Old, Violations int
	order                      int
}

func (r *Report) add(fault, devices string, became end, reached bool, violations []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := [2]string{fault, devices}
	row := r.rows[key]
	if row == nil {
		if r.rows == nil {
			r.rows = map[[2]string]*Row{}
		}
		row = &Row{Fault: fault, Devices: devices, order: len(r.rows)}
		r.rows[key] = row
	}
	if reached {
		row.Runs++
	}
	switch became {
	case endedNew:
		row.New++
	case endedOld:
		row.Old++
	}
	row.Violations += len(violations)
	for _, v := range violations {
		r.Violations = append(r.Violations, fmt.Sprintf("%s, %s: %s", fault, devices, v))
	}
}

// Rows are sorted by the devices, and by when a fault came up first.
func (r *Report) Rows() []Row {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Row, 0, len(r.rows))
	for _, row := range r.rows {
		out = append(out, *row)
	}
	slices.SortFunc(out, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Devices, b.Devices), cmp.Compare(a.order, b.order))
	})
	return out
}

// Runs counts all runs in which the fault happened.
func (r *Report) Runs() int {
	n := 0
	for _, row := range r.Rows() {
		n += row.Runs
	}
	return n
}

// Write prints the table, the totals, and what was violated.
func (r *Report) Write(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "fault or step\tdevices\truns\tended new\tended old\tviolations")
	var sum Row
	for _, row := range r.Rows() {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\n", row.Fault, row.Devices, row.Runs, row.New, row.Old, row.Violations)
		sum.Runs, sum.New, sum.Old, sum.Violations = sum.Runs+row.Runs, sum.New+row.New, sum.Old+row.Old, sum.Violations+row.Violations
	}
	_, _ = fmt.Fprintf(table, "all\t\t%d\t%d\t%d\t%d\n", sum.Runs, sum.New, sum.Old, sum.Violations)
	if err := table.Flush(); err != nil {
		return fmt.Errorf("printing the table: %w", err)
	}
	if len(r.Violations) > 0 {
		_, _ = fmt.Fprintf(w, "violations:\n- %s\n", strings.Join(r.Violations, "\n- "))
	}
	return nil
}
