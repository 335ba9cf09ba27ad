// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	goyang "github.com/openconfig/goyang/pkg/yang"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
	"github.com/strowger/strowger/internal/yangdir"
)

// figures are what one process measured.
type figures struct {
	Files, Modules, Problems int
	Seconds, HeapMB, PeakMB  float64
	Text                     string   // of ours: the problems; of the others: what went wrong
	Sources                  []string // of ours: the files of the implemented modules
}

// String is a cell of the table.
func (f figures) String() string {
	s := fmt.Sprintf("%s, %.0f MB", seconds(f.Seconds), f.PeakMB)
	if f.Text != "" {
		s += "; " + f.Text
	}
	return s
}

// measurements run in a process of their own and print figures.
var measurements = map[string]func(args []string) error{"ours": measureOurs, "goyang": measureGoyang}

// self runs a measurement in a process of its own. The folders that are only for imports
// come after "--".
func self(what string, dirs, imports []string) (figures, error) {
	args := append([]string{"-measure", what}, dirs...)
	cmd := exec.CommandContext(context.Background(), os.Args[0], append(append(args, "+"), imports...)...)
	var f figures
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	out, err := cmd.Output()
	peak := peakOf(cmd)
	if err != nil {
		first, _, _ := strings.Cut(stderr.String(), "\n")
		return figures{Seconds: time.Since(start).Seconds(), PeakMB: peak, Text: first}, fmt.Errorf("%s: %w: %s", what, err, first)
	}
	if err := json.Unmarshal(out, &f); err != nil {
		return f, err
	}
	f.PeakMB = peak
	return f, nil
}

// peakOf returns the largest resident set of a process that ended, in MB.
func peakOf(cmd *exec.Cmd) float64 {
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		return float64(u.Maxrss) / 1000
	}
	return 0
}

// folders splits the arguments of a measurement.
func folders(args []string) (dirs, imports []string) {
	i := slices.Index(args, "+")
	return args[:i], args[i+1:]
}

func measureOurs(args []string) error {
	dirs, imports := folders(args)
	sources, err := yangdir.Read(dirs...)
	if err != nil {
		return err
	}
	var o yang.Options
	f := figures{Files: len(sources)}
	if len(imports) > 0 {
		for _, m := range yang.Compile(sources, yang.Options{}).Modules() {
			o.Implement = append(o.Implement, yang.ModuleRef{Name: m.Name, Revision: m.Revision, AllFeatures: true})
		}
		more, err := yangdir.Read(imports...)
		if err != nil {
			return err
		}
		sources = append(sources, more...)
	}
	before := heap()
	var s *yang.Schema
	for range 3 {
		start := time.Now()
		s = yang.Compile(sources, o)
		if took := time.Since(start).Seconds(); f.Seconds == 0 || took < f.Seconds {
			f.Seconds = took
		}
	}
	f.HeapMB = heap() - before
	for _, m := range s.Modules() {
		if m.Implemented {
			f.Modules++
			f.Sources = append(f.Sources, m.Files()[0])
		}
	}
	f.Text, f.Problems = problems(s, append(dirs, imports...))
	runtime.KeepAlive(sources)
	return json.NewEncoder(os.Stdout).Encode(f)
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

// problems lists what the compiler and the check of expressions say, by message, without
// the folders.
func problems(s *yang.Schema, dirs []string) (text string, count int) {
	at := map[string][]string{}
	var messages []string
	for _, p := range append(slices.Clone(s.Problems()), xpath.CheckSchema(s)...) {
		count++
		m := p.Severity.String() + ": " + p.Message
		for _, d := range dirs {
			m = strings.ReplaceAll(m, d+"/", "")
		}
		if at[m] == nil {
			messages = append(messages, m)
		}
		p.Pos.File = filepath.Base(p.Pos.File)
		at[m] = append(at[m], p.Pos.String())
	}
	if count == 0 {
		return "None.\n", 0
	}
	slices.Sort(messages)
	var b strings.Builder
	for _, m := range messages {
		fmt.Fprintf(&b, "- %s: %s\n", m, strings.Join(slices.Compact(at[m]), ", "))
	}
	return b.String(), count
}

func measureGoyang(args []string) error {
	dirs, imports := folders(args)
	sources, err := yangdir.Read(append(slices.Clone(dirs), imports...)...)
	if err != nil {
		return err
	}
	start := time.Now()
	ms := goyang.NewModules()
	bad := 0
	for _, s := range sources {
		if err := ms.Parse(string(s.Data), s.Name); err != nil {
			bad++
		}
	}
	errs := ms.Process()
	for _, m := range ms.Modules {
		goyang.ToEntry(m)
	}
	f := figures{Seconds: time.Since(start).Seconds()}
	if n := bad + len(errs); n > 0 {
		f.Text = fmt.Sprintf("%d errors", n)
	}
	return json.NewEncoder(os.Stdout).Encode(f)
}

// yanglint loads modules in one process. This one must stay small: Linux counts its memory
// as that of the new process, until that executes.
func yanglint(files, search []string) (figures, error) {
	path, err := exec.LookPath("yanglint")
	if err != nil {
		return figures{}, err
	}
	args := []string{"-ii"}
	for _, d := range search {
		err := filepath.WalkDir(d, func(p string, e os.DirEntry, err error) error {
			if err == nil && e.IsDir() {
				args = append(args, "-p", p)
			}
			return err
		})
		if err != nil {
			return figures{}, err
		}
	}
	cmd := exec.CommandContext(context.Background(), path, append(args, files...)...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	f := figures{Seconds: time.Since(start).Seconds(), PeakMB: peakOf(cmd)}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		f.Text = "fails"
		for line := range strings.Lines(string(out)) {
			if _, why, ok := strings.Cut(line, "libyang err : "); ok {
				f.Text = "stops: " + strings.TrimSpace(strings.ReplaceAll(why, "|", "\\|"))
				break
			}
		}
		err = nil
	}
	return f, err
}
