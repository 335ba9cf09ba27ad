// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// writeText writes a report for people: each violation in a line that begins as those of
// compilers do, with what belongs to it indented below.
func writeText(w io.Writer, r *report, verbose bool) error {
	b := bufio.NewWriter(w)
	writeWarnings(b, r, verbose)
	for _, result := range r.Results {
		writeResult(b, result, verbose)
	}
	writeSummary(b, &r.Summary)
	return b.Flush()
}

func writeWarnings(b *bufio.Writer, r *report, verbose bool) {
	for _, x := range r.Warnings {
		line(b, "", place(x.File, x.Line, x.Module)+": "+warningText(x))
	}
	switch {
	case verbose:
		for _, p := range r.others {
			line(b, "", p.String())
		}
	case len(r.others) > 0:
		line(b, "", fmt.Sprintf("%s in the modules that should not matter here; -v shows them", count(len(r.others), "problem")))
	}
	if len(r.Warnings)+len(r.others) > 0 {
		b.WriteByte('\n')
	}
}

// warningText is a problem without its place.
func warningText(x warning) string {
	if x.Statement == "" {
		return x.Severity + ": " + x.Message
	}
	return x.Severity + ": " + x.Statement + ": " + x.Message
}

func writeResult(b *bufio.Writer, r *result, verbose bool) {
	name := strings.Join(r.Files, " + ")
	for i := range r.Errors {
		writeViolation(b, &r.Errors[i], name)
	}
	if more := r.ErrorCount - len(r.Errors); more > 0 {
		line(b, "", fmt.Sprintf("... and %d more; --max-errors 0 shows all", more))
	}
	switch r.Status {
	case unjudged:
		line(b, "", r.Error)
	case invalid:
		line(b, "", name+": invalid, "+count(r.ErrorCount, "error"))
	case valid:
		line(b, "", name+": valid")
	}
	for _, note := range r.Notes {
		line(b, "    ", "note  "+note)
	}
	if len(r.Open) > 0 {
		more := "; -v lists them"
		if verbose {
			more = ":"
		}
		line(b, "    ", fmt.Sprintf("note  %s not evaluated, the result depends on what is not here%s", count(len(r.Open), "rule"), more))
	}
	if verbose {
		for _, c := range r.Open {
			line(b, "          ", c.Path+": "+ruleText(&c.Rule))
		}
	}
}

func writeViolation(b *bufio.Writer, v *violation, name string) {
	line(b, "", place(v.File, v.Line, name)+": "+v.text())
	if v.Path != "" {
		line(b, "    ", "path  "+v.Path)
	}
	if v.Rule != nil {
		line(b, "    ", "rule  "+ruleText(v.Rule))
	}
	if v.Hint != "" {
		line(b, "    ", "hint  "+v.Hint)
	}
}

// text is the message with the node that it is about.
func (v *violation) text() string {
	if node := lastStep(v.Path); node != "" {
		return node + ": " + v.Message
	}
	return v.Message
}

// lastStep returns the last step of an instance path; "/" in quotes does not split.
func lastStep(path string) string {
	var quote byte
	last := 0
	for i := range len(path) {
		switch c := path[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '\'' || c == '"':
			quote = c
		case c == '/':
			last = i + 1
		}
	}
	return path[last:]
}

// ruleText is "statement at file:line", as much of it as is known.
func ruleText(r *rule) string {
	at := yang.Pos{File: r.File, Line: r.Line}.String()
	switch {
	case r.Statement == "":
		return at
	case at == "":
		return r.Statement
	}
	return r.Statement + " at " + at
}

// place is "file:line", or what stands for it.
func place(file string, number int, other string) string {
	if file == "" {
		return other
	}
	return yang.Pos{File: file, Line: number}.String()
}

// lineBreak is a line break, of an expression over several lines say, with what is around it.
var lineBreak = regexp.MustCompile(`\s*[\r\n]\s*`)

// line writes one line, whatever line breaks a text has.
func line(b *bufio.Writer, indent, text string) {
	b.WriteString(indent)
	b.WriteString(lineBreak.ReplaceAllString(text, " "))
	b.WriteByte('\n')
}

func writeSummary(b *bufio.Writer, s *summary) {
	if s.Documents < 2 {
		return // the line of the document says it all
	}
	fmt.Fprintf(b, "%s: %d valid, %d invalid", count(s.Documents, "document"), s.Valid, s.Invalid)
	if s.NotJudged > 0 {
		fmt.Fprintf(b, ", %d not judged", s.NotJudged)
	}
	if s.Errors > 0 {
		fmt.Fprintf(b, "; %s", count(s.Errors, "error"))
	}
	b.WriteByte('\n')
}
