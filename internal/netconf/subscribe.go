// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// CreateSubscription asks for the events of a stream (RFC 5277 section 2.1.1). A session may have one. It
// is sent by Session.Subscribe.
type CreateSubscription struct {
	Stream string // "" is the stream NETCONF
	Filter Filter
	// StartTime asks for past events from then on; StopTime ends the subscription and needs StartTime.
	StartTime, StopTime time.Time
}

// MarshalMethod makes it a Method.
func (o CreateSubscription) MarshalMethod() string {
	var w xmlWriter
	w.WriteString(`<create-subscription xmlns="` + notificationNamespace + `">`)
	w.leaf("stream", o.Stream)
	w.filter(o.Filter)
	w.time("startTime", o.StartTime)
	w.time("stopTime", o.StopTime)
	w.WriteString("</create-subscription>")
	return w.String()
}

func (o CreateSubscription) needs(c Capabilities) *Error {
	switch {
	case !c.Has(Notification):
		return unsupported("it does not announce :notification")
	case !o.StopTime.IsZero() && o.StartTime.IsZero():
		return invalid("a stop time needs a start time (RFC 5277 section 2.1.1)")
	case o.StopTime.Before(o.StartTime) && !o.StopTime.IsZero():
		return invalid("the stop time %s is before the start time %s", o.StopTime.Format(time.RFC3339), o.StartTime.Format(time.RFC3339))
	}
	return o.Filter.needs(c)
}

// EstablishSubscription asks for the events of a stream (RFC 8639 section 2.4.2) or for the changes of a
// datastore (RFC 8641 section 4.4). It is sent by Session.Establish.
type EstablishSubscription struct {
	// Either Stream, with ReplayStart,
	Stream      string
	ReplayStart time.Time
	// or Datastore, with OnChange or Period.
	Datastore NMDADatastore
	OnChange  *OnChange
	Period    time.Duration // in hundredths of a second

	Filter   Filter
	StopTime time.Time
}

// OnChange are the terms of a subscription to changes (RFC 8641 section 4.2).
type OnChange struct {
	// Dampening is the least time between two notifications, in hundredths of a second.
	Dampening time.Duration
	// NoSyncOnStart leaves out the push-update with all that is there at the start.
	NoSyncOnStart bool
	// Excluded are kinds of changes of no interest: create, delete, insert, move, replace.
	Excluded []string
}

// MarshalMethod makes it a Method.
func (o EstablishSubscription) MarshalMethod() string {
	var w xmlWriter
	w.WriteString(`<establish-subscription xmlns="` + subscriptionsNamespace + `" xmlns:yp="` + yangPushNamespace + `">`)
	if o.Datastore != "" {
		w.nmdaDatastore("yp:datastore", o.Datastore)
	}
	w.leaf("stream", o.Stream)
	w.subscriptionFilter(o.Stream != "", o.Filter)
	w.time("replay-start-time", o.ReplayStart)
	w.time("stop-time", o.StopTime)
	w.updates(o.OnChange, o.Period)
	w.WriteString("</establish-subscription>")
	return w.String()
}

func (o EstablishSubscription) needs(Capabilities) *Error {
	switch {
	case (o.Stream == "") == (o.Datastore == ""):
		return invalid("a subscription is to either a stream or a datastore")
	case o.Stream != "" && (o.OnChange != nil || o.Period != 0):
		return invalid("on-change and periodic updates are those of a datastore")
	case o.Datastore != "" && (o.OnChange == nil) == (o.Period == 0):
		return invalid("a subscription to a datastore is either on-change or periodic")
	case !o.ReplayStart.IsZero() && o.Stream == "":
		return invalid("only events of a stream can be replayed")
	}
	return nil // modules that are announced in the YANG library only are not known here
}

func (w *xmlWriter) subscriptionFilter(stream bool, f Filter) {
	if stream {
		w.namedFilter("stream-subtree-filter", "stream-xpath-filter", f)
	} else {
		w.namedFilter("yp:datastore-subtree-filter", "yp:datastore-xpath-filter", f)
	}
}

func (w *xmlWriter) updates(c *OnChange, period time.Duration) {
	switch {
	case c != nil:
		w.WriteString("<yp:on-change>")
		if c.Dampening > 0 {
			w.number("yp:dampening-period", centiseconds(c.Dampening))
		}
		if c.NoSyncOnStart {
			w.leaf("yp:sync-on-start", "false")
		}
		for _, kind := range c.Excluded {
			w.leaf("yp:excluded-change", kind)
		}
		w.WriteString("</yp:on-change>")
	case period > 0:
		w.WriteString("<yp:periodic>")
		w.number("yp:period", centiseconds(period))
		w.WriteString("</yp:periodic>")
	}
}

// centiseconds rounds up.
func centiseconds(d time.Duration) uint64 {
	const unit = 10 * time.Millisecond
	return uint64((d + unit - 1) / unit)
}

// ModifySubscription changes the terms of an established subscription (RFC 8639 section 2.4.3): what is zero
// stays as it is.
type ModifySubscription struct {
	ID uint32
	// Stream says that ID is a subscription to a stream, and Datastore to which datastore it is else.
	Stream    bool
	Datastore NMDADatastore
	Filter    Filter
	StopTime  time.Time
	Dampening time.Duration
	Period    time.Duration
}

// MarshalMethod makes it a Method.
func (o ModifySubscription) MarshalMethod() string {
	var w xmlWriter
	w.WriteString(`<modify-subscription xmlns="` + subscriptionsNamespace + `" xmlns:yp="` + yangPushNamespace + `">`)
	w.number("id", uint64(o.ID))
	if o.Datastore != "" {
		w.nmdaDatastore("yp:datastore", o.Datastore)
	}
	w.subscriptionFilter(o.Stream, o.Filter)
	w.time("stop-time", o.StopTime)
	if o.Dampening > 0 {
		w.updates(&OnChange{Dampening: o.Dampening}, 0)
	} else {
		w.updates(nil, o.Period)
	}
	w.WriteString("</modify-subscription>")
	return w.String()
}

func (o ModifySubscription) needs(Capabilities) *Error {
	if o.Stream == (o.Datastore != "") {
		return invalid("a subscription is to either a stream or a datastore")
	}
	return nil
}

// DeleteSubscription ends a subscription of the session (RFC 8639 section 2.4.4); see Subscription.Cancel.
type DeleteSubscription struct{ ID uint32 }

// MarshalMethod makes it a Method.
func (o DeleteSubscription) MarshalMethod() string {
	return onSubscription("delete-subscription", subscriptionsNamespace, o.ID)
}

// KillSubscription ends a subscription of any session (RFC 8639 section 2.4.5).
type KillSubscription struct{ ID uint32 }

// MarshalMethod makes it a Method.
func (o KillSubscription) MarshalMethod() string {
	return onSubscription("kill-subscription", subscriptionsNamespace, o.ID)
}

// ResyncSubscription asks for a push-update with all that is there (RFC 8641 section 4.4.4).
type ResyncSubscription struct{ ID uint32 }

// MarshalMethod makes it a Method.
func (o ResyncSubscription) MarshalMethod() string {
	return onSubscription("resync-subscription", yangPushNamespace, o.ID)
}

func onSubscription(operation, namespace string, id uint32) string {
	return "<" + operation + ` xmlns="` + namespace + `"><id>` + strconv.FormatUint(uint64(id), 10) + "</id></" + operation + ">"
}

// Subscribe creates the session's subscription of RFC 5277. On a server without the capability Interleave, the
// session can then do nothing else but Close.
func (s *Session) Subscribe(ctx context.Context, o CreateSubscription) (*Subscription, error) {
	sub := newSubscription(s, true)
	if err := s.subscriptions.create(sub); err != nil { // first, for events may come before the reply is seen
		return nil, err
	}
	if _, err := s.Exec(ctx, o); err != nil {
		s.subscriptions.remove(sub)
		return nil, err
	}
	return sub, nil
}

// Establish establishes a subscription of RFC 8639; a session may have several.
func (s *Session) Establish(ctx context.Context, o EstablishSubscription) (*Subscription, error) {
	sub := newSubscription(s, o.Stream != "")
	established := func(r *Reply) { // by the reader, so that no event comes first
		if id, ok := subscriptionID(r); ok {
			s.subscriptions.establish(sub, id)
		}
	}
	calls, err := s.start(ctx, func(c *Call) { c.accepted = established }, o)
	if err != nil {
		return nil, err
	}
	if _, err := calls[0].Wait(ctx); err != nil {
		s.subscriptions.remove(sub)
		return nil, err
	}
	if sub.id == 0 {
		return nil, &Error{Kind: ErrProtocol, Op: calls[0].op, Addr: s.peer, Err: errNoSubscriptionID}
	}
	return sub, nil
}

// subscriptionID reads the answer to establish-subscription.
func subscriptionID(r *Reply) (uint32, bool) {
	for _, e := range r.Output {
		if e.Name != "id" || e.Namespace != subscriptionsNamespace {
			continue
		}
		text, err := characterData(e.XML)
		if err != nil {
			return 0, false
		}
		id, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
		return uint32(id), err == nil
	}
	return 0, false
}
