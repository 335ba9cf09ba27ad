// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package drift

import (
	"fmt"
	"slices"
	"time"

	"github.com/strowger/strowger/internal/plan"
)

// Action is what is done about a difference.
type Action string

const (
	// Correct puts Git's value back, and reports.
	Correct Action = "Correct"
	// Adopt proposes the NF's value in Git, and leaves the NF as it is until that is
	// decided.
	Adopt Action = "Adopt"
	// Report leaves the NF as it is and reports.
	Report Action = "Report"
	// Ignore neither corrects nor reports.
	Ignore Action = "Ignore"
)

// Mode is the action for what no rule names.
type Mode string

const (
	ModeCorrect Mode = "Correct"
	// ModeReview is Adopt, for at most the time of a review.
	ModeReview Mode = "Review"
	ModeReport Mode = "Report"
	ModeIgnore Mode = "Ignore"
)

// DefaultReview is how long mode Review waits for a decision where no time is set.
const DefaultReview = 24 * time.Hour

// Policy says which action is for which difference.
type Policy struct {
	// Mode for what no rule names; empty is ModeCorrect.
	Mode Mode
	// Rules: the first that matches holds.
	Rules []Rule
	// Review is how long what is proposed waits for a decision. 0: DefaultReview for
	// what mode Review proposes, without end for everything else.
	Review time.Duration
	// SuspendUntil is the end of a break-glass window, zero where there is none. What
	// would be corrected is left until then, and proposed afterwards if it was seen
	// before.
	SuspendUntil time.Time

	// Now is when the differences were seen.
	Now time.Time
	// Before is when the NF was compared the time before; zero: not known. What was
	// not there then and is seen after a window that ended meanwhile was, as far as
	// anybody can tell, changed in it.
	Before time.Time
	// Known is what was reported of the present drift before; Rest what is known of
	// those differences for which the report had no room.
	Known Known
	Rest  Seen
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

// Suspended says that a break-glass window is open.
func (p Policy) Suspended() bool { return p.Now.Before(p.SuspendUntil) }

// verdict is what is done about one change, with what leads to it.
type verdict struct {
	action   Action
	decision Decision
	decideBy time.Time
}

// Stages in the order of how much is done.
const (
	ignores = iota
	reports
	proposes
	corrects
)

func (v verdict) weight() int {
	switch {
	case v.action == Correct || v.decision.corrects():
		return corrects
	case v.action == Adopt:
		return proposes
	case v.action == Report:
		return reports
	}
	return ignores
}

// stronger returns the verdict that does more.
func stronger(a, b verdict) verdict {
	if b.weight() > a.weight() {
		return b
	}
	return a
}

// compiled is a Policy ready to judge.
type compiled struct {
	Policy
	rules []compiledRule
}

type compiledRule struct {
	Rule
	pattern plan.Pattern
}

func compile(p Policy) compiled {
	c := compiled{Policy: p}
	if c.Mode == "" {
		c.Mode = ModeCorrect
	}
	for _, r := range p.Rules {
		if pattern, err := plan.ParsePattern(r.Path); err == nil {
			c.rules = append(c.rules, compiledRule{r, pattern})
		}
	}
	return c
}

// asked returns what rules and mode say, and how long a proposal waits; 0: without end.
func (c *compiled) asked(ch *plan.Change) (Action, time.Duration) {
	op := operation(ch.Op)
	for _, r := range c.rules {
		if (len(r.Operations) == 0 || slices.Contains(r.Operations, op)) && r.pattern.Covers(ch) {
			return r.Action, c.Review
		}
	}
	if c.Mode != ModeReview {
		return Action(c.Mode), c.Review
	}
	if c.Review > 0 {
		return Adopt, c.Review
	}
	return Adopt, DefaultReview
}

// judge says what is done about a change of a class.
func (c *compiled) judge(ch *plan.Change, class Class) verdict {
	known := c.Known.of(ch.Path, desired(ch))
	first := c.firstSeen(known)
	action, wait := c.asked(ch)
	if action == Correct {
		switch {
		case class == Unmanaged, c.Suspended():
			action = Report
		case !c.SuspendUntil.IsZero() && !first.After(c.SuspendUntil):
			action = Adopt
		}
	}
	if action != Adopt {
		return verdict{action: action}
	}
	v := verdict{action: Adopt}
	switch {
	case known == nil:
		v.decision = c.Rest.Decision
	case known.Actual == Clip(ch.Old, MaxValue):
		v.decision = known.Decision
	}
	if wait > 0 && v.decision != Merged {
		v.decideBy = first.Add(wait)
		if v.decision == "" && !c.Now.Before(v.decideBy) {
			v.decision = Expired
		}
	}
	switch {
	case v.decision.corrects() && class == Unmanaged && known != nil && known.Action == Report:
		return verdict{action: Report} // see Settle
	case v.decision.corrects() && c.Suspended():
		v.decision = ""
	}
	return v
}

// firstSeen is when a difference was first seen, to the second.
func (c *compiled) firstSeen(known *Seen) time.Time {
	now := c.Now.Truncate(time.Second)
	if !c.Suspended() && !now.After(c.SuspendUntil) {
		now = now.Add(time.Second) // the window ended within this second
	}
	switch {
	case known != nil && !known.First.IsZero():
		return known.First
	case known == nil && !c.Rest.First.IsZero():
		return c.Rest.First
	case c.Before.IsZero() || c.Suspended() || c.Before.After(c.SuspendUntil):
		return now
	}
	return c.SuspendUntil // changed in the window, as far as anybody can tell
}
