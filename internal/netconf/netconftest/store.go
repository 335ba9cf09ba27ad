// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"sync"
	"time"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

// The names of the datastores.
const (
	running   = "running"
	candidate = "candidate"
	startup   = "startup"
)

// store holds a device's datastores. A tree in it is never changed, only replaced: an operation that
// fails leaves nothing behind.
type store struct {
	model    *Model
	profile  Profile
	onChange func(*yang.Tree)

	mu        sync.Mutex
	running   *yang.Tree
	candidate *yang.Tree // nil: the same as running
	startup   *yang.Tree
	locks     map[string]uint64 // the session that holds the lock of a datastore
	pending   *pendingCommit
	validated bool // the candidate was validated, and not edited since
}

// pendingCommit is a confirmed commit that awaits its confirmation.
type pendingCommit struct {
	before  *yang.Tree
	session uint64
	persist string
	timer   *time.Timer
}

func newStore(o Options) *store {
	s := &store{
		model:    o.Model,
		profile:  o.Profile,
		onChange: o.OnChange,
		running:  o.Running,
		startup:  o.Startup,
		locks:    make(map[string]uint64),
	}
	if s.running == nil {
		s.running = yang.NewTree(o.Model.schema)
	}
	if s.startup == nil {
		s.startup = s.running
	}
	return s
}

func (s *store) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending != nil {
		s.pending.timer.Stop()
	}
}

// has says whether the device offers a datastore.
func (s *store) has(name string) bool {
	switch name {
	case running:
		return true
	case candidate:
		return !s.profile.NoCandidate
	case startup:
		return s.profile.Startup
	}
	return false
}

func (s *store) writable(name string) bool {
	if name == running {
		return s.profile.NoCandidate || s.profile.WritableRunning
	}
	return s.has(name)
}

// get returns the tree of a datastore, not to be changed. The caller holds mu.
func (s *store) get(name string) *yang.Tree {
	switch {
	case name == startup:
		return s.startup
	case name == candidate && s.candidate != nil:
		return s.candidate
	}
	return s.running
}

// set replaces the tree of a datastore. The caller holds mu.
func (s *store) set(name string, t *yang.Tree) {
	switch name {
	case startup:
		s.startup = t
	case candidate:
		s.candidate = t
		s.validated = false
	default:
		s.running = t
		if !s.profile.Startup {
			s.startup = t
		}
		if s.onChange != nil {
			s.onChange(t)
		}
	}
}

func (s *store) snapshot(name string) *yang.Tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.get(name).Clone()
}

// view returns the tree of a datastore, not to be changed.
func (s *store) view(name string) *yang.Tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.get(name)
}

func (s *store) dirty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.candidate != nil
}

func (s *store) holder(name string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locks[name]
}

func (s *store) editRunning(change func(*yang.Tree) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.running.Clone()
	if err := change(t); err != nil {
		return err
	}
	s.set(running, t)
	return nil
}

// lock locks a datastore for a session (RFC 6241 section 7.5).
func (s *store) lock(name string, session uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch holder := s.locks[name]; {
	case holder != 0:
		return lockDenied(holder)
	case name == candidate && s.candidate != nil:
		return &RPCError{Type: "protocol", Tag: "resource-denied", Message: "the candidate holds uncommitted changes"}
	case name == running && s.pending != nil && s.pending.session != session:
		return lockDenied(s.pending.session)
	}
	s.locks[name] = session
	return nil
}

func (s *store) unlock(name string, session uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.locks[name] != session {
		return &RPCError{Type: "protocol", Tag: "operation-failed", Message: "this session does not hold the lock"}
	}
	delete(s.locks, name)
	return nil
}

// free returns an error if another session has locked the datastore. The caller holds mu.
func (s *store) free(name string, session uint64) error {
	if holder := s.locks[name]; holder != 0 && holder != session {
		return &RPCError{Type: "protocol", Tag: "in-use", Message: "the datastore " + name + " is locked by another session"}
	}
	return nil
}

// sessionEnded frees what a session held; changes under its lock are discarded, and its confirmed commit
// is undone unless it was made to persist.
func (s *store) sessionEnded(session uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, holder := range s.locks {
		if holder != session {
			continue
		}
		if name == candidate {
			s.set(candidate, nil)
		}
		delete(s.locks, name)
	}
	if s.pending != nil && s.pending.session == session && s.pending.persist == "" {
		s.rollback()
	}
}

func (s *store) discard(session uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.free(candidate, session); err != nil {
		return err
	}
	s.set(candidate, nil)
	return nil
}

func (s *store) validate(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := validate.Tree(s.get(name)).Err(); err != nil {
		return err
	}
	if name == candidate {
		s.validated = true
	}
	return nil
}

// copy replaces a datastore by a tree, or by another datastore if tree is nil.
func (s *store) copy(target, source string, tree *yang.Tree, session uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.free(target, session); err != nil {
		return err
	}
	if tree == nil {
		tree = s.get(source)
	}
	if target == running {
		if err := validate.Tree(tree).Err(); err != nil {
			return err
		}
	}
	if target == candidate && tree == s.running {
		tree = nil
	}
	s.set(target, tree)
	return nil
}

func (s *store) delete(session uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.free(startup, session); err != nil {
		return err
	}
	s.set(startup, yang.NewTree(s.model.schema))
	return nil
}
