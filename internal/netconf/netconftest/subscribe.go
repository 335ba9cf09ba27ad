// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"strconv"
	"time"
)

// createSubscription is that of RFC 5277 section 2.1.1.
func (s *session) createSubscription(op *element) ([]byte, error) {
	if name := op.value("stream"); name != "" && name != netconfStream {
		return nil, invalidValue("there is no stream " + name)
	}
	if s.hub.subscribed(s) {
		return nil, &RPCError{Type: "protocol", Tag: "operation-failed", Message: "the session has a subscription"}
	}
	filter, err := s.eventFilter(op.child("filter"))
	if err != nil {
		return nil, err
	}
	span, err := s.span(op)
	if err != nil {
		return nil, err
	}
	s.subscribe(&subscription{session: s, stream: netconfStream, filter: filter}, span)
	return nil, nil
}

// eventFilter reads a filter of events: subtree filters, and XPath as far as it is a plain path.
func (s *session) eventFilter(f *element) (*element, error) {
	if f == nil {
		return nil, nil
	}
	if f.attr("type") != "xpath" {
		return f, nil
	}
	filter := subtreeOf(f, f.attr("select"))
	if filter != nil && len(filter.children) == 0 {
		return nil, invalidValue("only plain paths are understood in XPath filters of events")
	}
	return filter, nil
}

// timeSpan is what create-subscription says of times; zero ones were not given.
type timeSpan struct{ from, until time.Time }

func (s *session) span(op *element) (timeSpan, error) {
	var span timeSpan
	for name, at := range map[string]*time.Time{"startTime": &span.from, "stopTime": &span.until, "replay-start-time": &span.from, "stop-time": &span.until} {
		text := op.value(name)
		if text == "" {
			continue
		}
		var err error
		if *at, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return span, badElement(name, name+" is no date and time")
		}
	}
	switch {
	case span.from.IsZero() && !span.until.IsZero() && op.name == "create-subscription":
		return span, missingElement("startTime")
	case !span.from.IsZero() && s.options.Profile.NoReplay:
		return span, &RPCError{Type: "protocol", Tag: "operation-failed", Message: "the stream keeps no past events",
			Info: "<bad-element>startTime</bad-element>"}
	case span.from.After(time.Now()):
		return span, badElement("startTime", "startTime is in the future")
	case !span.until.IsZero() && span.until.Before(span.from):
		return span, badElement("stopTime", "stopTime is before startTime")
	}
	return span, nil
}

// subscribe puts up a subscription to the stream, with what is to be replayed.
func (s *session) subscribe(sub *subscription, span timeSpan) {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if !span.from.IsZero() {
		for _, e := range h.log {
			if !e.at.Before(span.from) && (span.until.IsZero() || !e.at.After(span.until)) && e.matches(sub.filter) {
				h.offer(sub, e.message())
			}
		}
		h.offer(sub, sub.mark("replayComplete", "replay-completed"))
	}
	if !span.until.IsZero() {
		sub.stop = time.AfterFunc(max(0, time.Until(span.until)), func() { h.finish(sub) })
	}
	h.subs = append(h.subs, sub)
	s.after = func() { h.activate(sub) }
}

// mark is a notification about the subscription itself.
func (sub *subscription) mark(old, name string) []byte {
	text := "<" + old + ` xmlns="` + streamsNamespace + `"/>`
	if sub.id != 0 {
		text = "<" + name + ` xmlns="` + subscribedNamespace + `"><id>` + strconv.FormatUint(uint64(sub.id), 10) + "</id></" + name + ">"
	}
	return (&event{text: text, at: time.Now()}).message()
}

// finish ends a subscription at its stop time.
func (h *hub) finish(sub *subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if sub.gone {
		return
	}
	h.offer(sub, sub.mark("notificationComplete", "subscription-completed"))
	sub.last = true
	h.wake(sub)
}

// refusedWhileSubscribed says what a device without interleave does not serve (RFC 5277 section 6).
func (s *session) refusedWhileSubscribed(operation string) error {
	if !s.options.Profile.NoInterleave || operation == "close-session" || !s.hub.subscribed(s) {
		return nil
	}
	return &RPCError{Type: "protocol", Tag: "resource-denied", Message: "the session has a subscription, and the device has no interleave"}
}
