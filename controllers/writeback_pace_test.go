// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestPaceOfAStorm: what comes within ten seconds is in Git with a few pushes.
func TestPaceOfAStorm(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	var p pace
	var pushes []time.Duration
	last := 10 * time.Second
	for at := time.Duration(0); at <= time.Minute; at += 100 * time.Millisecond {
		now := start.Add(at)
		arrived := at <= last || len(pushes) > 0 && pushes[len(pushes)-1] < last
		if arrived && p.wait(now) == 0 {
			pushes = append(pushes, at)
			p.pushed(now, now)
		}
	}
	want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second}
	if diff := cmp.Diff(want, pushes); diff != "" {
		t.Errorf("pushes at: %s", diff)
	}
}

// TestPaceOfSlowPushes: that pushes take long does not make more of them.
func TestPaceOfSlowPushes(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	var p pace
	for i, want := range []time.Duration{firstSpacing, 2 * firstSpacing, 4 * firstSpacing, 8 * firstSpacing} {
		began := now.Add(p.wait(now))
		now = began.Add(5 * time.Second)
		p.pushed(began, now)
		if p.spacing != want {
			t.Errorf("after push %d the next waits %s, want %s", i+1, p.spacing, want)
		}
	}
}

func TestPaceOfAQuietRepository(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	var p pace
	for range 5 {
		if wait := p.wait(now); wait != 0 {
			t.Fatalf("a single drift waits %s", wait)
		}
		p.pushed(now, now)
		now = now.Add(time.Minute)
	}
}

func TestPaceOfFailures(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	var p pace
	var waits []time.Duration
	for range 10 {
		p.failed(now)
		waits = append(waits, p.wait(now))
		now = now.Add(p.wait(now))
	}
	if waits[0] != firstSpacing || waits[1] != 2*firstSpacing || waits[9] != mostBackoff {
		t.Errorf("it waits %v", waits)
	}
	p.reset()
	if wait := p.wait(now); wait != 0 {
		t.Errorf("what was mended waits %s", wait)
	}
	p.pushed(now, now)
	if wait := p.wait(now); wait != firstSpacing {
		t.Errorf("after a success it waits %s", wait)
	}
}
