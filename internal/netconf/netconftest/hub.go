// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	maxReplay = 1000 // events kept for replay
	maxQueue  = 5000 // notifications that wait for a slow client; more are lost, and counted
)

// hub keeps events and brings them to those who subscribed. Whoever causes an event does not wait: each
// subscription has a queue, which a goroutine empties while there is something in it.
type hub struct {
	server *Server

	mu     sync.Mutex
	lastID uint32
	log    []*event
	subs   []*subscription
}

// subscription is one of a session.
type subscription struct {
	session *session
	id      uint32 // 0 of create-subscription
	stream  string // "" of a push subscription
	filter  *element
	push    *push

	queue  [][]byte
	active bool // the reply was sent
	busy   bool // somebody empties the queue
	gone   bool
	last   bool // end when the queue is empty
	stop   *time.Timer
}

func newHub(s *Server) *hub { return &hub{server: s} }

// Notify sends an event, the XML of a notification's content, to those who subscribed to the stream NETCONF.
func (s *Server) Notify(content string) error {
	if p := s.options.Profile; !p.Notifications && !p.Push {
		return errors.New("the device has no notifications")
	}
	if _, err := parseElement([]byte(content)); err != nil {
		return fmt.Errorf("notification: %w", err)
	}
	s.hub.publish(content)
	return nil
}

func (h *hub) publish(text string) {
	profile := h.server.options.Profile
	if text == "" || !profile.Notifications && !profile.Push {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	e := &event{stream: netconfStream, text: text, at: time.Now()}
	if !profile.NoReplay {
		if len(h.log) >= maxReplay {
			h.log = slices.Delete(h.log, 0, maxReplay/10)
		}
		h.log = append(h.log, e)
	}
	for _, sub := range h.subs {
		if sub.stream == e.stream && e.matches(sub.filter) {
			h.offer(sub, e.message())
		}
	}
}

// changed tells of a change of a datastore. It is called in the order of the changes.
func (h *hub) changed(c change) {
	if !h.heard() {
		return
	}
	profile := h.server.options.Profile
	h.publish(c.configChange())
	if profile.Push {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, sub := range h.subs {
			if sub.push != nil && sub.push.datastore == c.datastore {
				h.pushChange(sub, c.after)
			}
		}
	}
}

// heard says whether anybody hears of an event, now or by a replay.
func (h *hub) heard() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	profile := h.server.options.Profile
	return len(h.subs) > 0 || !profile.NoReplay && (profile.Notifications || profile.Push)
}

func (h *hub) sessionStarted(s *session) { h.publish(sessionStart(s)) }

func (h *hub) sessionEnded(s *session, why ending) { h.publish(sessionEnd(s, why)) }

func (h *hub) confirmedCommit(what string, by *session, timeout time.Duration) {
	h.publish(confirmEvent(what, by, timeout))
}

// add puts up a subscription, which is sent nothing until it is activated.
func (h *hub) add(sub *subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subs = append(h.subs, sub)
}

// activate begins to send, when the reply is on its way.
func (h *hub) activate(sub *subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	sub.active = true
	h.wake(sub)
}

// offer queues a message. The caller holds mu.
func (h *hub) offer(sub *subscription, message []byte) {
	if sub.gone || sub.last {
		return
	}
	if len(sub.queue) >= maxQueue {
		sub.session.count(func(c *counters) { c.lost++ })
		return
	}
	sub.queue = append(sub.queue, message)
	h.wake(sub)
}

// wake has the queue emptied. The caller holds mu; the session lives, so the server waits for it.
func (h *hub) wake(sub *subscription) {
	if sub.active && !sub.busy && !sub.gone && (len(sub.queue) > 0 || sub.last) {
		sub.busy = true
		h.server.all.Go(func() { h.empty(sub) })
	}
}

func (h *hub) empty(sub *subscription) {
	for {
		h.mu.Lock()
		if sub.gone || len(sub.queue) == 0 {
			sub.busy = false
			if sub.last {
				h.remove(sub)
			}
			h.mu.Unlock()
			return
		}
		message := sub.queue[0]
		sub.queue = sub.queue[1:]
		if len(sub.queue) == 0 {
			sub.queue = nil
		}
		h.mu.Unlock()
		if !sub.session.notify(message) {
			h.mu.Lock()
			h.remove(sub)
			h.mu.Unlock()
		}
	}
}

// notify sends a notification, or what a fault leaves of it; false when the session is over.
func (s *session) notify(message []byte) bool {
	fault := s.script.event("notification", s.id)
	s.count(func(c *counters) { c.notifications++ })
	if fault != nil && (fault.Do == Delay || fault.Do == DelayReply || fault.Do == Hold) {
		if !fault.wait(s.ctx.Done()) {
			return false
		}
		fault = nil
	}
	return s.send(message, fault)
}

// remove takes a subscription away. The caller holds mu.
func (h *hub) remove(sub *subscription) {
	sub.gone, sub.queue = true, nil
	if sub.stop != nil {
		sub.stop.Stop()
	}
	if sub.push != nil && sub.push.quiet != nil {
		sub.push.quiet.Stop()
	}
	h.subs = slices.DeleteFunc(h.subs, func(s *subscription) bool { return s == sub })
}

func (h *hub) unsubscribeAll(ses *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, sub := range slices.Clone(h.subs) {
		if sub.session == ses {
			h.remove(sub)
		}
	}
}

// subscribed says whether a session has a subscription of create-subscription.
func (h *hub) subscribed(ses *session) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.subs, func(sub *subscription) bool { return sub.session == ses && sub.id == 0 })
}

// subscription finds one by its id, or nil.
func (h *hub) subscription(id uint32) *subscription {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := slices.IndexFunc(h.subs, func(sub *subscription) bool { return sub.id == id && id != 0 }); i >= 0 {
		return h.subs[i]
	}
	return nil
}

// Subscriptions returns how many subscriptions there are.
func (s *Server) Subscriptions() int {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return len(s.hub.subs)
}
