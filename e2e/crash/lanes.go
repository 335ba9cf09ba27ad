// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/strowger/strowger/internal/crash"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// atRandom is the time within which random kills befall a change, which is over by then
// unless it was late itself.
const atRandom = 1500 * time.Millisecond

// Bounded are the lanes of make test: each step once, of the strongest procedure, and some
// of the others.
func Bounded() []Lane {
	return []Lane{
		{Name: "persistent", Kinds: []Kind{Persistent}, Faults: func(seen Rehearsal, dice *rand.Rand) []Fault {
			return slices.Concat(
				[]Fault{ServerRestarts()},
				kills(crash.Steps(), isSingle, 0),
				[]Fault{DeadAt(crash.Committed, 0), LockHeld(), CandidateDirty(), ChangedMeanwhile()},
				randomKills(dice, 6),
			)
		}},
		{Name: "dropped", Kinds: []Kind{Persistent}, Faults: func(seen Rehearsal, dice *rand.Rand) []Fault {
			return append(Dropped(seen, "commit", netconftest.DropWithin), Unreachable(), LeaderChanges(true), LeaderChanges(false))
		}},
		{Name: "3 persistent", Kinds: []Kind{Persistent, Persistent, Persistent}, Atomic: true, Faults: func(seen Rehearsal, dice *rand.Rand) []Fault {
			return slices.Concat(
				kills(crash.Steps(), isRollout, 1),
				[]Fault{
					Between(crash.RolloutMemberCommitted, backAtOnce), Between(crash.RolloutMemberConfirmed, backLate),
					Between(crash.RolloutMemberConfirmed, refusing), DeadAt(crash.RolloutAllCommitted, 0),
					Refused("edit-config"), Refused("commit"), ServerRestarts(),
				},
				randomKills(dice, 5),
			)
		}},
		{Name: "mixed", Kinds: []Kind{Persistent, Session, RunningOnly}, Atomic: true, Faults: few(
			crash.RolloutMemberCommitted, crash.RolloutMemberConfirmed, crash.RolloutMemberReverted)},
		{Name: "session", Kinds: []Kind{Session}, Faults: few(crash.Committed, crash.DecidedToConfirm, crash.Reverted)},
		{Name: "candidate", Kinds: []Kind{Candidate}, Faults: few(crash.Committed, crash.Confirmed, crash.DecidedToRevert)},
		{Name: "running-only", Kinds: []Kind{RunningOnly}, Faults: few(crash.Committed, crash.Confirmed, crash.DecidedToRevert)},
		{Name: "losing", Kinds: []Kind{Losing}, Faults: few(crash.Committed, crash.DecidedToConfirm)},
		{Name: "netconfd", Kinds: []Kind{Netconfd}, Faults: few(crash.Prepared, crash.Committed, crash.Confirmed, crash.DecidedToRevert)},
	}
}

// Long are the lanes of make soak: everything with all sorts of devices.
func Long() []Lane {
	var out []Lane
	for _, kind := range Kinds() {
		out = append(out, Lane{Name: string(kind), Kinds: []Kind{kind}, Faults: func(seen Rehearsal, dice *rand.Rand) []Fault {
			return shuffled(dice, everything(seen, dice, isSingle, kind))
		}})
	}
	for _, together := range []Lane{
		{Name: "3 persistent", Kinds: []Kind{Persistent, Persistent, Persistent}},
		{Name: "mixed", Kinds: []Kind{Persistent, Session, RunningOnly}},
		{Name: "3 netconfd", Kinds: []Kind{Netconfd, Netconfd, Netconfd}},
	} {
		together.Atomic = true
		together.Faults = func(seen Rehearsal, dice *rand.Rand) []Fault {
			return shuffled(dice, everything(seen, dice, isRollout, together.Kinds...))
		}
		out = append(out, together)
	}
	return out
}

// everything that can befall devices, the last of which is of the last kind.
func everything(seen Rehearsal, dice *rand.Rand, which func(crash.Step) bool, kinds ...Kind) []Fault {
	kind := kinds[len(kinds)-1]
	out := slices.Concat(kills(crash.Steps(), which, 0), randomKills(dice, 15),
		[]Fault{ServerRestarts(), ServerAway(), LeaderChanges(true), LeaderChanges(false), Busy(pauses(dice))})
	if len(kinds) > 1 {
		out = append(out, DeadAt(crash.RolloutAllCommitted, 0))
		for after := range len(kinds) - 1 {
			out = slices.Concat(out, kills(crash.Steps(), isMember, 1+after))
		}
	} else if kind.selfReverting() {
		out = append(out, DeadAt(crash.Committed, 0), DeadAt(crash.GatingWritten, 0))
	}
	if kind == Netconfd {
		return out
	}
	out = slices.Concat(out, Dropped(seen, "", netconftest.DropBefore, netconftest.DropWithin, netconftest.DropAfter, netconftest.CutReply),
		[]Fault{LockHeld(), ChangedMeanwhile(), Unreachable()})
	if kind != RunningOnly {
		out = append(out, CandidateDirty())
	}
	if len(kinds) > 1 {
		out = append(out, Refused("edit-config"), Between(crash.RolloutMemberConfirmed, backLate), Between(crash.RolloutMemberConfirmed, refusing))
		for _, step := range slices.DeleteFunc(crash.Steps(), func(s crash.Step) bool { return !isMember(s) }) {
			out = append(out, Between(step, backAtOnce))
		}
	}
	return out
}

func few(steps ...crash.Step) func(Rehearsal, *rand.Rand) []Fault {
	return func(_ Rehearsal, dice *rand.Rand) []Fault {
		after := 0
		if isRollout(steps[0]) {
			after = 1
		}
		return append(kills(steps, func(crash.Step) bool { return true }, after), randomKills(dice, 1)...)
	}
}

// kills at each of the steps, those of members when so many others passed them.
func kills(steps []crash.Step, which func(crash.Step) bool, after int) []Fault {
	var out []Fault
	for _, step := range steps {
		switch {
		case !which(step):
		case isMember(step):
			out = append(out, KillAt(step, after))
		default:
			out = append(out, KillAt(step, 0))
		}
	}
	return out
}

func isRollout(s crash.Step) bool { return strings.HasPrefix(string(s), "rollout-") }
func isSingle(s crash.Step) bool  { return !isRollout(s) }
func isMember(s crash.Step) bool  { return strings.HasPrefix(string(s), "rollout-member-") }

// randomKills spread over a change, one whose gate fails among three.
func randomKills(dice *rand.Rand, n int) []Fault {
	var out []Fault
	for i := range n {
		when := time.Duration(dice.Int64N(int64(atRandom)))
		switch {
		case i%3 == 2:
			out = append(out, KillAfter(when*3, "gate fails"))
		case i%5 == 4:
			out = append(out, KillAfter(when/3, "plain"))
		default:
			out = append(out, KillAfter(when, "gated"))
		}
	}
	return out
}

func pauses(dice *rand.Rand) []time.Duration {
	out := make([]time.Duration, 10)
	for i := range out {
		out[i] = time.Duration(dice.Int64N(int64(300 * time.Millisecond)))
	}
	return out
}

func shuffled(dice *rand.Rand, faults []Fault) []Fault {
	dice.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
	return faults
}
