// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package drift

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

// Operation is what happened on the NF, as against Git: the reverse of what the
// plan would do about it.
type Operation string

const (
	// Create: the NF has what Git no longer declares, or never did.
	Create Operation = "Create"
	// Modify: the NF has another value or order.
	Modify Operation = "Modify"
	// Delete: the NF lacks what Git declares.
	Delete Operation = "Delete"
)

// Class says what kind of difference it is.
type Class string

const (
	// Declared: Git declares another value, or a node that the NF lacks.
	Declared Class = "Declared"
	// Secret: the same of a value that came from a Secret, or that the model says is one.
	Secret Class = "Secret"
	// Leftover: the NF has again what was applied once and Git declares no more.
	Leftover Class = "Leftover"
	// Order: an entry of a list that is ordered by the user is at another place.
	Order Class = "Order"
	// Unmanaged: nobody ever declared it.
	Unmanaged Class = "Unmanaged"
)

// Origin is where a value was declared, as much of it as is known.
type Origin struct {
	// Layer that declares it, and Source, which this package does not know, of the
	// layer's file.
	Layer  string `json:"layer" yaml:"layer"`
	Source string `json:"source,omitempty" yaml:"source,omitempty"`
	// File and Line in it, and the Revision of the source.
	File     string `json:"file,omitempty" yaml:"file,omitempty"`
	Line     int    `json:"line,omitempty" yaml:"line,omitempty"`
	Revision string `json:"revision,omitempty" yaml:"revision,omitempty"`
}

// Entry is one difference, seen from the NF.
type Entry struct {
	Path      string    `json:"path" yaml:"path"`
	Operation Operation `json:"operation" yaml:"operation"`
	// Desired is Git's value, Actual the NF's: canonical, or a digest for what is
	// a secret. Both are empty for containers and list entries; for one that
	// was moved, Desired says where it belongs.
	Desired string  `json:"desired,omitempty" yaml:"desired,omitempty"`
	Actual  string  `json:"actual,omitempty" yaml:"actual,omitempty"`
	Class   Class   `json:"class,omitempty" yaml:"class,omitempty"`
	Origin  *Origin `json:"origin,omitempty" yaml:"origin,omitempty"`
	// Action that the policy asks for. Decision is what became of a proposal, whose
	// action stays Adopt until the NF says what Git says.
	Action   Action   `json:"action" yaml:"action"`
	Decision Decision `json:"decision,omitempty" yaml:"decision,omitempty"`
	// FirstSeen is when it was first seen, DecideBy when a proposal is over; zero:
	// it waits without end.
	FirstSeen time.Time `json:"firstSeen,omitzero" yaml:"firstSeen,omitempty"`
	DecideBy  time.Time `json:"decideBy,omitzero" yaml:"decideBy,omitempty"`
}

// Corrects says that Git's value is put back now.
func (e *Entry) Corrects() bool {
	return e.Class != Unmanaged && (e.Action == Correct || e.Decision.corrects())
}

// Settle makes of what nobody declared, and was turned down, something that is only
// reported: it cannot be put back. That comes after what can be was: until then the
// entries, which are sorted by path, are those that were decided on.
func Settle(entries []Entry) []Entry {
	var tops []string
	out := make([]Entry, 0, len(entries))
	for _, e := range entries {
		if e.Class == Unmanaged && e.Decision.corrects() {
			if slices.ContainsFunc(tops, func(top string) bool { return strings.HasPrefix(e.Path, top+"/") }) {
				continue // told with what it is in
			}
			tops = append(tops, e.Path)
			e.Action, e.Decision, e.DecideBy = Report, "", time.Time{}
		}
		out = append(out, e)
	}
	return out
}

// Classify returns an entry for every change of a plan that was made at an
// unchanged revision, in the plan's order, but for those to ignore. What is inside
// a list entry that the NF lacks has that entry's action, and what another case of
// a choice displaces the action of that case: one cannot be corrected without the
// other.
func Classify(p *plan.Plan, policy Policy) []Entry {
	c := compile(policy)
	verdicts := plan.Decide(p, func(ch *plan.Change) verdict { return c.judge(ch, class(ch)) }, stronger)
	var entries []Entry
	for i, v := range verdicts {
		if v.action != Ignore {
			entries = append(entries, c.entry(&p.Changes[i], class(&p.Changes[i]), v))
		}
	}
	return entries
}

// Undeclared returns an entry for everything of found, which [plan.Unmanaged] made,
// but for what is to ignore. None of it is ever corrected. What is inside a list entry
// or presence container has its action, and is told only where that is proposed: to
// adopt it, Git must declare all of it.
func Undeclared(found []plan.Change, policy Policy) []Entry {
	c := compile(policy)
	var entries []Entry
	var top string // the node that encloses what follows
	var whole verdict
	for i := range found {
		inside := top != "" && strings.HasPrefix(found[i].Path, top+"/")
		if !inside {
			top, whole = found[i].Path, c.judge(&found[i], Unmanaged)
		}
		if whole.action == Ignore || inside && whole.action != Adopt {
			continue
		}
		entries = append(entries, c.entry(&found[i], Unmanaged, whole))
	}
	return entries
}

// Split returns the part of the plan that the entries, made from it by Classify,
// say to correct.
func Split(p *plan.Plan, entries []Entry) *plan.Plan {
	correct := make(map[string]bool, len(entries))
	for i := range entries {
		if entries[i].Corrects() {
			correct[entries[i].Path] = true
		}
	}
	if p.Empty() || len(correct) == 0 {
		return &plan.Plan{}
	}
	return p.Select(func(c *plan.Change) bool { return correct[c.Path] })
}

// Digest identifies what differs: "sha256:<64 hex>" over paths, operations and
// values, not over origins and actions, so that the same drift is the same at
// another revision. Entries to ignore do not count, nor does the order.
func Digest(entries []Entry) string {
	lines := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.Action == Ignore {
			continue
		}
		lines = append(lines, strconv.Quote(e.Path)+" "+string(e.Operation)+" "+strconv.Quote(e.Desired)+" "+strconv.Quote(e.Actual)+"\n")
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Proposed is the Digest of what is proposed, empty where nothing is.
func Proposed(entries []Entry) string {
	var proposed []Entry
	for _, e := range entries {
		if e.Action == Adopt {
			proposed = append(proposed, e)
		}
	}
	if proposed == nil {
		return ""
	}
	return Digest(proposed)
}

// String returns the entry on one line.
func (e Entry) String() string {
	s := string(e.Operation) + " " + e.Path
	switch {
	case e.Desired != "" && e.Actual != "":
		s += ": " + show(e.Actual) + " instead of " + show(e.Desired)
	case e.Desired != "":
		s += ": " + show(e.Desired)
	case e.Actual != "":
		s += ": " + show(e.Actual)
	}
	if e.Origin != nil {
		s += " (" + e.Origin.String() + ")"
	}
	return s
}

// String returns the origin on one line: "layer base nf/upf/base.yaml:12 main@sha1:abc".
func (o *Origin) String() string {
	s := "layer " + o.Layer
	switch {
	case o.File != "" && o.Line > 0:
		s += fmt.Sprintf(" %s:%d", o.File, o.Line)
	case o.File != "":
		s += " " + o.File
	case o.Line > 0:
		s += fmt.Sprintf(" line %d", o.Line)
	}
	if o.Revision != "" {
		s += " " + o.Revision
	}
	return s
}

// show keeps a value on one line and short.
func show(v string) string {
	const most = 80
	if r := []rune(v); len(r) > most {
		v = string(r[:most]) + "…"
	}
	if q := strconv.Quote(v); strings.ContainsRune(q, '\\') || v != strings.TrimSpace(v) {
		return q
	}
	return v
}

func operation(op plan.Op) Operation {
	switch op {
	case plan.Create:
		return Delete
	case plan.Delete:
		return Create
	}
	return Modify
}

// class of a change of a plan. What is displaced by what Git declares is a part of that.
func class(c *plan.Change) Class {
	switch {
	case c.Moves():
		return Order
	case c.Tainted:
		return Secret
	case c.Op == plan.Delete && !c.Implied:
		return Leftover
	}
	return Declared
}

// desired is Git's value, or the place of what was moved.
func desired(c *plan.Change) string {
	if c.Moves() {
		return c.Insert.String()
	}
	return c.New
}

func (c *compiled) entry(ch *plan.Change, class Class, v verdict) Entry {
	return Entry{
		Path: ch.Path, Operation: operation(ch.Op), Desired: desired(ch), Actual: ch.Old,
		Class: class, Origin: origin(ch.Origin),
		Action: v.action, Decision: v.decision, DecideBy: v.decideBy,
		FirstSeen: c.firstSeen(c.Known.of(ch.Path, desired(ch))),
	}
}

func origin(o yang.Origin) *Origin {
	if o.Layer == nil {
		return nil
	}
	return &Origin{Layer: o.Layer.Name, File: o.Layer.File, Line: o.Line, Revision: o.Layer.Revision}
}
