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
	messageLeaves = 50 // leaves shown in the message; the file has all
	messageValue  = 60 // runes of a value shown in the message
	shortHash     = 7
)

// Message is the commit's message: a subject, a table of the leaves, and
// trailers in Git's form (git-interpret-trailers).
func (r Report) Message() string {
	var b strings.Builder
	b.WriteString(r.Subject() + "\n\n")
	if rows := r.rows(); len(rows) > 1 {
		writeTable(&b, rows)
		if more := r.count() - (len(rows) - 1); more > 0 {
			fmt.Fprintf(&b, "… and %d more\n", more)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "NetworkFunction: %s/%s\n", r.Namespace, r.Name)
	if r.Revision != "" {
		fmt.Fprintf(&b, "Revision: %s\n", oneLine(r.Revision))
	}
	if r.Session != 0 {
		fmt.Fprintf(&b, "Session: %d\n", r.Session)
	}
	return b.String()
}

// Subject is the first line of the message.
func (r Report) Subject() string {
	n := r.count()
	s := fmt.Sprintf("drift(%s/%s): %d leaves differ", r.Namespace, r.Name, n)
	if n == 1 {
		s = fmt.Sprintf("drift(%s/%s): 1 leaf differs", r.Namespace, r.Name)
	}
	if r.Revision != "" {
		s += " from " + ShortRevision(oneLine(r.Revision))
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

// rows of the table, the heading first.
func (r Report) rows() [][4]string {
	rows := [][4]string{{"On the NF", "Path", "Git says", "The NF says"}}
	for i, l := range r.Leaves {
		if i == messageLeaves {
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
