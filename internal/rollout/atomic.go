// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package rollout

import "time"

// An atomic rollout is one transaction over all of its members. Before it is decided
// that the change stays, whoever finds it takes it back; from then on, whoever finds it
// makes it stay.

// Found is the phase in which a rollout goes on that another manager began. held says
// that every member still holds the change, deadline when the first could go back by
// itself.
func Found(phase Phase, held bool, now, deadline time.Time) Phase {
	switch {
	case phase == Preparing || phase == Committing:
		return Reverting
	case phase == Gating && (!held || !now.Before(deadline)):
		return Reverting
	}
	return phase
}

// Gate is what is known of the checks of an atomic rollout.
type Gate struct {
	// Holds says whether all hold now, Since, since when without a break.
	Holds bool
	Since time.Time
	// Window for which they must.
	Window time.Duration
	// DecideBy is the last moment at which there is still time to act.
	DecideBy time.Time
}

// Decide says whether the change stays or goes, or, with Gating, that it is too early
// to say; then until is when to look again at the latest.
func (g Gate) Decide(now time.Time) (next Phase, until time.Time) {
	stable := g.Since.Add(g.Window)
	switch {
	case g.Holds && !now.Before(stable):
		return Confirming, time.Time{}
	case !now.Before(g.DecideBy):
		return Reverting, time.Time{}
	case g.Holds && stable.Before(g.DecideBy):
		return Gating, stable
	}
	return Gating, g.DecideBy
}

// DecideBy leaves a tenth of the time to act, at most five seconds.
func DecideBy(begun, deadline time.Time) time.Time {
	return deadline.Add(-min(deadline.Sub(begun)/10, 5*time.Second))
}
