// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	// writeGrace is how long a message may still be written after its context has ended.
	writeGrace = 250 * time.Millisecond
	// maxAbandoned bounds the requests that nobody waits for any more.
	maxAbandoned = 256
	firstID      = "1"
)

// Call is a request whose reply is awaited.
type Call struct {
	session  *Session
	id       string
	op       string
	reply    chan *Reply  // holds one
	accepted func(*Reply) // called by the reader for a reply without errors; may be nil
	stream   *dataStream  // where large data is to go; may be nil

	streaming bool // large data has begun to arrive; the reader's
}

// Exec sends a method in an rpc and waits for the reply. Errors: RPCErrors for what the server answered
// (the reply is returned too), an Error of ErrUnsupported when the server does not announce what the method
// needs, of ErrTimeout when ctx's deadline passed, of ErrUnreachable or ErrProtocol when the session broke.
// After a timeout or cancellation the session stays usable: a late reply is discarded.
func (s *Session) Exec(ctx context.Context, method Method) (*Reply, error) {
	call, err := s.Start(ctx, method)
	if err != nil {
		return nil, err
	}
	return call.Wait(ctx)
}

// Start sends a method in an rpc and returns without waiting for the reply. One of Wait and Text must be
// called, once.
func (s *Session) Start(ctx context.Context, method Method) (*Call, error) {
	calls, err := s.start(ctx, nil, method)
	if err != nil {
		return nil, err
	}
	return calls[0], nil
}

// StartAll sends methods in their order, each in an rpc of its own, in a single write, and returns without
// waiting. The server answers in that order, and goes on with the next also when one fails. If the server
// lacks what one of them needs, nothing is sent.
func (s *Session) StartAll(ctx context.Context, methods ...Method) ([]*Call, error) {
	if len(methods) == 0 {
		return nil, nil
	}
	return s.start(ctx, nil, methods...)
}

// start sends methods. prepare, which may be nil, is called with each call before its reply can come.
func (s *Session) start(ctx context.Context, prepare func(*Call), methods ...Method) ([]*Call, error) {
	calls := make([]*Call, len(methods))
	bodies := make([]string, len(methods))
	for i, method := range methods {
		bodies[i] = method.MarshalMethod()
		calls[i] = &Call{session: s, op: methodName(bodies[i]), reply: make(chan *Reply, 1)}
		if prepare != nil {
			prepare(calls[i])
		}
		if err := calls[i].check(method); err != nil {
			return nil, err
		}
	}
	if err := s.send(ctx, calls, bodies); err != nil {
		return nil, err
	}
	return calls, nil
}

// needy is a Method that cannot be sent to every server.
type needy interface {
	// needs returns why the method cannot be sent, or nil. Op and Addr are left to the caller.
	needs(Capabilities) *Error
}

func (c *Call) check(method Method) error {
	if n, ok := method.(needy); ok {
		if err := n.needs(c.session.capabilities); err != nil {
			err.Op, err.Addr = c.op, c.session.peer
			return err
		}
	}
	return nil
}

// send writes the requests.
func (s *Session) send(ctx context.Context, calls []*Call, bodies []string) error {
	op := calls[0].op
	if err := s.acquireWriter(ctx, op); err != nil {
		return err
	}
	defer func() { <-s.writing }()
	if err := s.register(calls); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	frames, err := s.frame(calls, bodies)
	if err != nil {
		s.forget(calls)
		return err
	}
	if err := s.write(ctx, op, frames); err != nil {
		s.forget(calls)
		s.fail(&Error{Kind: ErrUnreachable, Op: op, Addr: s.peer, Err: err})
		return s.Err()
	}
	return nil
}

const (
	rpcOpen  = `<rpc xmlns="` + BaseNamespace + `" message-id="`
	rpcClose = "</rpc>"
)

// frame returns the requests as they are written.
func (s *Session) frame(calls []*Call, bodies []string) ([]byte, error) {
	size := 0
	for i, call := range calls {
		size += len(rpcOpen) + len(call.id) + len(`">`) + len(bodies[i]) + len(rpcClose) + frameOverhead
	}
	frames := make([]byte, 0, size)
	var err error
	for i, call := range calls {
		if frames, err = s.framer.appendFrame(frames, rpcOpen, call.id, `">`, bodies[i], rpcClose); err != nil {
			return nil, fmt.Errorf("%s: %w", call.op, err)
		}
		if s.trace.Load() != nil {
			s.show(Sent, []byte(rpcOpen+call.id+`">`+bodies[i]+rpcClose))
		}
	}
	return frames, nil
}

// write writes messages. One that was begun has to be finished, there is no session after half of one:
// if ctx ends meanwhile, a server that does not read loses the session.
func (s *Session) write(ctx context.Context, op string, frames []byte) error {
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
	_, err := s.conn.Write(frames)
	return err
}

// acquireWriter waits for its turn to write, and for the gap after the hello.
func (s *Session) acquireWriter(ctx context.Context, op string) error {
	select {
	case s.writing <- struct{}{}:
	case <-s.done:
		return fmt.Errorf("%s: %w", op, s.Err())
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

// register gives the calls message-ids and makes them known to the reader.
func (s *Session) register(calls []*Call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	for _, call := range calls {
		s.lastID++
		call.id = strconv.FormatUint(s.lastID, 10)
		s.pending[call.id] = call
	}
	return nil
}

func (s *Session) forget(calls []*Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, call := range calls {
		delete(s.pending, call.id)
	}
}

// Wait returns the reply. See Exec for the errors.
func (c *Call) Wait(ctx context.Context) (*Reply, error) {
	defer c.nudgeFirst(ctx)()
	select {
	case r := <-c.reply:
		return c.result(r)
	case <-ctx.Done():
		return nil, c.giveUp(ctx)
	case <-c.session.done:
		return c.atTheEnd()
	}
}

func (c *Call) result(r *Reply) (*Reply, error) {
	if len(r.failed) > 0 {
		return r, fmt.Errorf("%s: %w", c.op, r.failed)
	}
	return r, nil
}

// atTheEnd returns the reply if it came in before the session ended.
func (c *Call) atTheEnd() (*Reply, error) {
	select {
	case r := <-c.reply:
		return c.result(r)
	default:
		return nil, fmt.Errorf("%s: %w", c.op, c.session.Err())
	}
}

func (c *Call) giveUp(ctx context.Context) error {
	c.session.abandon(c)
	return contextError(ctx, c.op, c.session.peer)
}

// abandon leaves the message-id known, so that a late reply is told from a wrong one.
func (s *Session) abandon(c *Call) {
	s.mu.Lock()
	if _, waiting := s.pending[c.id]; waiting {
		s.pending[c.id] = nil
		s.abandoned++
	}
	tooMany := s.abandoned > maxAbandoned
	s.mu.Unlock()
	if tooMany {
		s.fail(&Error{Kind: ErrTimeout, Op: c.op, Addr: s.peer, Err: errors.New("too many requests remain unanswered")})
	}
}

// Name returns the name of the operation's element, such as "edit-config".
func (c *Call) Name() string { return c.op }

// MethodName returns the name of the operation of a method, such as "edit-config".
func MethodName(m Method) string { return methodName(m.MarshalMethod()) }

// methodName returns the name of the first element.
func methodName(body string) string {
	_, rest, found := strings.Cut(body, "<")
	if !found {
		return "rpc"
	}
	if end := strings.IndexAny(rest, "> /\t\r\n"); end >= 0 {
		return rest[:end]
	}
	return rest
}
