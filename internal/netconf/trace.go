// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import "bytes"

// Direction says which way a message went.
type Direction int

const (
	// Sent is from us to the server.
	Sent Direction = iota
	// Received is from the server to us.
	Received
)

func (d Direction) String() string {
	if d == Sent {
		return "sent"
	}
	return "received"
}

// traceFunc sees one message without its framing. It must not keep or change it, nor block for long: the
// session waits for it.
type traceFunc func(Direction, []byte)

// SetTrace has f see every message from the next one on, in each direction in order, but the directions at
// the same time; nil ends it. The bytes are valid during the call only. A message that broke off or that
// could not be read is shown as far as it came. Messages hold secrets: redact before writing anywhere.
func (s *Session) SetTrace(f func(Direction, []byte)) {
	if f == nil {
		s.trace.Store(nil)
		return
	}
	t := traceFunc(f)
	s.trace.Store(&t)
}

// traced collects a message that arrives in parts; it is nil while nobody looks.
type traced struct {
	bytes.Buffer
	show  traceFunc
	shown bool
}

func (s *Session) traceReceived() *traced {
	show := s.trace.Load()
	if show == nil {
		return nil
	}
	return &traced{show: *show}
}

// finish shows the message, if that was not done yet.
func (t *traced) finish() {
	if t != nil && !t.shown {
		t.shown = true
		t.show(Received, t.Bytes())
	}
}

// show shows a whole message to whoever looks.
func (s *Session) show(d Direction, message []byte) {
	if show := s.trace.Load(); show != nil {
		(*show)(d, message)
	}
}
