// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Call is a request whose reply is awaited.
type Call struct {
	session *Session
	id      string
	op      string
	reply   chan received // holds one
}

type received struct {
	message []byte
	head    head
}

// Exec sends a method in an rpc and waits for the reply. Errors: RPCErrors for what the server answered
// (the reply is returned too), an Error of ErrTimeout when ctx's deadline passed, of ErrUnreachable or
// ErrProtocol when the session broke. After a timeout or cancellation the session stays usable: a late
// reply is discarded.
func (s *Session) Exec(ctx context.Context, method Method) (*Reply, error) {
	call, err := s.Start(ctx, method)
	if err != nil {
		return nil, err
	}
	return call.Wait(ctx)
}

// Start sends a method in an rpc and returns without waiting for the reply. Wait must be called.
func (s *Session) Start(ctx context.Context, method Method) (*Call, error) {
	body := method.MarshalMethod()
	call := &Call{session: s, op: methodName(body), reply: make(chan received, 1)}
	if err := s.acquireWriter(ctx, call.op); err != nil {
		return nil, err
	}
	defer func() { <-s.writing }()

	if err := s.register(call); err != nil {
		return nil, err
	}
	message := make([]byte, 0, len(body)+128)
	message = append(message, `<rpc xmlns="`+BaseNamespace+`" message-id="`+call.id+`">`...)
	message = append(message, body...)
	message = append(message, "</rpc>"...)

	err := s.write(ctx, call.op, message)
	if err != nil {
		s.forget(call)
		if errors.Is(err, ErrFraming) {
			return nil, fmt.Errorf("%s: %w", call.op, err)
		}
		s.fail(&Error{Kind: ErrUnreachable, Op: call.op, Addr: s.peer, Err: err})
		return nil, s.Err()
	}
	return call, nil
}

// write writes a message. One that was begun has to be finished, there is no session after half of one:
// if ctx ends meanwhile, a server that does not read loses the session.
func (s *Session) write(ctx context.Context, op string, message []byte) error {
	written := make(chan struct{})
	defer close(written)
	stop := context.AfterFunc(ctx, func() {
		grace := time.NewTimer(writeGrace)
		defer grace.Stop()
		select {
		case <-written:
		case <-grace.C:
			s.fail(contextError(ctx, op, s.peer))
		}
	})
	defer stop()
	return s.framer.WriteMessage(message)
}

// acquireWriter waits for its turn to write, and for the gap after the hello.
func (s *Session) acquireWriter(ctx context.Context, op string) error {
	select {
	case s.writing <- struct{}{}:
	case <-s.done:
		return s.Err()
	case <-ctx.Done():
		return contextError(ctx, op, s.peer)
	}
	if wait := time.Until(s.firstRPC); wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-s.done:
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		<-s.writing
		return contextError(ctx, op, s.peer)
	}
	return nil
}

// register gives the call a message-id and makes it known to the reader.
func (s *Session) register(call *Call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.lastID++
	call.id = strconv.FormatUint(s.lastID, 10)
	s.pending[call.id] = call
	return nil
}

func (s *Session) forget(call *Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pending, call.id)
}

// Wait returns the reply. See Exec for the errors.
func (c *Call) Wait(ctx context.Context) (*Reply, error) {
	if c.id == firstID {
		timer := time.AfterFunc(nudgeAfter, func() { c.session.nudge(ctx) })
		defer timer.Stop()
	}
	select {
	case r := <-c.reply:
		return c.result(r)
	case <-ctx.Done():
		c.session.abandon(c)
		return nil, contextError(ctx, c.op, c.session.peer)
	case <-c.session.done:
	}
	select {
	case r := <-c.reply: // it came in before the end
		return c.result(r)
	default:
		return nil, fmt.Errorf("%s: %w", c.op, c.session.Err())
	}
}

// nudge sends a request whose reply nobody waits for.
func (s *Session) nudge(ctx context.Context) {
	if call, err := s.Start(ctx, RawMethod(nudge)); err == nil {
		s.abandon(call)
	}
}

func (c *Call) result(r received) (*Reply, error) {
	reply, err := parseReply(r.message, r.head)
	switch {
	case err == nil:
		return reply, nil
	case reply == nil:
		err = &Error{Kind: ErrProtocol, Op: c.op, Addr: c.session.peer, Err: err}
		c.session.fail(err)
		return nil, err
	}
	return reply, fmt.Errorf("%s: %w", c.op, err)
}

// abandon leaves the message-id known, so that a late reply is told from a wrong one.
func (s *Session) abandon(c *Call) {
	s.mu.Lock()
	_, waiting := s.pending[c.id]
	if waiting {
		s.pending[c.id] = nil
		s.abandoned++
	}
	tooMany := s.abandoned > maxAbandoned
	s.mu.Unlock()
	if tooMany {
		s.fail(&Error{Kind: ErrTimeout, Op: c.op, Addr: s.peer, Err: errors.New("too many requests remain unanswered")})
	}
}

// methodName returns the name of the first element, for errors.
func methodName(body string) string {
	for i := 0; i < len(body); i++ {
		if body[i] != '<' {
			continue
		}
		end := i + 1
		for end < len(body) && body[end] != '>' && body[end] != '/' && body[end] != ' ' && body[end] != '\n' {
			end++
		}
		return body[i+1 : end]
	}
	return "rpc"
}
