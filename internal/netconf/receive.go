// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"errors"
	"fmt"
	"io"
)

// readMessages is the session's only reader, and the only goroutine it has while idle.
func (s *Session) readMessages() {
	defer close(s.read)
	m := &message{framer: s.framer, scan: tagScanner{maxDepth: s.maxDepth}}
	for {
		if err := s.framer.begin(); err != nil {
			s.fail(s.readError(err))
			return
		}
		if err := s.receive(m); err != nil {
			s.fail(s.readError(err))
			return
		}
	}
}

func (s *Session) readError(err error) error {
	if known := (*Error)(nil); errors.As(err, &known) {
		return known // the transport's keepalive says more than that it was closed
	}
	kind := ErrUnreachable
	if isProtocol(err) {
		kind = ErrProtocol
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("the server closed the session")
	}
	return &Error{Kind: kind, Op: "read from", Addr: s.peer, Err: err}
}

// receive reads one message, and gives it to whoever waits for it.
func (s *Session) receive(m *message) error {
	trace := s.traceReceived()
	defer trace.finish()
	m.reset(trace)
	if err := m.open(); err != nil {
		return err
	}
	switch {
	case m.root.is(BaseNamespace, "rpc-reply"):
		return s.receiveReply(m)
	case m.root.is(notificationNamespace, "notification"):
		return s.receiveEvent(m)
	}
	return malformed(fmt.Errorf("unexpected message <%s> of namespace %q", m.root.name, m.root.namespace))
}

func (s *Session) receiveReply(m *message) error {
	call, err := s.answered(m)
	if err != nil {
		return err
	}
	if call == nil {
		return m.discard()
	}
	reply, err := readReply(m, call)
	if err != nil {
		return err
	}
	if call.accepted != nil && len(reply.failed) == 0 {
		call.accepted(reply)
	}
	call.reply <- reply
	return nil
}

// answered finds the request that a reply belongs to; nil is one that nobody waits for any more.
func (s *Session) answered(m *message) (*Call, error) {
	id, given := m.root.attr("message-id")
	s.mu.Lock()
	defer s.mu.Unlock()
	if !given && len(s.pending) == 1 {
		for only := range s.pending { // a server that could not read our rpc cannot know its message-id
			id = only
		}
	}
	call, known := s.pending[id]
	if !known {
		return nil, malformed(fmt.Errorf("a reply with message-id %q, which is not that of a request", id))
	}
	delete(s.pending, id)
	if call == nil {
		s.abandoned--
	}
	return call, nil
}
