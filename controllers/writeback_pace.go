// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import "time"

// The spacing of pushes to one repository.
const (
	firstSpacing = time.Second
	mostSpacing  = 16 * time.Second
	mostBackoff  = 2 * time.Minute
)

// pace spaces the pushes to one repository: the first of a quiet time goes at once,
// and each that follows closely waits twice as long as the one before. So what comes
// in a storm gathers into few pushes, and a single drift waits for none. The zero
// value has not pushed yet.
type pace struct {
	// last is when the last attempt ended, spacing how long the next waits from then.
	last    time.Time
	spacing time.Duration
	failing bool
}

// wait is how long the next push has to wait.
func (p *pace) wait(now time.Time) time.Duration {
	return max(p.last.Add(p.spacing).Sub(now), 0)
}

// pushed notes a push that succeeded. What counts is when it began: one that takes long,
// because there is much of it, is no sign of quiet.
func (p *pace) pushed(began, now time.Time) {
	busy := !p.failing && p.spacing > 0 && began.Sub(p.last) <= 2*p.spacing
	p.failing = false
	p.space(now, busy, mostSpacing)
}

// failed notes an attempt that failed, after which the next one waits ever longer.
func (p *pace) failed(now time.Time) {
	p.space(now, p.failing, mostBackoff)
	p.failing = true
}

// reset forgets failures: something changed that may have mended them.
func (p *pace) reset() {
	if p.failing {
		*p = pace{}
	}
}

func (p *pace) space(now time.Time, longer bool, most time.Duration) {
	p.last = now
	if !longer {
		p.spacing = firstSpacing
		return
	}
	p.spacing = min(2*p.spacing, most)
}
