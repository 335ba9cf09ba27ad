// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package rollout_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/rollout"
)

// network is a fleet that lives: members change when they are released, fail, become
// ready late, and Git says something new now and then.
type network struct {
	*run
	random *rand.Rand
	commit int
	// calm: Git says nothing new, and nothing fails.
	calm bool
	// held says for each wave of which rollout its checks held last.
	held map[string]string
	// was is what the places were before.
	asked []string
}

// TestAnyRolloutKeepsItsLimitsAndEnds over random fleets and events.
func TestAnyRolloutKeepsItsLimitsAndEnds(t *testing.T) {
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 6))
		n := &network{run: newRun(t, randomSpec(random)), random: random, held: map[string]string{}}
		for i := range 1 + random.IntN(10) {
			m := waiting(fmt.Sprint("nf-", i), random.IntN(len(n.spec.Waves)))
			n.fleet.add(m)
		}
		for range 150 {
			n.live()
			n.decide()
		}
		n.calm, n.spec.Suspend = true, false
		for step := 0; !n.ended(); step++ {
			if step > 500 {
				t.Fatalf("seed %d: never ends: %s, %s, %s", seed, n.status.Phase, n.places(), n.action.Message)
			}
			n.live()
			n.decide()
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func randomSpec(random *rand.Rand) rollout.Spec {
	spec := rollout.Spec{Settle: time.Second, Revert: random.IntN(2) == 0}
	for i := range 1 + random.IntN(4) {
		w := rollout.Wave{Name: fmt.Sprint("wave-", i), MaxParallel: 1 + random.IntN(3)}
		w.Checks, w.CheckTimeout = random.IntN(2) == 0, 10*time.Second
		w.Pause = time.Duration(random.IntN(3)) * time.Second
		spec.Waves = append(spec.Waves, w)
	}
	return spec
}

func (n *network) ended() bool {
	if n.status.Phase == rollout.Stopped {
		return true
	}
	for _, m := range n.fleet {
		if m.Standing != rollout.Current && m.Standing != rollout.RolledBack {
			return n.status.Phase == rollout.Idle && slices.ContainsFunc(n.fleet.list(), func(m rollout.Member) bool { return m.Standing == rollout.Failed })
		}
	}
	return n.status.Phase == rollout.Idle
}

// live lets something happen to each member.
func (n *network) live() {
	for _, name := range n.names() {
		m := n.fleet[name]
		place := rollout.Place{}
		for _, p := range n.status.Places {
			if p.Name == name {
				place = p
			}
		}
		dice := n.random.IntN(12)
		switch {
		case m.Stale && dice < 6:
			m.Stale = false
			if m.Applied != m.Digest && m.Standing != rollout.Changing {
				m.Standing = rollout.Waiting
			}
		case !n.calm && dice == 11 && n.random.IntN(8) == 0 && m.Standing != rollout.Changing:
			n.commit++
			m.Digest, m.Stale = fmt.Sprint("new-", n.commit), true
			m.Standing = rollout.Waiting
		case slices.Contains(n.asked, name) && dice < 6 && m.Standing != rollout.Waiting && place.Previous != "":
			n.asked = slices.DeleteFunc(n.asked, func(s string) bool { return s == name })
			m.Standing, m.Applied = rollout.RolledBack, place.Previous
		case m.Standing == rollout.Waiting && place.State == rollout.IsReleased && place.Digest == m.Digest && !m.Stale && dice < 6:
			m.Standing, m.Applied = rollout.Changing, ""
		case m.Standing == rollout.Changing && dice < 5:
			m.Standing, m.Applied = rollout.Current, m.Digest
			if dice == 0 {
				m.Standing = rollout.Unready
			}
		case m.Standing == rollout.Changing && dice == 5 && !n.calm:
			m.Standing, m.Applied, m.Why = rollout.Failed, place.Previous, "refused"
		case m.Standing == rollout.Unready && dice < 6:
			m.Standing = rollout.Current
		case m.Standing == rollout.Failed && dice < 4 && !n.calm:
			m.Standing, m.Why = rollout.Waiting, ""
		}
	}
	if !n.calm && n.random.IntN(40) == 0 {
		n.spec.Suspend = !n.spec.Suspend
	}
	n.again = n.random.IntN(20) == 0 && !n.calm
}

func (n *network) names() []string {
	var names []string
	for name := range n.fleet {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// decide lets the rollout decide, does what it asks for, and looks at what it did.
func (n *network) decide() {
	before := n.status
	n.next(time.Duration(n.random.IntN(3)) * 700 * time.Millisecond)
	for n.action.Do == rollout.Check {
		holds := n.calm || n.random.IntN(4) == 0
		if holds {
			n.held[n.status.Wave] = n.status.ID
		}
		n.checks = &rollout.Checked{Holds: holds, Message: "not yet"}
		wave := n.status.Wave
		n.next(0)
		if n.action.Do == rollout.Check && n.status.Wave == wave {
			n.t.Fatalf("asks for the same checks twice")
		}
	}
	switch n.action.Do {
	case rollout.Revert:
		n.asked = append(n.asked, n.action.Names...)
	case rollout.Resume:
		for _, name := range n.action.Names {
			n.fleet[name].Standing = rollout.Waiting
		}
	}
	n.lookAt(before)
}

// lookAt fails the test where more members may change than allowed, or one out of turn.
func (n *network) lookAt(before rollout.Status) {
	n.t.Helper()
	released := map[int]int{}
	for _, p := range n.status.Places {
		m := n.fleet[p.Name]
		if m.Standing == rollout.Changing && p.State != rollout.IsReleased {
			n.t.Errorf("%s is changing and %s", p.Name, p.State)
		}
		if p.State == rollout.IsReleased {
			released[m.Wave]++
		}
		wasReleased := slices.ContainsFunc(before.Places, func(b rollout.Place) bool {
			return b.Name == p.Name && b.State == rollout.IsReleased && b.Digest == p.Digest
		})
		if p.State != rollout.IsReleased || wasReleased {
			continue
		}
		if n.spec.Suspend {
			n.t.Errorf("%s was released while suspended", p.Name)
		}
		for _, other := range n.status.Places {
			o := n.fleet[other.Name]
			if o.Wave >= m.Wave {
				continue
			}
			if other.State != rollout.IsApplied && other.State != rollout.IsUpToDate {
				n.t.Errorf("%s of wave %d was released while %s of wave %d is %s", p.Name, m.Wave, other.Name, o.Wave, other.State)
			}
			w := n.spec.Waves[o.Wave]
			if other.State == rollout.IsApplied && w.Checks && n.held[w.Name] != n.status.ID {
				n.t.Errorf("%s was released before the checks of wave %s held", p.Name, w.Name)
			}
		}
	}
	if len(released) > 1 {
		n.t.Errorf("members of %d waves change at a time", len(released))
	}
	for wave, count := range released {
		if limit := n.spec.Waves[wave].MaxParallel; count > limit {
			n.t.Errorf("%d members of wave %d change at a time, at most %d may", count, wave, limit)
		}
	}
}
