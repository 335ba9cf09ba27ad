// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	gonetconf "github.com/Juniper/go-netconf/netconf"
)

const (
	// helloGap is the least time between the hellos and the first rpc, and nudgeAfter how long the first
	// rpc may remain unanswered before another one is sent after it. A server that reads our hello and the
	// rpc at once may not notice the rpc until more bytes arrive (seen with netconfd 2.13).
	helloGap   = 5 * time.Millisecond
	nudgeAfter = 2 * time.Second
	// nudge asks for nothing.
	nudge = `<get-config><source><running/></source><filter type="subtree"></filter></get-config>`
	// writeGrace is how long a message may still be written after its context has ended.
	writeGrace = 250 * time.Millisecond
	// maxAbandoned bounds the requests that nobody waits for any more.
	maxAbandoned = 256
	firstID      = "1"
)

// Options are what a session may be told, whatever its transport.
type Options struct {
	// MaxMessageBytes bounds a received message; 0 means DefaultMaxMessageBytes.
	MaxMessageBytes int
	// Peer names the server in errors, such as its address.
	Peer string
}

// Session is one NETCONF session. Its methods may be used by several goroutines at once; requests are
// pipelined, and answered by the server in their order.
type Session struct {
	juniper      *gonetconf.Session
	framer       *Framer
	conn         io.Closer
	peer         string
	capabilities Capabilities
	firstRPC     time.Time

	writing chan struct{} // holds one token while somebody writes

	mu        sync.Mutex
	lastID    uint64
	pending   map[string]*Call
	abandoned int
	err       error
	done      chan struct{}
	read      chan struct{} // closed when the reader is gone
}

// NewSession exchanges hellos over conn and returns the session, which owns conn from then on, also if
// an error is returned. When ctx ends before the hellos are exchanged, conn is closed.
func NewSession(ctx context.Context, conn io.ReadWriteCloser, o Options) (*Session, error) {
	framer := NewFramer(conn, o.MaxMessageBytes)
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	established, err := establish(&transport{Framer: framer, Closer: conn})
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, helloError(ctx, o.Peer, err)
	}
	s := &Session{
		juniper:      established,
		framer:       framer,
		conn:         conn,
		peer:         o.Peer,
		capabilities: NewCapabilities(established.ServerCapabilities),
		firstRPC:     time.Now().Add(helloGap),
		writing:      make(chan struct{}, 1),
		pending:      make(map[string]*Call),
		done:         make(chan struct{}),
		read:         make(chan struct{}),
	}
	go s.readReplies()
	return s, nil
}

func helloError(ctx context.Context, peer string, err error) error {
	const op = "hello from"
	switch {
	case ctx.Err() != nil:
		return contextError(ctx, op, peer)
	case errors.Is(err, ErrProtocol), errors.Is(err, ErrFraming), errors.Is(err, ErrMessageTooLarge):
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
		_, _ = s.Exec(ctx, RawMethod("<close-session/>"))
	}
	s.fail(ErrClosed)
	<-s.read
	return nil
}

// Abort ends the session at once, without a word to the server, which then frees the session's locks.
func (s *Session) Abort() {
	s.fail(ErrClosed)
	<-s.read
}

// readReplies is the session's only reader.
func (s *Session) readReplies() {
	defer close(s.read)
	for {
		message, err := s.framer.ReadMessage()
		if err != nil {
			s.fail(s.readError(err))
			return
		}
		if err := s.dispatch(message); err != nil {
			s.fail(&Error{Kind: ErrProtocol, Op: "read from", Addr: s.peer, Err: err})
			return
		}
	}
}

func (s *Session) readError(err error) error {
	kind := ErrUnreachable
	if errors.Is(err, ErrFraming) || errors.Is(err, ErrMessageTooLarge) {
		kind = ErrProtocol
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("the server closed the session")
	}
	return &Error{Kind: kind, Op: "read from", Addr: s.peer, Err: err}
}

// dispatch gives a reply to whoever waits for it. Notifications are nobody's yet.
func (s *Session) dispatch(message []byte) error {
	h, err := parseHead(message)
	if err != nil {
		return err
	}
	switch h.name {
	case "notification":
		return nil
	case "rpc-reply":
	default:
		return fmt.Errorf("%w: unexpected message %q", ErrProtocol, h.name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !h.hasID && len(s.pending) == 1 {
		for id := range s.pending { // a server that could not read our rpc cannot know its message-id
			h.messageID = id
		}
	}
	call, known := s.pending[h.messageID]
	if !known {
		return fmt.Errorf("%w: a reply with message-id %q, which is not that of a request", ErrProtocol, h.messageID)
	}
	delete(s.pending, h.messageID)
	if call == nil {
		s.abandoned--
		return nil
	}
	call.reply <- received{message, h}
	return nil
}

// fail ends the session for a reason; the first one counts.
func (s *Session) fail(reason error) {
	s.mu.Lock()
	if s.err != nil {
		s.mu.Unlock()
		return
	}
	s.err = reason
	close(s.done)
	s.mu.Unlock()
	s.conn.Close()
}
