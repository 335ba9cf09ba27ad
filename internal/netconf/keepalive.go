// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"sync"
	"time"
)

// nudgeAfter is how long the first rpc may remain unanswered before another one is sent after it: see helloGap.
const nudgeAfter = 2 * time.Second

// nudge asks for nothing.
var nudge = GetConfig{Source: Running, Filter: Subtree(nil)}

// nudgeFirst arranges for a nudge if this is the first request; the function returned calls it off.
func (c *Call) nudgeFirst(ctx context.Context) func() {
	if c.id != firstID {
		return func() {}
	}
	timer := time.AfterFunc(nudgeAfter, func() {
		if call, err := c.session.Start(ctx, nudge); err == nil {
			c.session.abandon(call) // nobody waits for its reply
		}
	})
	return func() { timer.Stop() }
}

// keepalive probes an idle session from time to time. Between probes it costs a timer, not a goroutine.
// The nil keepalive does nothing.
type keepalive struct {
	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

func (s *Session) keepAlive(interval time.Duration) {
	if interval <= 0 {
		return
	}
	k := &keepalive{}
	s.keepalive = k
	k.mu.Lock()
	defer k.mu.Unlock()
	k.timer = time.AfterFunc(interval, func() {
		ctx, cancel := context.WithTimeout(context.Background(), interval)
		defer cancel()
		if err := s.Probe(ctx); err != nil {
			s.fail(err)
			return
		}
		k.restart(interval)
	})
}

// Probe asks for nothing, and returns an error if the server does not answer; an rpc-error is an answer.
func (s *Session) Probe(ctx context.Context) error {
	reply, err := s.Exec(ctx, nudge)
	if reply != nil {
		return nil
	}
	return err
}

func (k *keepalive) restart(interval time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.stopped {
		k.timer.Reset(interval)
	}
}

func (k *keepalive) stop() {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stopped = true
	k.timer.Stop()
}
