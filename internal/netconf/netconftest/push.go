// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"strconv"
	"time"

	"github.com/strowger/strowger/internal/yang"
)

const (
	subscribedNamespace = "urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications" // RFC 8639
	pushNamespace       = "urn:ietf:params:xml:ns:yang:ietf-yang-push"                // RFC 8641
)

// push is a subscription to the changes of a datastore.
type push struct {
	datastore string
	selection *selection
	dampening time.Duration
	reported  *yang.Tree  // what the client knows
	patches   int         // sent
	quiet     *time.Timer // runs while nothing may be sent
	muted     bool
}

// subscriptionOperation serves the RPCs of RFC 8639.
func (s *session) subscriptionOperation(op *element) ([]byte, error) {
	if op.name == "establish-subscription" {
		return s.establish(op)
	}
	id, err := strconv.ParseUint(op.value("id"), 10, 32)
	sub := s.hub.subscription(uint32(id))
	if err != nil || sub == nil || sub.session != s && op.name != "kill-subscription" {
		return nil, &RPCError{Tag: "invalid-value", AppTag: "ietf-subscribed-notifications:no-such-subscription", Message: "there is no such subscription"}
	}
	switch op.name {
	case "modify-subscription":
		return nil, s.modify(sub, op)
	case "delete-subscription", "kill-subscription":
		s.terminate(sub, op.name == "kill-subscription")
		return nil, nil
	}
	return nil, notSupported(op)
}

func (s *session) establish(op *element) ([]byte, error) {
	span, err := s.span(op)
	if err != nil {
		return nil, err
	}
	s.hub.mu.Lock()
	s.hub.lastID++
	sub := &subscription{session: s, id: s.hub.lastID}
	s.hub.mu.Unlock()
	if op.child("datastore") != nil {
		if sub.push, err = s.newPush(op); err != nil {
			return nil, err
		}
		return idElement(sub.id), s.startPush(sub, op.child("on-change"), span)
	}
	if name := op.value("stream"); name != netconfStream {
		return nil, invalidValue("there is no stream " + name)
	}
	if sub.filter, err = s.streamFilter(op); err != nil {
		return nil, err
	}
	sub.stream = netconfStream
	s.subscribe(sub, span)
	return idElement(sub.id), nil
}

func idElement(id uint32) []byte {
	return []byte(`<id xmlns="` + subscribedNamespace + `">` + strconv.FormatUint(uint64(id), 10) + "</id>")
}

func (s *session) streamFilter(op *element) (*element, error) {
	if f := op.child("stream-subtree-filter"); f != nil {
		return f, nil
	}
	f := op.child("stream-xpath-filter")
	if f == nil {
		return nil, nil
	}
	filter := subtreeOf(f, f.text)
	if filter != nil && len(filter.children) == 0 {
		return nil, invalidValue("only plain paths are understood in XPath filters of events")
	}
	return filter, nil
}

func (s *session) newPush(op *element) (*push, error) {
	p := &push{selection: &selection{}}
	switch name := localName(op.value("datastore")); name {
	case running, "intended", "operational":
		p.datastore = running
	case startup:
		p.datastore = startup
	default:
		return nil, invalidValue("changes of the datastore " + name + " cannot be subscribed to")
	}
	changes := op.child("on-change")
	if changes == nil {
		return nil, &RPCError{Tag: "operation-not-supported", AppTag: "ietf-yang-push:periodic-unsupported", Message: "only on-change subscriptions are offered"}
	}
	return p, p.filter(op)
}

// filter reads what can be modified: the filter and the dampening period.
func (p *push) filter(op *element) error {
	switch {
	case op.child("datastore-subtree-filter") != nil:
		p.selection = &selection{subtree: op.child("datastore-subtree-filter")}
	case op.child("datastore-xpath-filter") != nil:
		f := op.child("datastore-xpath-filter")
		p.selection = &selection{xpath: f, path: f.text}
	}
	changes := op.child("on-change")
	if changes == nil || changes.value("dampening-period") == "" {
		return nil
	}
	period, err := strconv.ParseUint(changes.value("dampening-period"), 10, 32)
	if err != nil {
		return badElement("dampening-period", "dampening-period is no number of hundredths of a second")
	}
	p.dampening = time.Duration(period) * 10 * time.Millisecond
	return nil
}

// startPush puts the subscription up, so that no change is lost between what is reported now and later.
func (s *session) startPush(sub *subscription, changes *element, span timeSpan) error {
	p := sub.push
	s.store.mu.Lock() // no change meanwhile
	defer s.store.mu.Unlock()
	selected, err := p.selection.tree(s.store.get(p.datastore))
	if err != nil {
		return err
	}
	p.reported = selected
	if changes.value("sync-on-start") != "false" {
		text, err := pushUpdate(sub.id, selected)
		if err != nil {
			return err
		}
		sub.queue = append(sub.queue, (&event{text: text, at: time.Now()}).message())
	}
	if !span.until.IsZero() {
		sub.stop = time.AfterFunc(max(0, time.Until(span.until)), func() { s.hub.finish(sub) })
	}
	s.hub.add(sub)
	s.after = func() { s.hub.activate(sub) }
	return nil
}

// pushChange reports what changed, now or when the dampening period is over. The caller holds mu.
func (h *hub) pushChange(sub *subscription, now *yang.Tree) {
	p := sub.push
	if p.muted {
		return
	}
	selected, err := p.selection.tree(now)
	if err != nil {
		return
	}
	text, err := pushChangeUpdate(sub.id, p.patches, p.reported, selected)
	if err != nil || text == "" {
		return
	}
	p.reported, p.patches = selected, p.patches+1
	h.offer(sub, (&event{text: text, at: time.Now()}).message())
	if p.dampening > 0 {
		p.muted = true
		p.quiet = time.AfterFunc(p.dampening, func() { h.unmute(sub) })
	}
}

// unmute reports what changed while the subscription was muted.
func (h *hub) unmute(sub *subscription) {
	stores := h.server.store
	stores.mu.Lock() // no change meanwhile
	defer stores.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	if !sub.gone {
		sub.push.muted = false
		h.pushChange(sub, stores.get(sub.push.datastore))
	}
}

func (s *session) modify(sub *subscription, op *element) error {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if sub.push != nil {
		return sub.push.filter(op)
	}
	filter, err := s.streamFilter(op)
	sub.filter = filter
	return err
}

// terminate ends a subscription; its session is told when another one did it.
func (s *session) terminate(sub *subscription, tell bool) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if !tell {
		s.hub.remove(sub)
		return
	}
	text := `<subscription-terminated xmlns="` + subscribedNamespace + `"><id>` + strconv.FormatUint(uint64(sub.id), 10) +
		"</id><reason>no-such-subscription</reason></subscription-terminated>"
	s.hub.offer(sub, (&event{text: text, at: time.Now()}).message())
	sub.last = true
	s.hub.wake(sub)
}
