// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Spec is how the members are to be changed.
type Spec struct {
	// Atomic changes all members as one transaction; otherwise wave after wave.
	Atomic bool
	// Waves in their order. Every member belongs to one.
	Waves []Wave
	// Revert brings changed members back when one fails.
	Revert bool
	// Settle is for how long nothing may change before a rollout begins.
	Settle time.Duration
	// Suspend begins nothing, and ends what is under way.
	Suspend bool
}

// Wave is a group of members.
type Wave struct {
	Name string
	// MaxParallel members are changed at a time.
	MaxParallel int
	// Pause after the wave.
	Pause time.Duration
	// Checks: there are some, that must hold within CheckTimeout after the wave.
	Checks       bool
	CheckTimeout time.Duration
}

// Standing is how a member is seen.
type Standing uint8

const (
	// Unknown: it cannot say what it is to be, or what it is.
	Unknown Standing = iota
	// Current: it is what Git says, and ready.
	Current
	// Unready: it is what Git says, and not ready.
	Unready
	// Waiting: it waits with a change that it could make.
	Waiting
	// Changing: it is being changed.
	Changing
	// RolledBack: it was brought back to a former state on request.
	RolledBack
	// Failed: the change failed, or Git says what cannot be.
	Failed
)

// Member is a network function as it is seen now.
type Member struct {
	Name string
	// Wave is the index of its wave.
	Wave     int
	Standing Standing
	// Stale: it has yet to look at what it is to be.
	Stale bool
	// Digest and Revision of what it is to be; empty where that is unknown.
	Digest, Revision string
	// Applied is the digest of what it is, AppliedRevision its revision.
	Applied, AppliedRevision string
	// Why says what is wrong, or awaited.
	Why string
}

// Phase of a rollout.
type Phase string

// The phases. Those of an atomic rollout are passed by its transaction.
const (
	Idle        Phase = "Idle"
	Progressing Phase = "Progressing"
	Preparing   Phase = "Preparing"
	Committing  Phase = "Committing"
	Gating      Phase = "Gating"
	Confirming  Phase = "Confirming"
	Reverting   Phase = "Reverting"
	Stopped     Phase = "Failed"
)

// State is how far a member got.
type State string

// The states of members.
const (
	IsUpToDate  State = "UpToDate"
	IsWaiting   State = "Waiting"
	IsReleased  State = "Released"
	IsPrepared  State = "Prepared"
	IsCommitted State = "Committed"
	IsApplied   State = "Applied"
	IsFailed    State = "Failed"
	IsReverted  State = "Reverted"
)

// Place is what is stored of a member.
type Place struct {
	Name  string
	Wave  string
	State State
	// Digest it is brought to, and Previous, which it had before, with their revisions.
	Digest, Revision           string
	Previous, PreviousRevision string
	Message                    string
}

// Status is what is stored of a rollout between two decisions.
type Status struct {
	Phase  Phase
	ID     string
	Reason string
	// Wave that is being changed.
	Wave string
	// Deadline of the wave's checks, PausedUntil the end of the pause after it.
	Deadline, PausedUntil time.Time
	// SettledSince is since when what is to be rolled out is the same.
	SettledSince       time.Time
	Started, Completed time.Time
	// Failed is the fingerprint of what failed.
	Failed string
	Places []Place
}

// Seen is what a decision is made from, beside the spec and the status.
type Seen struct {
	Now     time.Time
	Members []Member
	// ID is given to a rollout that begins now.
	ID string
	// Again: somebody asks to try again what failed.
	Again bool
	// Checked is how the checks of the wave were seen; nil: nobody looked.
	Checked *Checked
}

// Checked is how checks were seen.
type Checked struct {
	Holds   bool
	Message string
}

// Do is what a decision asks for, beside that the status is stored.
type Do uint8

const (
	// Wait for a change of the members, or until an instant.
	Wait Do = iota
	// Check looks at the checks of the wave and decides again.
	Check
	// Begin the transaction of an atomic rollout.
	Begin
	// Release tells of members that may change now.
	Release
	// Revert asks members to go back to what they had.
	Revert
	// Resume takes such a request back.
	Resume
)

// Action is what is to be done now.
type Action struct {
	Do Do
	// Names of the members it is about.
	Names []string
	// Until is when to look again; zero: when something changes.
	Until time.Time
	// Message says in one line where the rollout is.
	Message string
}

// Fingerprint of what is to be rolled out.
func Fingerprint(places []Place) string {
	lines := make([]string, 0, len(places))
	for _, p := range places {
		lines = append(lines, p.Name+"="+p.Digest)
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Done counts the members that say what Git says.
func Done(places []Place) int {
	done := 0
	for _, p := range places {
		if p.State == IsUpToDate || p.State == IsApplied {
			done++
		}
	}
	return done
}

// Next decides what is done next, and returns what is to be stored first. Phases of a
// transaction are not its business: of an atomic rollout it says when it begins.
func Next(spec Spec, was Status, seen Seen) (Status, Action) {
	seen.Members = slices.Clone(seen.Members)
	slices.SortFunc(seen.Members, func(a, b Member) int {
		if a.Wave != b.Wave {
			return a.Wave - b.Wave
		}
		return strings.Compare(a.Name, b.Name)
	})
	d := &decision{spec: spec, status: was, seen: seen, members: map[string]*Member{}}
	d.status.Places = slices.Clone(was.Places)
	for i := range seen.Members {
		d.members[seen.Members[i].Name] = &seen.Members[i]
	}
	var action Action
	switch {
	case was.Phase == Progressing && !spec.Atomic:
		action = d.progress()
	case was.Phase == Reverting && !spec.Atomic:
		action = d.revert()
	default:
		action = d.rest()
	}
	return d.status, action
}

// decision is one call of Next.
type decision struct {
	spec    Spec
	status  Status
	seen    Seen
	members map[string]*Member
}

func (d *decision) place(name string) *Place {
	for i := range d.status.Places {
		if d.status.Places[i].Name == name {
			return &d.status.Places[i]
		}
	}
	return nil
}

func (d *decision) waveName(m *Member) string {
	if m.Wave < len(d.spec.Waves) {
		return d.spec.Waves[m.Wave].Name
	}
	return ""
}

// listed is "upf-1", or "upf-1, upf-2 and 3 more".
func listed(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// because names a member and says what is the matter with it.
func (m *Member) because() string {
	if m.Why == "" {
		return m.Name
	}
	return m.Name + ": " + m.Why
}
