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

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

// Action is what is done about a difference.
type Action string

const (
	// Correct puts Git's value back, and reports.
	Correct Action = "Correct"
	// Report leaves the NF as it is and reports.
	Report Action = "Report"
	// Ignore neither corrects nor reports.
	Ignore Action = "Ignore"
)

// Operation is what happened on the NF, as against Git: the reverse of what the
// plan would do about it.
type Operation string

const (
	// Create: the NF has what Git no longer declares.
	Create Operation = "Create"
	// Modify: the NF has another value or order.
	Modify Operation = "Modify"
	// Delete: the NF lacks what Git declares.
	Delete Operation = "Delete"
)

// Policy says which action is for which difference.
type Policy struct {
	// Mode for what no rule names; empty is Correct.
	Mode Action
	// Rules: the first that matches holds.
	Rules []Rule
}

// Rule is an exception for a path and what is below it.
type Rule struct {
	// Path as in [plan.Rule].
	Path string
	// Operations the rule is for; empty: all.
	Operations []Operation
	Action     Action
}

// Validate returns an error for each rule whose path cannot be read; such rules
// match nothing.
func (p Policy) Validate() []error {
	var errs []error
	for i, r := range p.Rules {
		if _, err := plan.ParsePattern(r.Path); err != nil {
			errs = append(errs, fmt.Errorf("drift rule %d: %w", i+1, err))
		}
	}
	return errs
}

// Entry is one difference, seen from the NF.
type Entry struct {
	Path      string    `json:"path" yaml:"path"`
	Operation Operation `json:"operation" yaml:"operation"`
	// Desired is Git's value, Actual the NF's: canonical, or a digest for what came
	// from a Secret. Both are empty for containers and list entries; for one that
	// was moved, Desired says where it belongs.
	Desired string `json:"desired,omitempty" yaml:"desired,omitempty"`
	Actual  string `json:"actual,omitempty" yaml:"actual,omitempty"`
	// Origin is where the value was declared, e.g.
	// "layer base nf/upf/base.yaml:12 main@sha1:abc".
	Origin string `json:"origin,omitempty" yaml:"origin,omitempty"`
	Action Action `json:"action" yaml:"action"`
}

// Classify returns an entry for every change of a plan that was made at an
// unchanged revision, in the plan's order, but for those to ignore. What is inside
// a list entry that the NF lacks has that entry's action, and what another case of
// a choice displaces the action of that case: one cannot be corrected without the
// other.
func Classify(p *plan.Plan, policy Policy) []Entry {
	rules := compile(policy)
	actions := plan.Decide(p, rules.action, stronger)
	var entries []Entry
	for i, a := range actions {
		if a != Ignore {
			entries = append(entries, entry(&p.Changes[i], a))
		}
	}
	return entries
}

// Split returns the part of the plan that the entries, made from it by Classify,
// say to correct.
func Split(p *plan.Plan, entries []Entry) *plan.Plan {
	correct := make(map[string]bool, len(entries))
	for i := range entries {
		if entries[i].Action == Correct {
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
	if e.Origin != "" {
		s += " (" + e.Origin + ")"
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

type compiled struct {
	mode  Action
	rules []compiledRule
}

type compiledRule struct {
	Rule
	pattern plan.Pattern
}

func compile(p Policy) compiled {
	c := compiled{mode: p.Mode}
	if c.mode == "" {
		c.mode = Correct
	}
	for _, r := range p.Rules {
		if pattern, err := plan.ParsePattern(r.Path); err == nil {
			c.rules = append(c.rules, compiledRule{r, pattern})
		}
	}
	return c
}

func (c compiled) action(ch *plan.Change) Action {
	op := operation(ch.Op)
	for _, r := range c.rules {
		if (len(r.Operations) == 0 || slices.Contains(r.Operations, op)) && r.pattern.Covers(ch) {
			return r.Action
		}
	}
	return c.mode
}

// stronger returns the action that does more.
func stronger(a, b Action) Action {
	for _, x := range []Action{Correct, Report} {
		if a == x || b == x {
			return x
		}
	}
	return Ignore
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

func entry(c *plan.Change, a Action) Entry {
	e := Entry{Path: c.Path, Operation: operation(c.Op), Desired: c.New, Actual: c.Old, Origin: origin(c.Origin), Action: a}
	if c.Moves() {
		e.Desired = c.Insert.String()
	}
	return e
}

// origin returns where a value was declared, as much of it as is known.
func origin(o yang.Origin) string {
	if o.Layer == nil {
		return ""
	}
	s := "layer " + o.Layer.Name
	switch {
	case o.Layer.File != "" && o.Line > 0:
		s += fmt.Sprintf(" %s:%d", o.Layer.File, o.Line)
	case o.Layer.File != "":
		s += " " + o.Layer.File
	case o.Line > 0:
		s += fmt.Sprintf(" line %d", o.Line)
	}
	if o.Layer.Revision != "" {
		s += " " + o.Layer.Revision
	}
	return s
}
