// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Command yangtable loads the public YANG module sets with the engine of this project, with
// goyang's Entry tree and with yanglint, each in a process of its own, and prints a table
// and all warnings as Markdown, for docs/yang.md:
//
//	go run ./hack/yangtable -write docs/yang.md SETS
//
// SETS is the folder with the sets. With -write the text between the two marks in the file
// is replaced, else it is printed.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// set is a module set: folders relative to SETS.
type set struct {
	name    string
	folders []string
	imports []string // folders that only hold what is imported
}

var sets = []set{
	{"OpenConfig", []string{"openconfig"}, nil},
	{"IETF and IANA", []string{"ietf", "iana"}, nil},
	{"O-RAN O-RU", []string{"oran/o-ran-ru-fh"}, []string{"ietf"}},
	{"xRAN", []string{"oran/x-ran"}, nil},
	{"O-DU", []string{"odu"}, []string{"oran/o-ran-ru-fh", "ietf", "iana"}},
}

const (
	begin = "<!-- begin: make yang-table -->\n"
	end   = "<!-- end: make yang-table -->"
)

func main() {
	write := flag.String("write", "", "the `file` to put the table into")
	measure := flag.String("measure", "", "used by the command itself: what to measure")
	flag.Parse()
	if err := run(*write, *measure, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "yangtable:", err)
		os.Exit(1)
	}
}

func run(write, measure string, args []string) error {
	if measure != "" {
		return measurements[measure](args)
	}
	if len(args) != 1 {
		return fmt.Errorf("usage: yangtable [-write FILE] SETS")
	}
	text, err := table(args[0])
	if err != nil {
		return err
	}
	if write == "" {
		fmt.Print(text)
		return nil
	}
	return replace(write, text)
}

// replace puts a text between the marks of a file.
func replace(file, text string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok1 := strings.Cut(string(old), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		return fmt.Errorf("%s: the marks %q and %q are not there", file, strings.TrimSpace(begin), end)
	}
	return os.WriteFile(file, []byte(before+begin+text+end+after), 0o600)
}

// table measures all sets.
func table(root string) (string, error) {
	var rows, warnings strings.Builder
	for _, s := range sets {
		var dirs []string
		for _, d := range append(append([]string(nil), s.folders...), s.imports...) {
			dirs = append(dirs, filepath.Join(root, d))
		}
		ours, err := self("ours", dirs[:len(s.folders)], dirs[len(s.folders):])
		if err != nil {
			return "", err
		}
		goyang, _ := self("goyang", dirs[:len(s.folders)], dirs[len(s.folders):]) // it may panic
		lint, err := yanglint(ours.Sources, dirs)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&rows, "| %s | %d | %d | %s, %.0f MB, process %.0f MB | %d | %s | %s |\n", s.name, ours.Files, ours.Modules,
			seconds(ours.Seconds), ours.HeapMB, ours.PeakMB, ours.Problems, goyang, lint)
		fmt.Fprintf(&warnings, "\n#### %s\n\n%s", s.name, ours.Text)
	}
	return "\n| Set | Files | Modules | Ours: time, heap of the schema, peak | Problems | goyang's Entry tree: time, peak | yanglint: time, peak |\n" +
		"|---|---|---|---|---|---|---|\n" + rows.String() + "\n### Problems found at load\n" + warnings.String() + "\n", nil
}

func seconds(s float64) string { return fmt.Sprintf("%.2f s", s) }
