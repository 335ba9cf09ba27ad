// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"slices"
	"sync"
	"time"
)

// script is what a test wants to know of the requests, and how it wants them to go.
type script struct {
	mu       sync.Mutex
	requests []string
	counts   map[string]int
	faults   map[string][]fault
}

// maxRequests bounds the names kept; counts go on.
const maxRequests = 10000

// fault is what happens to one request instead of being served.
type fault struct {
	errors rpcErrors
	drop   bool          // end the connection
	hold   chan struct{} // wait for this, then serve the request
	delay  time.Duration // wait so long, then serve the request
}

func newScript() *script {
	return &script{counts: make(map[string]int), faults: make(map[string][]fault)}
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

// ResetRequests begins to count anew.
func (s *Server) ResetRequests() {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	s.script.requests = nil
	clear(s.script.counts)
}

// Fail answers the next request for an operation with rpc-errors. Faults of one operation queue up.
func (s *Server) Fail(operation string, with ...RPCError) {
	f := fault{}
	for i := range with {
		f.errors = append(f.errors, &with[i])
	}
	s.script.add(operation, f)
}

// Drop ends the connection at the next request for an operation, before it is served.
func (s *Server) Drop(operation string) { s.script.add(operation, fault{drop: true}) }

// Delay serves the next request for an operation late.
func (s *Server) Delay(operation string, by time.Duration) { s.script.add(operation, fault{delay: by}) }

// Hold serves the next request for an operation only when release is called, or never.
func (s *Server) Hold(operation string) (release func()) {
	gate := make(chan struct{})
	s.script.add(operation, fault{hold: gate})
	return sync.OnceFunc(func() { close(gate) })
}

// ClearFaults forgets what was scripted and has not happened.
func (s *Server) ClearFaults() {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	clear(s.script.faults)
}

func (s *script) add(operation string, f fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[operation] = append(s.faults[operation], f)
}

// received counts a request and returns what shall happen to it.
func (s *script) received(operation string) fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[operation]++
	if len(s.requests) < maxRequests {
		s.requests = append(s.requests, operation)
	}
	queue := s.faults[operation]
	if len(queue) == 0 {
		return fault{}
	}
	s.faults[operation] = queue[1:]
	return queue[0]
}
