// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package rollout_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/rollout"
)

// start is when each test begins.
var start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// two waves, and the rest.
func twoWaves() rollout.Spec {
	return rollout.Spec{Settle: time.Second, Waves: []rollout.Wave{
		{Name: "canary", MaxParallel: 1}, {Name: "edge", MaxParallel: 2}, {MaxParallel: 1},
	}}
}

// fleet is what members are, by name.
type fleet map[string]*rollout.Member

func (f fleet) list() []rollout.Member {
	var out []rollout.Member
	for _, m := range f {
		out = append(out, *m)
	}
	return out
}

// waiting is a member of a wave that waits with a change from old to new.
func waiting(name string, wave int) *rollout.Member {
	return &rollout.Member{Name: name, Wave: wave, Standing: rollout.Waiting, Digest: "new", Applied: "old", Revision: "main@2", AppliedRevision: "main@1"}
}

func (f fleet) add(members ...*rollout.Member) fleet {
	for _, m := range members {
		f[m.Name] = m
	}
	return f
}

// arrive: a member is what it was to be.
func (f fleet) arrive(names ...string) {
	for _, n := range names {
		f[n].Standing, f[n].Applied = rollout.Current, f[n].Digest
	}
}

// run is a rollout that a test drives.
type run struct {
	t      *testing.T
	spec   rollout.Spec
	status rollout.Status
	fleet  fleet
	now    time.Time
	again  bool
	checks *rollout.Checked
	action rollout.Action
}

func newRun(t *testing.T, spec rollout.Spec, members ...*rollout.Member) *run {
	return &run{t: t, spec: spec, fleet: fleet{}.add(members...), now: start}
}

// next decides once, after some time.
func (r *run) next(after time.Duration) *run {
	r.now = r.now.Add(after)
	r.status, r.action = rollout.Next(r.spec, r.status, rollout.Seen{
		Now: r.now, Members: r.fleet.list(), ID: fmt.Sprint("id-", r.now.Unix()), Again: r.again, Checked: r.checks,
	})
	r.again, r.checks = false, nil
	return r
}

// places is "a=Applied b=Waiting", in order.
func (r *run) places() string {
	var out []string
	for _, p := range r.status.Places {
		out = append(out, p.Name+"="+string(p.State))
	}
	return strings.Join(out, " ")
}

func (r *run) expect(phase rollout.Phase, do rollout.Do, places string) {
	r.t.Helper()
	if r.status.Phase != phase || r.action.Do != do || r.places() != places {
		r.t.Errorf("phase %s, action %d (%s), members %s; want %s, %d, %s",
			r.status.Phase, r.action.Do, r.action.Message, r.places(), phase, do, places)
	}
}

func TestWavesInTheirOrder(t *testing.T) {
	r := newRun(t, twoWaves(), waiting("c", 2), waiting("a", 0), waiting("b1", 1), waiting("b2", 1), waiting("b3", 1))
	r.next(0).expect(rollout.Idle, rollout.Wait, "a=Waiting b1=Waiting b2=Waiting b3=Waiting c=Waiting")
	if want := start.Add(time.Second); !r.action.Until.Equal(want) {
		t.Errorf("settles until %s, want %s", r.action.Until, want)
	}
	r.next(time.Second).expect(rollout.Progressing, rollout.Release, "a=Released b1=Waiting b2=Waiting b3=Waiting c=Waiting")
	if r.status.ID == "" || r.status.Started.IsZero() {
		t.Errorf("begun as %+v", r.status)
	}
	r.fleet["a"].Standing = rollout.Changing
	r.next(time.Second).expect(rollout.Progressing, rollout.Wait, "a=Released b1=Waiting b2=Waiting b3=Waiting c=Waiting")
	r.fleet.arrive("a")
	r.next(time.Second).expect(rollout.Progressing, rollout.Release, "a=Applied b1=Released b2=Released b3=Waiting c=Waiting")
	if want := "Wave 2 of 3: 0 of 3 members done"; r.action.Message != want {
		t.Errorf("says %q, want %q", r.action.Message, want)
	}
	r.fleet.arrive("b2")
	r.next(time.Second).expect(rollout.Progressing, rollout.Release, "a=Applied b1=Released b2=Applied b3=Released c=Waiting")
	r.fleet.arrive("b1", "b3")
	r.next(time.Second).expect(rollout.Progressing, rollout.Release, "a=Applied b1=Applied b2=Applied b3=Applied c=Released")
	// Applied is not enough: it must be ready.
	r.fleet["c"].Standing, r.fleet["c"].Applied = rollout.Unready, "new"
	r.next(time.Second).expect(rollout.Progressing, rollout.Wait, "a=Applied b1=Applied b2=Applied b3=Applied c=Released")
	r.fleet.arrive("c")
	r.next(time.Second).expect(rollout.Idle, rollout.Wait, "a=Applied b1=Applied b2=Applied b3=Applied c=Applied")
	if r.status.Completed.IsZero() {
		t.Error("not completed")
	}
}

// TestWhatKeepsARolloutFromBeginning in each strategy.
func TestWhatKeepsARolloutFromBeginning(t *testing.T) {
	for _, c := range []struct {
		name          string
		change        func(*rollout.Member)
		waves, atomic bool
	}{
		{"current", func(m *rollout.Member) { m.Standing = rollout.Current }, true, true},
		{"not ready", func(m *rollout.Member) { m.Standing = rollout.Unready }, true, true},
		{"unknown", func(m *rollout.Member) { m.Standing, m.Digest = rollout.Unknown, "" }, true, false},
		{"rolled back", func(m *rollout.Member) { m.Standing = rollout.RolledBack }, true, false},
		{"failed", func(m *rollout.Member) { m.Standing, m.Why = rollout.Failed, "no such node" }, false, false},
		{"changing", func(m *rollout.Member) { m.Standing = rollout.Changing }, false, false},
		{"stale", func(m *rollout.Member) { m.Stale = true }, false, false},
	} {
		for _, atomic := range []bool{false, true} {
			spec := twoWaves()
			spec.Atomic = atomic
			other := waiting("b", 1)
			c.change(other)
			r := newRun(t, spec, waiting("a", 0), other)
			r.next(0).next(2 * time.Second)
			want, phase := c.waves, rollout.Progressing
			if atomic {
				want, phase = c.atomic, rollout.Preparing
			}
			if got := r.status.Phase == phase; got != want {
				t.Errorf("%s, atomic %t: begun %t, want %t: %s", c.name, atomic, got, want, r.action.Message)
			}
		}
	}
}

func TestSettleBeginsAnewWithEachChange(t *testing.T) {
	r := newRun(t, twoWaves(), waiting("a", 0), waiting("b", 1))
	r.next(0)
	r.fleet["b"].Digest = "newer"
	r.next(900*time.Millisecond).expect(rollout.Idle, rollout.Wait, "a=Waiting b=Waiting")
	r.next(900*time.Millisecond).expect(rollout.Idle, rollout.Wait, "a=Waiting b=Waiting")
	r.next(100*time.Millisecond).expect(rollout.Progressing, rollout.Release, "a=Released b=Waiting")
}

func TestStopLeavesWhatWasChanged(t *testing.T) {
	r := newRun(t, twoWaves(), waiting("a", 0), waiting("b1", 1), waiting("b2", 1), waiting("b3", 1))
	r.next(0).next(time.Second)
	r.fleet.arrive("a")
	r.next(0)
	r.fleet["b1"].Standing, r.fleet["b1"].Why = rollout.Failed, "refused"
	r.fleet["b2"].Standing = rollout.Changing
	r.next(0).expect(rollout.Stopped, rollout.Wait, "a=Applied b1=Failed b2=Released b3=Waiting")
	if !strings.Contains(r.status.Reason, "b1: refused") {
		t.Errorf("reason %q", r.status.Reason)
	}
	// What was under way ends; nothing else begins, however long one waits.
	r.fleet.arrive("b2")
	r.fleet["b1"].Standing = rollout.Waiting
	r.next(time.Hour).expect(rollout.Stopped, rollout.Wait, "a=Applied b1=Failed b2=Applied b3=Waiting")
	r.next(time.Hour).expect(rollout.Stopped, rollout.Wait, "a=Applied b1=Failed b2=Applied b3=Waiting")

	t.Run("a request begins anew", func(t *testing.T) {
		r := *r
		r.again = true
		r.next(0).next(time.Second).expect(rollout.Progressing, rollout.Release, "a=Applied b1=Released b2=Applied b3=Released")
	})
	t.Run("so does a commit", func(t *testing.T) {
		r := *r
		r.fleet["b1"].Digest = "newer"
		r.next(0).next(time.Second).expect(rollout.Progressing, rollout.Release, "a=Applied b1=Released b2=Applied b3=Released")
	})
}

func TestRevertBringsBackWhatWasChanged(t *testing.T) {
	spec := twoWaves()
	spec.Revert = true
	first := waiting("b3", 1)
	first.Applied = ""
	r := newRun(t, spec, waiting("a", 0), waiting("b1", 1), waiting("b2", 1), first)
	r.next(0).next(time.Second)
	r.fleet.arrive("a")
	r.next(0)
	r.fleet["b1"].Standing, r.fleet["b1"].Why = rollout.Failed, "refused"
	r.fleet["b2"].Standing = rollout.Changing
	r.next(0).expect(rollout.Reverting, rollout.Revert, "a=Applied b1=Failed b2=Released b3=Waiting")
	if len(r.action.Names) != 1 || r.action.Names[0] != "a" {
		t.Errorf("asks %v to go back, want a", r.action.Names)
	}
	r.fleet["a"].Standing, r.fleet["a"].Applied = rollout.RolledBack, "old"
	r.fleet.arrive("b2")
	r.next(0).expect(rollout.Reverting, rollout.Revert, "a=Reverted b1=Failed b2=Applied b3=Waiting")
	if len(r.action.Names) != 1 || r.action.Names[0] != "b2" {
		t.Errorf("asks %v to go back, want b2", r.action.Names)
	}
	r.fleet["b2"].Standing, r.fleet["b2"].Applied = rollout.RolledBack, "old"
	r.next(0).expect(rollout.Stopped, rollout.Wait, "a=Reverted b1=Failed b2=Reverted b3=Waiting")

	// Asked to try again, those that went back are brought forward first.
	r.again = true
	r.fleet["b1"].Standing = rollout.Waiting
	r.next(0).expect(rollout.Idle, rollout.Resume, "a=Waiting b1=Failed b2=Waiting b3=Waiting")
	if len(r.action.Names) != 2 {
		t.Errorf("brings %v forward, want a and b2", r.action.Names)
	}
}

func TestChecksAndPauseAfterAWave(t *testing.T) {
	spec := twoWaves()
	spec.Waves[0].Checks, spec.Waves[0].CheckTimeout, spec.Waves[0].Pause = true, time.Minute, time.Minute
	begun := func() *run {
		r := newRun(t, spec, waiting("a", 0), waiting("b", 1))
		r.next(0).next(time.Second)
		r.fleet.arrive("a")
		r.next(0).expect(rollout.Progressing, rollout.Check, "a=Applied b=Waiting")
		r.checks = &rollout.Checked{Message: "no sessions"}
		r.next(0).expect(rollout.Progressing, rollout.Wait, "a=Applied b=Waiting")
		return r
	}
	r := begun()
	r.checks = &rollout.Checked{Holds: true}
	r.next(10*time.Second).expect(rollout.Progressing, rollout.Wait, "a=Applied b=Waiting")
	if got := r.status.PausedUntil.Sub(r.now); got < time.Minute || got > time.Minute+time.Second {
		t.Errorf("pauses for %s", got)
	}
	r.next(30*time.Second).expect(rollout.Progressing, rollout.Wait, "a=Applied b=Waiting")
	r.next(31*time.Second).expect(rollout.Progressing, rollout.Release, "a=Applied b=Released")

	r = begun()
	r.checks = &rollout.Checked{Message: "no sessions"}
	r.next(time.Minute).expect(rollout.Stopped, rollout.Wait, "a=Applied b=Waiting")
	// A change of the second wave does not get around the checks of the first.
	r.fleet["b"].Digest = "newer"
	r.next(0).next(time.Second).expect(rollout.Progressing, rollout.Check, "a=Applied b=Waiting")
}

func TestANewCommitBeginsAnewWhenWhatIsUnderWayEnded(t *testing.T) {
	r := newRun(t, twoWaves(), waiting("a", 0), waiting("b1", 1), waiting("b2", 1))
	r.next(0).next(time.Second)
	r.fleet["a"].Standing, r.fleet["b1"].Digest = rollout.Changing, "newer"
	r.next(0).expect(rollout.Progressing, rollout.Wait, "a=Released b1=Waiting b2=Waiting")
	r.fleet.arrive("a")
	r.next(0).expect(rollout.Idle, rollout.Wait, "a=Applied b1=Waiting b2=Waiting")
	before := r.status.ID
	r.next(time.Second).expect(rollout.Progressing, rollout.Release, "a=Applied b1=Released b2=Released")
	if r.status.ID == before || r.status.Places[1].Digest != "newer" {
		t.Errorf("id %s after %s, %+v", r.status.ID, before, r.status.Places[1])
	}
}

func TestSuspendEndsWhatIsUnderWay(t *testing.T) {
	r := newRun(t, twoWaves(), waiting("a", 0), waiting("b", 1))
	r.next(0).next(time.Second)
	r.spec.Suspend = true
	r.fleet["a"].Standing = rollout.Changing
	r.next(0).expect(rollout.Progressing, rollout.Wait, "a=Released b=Waiting")
	r.fleet.arrive("a")
	r.next(0).expect(rollout.Idle, rollout.Wait, "a=Applied b=Waiting")
	r.next(time.Hour).expect(rollout.Idle, rollout.Wait, "a=Applied b=Waiting")
	r.spec.Suspend = false
	r.next(0).expect(rollout.Progressing, rollout.Release, "a=Applied b=Released")
}

func TestAtomicBegins(t *testing.T) {
	spec := twoWaves()
	spec.Atomic = true
	done := waiting("c", 2)
	done.Standing, done.Applied = rollout.Current, "new"
	r := newRun(t, spec, waiting("a", 0), waiting("b", 1), done)
	r.next(0).next(time.Second).expect(rollout.Preparing, rollout.Begin, "a=Waiting b=Waiting c=UpToDate")
	if p := r.status.Places[0]; p.Digest != "new" || p.Previous != "old" || p.Revision != "main@2" || p.PreviousRevision != "main@1" {
		t.Errorf("place %+v", p)
	}
}

func TestFoundByAnotherManager(t *testing.T) {
	deadline := start.Add(time.Minute)
	for _, c := range []struct {
		phase rollout.Phase
		held  bool
		now   time.Time
		want  rollout.Phase
	}{
		{rollout.Preparing, true, start, rollout.Reverting},
		{rollout.Committing, true, start, rollout.Reverting},
		{rollout.Gating, true, start, rollout.Gating},
		{rollout.Gating, false, start, rollout.Reverting},
		{rollout.Gating, true, deadline, rollout.Reverting},
		{rollout.Confirming, false, deadline, rollout.Confirming},
		{rollout.Reverting, true, start, rollout.Reverting},
	} {
		if got := rollout.Found(c.phase, c.held, c.now, deadline); got != c.want {
			t.Errorf("%s, held %t, at %s: %s, want %s", c.phase, c.held, c.now, got, c.want)
		}
	}
}

func TestGate(t *testing.T) {
	deadline := start.Add(time.Minute)
	by := rollout.DecideBy(start, deadline)
	if got := deadline.Sub(by); got != 5*time.Second {
		t.Errorf("keeps %s to act, want 5s", got)
	}
	if got := start.Add(10 * time.Second).Sub(rollout.DecideBy(start, start.Add(10*time.Second))); got != time.Second {
		t.Errorf("keeps %s of 10s to act, want 1s", got)
	}
	for _, c := range []struct {
		name   string
		holds  bool
		window time.Duration
		after  time.Duration
		want   rollout.Phase
		until  time.Duration
	}{
		{"holds", true, 0, 0, rollout.Confirming, 0},
		{"holds, not long enough", true, 10 * time.Second, 5 * time.Second, rollout.Gating, 10 * time.Second},
		{"holds long enough", true, 10 * time.Second, 10 * time.Second, rollout.Confirming, 0},
		{"does not hold", false, 0, 5 * time.Second, rollout.Gating, 55 * time.Second},
		{"too late", false, 0, 55 * time.Second, rollout.Reverting, 0},
		{"window too long", true, time.Hour, 55 * time.Second, rollout.Reverting, 0},
	} {
		next, until := rollout.Gate{Holds: c.holds, Since: start, Window: c.window, DecideBy: by}.Decide(start.Add(c.after))
		if next != c.want || !until.IsZero() && !until.Equal(start.Add(c.until)) {
			t.Errorf("%s: %s until %s, want %s until %s", c.name, next, until, c.want, c.until)
		}
	}
}
