// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	gonetconf "github.com/Juniper/go-netconf/netconf"
)

// helloGap is the least time between the hellos and the first rpc. A server that reads our hello and the
// rpc at once may not notice the rpc until more bytes arrive (seen with netconfd 2.13).
const helloGap = 5 * time.Millisecond

// Options are what a session may be told, whatever its transport.
type Options struct {
	// MaxMessageBytes bounds a received message; 0 means DefaultMaxMessageBytes.
	MaxMessageBytes int
	// MaxDepth bounds the nesting of its elements; 0 means DefaultMaxDepth.
	MaxDepth int
	// Keepalive is how often a request that asks for nothing makes sure that the server still answers; one
	// that is not answered within that time ends the session. 0 means never: then nothing runs while the
	// session is idle. It is for transports that cannot probe the connection themselves.
	Keepalive time.Duration
	// Trace sees every message, hellos included; nil costs nothing. See SetTrace.
	Trace func(Direction, []byte)
	// Peer names the server in errors, such as its address.
	Peer string
}

// Session is one NETCONF session. Its methods may be used by several goroutines at once; requests are
// pipelined, and answered by the server in their order.
type Session struct {
	juniper      *gonetconf.Session
	framer       *Framer
	conn         io.ReadWriteCloser
	peer         string
	capabilities Capabilities
	firstRPC     time.Time
	maxDepth     int
	keepalive    *keepalive
	trace        atomic.Pointer[traceFunc]
	closing      atomic.Bool // Close was called
	ended        func(error) // see OnEnd

	writing chan struct{} // holds one token while somebody writes

	mu            sync.Mutex
	lastID        uint64
	pending       map[string]*Call
	abandoned     int
	err           error
	subscriptions subscriptions

	done chan struct{}
	read chan struct{} // closed when the reader is gone
}

// NewSession exchanges hellos over conn and returns the session, which owns conn from then on, also if
// an error is returned. When ctx ends before the hellos are exchanged, conn is closed.
func NewSession(ctx context.Context, conn io.ReadWriteCloser, o Options) (*Session, error) {
	s := &Session{
		framer:   NewFramer(conn, o.MaxMessageBytes),
		conn:     conn,
		peer:     o.Peer,
		maxDepth: o.MaxDepth,
		writing:  make(chan struct{}, 1),
		pending:  make(map[string]*Call),
		done:     make(chan struct{}),
		read:     make(chan struct{}),
	}
	if s.maxDepth <= 0 {
		s.maxDepth = DefaultMaxDepth
	}
	s.SetTrace(o.Trace)
	if err := s.establish(ctx); err != nil {
		conn.Close()
		return nil, helloError(ctx, o.Peer, err)
	}
	s.firstRPC = time.Now().Add(helloGap)
	s.keepAlive(o.Keepalive)
	go s.readMessages()
	return s, nil
}

// establish exchanges the hellos.
func (s *Session) establish(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	established, err := establish(&transport{Framer: s.framer, Closer: s.conn, show: s.show})
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	s.juniper = established
	s.capabilities = NewCapabilities(established.ServerCapabilities)
	return nil
}

func helloError(ctx context.Context, peer string, err error) error {
	const op = "hello from"
	switch {
	case ctx.Err() != nil:
		return contextError(ctx, op, peer)
	case isProtocol(err):
		return &Error{Kind: ErrProtocol, Op: op, Addr: peer, Err: err}
	}
	return &Error{Kind: ErrUnreachable, Op: op, Addr: peer, Err: noEOF(err)}
}

// ID returns the session-id that the server chose.
func (s *Session) ID() uint64 { return uint64(s.juniper.SessionID) }

// Capabilities returns what the server announced.
func (s *Session) Capabilities() Capabilities { return s.capabilities }

// Done is closed when the session has ended, for whatever reason.
func (s *Session) Done() <-chan struct{} { return s.done }

// OnEnd has f hear once why the session ended, in a goroutine of its own; at once if it has. Of an end that we
// asked for that is ErrClosed.
func (s *Session) OnEnd(f func(error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		go f(s.err)
		return
	}
	s.ended = f
}

// Err returns why the session ended, or nil while it lives.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Close sends close-session, waits for the answer as long as ctx lets it, and closes the transport. It
// is an error of nobody's concern when the server does not answer.
func (s *Session) Close(ctx context.Context) error {
	if s.Err() == nil {
		s.closing.Store(true)
		_, _ = s.Exec(ctx, CloseSession{})
	}
	s.Abort()
	return nil
}

// Abort ends the session at once, without a word to the server, which then frees the session's locks.
func (s *Session) Abort() {
	s.fail(ErrClosed)
	<-s.read
}

// isProtocol says whether the server sent what it must not send.
func isProtocol(err error) bool {
	return errors.Is(err, ErrProtocol) || errors.Is(err, ErrFraming) || errors.Is(err, ErrMessageTooLarge)
}

// fail ends the session for a reason; the first one counts.
func (s *Session) fail(reason error) {
	s.mu.Lock()
	if s.err != nil {
		s.mu.Unlock()
		return
	}
	if s.closing.Load() {
		reason = ErrClosed // the server may be faster than we are
	}
	s.err = reason
	ended := s.ended
	close(s.done)
	s.mu.Unlock()
	if ended != nil {
		go ended(reason)
	}
	s.keepalive.stop()
	s.conn.Close()
}
