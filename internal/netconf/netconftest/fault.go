// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong with a request, a hello, a notification or a connection. Server.Inject
// adds one; Fail, Drop, Delay and Hold are short forms for the most usual.
type Fault struct {
	// Operation is the local name of the RPC it befalls: "edit-config". "" is any RPC. "hello" is our hello,
	// "notification" each notification, "connect" an accepted connection (of any transport).
	Operation string `json:"operation,omitempty"`
	// Nth says which: the n-th such request from now on. 0 is the next that no other fault of Nth 0 takes:
	// those queue up.
	Nth int `json:"nth,omitempty"`
	// Times is how many requests in a row it befalls; 0 is one, negative all.
	Times int `json:"times,omitempty"`
	// Probability, if it is above 0, lets each of those requests escape: the dice are those of SetSeed.
	Probability float64 `json:"probability,omitempty"`
	// Session, if it is not 0, befalls only that session.
	Session uint64 `json:"session,omitempty"`

	// Do is what happens.
	Do Action `json:"do"`
	// Delay is how late Delay is, and Hold at most; 0 holds for ever.
	Delay time.Duration `json:"-"`
	// Bytes is how much of the reply CutReply sends; 0 is half of it.
	Bytes int `json:"bytes,omitempty"`
	// Errors are those of AnswerErrors.
	Errors []RPCError `json:"errors,omitempty"`

	release <-chan struct{} // of Hold
}

// Action is what a Fault does.
type Action string

const (
	// DropBefore closes the connection before the request is served: nothing happens.
	DropBefore Action = "drop-before"
	// DropWithin serves the request and closes the connection instead of answering.
	DropWithin Action = "drop-within"
	// DropAfter closes the connection when the reply was sent.
	DropAfter Action = "drop-after"
	// CutReply sends a part of the reply, and closes the connection.
	CutReply Action = "cut-reply"
	// StallReply sends a part of the reply and never the rest. The connection stays open.
	StallReply Action = "stall-reply"

	// Delay serves the request late. Requests behind it in the session wait too.
	Delay Action = "delay"
	// DelayReply serves the request in time and answers late.
	DelayReply Action = "delay-reply"
	// Hold serves the request when released, after Delay, or never.
	Hold Action = "hold"
	// NoReply serves the request and never answers it; later requests of the session are answered.
	NoReply Action = "no-reply"
	// Ignore neither serves nor answers the request.
	Ignore Action = "ignore"

	// AnswerErrors answers with rpc-errors; the request is not served.
	AnswerErrors Action = "rpc-error"
	// AnswerErrorsAfter serves the request, and answers with rpc-errors nevertheless.
	AnswerErrorsAfter Action = "rpc-error-after"

	// MalformedXML answers with what is no XML, WrongMessageID with another message-id, NoMessageID without
	// one, Twice with the same reply twice, WrongRoot with an element that is no rpc-reply, Garbage with bytes
	// that are no frame.
	MalformedXML   Action = "malformed-xml"
	WrongMessageID Action = "wrong-message-id"
	NoMessageID    Action = "no-message-id"
	Twice          Action = "twice"
	WrongRoot      Action = "wrong-root"
	Garbage        Action = "garbage"
	// BadFrame sends a frame whose length does not fit (a chunk too long; without chunks, an end mark within
	// the reply).
	BadFrame Action = "bad-frame"
	// HugeFrame announces a chunk of 4 GB and sends the reply; without chunks it is as StallReply.
	HugeFrame Action = "huge-frame"
)

var actions = []Action{
	DropBefore, DropWithin, DropAfter, CutReply, StallReply, Delay, DelayReply, Hold, NoReply, Ignore,
	AnswerErrors, AnswerErrorsAfter, MalformedXML, WrongMessageID, NoMessageID, Twice, WrongRoot, Garbage, BadFrame, HugeFrame,
}

// Actions lists all actions, those before the request is served first.
func Actions() []Action { return slices.Clone(actions) }

// Check says what is wrong with a fault.
func (f *Fault) Check() error {
	switch {
	case !slices.Contains(actions, f.Do):
		return fmt.Errorf("do: there is no action %q; there are %s", f.Do, actionNames())
	case (f.Do == Delay || f.Do == DelayReply) && f.Delay <= 0:
		return fmt.Errorf("%s needs a delay", f.Do)
	case f.Probability < 0 || f.Probability > 1:
		return fmt.Errorf("probability: %v is not between 0 and 1", f.Probability)
	case f.Nth < 0:
		return fmt.Errorf("nth: the first is 1")
	case f.Operation == "connect" && f.Do != DropBefore && f.Do != Delay && f.Do != Hold:
		return fmt.Errorf("%s cannot befall a connection: drop-before, delay and hold can", f.Do)
	}
	return nil
}

func actionNames() string {
	names := make([]string, len(actions))
	for i, a := range actions {
		names[i] = string(a)
	}
	return strings.Join(names, ", ")
}

// Inject adds a fault. It panics if Check finds something wrong with it.
func (s *Server) Inject(f Fault) {
	if err := f.Check(); err != nil {
		panic(fmt.Sprintf("netconftest: %v", err))
	}
	s.script.add(f)
}

// Fail answers the next request for an operation with rpc-errors. Faults of one operation queue up.
func (s *Server) Fail(operation string, with ...RPCError) {
	s.Inject(Fault{Operation: operation, Do: AnswerErrors, Errors: with})
}

// Drop ends the connection at the next request for an operation, before it is served.
func (s *Server) Drop(operation string) { s.Inject(Fault{Operation: operation, Do: DropBefore}) }

// Delay serves the next request for an operation late.
func (s *Server) Delay(operation string, by time.Duration) {
	s.Inject(Fault{Operation: operation, Do: Delay, Delay: by})
}

// Hold serves the next request for an operation only when release is called, or never.
func (s *Server) Hold(operation string) (release func()) {
	gate := make(chan struct{})
	s.Inject(Fault{Operation: operation, Do: Hold, release: gate})
	return sync.OnceFunc(func() { close(gate) })
}
