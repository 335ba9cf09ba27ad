// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"time"

	"github.com/strowger/strowger/internal/yang/validate"
)

const defaultConfirmTimeout = 600 * time.Second

// commitRequest is a commit (RFC 6241 section 8.4).
type commitRequest struct {
	session            uint64
	confirmed          bool
	timeout            time.Duration
	persist, persistID string
}

func (s *store) commit(r commitRequest) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range []string{candidate, running} {
		if err := s.free(name, r.session); err != nil {
			return err
		}
	}
	if err := s.mayConfirm(r.session, r.persistID); err != nil {
		return err
	}
	before := s.running
	if s.candidate != nil {
		if err := validate.Tree(s.candidate).Err(); err != nil {
			return err
		}
		if s.profile.LosesValidatedCommits && s.validated {
			s.set(candidate, nil)
			return nil
		}
		tree := s.candidate
		s.set(candidate, nil)
		s.set(running, tree)
	}
	if s.pending != nil {
		before = s.pending.before
		s.pending.timer.Stop()
		if r.persist == "" && r.confirmed {
			r.persist = s.pending.persist
		}
		s.pending = nil
	}
	if r.confirmed {
		p := &pendingCommit{before: before, session: r.session, persist: r.persist}
		p.timer = time.AfterFunc(r.timeout, func() { s.expire(p) })
		s.pending = p
	}
	return nil
}

// mayConfirm says whether a session may confirm or cancel what is pending. The caller holds mu.
func (s *store) mayConfirm(session uint64, persistID string) error {
	switch p := s.pending; {
	case p == nil && persistID == "":
		return nil
	case p == nil:
		return &RPCError{Type: "protocol", Tag: "invalid-value", Message: "no confirmed commit is pending for this persist-id"}
	case persistID != p.persist:
		return &RPCError{Type: "protocol", Tag: "invalid-value", Message: "this is not the persist-id of the pending confirmed commit"}
	case p.persist == "" && p.session != session:
		return &RPCError{Type: "protocol", Tag: "in-use", Message: "a confirmed commit of another session is pending"}
	}
	return nil
}

func (s *store) cancel(session uint64, persistID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == nil {
		return &RPCError{Type: "protocol", Tag: "operation-failed", Message: "no confirmed commit is pending"}
	}
	if err := s.mayConfirm(session, persistID); err != nil {
		return err
	}
	s.rollback()
	return nil
}

func (s *store) expire(p *pendingCommit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == p {
		s.rollback()
	}
}

// rollback undoes the pending commit. The caller holds mu.
func (s *store) rollback() {
	s.pending.timer.Stop()
	before := s.pending.before
	s.pending = nil
	s.set(candidate, nil)
	s.set(running, before)
}
