// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

const bothLeafs = `<interfaces xmlns="urn:acme:router"><rule><id>1</id></rule></interfaces>`

// changeFaults are the requests of a change that a fault befalls, the how manieth of their name, by the kind of device.
var changeFaults = []struct {
	name      string
	profile   netconftest.Profile
	confirmed []netconftest.Fault // of a change that is to be confirmed
	cancelled []netconftest.Fault // of one that is to be cancelled, from its end on
}{
	{"1.1", netconftest.Profile{Startup: true},
		nth("lock", 1, "discard-changes", 1, "edit-config", 1, "validate", 1, "commit", 1, "get-config", 1, "commit", 2, "get-config", 2, "copy-config", 1, "unlock", 1),
		nth("cancel-commit", 1, "get-config", 2, "unlock", 1)},
	{"1.0", netconftest.Profile{Startup: true, ConfirmedCommit10Only: true}, nth("commit", 1, "get-config", 1, "commit", 2, "get-config", 2, "copy-config", 1),
		nth("close-session", 1, "lock", 2, "get-config", 2, "unlock", 1)},
	{"no confirmed commit", netconftest.Profile{Startup: true, NoConfirmedCommit: true}, nth("commit", 1, "get-config", 1, "get-config", 2, "copy-config", 1),
		nth("edit-config", 2, "validate", 2, "commit", 2, "get-config", 2, "get-config", 3, "copy-config", 1, "unlock", 1)},
	{"running", netconftest.Profile{Startup: true, NoCandidate: true}, nth("edit-config", 1, "edit-config", 2, "get-config", 1, "copy-config", 1),
		nth("get-config", 2, "edit-config", 3, "get-config", 3, "copy-config", 1, "unlock", 1)},
}

func nth(pairs ...any) []netconftest.Fault {
	var faults []netconftest.Fault
	for i := 0; i < len(pairs); i += 2 {
		faults = append(faults, netconftest.Fault{Operation: pairs[i].(string), Nth: pairs[i+1].(int)})
	}
	return faults
}

// ways are the faults that leave the two ends in different minds, each in a way of its own; the others are like them.
var ways = []netconftest.Action{
	netconftest.DropBefore, netconftest.DropWithin, netconftest.DropAfter, netconftest.CutReply, netconftest.NoReply,
	netconftest.AnswerErrors, netconftest.AnswerErrorsAfter,
}

// Whatever goes wrong at whatever step of a change, repeating its end ends it: with all of it, or
// nothing, without a lock, a dirty candidate or something pending, and startup is as running.
func TestChangeFaultMatrix(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("faults", func(t *testing.T) {
		for _, tt := range changeFaults {
			for _, cancels := range []bool{false, true} {
				faults, kind := tt.confirmed, "confirmed"
				if cancels {
					faults, kind = tt.cancelled, "cancelled"
				}
				for _, at := range faults {
					for _, do := range netconftest.Actions() {
						fault := injected(at.Operation, do)
						fault.Nth = at.Nth
						if fault.Check() != nil || tt.name != "1.1" && !slices.Contains(ways, do) {
							continue
						}
						name := tt.name + "/" + kind + "/" + at.Operation + "/" + string(rune('0'+at.Nth)) + "/" + string(do)
						t.Run(name, func(t *testing.T) {
							t.Parallel()
							changeWithFault(t, tt.profile, fault, cancels)
						})
					}
				}
			}
		}
	})
	waitFor(t, "all goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

func changeWithFault(t *testing.T, profile netconftest.Profile, fault netconftest.Fault, cancels bool) {
	c := newChange(t, netconftest.Options{Profile: profile, Startup: config(t, hostname("old"))})
	c.plan(hostname("new") + bothLeafs)
	patience := c.e.RPCTimeout
	if slices.Contains(hangs, fault.Do) {
		c.e.RPCTimeout = 100 * time.Millisecond
	}
	c.Inject(fault)
	prepared := c.prepare()
	if prepared != nil {
		c.holds("old", "old", false, false)
	}
	committed := prepared
	if prepared == nil {
		committed = c.commit()
	}
	var ended error
	switch {
	case committed != nil || cancels:
		cancels = true
		_, ended = c.cancel()
	default:
		_, ended = c.confirm()
	}
	for range 3 { // another process has another go at it
		if ended == nil || ReasonOf(ended) == CommitExpired {
			break
		}
		c.e.RPCTimeout = patience
		c.ClearFaults()
		c.restarted()
		if cancels {
			_, ended = c.cancel()
		} else {
			_, ended = c.confirm()
		}
	}
	want, leafs := "new", 2
	if cancels || ReasonOf(ended) == CommitExpired {
		want, leafs = "old", 1
	}
	if ended != nil && (cancels || ReasonOf(ended) != CommitExpired || c.method == Persistent) {
		t.Errorf("it ended with %v", ended)
	}
	c.holds(want, want, false, false)
	if n := len(c.Running().Leaves()); n != leafs || len(c.Startup().Leaves()) != leafs {
		t.Errorf("running has %d leafs", n)
	}
	waitFor(t, "all sessions but one to end", func() bool { return c.Sessions() <= 1 })
}
