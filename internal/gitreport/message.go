// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	messageLeaves   = 50  // leaves shown in the message; the files have all
	messageTrailers = 100 // reports that have trailers
	messageValue    = 60  // runes of a value shown in the message
	shortHash       = 7
)

// Message is the message of the commit that holds the reports of a branch: a subject,
// a table of the leaves of each, and trailers in Git's form (git-interpret-trailers).
// The subject is the report's own where there is one, and the same for all.
func Message(reports []Report) string {
	var b strings.Builder
	b.WriteString(subject(reports) + "\n\n")
	room := messageLeaves
	for i := range reports {
		r := &reports[i]
		rows := r.rows(room)
		room -= len(rows) - 1
		if len(rows) == 1 {
			continue
		}
		if len(reports) > 1 {
			b.WriteString(r.Namespace + "/" + r.Name + ":\n")
		}
		writeTable(&b, rows)
		if more := r.count() - (len(rows) - 1); more > 0 {
			fmt.Fprintf(&b, "… and %d more\n", more)
		}
		b.WriteString("\n")
	}
	for i := range reports {
		reports[i].writeTrailers(&b, i < messageTrailers)
	}
	return b.String()
}

func (r *Report) writeTrailers(b *strings.Builder, all bool) {
	if !all {
		return
	}
	fmt.Fprintf(b, "NetworkFunction: %s/%s\n", r.Namespace, r.Name)
	if r.Revision != "" {
		fmt.Fprintf(b, "Revision: %s\n", oneLine(r.Revision))
	}
	if r.Session != 0 {
		fmt.Fprintf(b, "Session: %d\n", r.Session)
	}
	if r.ChangedBy != "" {
		fmt.Fprintf(b, "Changed-by: %s\n", oneLine(r.ChangedBy))
	}
}

// subject is the first line of the message.
func subject(reports []Report) string {
	leaves, same := 0, true
	for i := range reports {
		leaves += reports[i].count()
		same = same && reports[i].subject(1) == reports[0].subject(1)
	}
	if len(reports) == 1 || len(reports) > 0 && same && reports[0].Subject != "" {
		return reports[0].subject(leaves)
	}
	return fmt.Sprintf("drift: %d leaves of %d network functions differ", leaves, len(reports))
}

func (r *Report) subject(leaves int) string {
	revision := ShortRevision(oneLine(r.Revision))
	if r.Subject != "" {
		return oneLine(strings.NewReplacer("{namespace}", r.Namespace, "{name}", r.Name,
			"{count}", strconv.Itoa(leaves), "{revision}", revision).Replace(r.Subject))
	}
	s := fmt.Sprintf("drift(%s/%s): %d leaves differ", r.Namespace, r.Name, leaves)
	if leaves == 1 {
		s = fmt.Sprintf("drift(%s/%s): 1 leaf differs", r.Namespace, r.Name)
	}
	if revision != "" {
		s += " from " + revision
	}
	return s
}

// ShortRevision shortens the hash of a Flux revision: main@sha1:abc1234.
func ShortRevision(revision string) string {
	i := strings.LastIndexByte(revision, ':')
	if i < 0 || len(revision)-i-1 <= shortHash {
		return revision
	}
	return revision[:i+1+shortHash]
}

// rows of the table, at most so many beside the heading.
func (r *Report) rows(most int) [][4]string {
	rows := [][4]string{{"On the NF", "Path", "Git says", "The NF says"}}
	for i, l := range r.Leaves {
		if i >= most {
			break
		}
		rows = append(rows, [4]string{l.Operation, plain(l.Path, 4*messageValue), plain(l.Desired, messageValue), plain(l.Actual, messageValue)})
	}
	return rows
}

func writeTable(b *strings.Builder, rows [][4]string) {
	var width [4]int
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// plain makes a value fit for one table cell: it is quoted where it holds what
// would break the line or forge a trailer.
func plain(s string, n int) string {
	s = truncate(s, n)
	if s == "" {
		return "-"
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return strconv.Quote(s)
		}
	}
	return s
}
