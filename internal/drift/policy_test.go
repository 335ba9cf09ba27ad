// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package drift

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

// now is when the tests see what differs; the other times are told from it.
var now = time.Date(2026, 1, 1, 12, 0, 0, 500, time.UTC)

func ago(d time.Duration) time.Time { return now.Truncate(time.Second).Add(-d) }

func hostOnly(t *testing.T) *plan.Plan {
	s := testSchema(t)
	return plan.Diff(testTree(t, s, "/t:sys/host = a"), testTree(t, s, "/t:sys/host = b"), plan.Inventory{}, plan.Options{})
}

func TestPolicy(t *testing.T) {
	adopt := []Rule{{Path: "/t:sys/host", Action: Adopt}}
	seen := func(d time.Duration, decision Decision) Known {
		return Known{"/t:sys/host": {Desired: "a", Actual: "b", Action: Adopt, First: ago(d), Decision: decision}}
	}
	type outcome struct {
		Action   Action
		Decision Decision
		Corrects bool
		First    time.Time
		DecideBy time.Time
	}
	for _, tc := range []struct {
		name   string
		policy Policy
		want   outcome
	}{
		{"review", Policy{Mode: ModeReview}, outcome{Adopt, "", false, ago(0), ago(-24 * time.Hour)}},
		{"review for a time", Policy{Mode: ModeReview, Review: time.Hour}, outcome{Adopt, "", false, ago(0), ago(-time.Hour)}},
		{"review goes on", Policy{Mode: ModeReview, Known: seen(23*time.Hour, "")}, outcome{Adopt, "", false, ago(23 * time.Hour), ago(-time.Hour)}},
		{"review is over", Policy{Mode: ModeReview, Known: seen(24*time.Hour, "")}, outcome{Adopt, Expired, true, ago(24 * time.Hour), ago(0)}},
		{"a merged proposal is not over", Policy{Mode: ModeReview, Known: seen(48*time.Hour, Merged)}, outcome{Adopt, Merged, false, ago(48 * time.Hour), time.Time{}}},
		{"rejected", Policy{Mode: ModeReview, Known: seen(time.Hour, Rejected)}, outcome{Adopt, Rejected, true, ago(time.Hour), ago(-23 * time.Hour)}},
		{"rejected, but it is another value", Policy{Mode: ModeReview, Known: Known{"/t:sys/host": {Desired: "a", Actual: "c", First: ago(time.Hour), Decision: Rejected}}},
			outcome{Adopt, "", false, ago(time.Hour), ago(-23 * time.Hour)}},
		{"Git wants another value", Policy{Mode: ModeReview, Known: Known{"/t:sys/host": {Desired: "x", Actual: "b", First: ago(time.Hour), Decision: Rejected}}},
			outcome{Adopt, "", false, ago(0), ago(-24 * time.Hour)}},
		{"a rule waits without end", Policy{Rules: adopt, Known: seen(1000*time.Hour, "")}, outcome{Adopt, "", false, ago(1000 * time.Hour), time.Time{}}},
		{"a rule with a time", Policy{Rules: adopt, Review: time.Hour, Known: seen(2*time.Hour, "")}, outcome{Adopt, Expired, true, ago(2 * time.Hour), ago(time.Hour)}},
		{"a decision counts only for what is proposed", Policy{Mode: ModeReport, Known: seen(time.Hour, Rejected)}, outcome{Report, "", false, ago(time.Hour), time.Time{}}},

		{"in the window", Policy{SuspendUntil: ago(-time.Hour)}, outcome{Report, "", false, ago(0), time.Time{}}},
		{"a rejected proposal in the window", Policy{Rules: adopt, SuspendUntil: ago(-time.Hour), Known: seen(time.Hour, Rejected)}, outcome{Adopt, "", false, ago(time.Hour), time.Time{}}},
		{"seen in the window", Policy{SuspendUntil: ago(time.Hour), Known: seen(2*time.Hour, "")}, outcome{Adopt, "", false, ago(2 * time.Hour), time.Time{}}},
		{"rejected after the window", Policy{SuspendUntil: ago(time.Hour), Known: seen(2*time.Hour, Rejected)}, outcome{Adopt, Rejected, true, ago(2 * time.Hour), time.Time{}}},
		{"changed between the last look in the window and its end", Policy{SuspendUntil: ago(time.Second), Before: ago(time.Minute)}, outcome{Adopt, "", false, ago(time.Second), time.Time{}}},
		{"changed after the window", Policy{SuspendUntil: ago(time.Hour), Before: ago(time.Minute)}, outcome{Correct, "", true, ago(0), time.Time{}}},
		{"changed in the second in which the window ended", Policy{SuspendUntil: ago(0), Before: now.Add(-100)}, outcome{Correct, "", true, ago(-time.Second), time.Time{}}},
		{"after the window, with nothing known", Policy{SuspendUntil: ago(time.Hour)}, outcome{Correct, "", true, ago(0), time.Time{}}},
		{"the window changes nothing about what is reported", Policy{Mode: ModeReport, SuspendUntil: ago(-time.Hour)}, outcome{Report, "", false, ago(0), time.Time{}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := hostOnly(t)
			tc.policy.Now = now
			entries := Classify(p, tc.policy)
			if len(entries) != 1 {
				t.Fatalf("%d entries", len(entries))
			}
			e := entries[0]
			if d := cmp.Diff(tc.want, outcome{e.Action, e.Decision, e.Corrects(), e.FirstSeen, e.DecideBy}); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if split := Split(p, entries); split.Empty() == e.Corrects() {
				t.Errorf("%s to correct", split.Summary())
			}
			if proposed := Proposed(entries); (proposed != "") != (e.Action == Adopt) || proposed != "" && proposed != Digest(entries) {
				t.Errorf("proposed %q", proposed)
			}
		})
	}
}

// TestWhatNobodyDeclaredIsNeverCorrected, whatever policy and decisions say.
func TestWhatNobodyDeclaredIsNeverCorrected(t *testing.T) {
	s := testSchema(t)
	found, _ := plan.Unmanaged(testTree(t, s, "/t:sys/host = b"), plan.Area{Paths: []string{"/t:sys"}}, plan.Claims{}, 10)
	seen := func(d Decision) Known {
		return Known{"/t:sys/host": {Actual: "b", Action: Adopt, First: ago(time.Hour), Decision: d}}
	}
	for _, tc := range []struct {
		name   string
		policy Policy
		want   Action
	}{
		{"correct", Policy{}, Report},
		{"in a window", Policy{SuspendUntil: ago(-time.Hour)}, Report},
		{"after a window", Policy{SuspendUntil: ago(time.Minute), Known: seen("")}, Report},
		{"review", Policy{Mode: ModeReview}, Adopt},
		{"review is over", Policy{Mode: ModeReview, Review: time.Minute, Known: seen("")}, Report},
		{"rejected", Policy{Mode: ModeReview, Known: seen(Rejected)}, Report},
		{"rejected before", Policy{Mode: ModeReview, Known: Known{"/t:sys/host": {Actual: "b", Action: Report, First: ago(time.Hour), Decision: Rejected}}}, Report},
		{"merged", Policy{Mode: ModeReview, Known: seen(Merged)}, Adopt},
		{"a rule for what the NF has more", Policy{Rules: []Rule{{Path: "/", Operations: []Operation{Create}, Action: Adopt}}}, Adopt},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.policy.Now = now
			entries := Undeclared(found, tc.policy)
			decided := strings.HasPrefix(tc.name, "rejected") || tc.name == "review is over"
			if reported := entries[0].Action == Report; decided && reported != (tc.name == "rejected before") {
				t.Errorf("got %+v before what can be put back was", entries)
			}
			entries = Settle(entries)
			if len(entries) != 1 || entries[0].Action != tc.want || entries[0].Corrects() || entries[0].Class != Unmanaged || entries[0].Operation != Create {
				t.Errorf("got %+v, want %s", entries, tc.want)
			}
		})
	}
	if entries := Undeclared(found, Policy{Mode: ModeIgnore}); entries != nil {
		t.Errorf("got %v", entries)
	}
}

// TestWhatIsInAForeignEntry is told where it is proposed: Git must declare all of it.
func TestWhatIsInAForeignEntry(t *testing.T) {
	s := testSchema(t)
	found, _ := plan.Unmanaged(testTree(t, s, "/t:flat[id='1']/value = x\n/t:flat[id='2']/value = y\n/t:sys/host = b"), plan.Area{Paths: []string{"/"}}, plan.Claims{}, 10)
	for _, tc := range []struct {
		policy Policy
		want   []string
	}{
		{Policy{}, []string{"Report Create /t:flat[id='1']", "Report Create /t:flat[id='2']", "Report Create /t:sys/host"}},
		{Policy{Rules: []Rule{{Path: "/t:flat[id='1']", Action: Adopt}, {Path: "/t:flat/value", Action: Ignore}, {Path: "/t:sys", Action: Ignore}}},
			[]string{"Adopt Create /t:flat[id='1']", "Adopt Create /t:flat[id='1']/value", "Report Create /t:flat[id='2']"}},
	} {
		if d := cmp.Diff(tc.want, lines(Undeclared(found, tc.policy))); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	}
	expired := Undeclared(found, Policy{Mode: ModeReview, Review: time.Minute, Now: now, Rest: Seen{First: ago(time.Hour)}})
	if len(expired) != 5 || len(Settle(expired)) != 3 || Settle(expired)[1].Action != Report {
		t.Errorf("%v\nsettled: %v", lines(expired), lines(Settle(expired)))
	}
}

func TestClasses(t *testing.T) {
	want := map[string]Class{
		"/t:flat[id='old']":            Leftover,
		"/t:net/peer[name='p']/secret": Secret,
		"/t:net/rule[name='a']":        Order,
		"/t:sys/host":                  Declared,
		"/t:sys/mtu":                   Declared,
		"/t:sys/tls-port":              Declared, // displaced by plain-port
	}
	for _, e := range Classify(testPlan(t), Policy{}) {
		if c, ok := want[e.Path]; ok && c != e.Class {
			t.Errorf("%s is %s, want %s", e.Path, e.Class, c)
		}
		delete(want, e.Path)
	}
	if len(want) > 0 {
		t.Errorf("not there: %v", want)
	}
}

// TestHoldBack: what is left as found stays so while Git changes something else.
func TestHoldBack(t *testing.T) {
	all := func(action Action) Known {
		known := Known{}
		for _, e := range Classify(testPlan(t), Policy{}) {
			known[e.Path] = Seen{Desired: e.Desired, Actual: e.Actual, Action: action}
		}
		return known
	}
	without := func(k Known, path string) Known { delete(k, path); return k }
	with := func(k Known, path, desired string) Known {
		s := k[path]
		s.Desired = desired
		k[path] = s
		return k
	}
	for _, tc := range []struct {
		name  string
		known Known
		want  string // paths that are applied; "all"
	}{
		{"nothing is known", nil, "all"},
		{"what is to be corrected", all(Correct), "all"},
		{"everything", all(Report), ""},
		{"everything, proposed", all(Adopt), ""},
		{"one leaf is new", without(all(Report), "/t:sys/host"), " /t:sys/host"},
		{"Git changed the leaf", with(all(Report), "/t:sys/host", "z"), " /t:sys/host"},
		{"Git changed a leaf in an entry", with(all(Report), "/t:net/rule[name='c']/action", "z"), " /t:net/rule[name='c'] /t:net/rule[name='c']/action"},
		{"what is displaced goes with its cause", without(all(Report), "/t:sys/plain-port"), " /t:sys/plain-port /t:sys/tls-port"},
		{"what is displaced stays with its cause", without(all(Report), "/t:sys/tls-port"), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := testPlan(t)
			part := HoldBack(p, tc.known)
			var paths []string
			for _, c := range part.Changes {
				paths = append(paths, c.Path)
			}
			got := strings.Join(paths, " ")
			if len(part.Changes) == len(p.Changes) {
				got = "all"
			}
			const gone = "/t:flat[id='old']" // Git declares it no more
			if want := gone + tc.want; got != want && tc.want != "all" || tc.want == "all" && got != "all" {
				t.Errorf("applied: %s\nwant: %s", got, tc.want)
			}
			if _, err := part.EditConfig(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestWhatTheReportHadNoRoomFor is decided as a whole.
func TestWhatTheReportHadNoRoomFor(t *testing.T) {
	entries := Classify(testPlan(t), Policy{Mode: ModeReview, Now: now, Rest: Seen{First: ago(time.Hour), Decision: Rejected},
		Known: Known{"/t:sys/host": {Desired: "a", Actual: "b", Action: Adopt, First: ago(time.Minute)}}})
	for _, e := range entries {
		if known := e.Path == "/t:sys/host"; e.Corrects() == known || e.FirstSeen.Equal(ago(time.Minute)) != known {
			t.Errorf("%s: %+v", e.Path, e)
		}
	}
}

// TestLongValuesAreKnownAgain although a report has only their beginning.
func TestLongValuesAreKnownAgain(t *testing.T) {
	s := testSchema(t)
	long := strings.Repeat("x", 3*MaxValue)
	p := plan.Diff(testTree(t, s, "/t:sys/host = "+long), yang.NewTree(s), plan.Inventory{}, plan.Options{})
	known := Known{"/t:sys/host": {Desired: Clip(long, MaxValue), Action: Adopt, First: ago(time.Hour), Decision: Rejected}}
	entries := Classify(p, Policy{Mode: ModeReview, Now: now, Known: known})
	if len(entries) != 1 || !entries[0].FirstSeen.Equal(ago(time.Hour)) || !entries[0].Corrects() {
		t.Errorf("got %+v", entries)
	}
	if !HoldBack(p, known).Empty() {
		t.Error("not held back")
	}
}
