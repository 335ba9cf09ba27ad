// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"fmt"
	"net"
	"time"
)

// CallHome is a client that the device connects to, again whenever the connection ends (RFC 8071).
type CallHome struct {
	// Addr is host:port of the client.
	Addr string
	// TLS is for TLS instead of SSH.
	TLS bool
	// Retry is the first pause after a failure; it doubles up to 32 times that. 0 means 250 ms.
	Retry time.Duration
}

const (
	defaultRetry = 250 * time.Millisecond
	retryFactor  = 32
	dialTimeout  = 10 * time.Second
)

// callHome connects until the server is closed.
func (s *Server) callHome(home CallHome) {
	first := home.Retry
	if first <= 0 {
		first = defaultRetry
	}
	serve := s.serveSSH
	if home.TLS {
		serve = s.serveTLS
	}
	dialer := &net.Dialer{Timeout: dialTimeout}
	absent := false
	for pause := first; ; pause = min(2*pause, retryFactor*first) {
		before := s.sessionsEver()
		conn, err := dialer.DialContext(s.ctx, "tcp", home.Addr)
		if err == nil {
			s.connected(conn, serve)
		} else if !absent {
			s.failed(home.Addr, fmt.Errorf("call home: %w", err))
		}
		absent = err != nil // is told once, not at each attempt
		if s.sessionsEver() != before {
			pause = first // it was a client, and it may be one again soon
		}
		if !s.sleep(pause) {
			return
		}
	}
}

func (s *Server) sessionsEver() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lastID
}

// sleep waits; false if the server was closed meanwhile.
func (s *Server) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}
