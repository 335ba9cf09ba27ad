// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"slices"
	"sync"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

const (
	// joinFor is how long changes are joined into one after a call of Options.OnChange.
	joinFor = 100 * time.Millisecond
	// maxEdits bounds what is told of joined changes.
	maxEdits = 64
)

// Change is what others changed in the running configuration of an NF. Several that follow each other
// closely are told as one.
type Change struct {
	// Time is when the last of them was made, by the clock of the NF; zero if it does not tell.
	Time time.Time
	// User, SessionID and SourceHost say who made the last of them, as far as the NF tells.
	User       string
	SessionID  uint64
	SourceHost string
	// Edits are the first nodes that were changed, as far as the NF tells.
	Edits []ChangeEdit
	// Unseen says that there may be changes that nobody told us of: notifications were lost, or there was no
	// subscription for a while.
	Unseen bool
}

// ChangeEdit is a change of one node: its path in the words of the NF, and the operation of RFC 6241 section
// 7.2 or RFC 8072 section 2.5.
type ChangeEdit struct{ Path, Operation string }

// join adds a later change.
func (c Change) join(later Change) Change {
	edits := append(slices.Clone(c.Edits), later.Edits...)
	later.Edits = edits[:min(len(edits), maxEdits)]
	later.Unseen = later.Unseen || c.Unseen
	return later
}

// What a notification tells of.
const (
	ours    = "ours"
	foreign = "foreign"
	other   = "other"
)

// changeOf reads the events that tell of a change of running, and whose it is. own knows our sessions, and
// busy says that a change whose author is not told is ours.
func changeOf(e netconf.Event, own func(uint64) bool, busy bool) (Change, string) {
	if c, ok := e.ConfigChange(); ok {
		switch {
		case c.Datastore != netconf.Running:
			return Change{}, other
		case own(c.By.SessionID):
			return Change{}, ours
		}
		return configChange(e.Time, c), foreign
	}
	c, ok := e.PushChange()
	switch {
	case !ok:
		return Change{}, other
	case busy:
		return Change{}, ours
	}
	return pushChange(e.Time, c), foreign
}

func pushChange(at time.Time, c netconf.PushChange) Change {
	change := Change{Time: at}
	for _, edit := range c.Edits[:min(len(c.Edits), maxEdits)] {
		change.Edits = append(change.Edits, ChangeEdit{Path: edit.Target, Operation: edit.Operation})
	}
	return change
}

func configChange(at time.Time, c netconf.ConfigChange) Change {
	change := Change{Time: at, User: c.By.Username, SessionID: c.By.SessionID, SourceHost: c.By.SourceHost}
	for _, edit := range c.Edits[:min(len(c.Edits), maxEdits)] {
		change.Edits = append(change.Edits, ChangeEdit{Path: edit.Target, Operation: edit.Operation})
	}
	return change
}

// ownSessions are the ids of an NF's present session and of the one before, whose last events may come late.
type ownSessions struct {
	mu          sync.Mutex
	now, before uint64
}

func (o *ownSessions) add(id uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.before, o.now = o.now, id
}

func (o *ownSessions) has(id uint64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return id != 0 && (id == o.now || id == o.before)
}

// joiner tells of the first change at once, and then of all that come within joinFor together.
type joiner struct {
	tell func(Change)

	mu      sync.Mutex
	ended   bool
	resting bool
	waiting *Change
}

func (j *joiner) add(c Change) {
	j.mu.Lock()
	if j.resting || j.ended {
		if j.waiting != nil {
			c = j.waiting.join(c)
		}
		j.waiting = &c
		j.mu.Unlock()
		return
	}
	j.rest()
	j.mu.Unlock()
	j.tell(c)
}

func (j *joiner) rest() {
	j.resting = true
	time.AfterFunc(joinFor, j.wake)
}

func (j *joiner) wake() {
	j.mu.Lock()
	c := j.waiting
	j.resting, j.waiting = false, nil
	if c == nil || j.ended {
		j.mu.Unlock()
		return
	}
	j.rest()
	j.mu.Unlock()
	j.tell(*c)
}

func (j *joiner) end() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended = true
}
