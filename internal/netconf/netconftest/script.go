// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"math/rand/v2"
	"slices"
	"sync"
)

// script is what a test wants to know of the requests, and how it wants them to go.
type script struct {
	mu       sync.Mutex
	requests []string
	counts   map[string]int
	faults   []*scripted
	dice     *rand.Rand
}

// maxRequests bounds the names kept; counts go on.
const maxRequests = 10000

// scripted is a fault and how far it is.
type scripted struct {
	Fault
	seen, left int
}

func newScript() *script {
	return &script{counts: make(map[string]int), dice: newDice(1)}
}

func newDice(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

// SetSeed makes the dice of faults with a probability fall as they did with the same seed.
func (s *Server) SetSeed(seed uint64) {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	s.script.dice = newDice(seed)
}

// Requests returns the names of the operations received since the start or the last reset, in order.
func (s *Server) Requests() []string {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	return slices.Clone(s.script.requests)
}

// Count returns how often an operation was received since the start or the last reset; "" counts all.
func (s *Server) Count(operation string) int {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	if operation != "" {
		return s.script.counts[operation]
	}
	all := 0
	for _, n := range s.script.counts {
		all += n
	}
	return all
}

// Counts returns how often each operation was received since the start or the last reset.
func (s *Server) Counts() map[string]int {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	counts := make(map[string]int, len(s.script.counts))
	for name, n := range s.script.counts {
		counts[name] = n
	}
	return counts
}

// ResetRequests begins to count anew.
func (s *Server) ResetRequests() {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	s.script.requests = nil
	clear(s.script.counts)
}

// ClearFaults forgets what was scripted and has not happened.
func (s *Server) ClearFaults() {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	s.script.faults = nil
}

// Faults returns what was scripted and has not happened, or not for the last time.
func (s *Server) Faults() []Fault {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	list := make([]Fault, len(s.script.faults))
	for i, f := range s.script.faults {
		list[i] = f.Fault
	}
	return list
}

func (s *script) add(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	times := f.Times
	if times == 0 {
		times = 1
	}
	s.faults = append(s.faults, &scripted{Fault: f, left: times})
}

// received counts a request and returns what shall happen to it, or nil.
func (s *script) received(operation string, session uint64) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[operation]++
	if len(s.requests) < maxRequests {
		s.requests = append(s.requests, operation)
	}
	return s.take(operation, session)
}

// event is received for what is no request: hello, notification, connect.
func (s *script) event(name string, session uint64) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.take(name, session)
}

// take returns the first fault that is due. Faults with Nth see every request that they are about, the
// others only what nobody took before. The caller holds mu.
func (s *script) take(operation string, session uint64) *Fault {
	var due *scripted
	for _, f := range s.faults {
		if !f.about(operation, session) || f.Nth == 0 && due != nil {
			continue
		}
		f.seen++
		if f.seen < f.Nth || f.left == 0 {
			continue
		}
		if f.left > 0 {
			f.left--
		}
		if due == nil && (f.Probability == 0 || s.dice.Float64() < f.Probability) {
			due = f
		}
	}
	s.faults = slices.DeleteFunc(s.faults, func(f *scripted) bool { return f.left == 0 })
	if due == nil {
		return nil
	}
	return &due.Fault
}

func (f *scripted) about(operation string, session uint64) bool {
	if f.Session != 0 && f.Session != session {
		return false
	}
	if f.Operation == "" {
		return operation != "hello" && operation != "notification" && operation != "connect"
	}
	return f.Operation == operation
}
