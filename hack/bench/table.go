// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// kind says what a figure is of.
type kind int

const (
	taken kind = iota // the time and memory of some work
	rate              // things done in a second
	kept              // memory for each thing
	trips             // round trips, or pushes
)

// figure is one measurement.
type figure struct {
	Kind kind
	// Time of the fastest run.
	Time time.Duration
	// Live is what the result keeps on the heap, Peak by how much the process grew
	// while it was made, both in bytes; 0: not measured.
	Live, Peak int64
	// Units is the number of things handled, for a time per thing; 0: none to speak of.
	Units int
	// Missing says why there is no figure.
	Missing string
	// Beside is the figure of the next column, where both were measured in turns.
	Beside *figure
}

// cell measures one figure as the fastest of a number of runs, or with it the next column's.
type cell func(ctx context.Context, runs int) (figure, error)

// missing is a figure that there is not, and why.
func missing(format string, args ...any) (figure, error) {
	return figure{Missing: fmt.Sprintf(format, args...)}, nil
}

// limit is what a figure may be at most; zero fields limit nothing.
type limit struct {
	time time.Duration
	live int64
	// growth limits the time for one thing in the last column, as a multiple of that in
	// the first.
	growth float64
	// floor limits what the figure costs, as a multiple of that in the second column.
	floor float64
	// trips limits round trips, or pushes.
	trips int
}

// row is one kind of work, done by the program of each column; a nil cell is none.
type row struct {
	work  string
	cells []cell
	limit limit
}

// table is printed as Markdown. The first column is ours, which the limits are for.
type table struct {
	name, title string
	columns     []string
	rows        []row
	notes       []string
	// prepare starts what all cells of a run need; it may be nil.
	prepare func(context.Context) (stop func(), err error)
}

// print measures the wanted rows and writes each as soon as it is known.
func (t *table) print(ctx context.Context, w io.Writer, number int, wanted *regexp.Regexp, runs int) error {
	if t.prepare != nil {
		stop, err := t.prepare(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		defer stop()
	}
	fmt.Fprintf(w, "## %s\n\n| Work | %s | At most | |\n|%s\n", t.title, strings.Join(t.columns, " | "),
		strings.Repeat("---|", len(t.columns)+3))
	for i := range t.rows {
		r := &t.rows[i]
		if !wanted.MatchString(r.work) {
			continue
		}
		line := "| " + r.work + " |"
		var figures []figure
		for c := range r.cells {
			f, err := r.measure(ctx, fmt.Sprintf("%d/%d/%d", number, i, c), c, runs)
			if err != nil {
				return fmt.Errorf("%s: %s: %s: %w", t.name, r.work, t.columns[c], err)
			}
			if c > 0 && figures[c-1].Beside != nil {
				f = *figures[c-1].Beside
			}
			figures = append(figures, f)
			line += " " + f.String() + " |"
		}
		fmt.Fprintf(w, "%s %s | %s |\n", line, r.limit, r.limit.judge(figures))
	}
	fmt.Fprintln(w)
	for _, note := range t.notes {
		fmt.Fprintln(w, note)
	}
	_, err := fmt.Fprintln(w)
	return err
}

// measure runs this program again for one cell.
func (r *row) measure(ctx context.Context, id string, column, runs int) (figure, error) {
	var f figure
	if r.cells[column] == nil {
		return figure{Missing: "-"}, nil
	}
	self, err := os.Executable()
	if err != nil {
		return f, err
	}
	var out, messages bytes.Buffer
	cmd := exec.CommandContext(ctx, self, "-runs", strconv.Itoa(runs), "-cell", id)
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Run(); err != nil {
		return f, errors.Join(err, errors.New(strings.TrimSpace(messages.String())))
	}
	return f, json.Unmarshal(out.Bytes(), &f)
}

func (f figure) String() string {
	if f.Missing != "" {
		return f.Missing
	}
	switch f.Kind {
	case rate:
		return fmt.Sprintf("%.0f/s", float64(f.Units)/f.Time.Seconds())
	case kept:
		return fmt.Sprintf("%.0f KB", float64(f.Live)/1e3)
	case trips:
		s := fmt.Sprintf("%d (%s)", f.Units, duration(f.Time))
		if f.Live > 0 {
			s += ", " + megabytes(f.Live)
		}
		return s
	}
	s := duration(f.Time)
	if f.Units > 0 {
		s += fmt.Sprintf(" (%.2f µs each)", f.each())
	}
	switch {
	case f.Live > 0:
		s += ", " + megabytes(f.Live) + " (peak " + megabytes(f.Peak) + ")"
	case f.Peak > 0:
		s += ", peak " + megabytes(f.Peak)
	}
	return s
}

// cost is what a figure is compared by.
func (f figure) cost() float64 {
	if f.Kind == kept {
		return float64(f.Live)
	}
	return f.each()
}

// each is the time for one thing, in microseconds.
func (f figure) each() float64 {
	return float64(f.Time) / float64(time.Microsecond) / float64(max(1, f.Units))
}

func duration(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

func megabytes(n int64) string {
	const mega = 1e6
	if n < 10*mega {
		return fmt.Sprintf("%.1f MB", float64(n)/mega)
	}
	return fmt.Sprintf("%.0f MB", float64(n)/mega)
}

func (l limit) String() string {
	var parts []string
	if l.time > 0 {
		parts = append(parts, duration(l.time))
	}
	if l.live > 0 {
		parts = append(parts, megabytes(l.live))
	}
	if l.growth > 0 {
		parts = append(parts, fmt.Sprintf("%g times the time for each", l.growth))
	}
	if l.floor > 0 {
		parts = append(parts, fmt.Sprintf("%g times the floor", l.floor))
	}
	if l.trips > 0 {
		parts = append(parts, strconv.Itoa(l.trips))
	}
	if parts == nil {
		return "-"
	}
	return strings.Join(parts, ", ")
}

// judge compares our figures with the limit: "ok", or what is missed.
func (l limit) judge(f []figure) string {
	var missed []string
	switch {
	case l == limit{}:
		return ""
	case f[0].Missing != "", l.floor > 0 && f[1].Missing != "":
		return "not measured"
	}
	if l.time > 0 && f[0].Time > l.time {
		missed = append(missed, "time")
	}
	if l.live > 0 && f[0].Live > l.live {
		missed = append(missed, "memory")
	}
	if last := f[len(f)-1]; l.growth > 0 && last.each() > l.growth*f[0].each() {
		missed = append(missed, fmt.Sprintf("%.1f times", last.each()/f[0].each()))
	}
	if l.floor > 0 && f[0].cost() > l.floor*f[1].cost() {
		missed = append(missed, fmt.Sprintf("%.2f times", f[0].cost()/f[1].cost()))
	}
	if l.trips > 0 && f[0].Units > l.trips {
		missed = append(missed, "number")
	}
	if missed == nil {
		return "ok"
	}
	return "MISSED: " + strings.Join(missed, ", ")
}
