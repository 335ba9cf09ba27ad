// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	maxBody    = 60000 // bytes that a body is filled to; GitHub takes 65,536 characters
	minSection = 1500  // bytes that the section of a NetworkFunction needs at least
	bodyPath   = 240   // runes of a path
	bodyValue  = 60    // runes of a value
	bodyShared = 20    // files, and NetworkFunctions of one, that are named
	bodyReason = 400   // runes of a reason
)

// BodyOptions is what a pull request says beside the reports. All of it may be left out.
type BodyOptions struct {
	// Functions by namespace/name.
	Functions map[string]Details
	// SharedWith names for a file that is edited the other NetworkFunctions that use it.
	SharedWith map[string][]string
	// LinkFile gives the address of a line in a file, 0 for the file; empty: no link.
	LinkFile func(path string, line int) string
}

// Details of one NetworkFunction's report.
type Details struct {
	// Seen is when the drift was first seen.
	Seen time.Time
	// DecideBy is when Git's values are put back without a decision.
	DecideBy time.Time
	// Declared says where a leaf's value is declared, by the leaf's path.
	Declared map[string]Declared
	// Refused are the leaves that the branch's files cannot say.
	Refused []Refused
}

// Declared is a place in the repository.
type Declared struct {
	File string
	Line int
}

// Refused is a leaf that cannot be adopted by a change of the files.
type Refused struct {
	Path string
	// File and Line that declare it, where known.
	File string
	Line int
	// Reason in a sentence: why, and what to change.
	Reason string
}

// Title of a pull request: the subject of its commit.
func Title(reports []Report) string {
	subject, _, _ := strings.Cut(Message(reports), "\n")
	return subject
}

// Body is the text of the pull request that proposes what the network functions
// say, in the Markdown that GitHub, GitLab and Gitea share. Equal arguments give
// equal text of less than 64 KiB: what does not fit is counted. Nothing that
// an NF or a file says becomes markup, a mention or a reference to an issue.
func Body(reports []Report, o BodyOptions) string {
	var b strings.Builder
	o.writeOpening(&b, reports)
	for i, r := range reports {
		left := maxBody - len(bodyFooter) - b.Len()
		share := left / (len(reports) - i)
		if i > 0 && share < minSection && left < 2*minSection {
			fmt.Fprintf(&b, "\n… and %d more network functions; the files in this branch have them all.\n", len(reports)-i)
			break
		}
		b.WriteString(o.section(r, max(share, minSection)))
	}
	b.WriteString(bodyFooter)
	return b.String()
}

const bodyFooter = "\n---\nWritten by Strowger, and written anew when the drift changes. " +
	"Commits added to this branch by hand are kept.\n"

func (o BodyOptions) writeOpening(b *strings.Builder, reports []Report) {
	who := fmt.Sprintf("%d network functions say", len(reports))
	if len(reports) == 1 {
		who = "The network function " + code(reports[0].Namespace+"/"+reports[0].Name, bodyPath) + " says"
	}
	b.WriteString(who + " something else than Git.\n\n" +
		"**Merge to adopt**: Git will say what the network function says.\n" +
		"**Close to correct**: Strowger puts Git's values back.\n")
	if by := o.deadline(reports); !by.IsZero() {
		b.WriteString("\nWithout a decision by **" + moment(by) + "** Strowger puts Git's values back.\n")
	}
	if len(o.SharedWith) > 0 {
		b.WriteString("\n**Take care**: other network functions use these files too; merging changes those as well.\n\n")
		for i, file := range slices.Sorted(maps.Keys(o.SharedWith)) {
			if i == bodyShared {
				fmt.Fprintf(b, "- … and %d more files\n", len(o.SharedWith)-i)
				break
			}
			b.WriteString("- " + o.place(file, 0) + ": " + names(o.SharedWith[file]) + "\n")
		}
	}
}

// deadline is the earliest one.
func (o BodyOptions) deadline(reports []Report) time.Time {
	var first time.Time
	for _, r := range reports {
		by := o.Functions[r.Namespace+"/"+r.Name].DecideBy
		if !by.IsZero() && (first.IsZero() || by.Before(first)) {
			first = by
		}
	}
	return first
}

func names(all []string) string {
	var shown []string
	for i, n := range slices.Sorted(slices.Values(all)) {
		if i == bodyShared {
			shown = append(shown, fmt.Sprintf("and %d more", len(all)-i))
			break
		}
		shown = append(shown, code(n, bodyPath))
	}
	return strings.Join(shown, ", ")
}

// section of one NetworkFunction, of about limit bytes.
func (o BodyOptions) section(r Report, limit int) string {
	d := o.Functions[r.Namespace+"/"+r.Name]
	var b strings.Builder
	fmt.Fprintf(&b, "\n<!-- strowger: %s/%s -->\n### %s\n", r.Namespace, r.Name,
		prose(r.Namespace+"/"+r.Name, bodyPath))
	if said := facts(r, d); said != "" {
		b.WriteString("\n" + said + "\n")
	}

	proposed, others := split(r.Leaves)
	// The refusals are what a person has to act on: up to half of the room is theirs.
	refused := o.refusals(d.Refused, (limit-b.Len())/2)
	rest := remaining(r, others)
	room := limit - b.Len() - len(refused) - len(rest)
	if len(proposed) > 0 {
		b.WriteString("\n" + o.table(proposed, d, room))
	}
	b.WriteString(refused + rest)
	return b.String()
}

// facts say who, when, and compared with what.
func facts(r Report, d Details) string {
	var said []string
	if r.ChangedBy != "" {
		said = append(said, "Changed by "+code(r.ChangedBy, bodyPath)+".")
	}
	var seen []string
	if !d.Seen.IsZero() {
		seen = append(seen, moment(d.Seen))
	}
	if r.Session != 0 {
		seen = append(seen, fmt.Sprintf("in NETCONF session %d", r.Session))
	}
	if r.Revision != "" {
		seen = append(seen, "compared with "+code(ShortRevision(r.Revision), bodyPath))
	}
	if len(seen) > 0 {
		said = append(said, "Seen "+strings.Join(seen, ", ")+".")
	}
	if !d.DecideBy.IsZero() {
		said = append(said, "To be decided by "+moment(d.DecideBy)+".")
	}
	return strings.Join(said, " ")
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// split tells the leaves that are proposed from those that only differ too.
func split(leaves []Leaf) (proposed, others []Leaf) {
	for _, l := range leaves {
		if l.Action == "" || l.Action == "Adopt" {
			proposed = append(proposed, l)
		} else {
			others = append(others, l)
		}
	}
	return proposed, others
}

// remaining counts what differs too and is not decided here.
func remaining(r Report, others []Leaf) string {
	more := r.count() - len(r.Leaves)
	if len(others)+more == 0 {
		return ""
	}
	counts := map[string]int{}
	for _, l := range others {
		counts[l.Action]++
	}
	var by []string
	for _, action := range slices.Sorted(maps.Keys(counts)) {
		by = append(by, fmt.Sprintf("%s %d", prose(action, bodyValue), counts[action]))
	}
	if more > 0 {
		by = append(by, fmt.Sprintf("beyond what is reported %d", more))
	}
	return "\nLeaves that differ too and are not decided here: " + strings.Join(by, ", ") + ".\n"
}

const tableHead = "| Path | Git says | The NF says | Declared in | Author |\n| --- | --- | --- | --- | --- |\n"

// table of the leaves, of at most room bytes but for one line that counts the rest.
func (o BodyOptions) table(leaves []Leaf, d Details, room int) string {
	var b strings.Builder
	b.WriteString(tableHead)
	for i, l := range leaves {
		row := o.row(l, d)
		if b.Len()+len(row) > room {
			fmt.Fprintf(&b, "\n… and %d more leaves; the report in this branch has them.\n", len(leaves)-i)
			break
		}
		b.WriteString(row)
	}
	return b.String()
}

func (o BodyOptions) row(l Leaf, d Details) string {
	git, nf := value(l.Desired), value(l.Actual)
	switch l.Operation {
	case "Create":
		git = "nothing"
	case "Delete":
		nf = "nothing"
	}
	where := o.place(d.Declared[l.Path].File, d.Declared[l.Path].Line)
	if where == "" && l.Origin != "" {
		where = code(l.Origin, bodyPath)
	}
	author := ""
	if l.Author != "" {
		author = code(l.Author, bodyValue)
	}
	return "| " + strings.Join([]string{code(l.Path, bodyPath), git, nf, where, author}, " | ") + " |\n"
}

// value of a leaf; one that is empty is shown as such.
func value(s string) string {
	if s == "" {
		return "empty"
	}
	return code(s, bodyValue)
}

// place is a file and a line, linked where there is an address.
func (o BodyOptions) place(file string, line int) string {
	if file == "" {
		return ""
	}
	text := file
	if line > 0 {
		text += fmt.Sprintf(":%d", line)
	}
	if o.LinkFile == nil {
		return code(text, bodyPath)
	}
	address := o.LinkFile(file, line)
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
		return code(text, bodyPath)
	}
	return `<a href="` + attribute(address) + `">` + code(text, bodyPath) + "</a>"
}

// refusals are the leaves whose adoption needs a person.
func (o BodyOptions) refusals(all []Refused, room int) string {
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n**Not in the files of this branch**: what cannot be written as a change of a value. " +
		"Merging alone does not adopt it; change what is named here, in this branch or in Git.\n\n")
	for i, r := range all {
		line := "- " + code(r.Path, bodyPath)
		if where := o.place(r.File, r.Line); where != "" {
			line += " (" + where + ")"
		}
		line += ": " + prose(r.Reason, bodyReason) + "\n"
		if i > 0 && b.Len()+len(line) > room {
			fmt.Fprintf(&b, "- … and %d more\n", len(all)-i)
			break
		}
		b.WriteString(line)
	}
	return b.String()
}
