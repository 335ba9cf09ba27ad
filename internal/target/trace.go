// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"sync"
	"time"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/yang"
)

// TraceMessage is a NETCONF message as it was sent or received, with digests in place of secrets.
type TraceMessage struct {
	Time      time.Time
	Key       string // of the Endpoint
	SessionID uint64 // 0 of the hellos
	Received  bool   // else it was sent
	XML       []byte
}

// TraceSink takes the messages of a trace. It is called by one goroutine at a time, may keep what it gets, and
// must return soon: the session waits for it.
type TraceSink func(TraceMessage)

// Trace gives a sink all messages that an NF is sent and sends from now on, of all its sessions; nil ends that,
// and the sink is not called any more when it returns.
// The hellos are there of sessions that begin later.
//
// Secrets are left out: values tainted in the plans that were applied; elements below nacm:default-deny-all and
// of type crypt-hash in the modules that Guard was told; elements with names such as password or
// cleartext-private-key; and what looks like a hash of crypt(3). What is known of an NF when a message passes
// is what counts: begin a trace after the first Guard and Apply where values are to be hidden that only these
// tell of.
func (p *Pool) Trace(key string, sink TraceSink) {
	p.mu.Lock()
	before := p.traces[key]
	if sink == nil {
		delete(p.traces, key)
	} else {
		p.traces[key] = &trace{key: key, sink: sink}
	}
	d, w := p.devices[key], p.watches[key]
	p.mu.Unlock()
	if before != nil {
		before.end()
	}
	if d != nil {
		p.traceSession(key, d.latest.Load())
	}
	if w != nil {
		p.traceSession(key, w.apart.Load())
	}
}

// traceSession begins or ends the trace of a session, as is wanted for its NF.
func (p *Pool) traceSession(key string, session *netconf.Session) {
	if session != nil {
		session.SetTrace(p.tracer(key, session.ID()))
	}
}

// tracer returns who is to see the messages of an NF's session, nil if nobody is. The id is 0 until the hellos
// have told it.
func (p *Pool) tracer(key string, id uint64) func(netconf.Direction, []byte) {
	p.mu.Lock()
	t, d := p.traces[key], p.devices[key]
	p.mu.Unlock()
	if t == nil || d == nil {
		return nil
	}
	return func(way netconf.Direction, message []byte) {
		t.message(TraceMessage{
			Time: time.Now(), Key: key, SessionID: id, Received: way == netconf.Received, XML: d.secrets.redact(message),
		})
	}
}

// trace is where the messages of one NF go.
type trace struct {
	key  string
	mu   sync.Mutex
	sink TraceSink // nil when it has ended
}

func (t *trace) message(m TraceMessage) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sink != nil {
		t.sink(m)
	}
}

func (t *trace) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sink = nil
}

// secrets are what is known of an NF's secrets.
type secrets struct {
	mu          sync.Mutex
	now, before *concealer      // of the last two plans
	guarded     map[string]bool // names of elements that its modules want hidden
}

// planned notes the secrets of what is intended.
func (s *secrets) planned(intended *yang.Tree) { s.remember(newConcealer(intended)) }

func (s *secrets) remember(c *concealer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before, s.now = s.now, c
}

// Conceal notes the values of a configuration that came from Secrets, so that they are shown to nobody when they
// are read from the NF: a manager that did not send them itself does not know them otherwise.
func (p *Pool) Conceal(e Endpoint, intended *yang.Tree) {
	if d, err := p.device(e); err == nil {
		d.secrets.also(intended)
	}
}

// Guard notes what an NF's modules want hidden, wherever they come from, for traces that begin before any other
// call tells of its schema.
func (p *Pool) Guard(e Endpoint, schema *yang.Schema) {
	if d, err := p.device(e); err == nil {
		d.secrets.guard(schema)
	}
}

func (s *secrets) guard(schema *yang.Schema) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guarded = schema.SecretNames()
}

func (s *secrets) redact(message []byte) []byte { return s.redactor().message(message) }
