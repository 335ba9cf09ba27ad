// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// announcementLife is how long after an announcement the drift that is seen counts as announced by it.
const announcementLife = time.Minute

// announcement is a change of an NF's configuration that somebody else made, as the NF told it.
type announcement struct {
	at time.Time
	// user, session and host are who did it; empty and 0: the NF itself, or it does not say.
	user, host string
	session    uint64
}

func (a announcement) String() string {
	if a.user == "" && a.session == 0 {
		return "the NF itself, at " + timestamp(a.at)
	}
	var b strings.Builder
	b.WriteString("user " + a.user)
	if a.session != 0 {
		fmt.Fprintf(&b, ", session %d", a.session)
	}
	if a.host != "" {
		b.WriteString(" from " + a.host)
	}
	return b.String() + ", at " + timestamp(a.at)
}

// announcements remembers the last one of each Target, by the key of its Endpoint.
type announcements struct {
	mu   sync.Mutex
	last map[string]noted
}

type noted struct {
	announcement
	heard time.Time
}

// note keeps an announcement that was heard now, and lets go of those that are too old.
func (s *announcements) note(key string, a announcement, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[string]noted{}
	}
	for k, n := range s.last {
		if now.Sub(n.heard) > announcementLife {
			delete(s.last, k)
		}
	}
	s.last[key] = noted{a, now}
}

// who changed an NF lately, in words; empty if the NF announced nothing.
func (s *announcements) who(key string, now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.last[key]
	if !ok || now.Sub(n.heard) > announcementLife {
		return ""
	}
	return clipTo(n.String(), 512)
}
