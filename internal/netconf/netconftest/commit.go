// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"time"

	"github.com/strowger/strowger/internal/yang"
)

const defaultConfirmTimeout = 600 * time.Second

// commitRequest is a commit (RFC 6241 section 8.4).
type commitRequest struct {
	by                 *session
	confirmed          bool
	timeout            time.Duration
	persist, persistID string
}

func (s *store) commit(r commitRequest) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range []string{candidate, running} {
		if err := s.free(name, r.by); err != nil {
			return err
		}
	}
	if err := s.mayConfirm(r.by, r.persistID); err != nil {
		return err
	}
	before := s.running
	if s.candidate != nil {
		if err := s.check(s.candidate); err != nil {
			return err
		}
		if s.profile.LosesValidatedCommits && s.validated {
			s.set(candidate, nil, r.by)
			s.confirm(r, before)
			return nil
		}
		tree := s.candidate
		s.set(candidate, nil, r.by)
		s.set(running, tree, r.by)
	}
	s.confirm(r, before)
	return nil
}

// confirm ends, extends or begins a confirmed commit. The caller holds mu.
func (s *store) confirm(r commitRequest, before *yang.Tree) {
	event := "start"
	if s.pending != nil {
		event = "extend"
		before = s.pending.before
		s.pending.timer.Stop()
		if r.persist == "" && r.confirmed {
			r.persist = s.pending.persist
		}
		s.pending = nil
		if !r.confirmed {
			s.hub.confirmedCommit("complete", r.by, 0)
		}
	}
	if r.confirmed {
		p := &pendingCommit{before: before, session: r.by, persist: r.persist}
		p.timer = time.AfterFunc(r.timeout, func() { s.expire(p) })
		s.pending = p
		s.hub.confirmedCommit(event, r.by, r.timeout)
	}
}

// mayConfirm says whether a session may confirm or cancel what is pending. The caller holds mu.
func (s *store) mayConfirm(by *session, persistID string) error {
	switch p := s.pending; {
	case p != nil && s.profile.IgnoresPersistID:
		return nil
	case p == nil && persistID == "":
		return nil
	case p == nil:
		return &RPCError{Type: "protocol", Tag: "invalid-value", Message: "no confirmed commit is pending for this persist-id"}
	case persistID != p.persist:
		return &RPCError{Type: "protocol", Tag: "invalid-value", Message: "this is not the persist-id of the pending confirmed commit"}
	case p.persist == "" && p.session != by:
		return &RPCError{Type: "protocol", Tag: "in-use", Message: "a confirmed commit of another session is pending"}
	}
	return nil
}

func (s *store) cancel(by *session, persistID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == nil {
		return &RPCError{Type: "protocol", Tag: "operation-failed", Message: "no confirmed commit is pending"}
	}
	if err := s.mayConfirm(by, persistID); err != nil {
		return err
	}
	s.rollback("cancel", by)
	return nil
}

func (s *store) expire(p *pendingCommit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == p {
		s.rollback("timeout", nil)
	}
}

// rollback undoes the pending commit. The caller holds mu.
func (s *store) rollback(event string, by *session) {
	s.pending.timer.Stop()
	before := s.pending.before
	s.pending = nil
	s.set(candidate, nil, by)
	s.set(running, before, by)
	s.hub.confirmedCommit(event, by, 0)
}
