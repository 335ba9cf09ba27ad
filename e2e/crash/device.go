// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// Kind is a sort of device.
type Kind string

// The kinds: each allows another procedure for a change.
const (
	// Persistent has a candidate and confirmed commits that outlive their session.
	Persistent Kind = "persistent"
	// Session has confirmed commits of one session (confirmed-commit:1.0).
	Session Kind = "session"
	// Candidate has no confirmed commits.
	Candidate Kind = "candidate"
	// RunningOnly has no candidate either, and a startup that must be saved.
	RunningOnly Kind = "running-only"
	// Losing loses changes that it validated, as netconfd 2.13 does.
	Losing Kind = "losing"
	// Netconfd is Yuma123's netconfd, a device that nobody here wrote.
	Netconfd Kind = "netconfd"
)

// Kinds lists all.
func Kinds() []Kind { return []Kind{Persistent, Session, Candidate, RunningOnly, Losing, Netconfd} }

// profile of a simulated device.
func (k Kind) profile() netconftest.Profile {
	switch k {
	case Session:
		return netconftest.Profile{ConfirmedCommit10Only: true}
	case Candidate:
		return netconftest.Profile{NoConfirmedCommit: true}
	case RunningOnly:
		return netconftest.Profile{NoCandidate: true, Startup: true}
	case Losing:
		return netconftest.Profile{LosesValidatedCommits: true}
	}
	return netconftest.Profile{}
}

// selfReverting devices take a change back that nobody confirmed.
func (k Kind) selfReverting() bool { return k != Candidate && k != RunningOnly }

// access is where and how to log in to a device.
type access struct {
	addr, user, password, knownHosts string
}

// device is what is looked at of one, without the operator.
type device interface {
	access() access
	// running is the shape of the running configuration.
	running(context.Context) (string, error)
	// left lists what a change left behind that has ended: locks, pending commits, edits
	// that were not committed, changes that were not saved.
	left(context.Context) ([]string, error)
	close()
}

// simulated is a device in this process.
type simulated struct {
	*netconftest.Server
	kind Kind

	mu sync.Mutex
	// shapes are those that running had since forget, in order.
	shapes []string
	// denied counts locks that were refused.
	denied int
	// committed is when the last commit was answered.
	committed time.Time
	// dropped is called when a request was served and its connection is about to be cut.
	dropped func()
}

func startSimulated(model *netconftest.Model, kind Kind) (*simulated, error) {
	d := &simulated{kind: kind}
	var err error
	d.Server, err = netconftest.Start(netconftest.Options{
		Model: model, Profile: kind.profile(),
		OnChange: d.changed, OnRequest: d.requested,
	})
	if err != nil {
		return nil, fmt.Errorf("starting a device: %w", err)
	}
	return d, nil
}

func (d *simulated) changed(running *yang.Tree) {
	now := shape(running)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shapes = append(d.shapes, now)
}

func (d *simulated) requested(r netconftest.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.Operation == "lock" && r.Failed != "" {
		d.denied++
	}
	if r.Operation == "commit" && r.Failed == "" {
		d.committed = time.Now()
	}
	if r.Fault == netconftest.DropWithin && d.dropped != nil {
		d.dropped()
	}
}

// whenDropped has a function called; nil: none.
func (d *simulated) whenDropped(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dropped = f
}

// forget begins to remember anew.
func (d *simulated) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shapes, d.denied = nil, 0
}

func (d *simulated) seen() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.shapes)
}

func (d *simulated) lastCommit() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.committed
}

func (d *simulated) refusedLocks() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.denied
}

func (d *simulated) access() access {
	return access{addr: d.Addr, user: d.User, password: d.Password, knownHosts: d.KnownHosts()}
}

func (d *simulated) running(context.Context) (string, error) { return shape(d.Running()), nil }

func (d *simulated) left(context.Context) ([]string, error) {
	var out []string
	for _, name := range []string{"running", "candidate", "startup"} {
		if holder := d.LockHolder(name); holder != 0 {
			out = append(out, fmt.Sprintf("session %d holds the lock of %s", holder, name))
		}
	}
	if d.CommitPending() {
		out = append(out, "a confirmed commit is pending")
	}
	if d.CandidateDirty() {
		out = append(out, "the candidate holds uncommitted changes")
	}
	if now, saved := shape(d.Running()), shape(d.Startup()); now != saved {
		out = append(out, fmt.Sprintf("startup holds %s, running %s", saved, now))
	}
	return out, nil
}

func (d *simulated) close() { d.Close() }
