// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package drift

import (
	"strings"
	"time"

	"github.com/strowger/strowger/internal/plan"
)

// Decision is what became of a proposal.
type Decision string

const (
	// Rejected: somebody turned the proposal down; Git's value is put back.
	Rejected Decision = "Rejected"
	// Expired: nobody decided in time; Git's value is put back.
	Expired Decision = "Expired"
	// Merged: Git is about to say what the NF says.
	Merged Decision = "Merged"
)

func (d Decision) corrects() bool { return d == Rejected || d == Expired }

// Bounds of what a report holds of one difference, in bytes.
const (
	MaxPath  = 4096
	MaxValue = 1024
)

// Seen is what an earlier report says of one difference: values and path as a
// report holds them, cut to MaxValue and MaxPath.
type Seen struct {
	Desired, Actual string
	Action          Action
	// First is when it was first seen.
	First time.Time
	// Decision on the proposal of it, empty where nobody decided.
	Decision Decision
}

// Known is what an earlier report says, by path.
type Known map[string]Seen

// of returns what is known of a difference; nil where Git or nobody said so before.
func (k Known) of(path, desired string) *Seen {
	seen, ok := k[Clip(path, MaxPath)]
	if !ok || seen.Desired != Clip(desired, MaxValue) {
		return nil
	}
	return &seen
}

// HoldBack returns what of a plan that Git asked for is to be applied: all but what
// is known to be left as found, and what Git changed nothing about. A list entry or
// presence container that the NF lacks is held back only if Git changed nothing in
// it; what Git declares no more always goes.
func HoldBack(p *plan.Plan, known Known) *plan.Plan {
	return p.Without(func(c *plan.Change) bool {
		if c.Op == plan.Delete && !c.Implied {
			return false
		}
		seen := known.of(c.Path, desired(c))
		return seen != nil && (seen.Action == Adopt || seen.Action == Report)
	})
}

// Clip cuts a text to n bytes at a rune's border.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n-len("…")], "") + "…"
}
