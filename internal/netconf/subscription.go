// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

const (
	// A subscription keeps at most so many notifications, of so many bytes together, that nobody took yet.
	maxQueued      = 256
	maxQueuedBytes = 8 << 20
)

var errNoSubscriptionID = errors.New("the reply has no id of a subscription")

// Event is something that the server notifies of (RFC 5277 section 4).
type Event struct {
	// Time is when it happened; zero if the server does not tell.
	Time time.Time
	// Namespace and Name are those of the event's element.
	Namespace, Name string
	// XML is that element as a document of its own, with all prefixes in scope declared.
	XML []byte
}

// receiveEvent gives an event to its subscription.
func (s *Session) receiveEvent(m *message) error {
	if s.subscriptions.none() {
		return m.discard()
	}
	var e Event
	for {
		child, err := m.child()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		document, err := m.document(child)
		if err != nil {
			return err
		}
		if child.is(notificationNamespace, "eventTime") {
			text, _ := characterData(document)
			e.Time = eventTime(string(bytes.TrimSpace(text)))
			continue
		}
		e.Namespace, e.Name, e.XML = child.namespace, child.local, document
	}
	if e.Name != "" { // else it says nothing
		s.subscriptions.deliver(e)
	}
	return nil
}

// eventTime reads a date-and-time; devices that leave out the zone mean UTC. It is zero if there is none.
func eventTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	return time.Time{}
}

// Subscription receives notifications. They are kept until they are taken by Next, but not without bound:
// when too many wait, further ones are lost, and Next says so in their place.
type Subscription struct {
	session *Session
	id      uint32 // guarded by the mu of the session's subscriptions, as is the next
	gone    bool
	stream  bool // to the events of a stream, which carry no id

	mu    sync.Mutex
	queue []Event
	bytes int
	lost  int
	ended error
	more  chan struct{} // holds a token when there is something new
}

func newSubscription(s *Session, stream bool) *Subscription {
	return &Subscription{session: s, stream: stream, more: make(chan struct{}, 1)}
}

// ID is the one that the server chose; 0 for a subscription of RFC 5277.
func (s *Subscription) ID() uint32 { return s.id }

// Next waits for a notification. Errors: of ErrNotificationsLost when some were lost, after which Next goes
// on with those that come later; of ErrSubscriptionEnded; the session's; or that of ctx. Only one goroutine
// may call it at a time.
func (s *Subscription) Next(ctx context.Context) (Event, error) {
	for {
		n, ok, err := s.take()
		if ok || err != nil {
			return n, err
		}
		select {
		case <-s.more:
		case <-ctx.Done():
			return Event{}, contextError(ctx, "wait for a notification from", s.session.peer)
		case <-s.session.done:
			if n, ok, err := s.take(); ok || err != nil {
				return n, err
			}
			return Event{}, s.session.Err()
		}
	}
}

func (s *Subscription) take() (Event, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.queue) > 0:
		n := s.queue[0]
		s.queue[0] = Event{}
		s.queue = s.queue[1:]
		s.bytes -= len(n.XML)
		if len(s.queue) == 0 {
			s.queue = nil
		}
		return n, true, nil
	case s.lost > 0:
		err := &Error{Kind: ErrNotificationsLost, Op: "notifications from", Addr: s.session.peer,
			Err: fmt.Errorf("%d came in faster than they were taken", s.lost)}
		s.lost = 0
		return Event{}, false, err
	}
	return Event{}, false, s.ended
}

// Cancel ends the subscription. One of RFC 5277 ends with its session only: it is then merely ignored.
func (s *Subscription) Cancel(ctx context.Context) error {
	s.session.subscriptions.remove(s)
	s.end("it was cancelled")
	if s.id == 0 {
		return nil
	}
	return s.session.ok(ctx, DeleteSubscription{ID: s.id})
}

// offer keeps a notification, if there is room. As long as a loss was not reported, there is none: what
// comes after a loss must not be taken before it.
func (s *Subscription) offer(n Event) {
	s.mu.Lock()
	if s.lost > 0 || len(s.queue) >= maxQueued || s.bytes+len(n.XML) > maxQueuedBytes {
		s.lost++
	} else {
		s.queue = append(s.queue, n)
		s.bytes += len(n.XML)
	}
	s.mu.Unlock()
	s.wake()
}

func (s *Subscription) end(why string) {
	s.mu.Lock()
	if s.ended == nil {
		s.ended = &Error{Kind: ErrSubscriptionEnded, Op: "notifications from", Addr: s.session.peer, Err: errors.New(why)}
	}
	s.mu.Unlock()
	s.wake()
}

func (s *Subscription) wake() {
	select {
	case s.more <- struct{}{}:
	default:
	}
}

// subscriptions are those of one session.
type subscriptions struct {
	mu   sync.Mutex
	list []*Subscription
}

// create puts up the subscription of RFC 5277, of which there is one at most.
func (l *subscriptions) create(sub *Subscription) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.ContainsFunc(l.list, func(other *Subscription) bool { return other.id == 0 }) {
		return &Error{Kind: ErrInvalid, Op: "create-subscription", Addr: sub.session.peer,
			Err: errors.New("the session has such a subscription already (RFC 5277 section 2.1.1)")}
	}
	l.list = append(l.list, sub)
	return nil
}

// establish puts up a subscription that the server accepted, unless it was removed meanwhile.
func (l *subscriptions) establish(sub *Subscription, id uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if sub.id = id; !sub.gone {
		l.list = append(l.list, sub)
	}
}

func (l *subscriptions) remove(sub *Subscription) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sub.gone = true
	l.list = slices.DeleteFunc(l.list, func(other *Subscription) bool { return other == sub })
}

// none says whether nobody waits for events.
func (l *subscriptions) none() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.list) == 0
}

// deliver gives an event to its subscription, by the id that events about a subscription carry. Others are
// those of a stream; they do not tell which subscription let them pass (RFC 8640 section 7).
func (l *subscriptions) deliver(e Event) {
	id, carries := e.subscriptionID()
	why, last := e.last()
	for _, sub := range l.of(id, carries) {
		if last && !carries && sub.id != 0 {
			continue // the end of a subscription of RFC 5277
		}
		sub.offer(e)
		if last {
			l.remove(sub)
			sub.end(why)
		}
	}
}

func (l *subscriptions) of(id uint32, carries bool) []*Subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	var to []*Subscription
	for _, sub := range l.list {
		if carries && sub.id == id || !carries && sub.stream {
			to = append(to, sub)
		}
	}
	return to
}
