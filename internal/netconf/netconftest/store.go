// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"maps"
	"strconv"
	"strings"
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
	hub      *hub

	mu        sync.Mutex
	running   *yang.Tree
	candidate *yang.Tree // nil: the same as running
	startup   *yang.Tree
	locks     map[string]lock // by datastore
	pending   *pendingCommit
	validated bool // the candidate was validated, and not edited since
}

// lock is who holds the lock of a datastore.
type lock struct {
	session uint64
	since   time.Time
}

// pendingCommit is a confirmed commit that awaits its confirmation.
type pendingCommit struct {
	before  *yang.Tree
	session *session
	persist string
	timer   *time.Timer
}

func newStore(o Options, h *hub) *store {
	s := &store{
		model:    o.Model,
		profile:  o.Profile,
		onChange: o.OnChange,
		hub:      h,
		running:  o.Running,
		startup:  o.Startup,
		locks:    make(map[string]lock),
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

// set replaces the tree of a datastore; by is nil for the device itself. The caller holds mu.
func (s *store) set(name string, t *yang.Tree, by *session) {
	before := s.get(name)
	switch name {
	case startup:
		s.startup = t
	case candidate:
		s.candidate = t
		s.validated = false
		return
	default:
		s.running = t
		if !s.profile.Startup {
			s.startup = t
		}
		if s.onChange != nil {
			s.onChange(t)
		}
	}
	if before != t {
		s.hub.changed(change{datastore: name, before: before, after: t, by: by})
	}
}

// check validates a configuration that shall be used.
func (s *store) check(t *yang.Tree) error {
	if s.profile.WholeConfig {
		return validate.Complete(t).Err()
	}
	return validate.Tree(t).Err()
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

func (s *store) commitPending() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending != nil
}

// locked returns who holds which lock.
func (s *store) locked() map[string]lock {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.locks)
}

func (s *store) holder(name string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locks[name].session
}

func (s *store) editRunning(change func(*yang.Tree) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.running.Clone()
	if err := change(t); err != nil {
		return err
	}
	s.set(running, t, nil)
	return nil
}

// lock locks a datastore for a session (RFC 6241 section 7.5).
func (s *store) lock(name string, by *session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch holder := s.locks[name].session; {
	case holder != 0:
		return lockDenied(holder)
	case s.profile.PendingDeniesLocks && s.pending != nil && s.pending.session != by:
		return &RPCError{Type: "protocol", Tag: "in-use", AppTag: "outstanding-confirmed-commit", Message: "a confirmed commit is pending"}
	case name == candidate && s.candidate != nil:
		return &RPCError{Type: "protocol", Tag: "resource-denied", Message: "the candidate holds uncommitted changes"}
	case name == running && s.pending != nil && s.pending.session != by:
		return lockDenied(s.pending.session.sid())
	}
	s.locks[name] = lock{session: by.sid(), since: time.Now()}
	return nil
}

func (s *store) unlock(name string, by *session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.locks[name].session != by.sid() {
		return &RPCError{Type: "protocol", Tag: "operation-failed", Message: "this session does not hold the lock"}
	}
	delete(s.locks, name)
	return nil
}

// free returns an error if another session has locked the datastore. The caller holds mu.
func (s *store) free(name string, by *session) error {
	if holder := s.locks[name].session; holder != 0 && holder != by.sid() {
		return &RPCError{Type: "protocol", Tag: "in-use", Message: "the datastore " + name + " is locked by another session",
			Info: "<session-id>" + strconv.FormatUint(holder, 10) + "</session-id>"}
	}
	return nil
}

// sessionEnded frees what a session held; changes under its lock are discarded, and its confirmed commit
// is undone unless it was made to persist.
func (s *store) sessionEnded(ses *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, held := range s.locks {
		if held.session != ses.id {
			continue
		}
		if name == candidate {
			s.set(candidate, nil, nil)
		}
		delete(s.locks, name)
	}
	if s.pending != nil && s.pending.session == ses && s.pending.persist == "" {
		s.rollback("cancel", nil)
	}
}

// restart forgets what a device does not keep: the candidate, an unconfirmed commit, and of running what was
// not saved in startup.
func (s *store) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending != nil {
		s.rollback("cancel", nil)
	}
	s.set(candidate, nil, nil)
	if s.running != s.startup {
		s.set(running, s.startup, nil)
	}
}

func (s *store) discard(by *session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.free(candidate, by); err != nil {
		return err
	}
	s.set(candidate, nil, by)
	return nil
}

func (s *store) validate(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check(s.get(name)); err != nil {
		return err
	}
	if name == candidate {
		s.validated = true
	}
	return nil
}

// copy replaces a datastore by a tree, or by another datastore if tree is nil.
func (s *store) copy(target, source string, tree *yang.Tree, by *session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.free(target, by); err != nil {
		return err
	}
	if tree == nil {
		tree = s.get(source)
	} else {
		s.settle(tree)
	}
	if target == running {
		if err := s.check(tree); err != nil {
			return err
		}
	}
	if target == candidate && tree == s.running {
		tree = nil
	}
	s.set(target, tree, by)
	return nil
}

func (s *store) delete(by *session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.free(startup, by); err != nil {
		return err
	}
	s.set(startup, yang.NewTree(s.model.schema), by)
	return nil
}

// settle does to a tree what the device does to all that it is given.
func (s *store) settle(t *yang.Tree) {
	for _, path := range s.profile.Drops {
		n, err := s.model.schema.Find(path)
		if err != nil {
			continue
		}
		var found []*yang.Data
		t.Walk(func(d *yang.Data) bool {
			if d.Node() == n {
				found = append(found, d)
			}
			return d.Node() != n
		})
		for _, d := range found {
			t.Remove(d)
		}
	}
	if !s.profile.Lowercases {
		return
	}
	for _, d := range t.Leaves() {
		if v := d.ValueType(); v == nil || v.Kind() != yang.TypeString || d.Node().IsKey() || d.Node().Kind() != yang.KindLeaf {
			continue
		}
		_, _ = t.Set(d.Path(), strings.ToLower(d.Value()), d.Origin(), false) // what has no lower case stays
	}
}
