// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// notifying returns a session with a peer that announces notifications.
func notifying(t *testing.T) (*Session, *peer) {
	t.Helper()
	return establishedWith(t, strings.Replace(goodHello, "</capabilities>", "<capability>"+string(Notification)+"</capability></capabilities>", 1), Options{})
}

func notification(event string) string {
	return `<notification xmlns="` + notificationNamespace + `"><eventTime>2026-05-01T10:00:00Z</eventTime>` + event + "</notification>"
}

func numbered(n int) string {
	return notification(`<event xmlns="urn:e"><n>` + strconv.Itoa(n) + "</n></event>")
}

func TestSubscribe(t *testing.T) {
	s, server := notifying(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		id := server.request()
		server.send(numbered(1)) // before the reply: it is kept
		server.send(replyWith(id, "<ok/>"))
		id = server.request()
		server.send(numbered(2)) // between request and reply
		server.send(replyWith(id, "<ok/>"))
		server.send(notification(`<notificationComplete xmlns="` + nmNotificationsNS + `"/>`))
		server.send(numbered(3)) // nobody's
		server.send(replyWith(server.request(), "<ok/>"))
	}()
	sub, err := s.Subscribe(t.Context(), CreateSubscription{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Subscribe(t.Context(), CreateSubscription{}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a second subscription: %v", err)
	}
	if _, err := s.Exec(t.Context(), RawMethod("<get/>")); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		e, err := sub.Next(t.Context())
		if err != nil || e.Name != "event" || e.Namespace != "urn:e" || !strings.Contains(string(e.XML), "<n>"+strconv.Itoa(n)+"</n>") ||
			!e.Time.Equal(time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)) {
			t.Fatalf("got %+v, %v", e, err)
		}
	}
	if e, err := sub.Next(t.Context()); err != nil || e.Name != "notificationComplete" {
		t.Fatalf("got %+v, %v", e, err)
	}
	if e, err := sub.Next(t.Context()); !errors.Is(err, ErrSubscriptionEnded) {
		t.Fatalf("got %+v, %v", e, err)
	}
	if _, err := s.Exec(t.Context(), RawMethod("<get/>")); err != nil {
		t.Fatal(err)
	}
	<-done
}

// A server that refuses leaves no subscription behind, so that another attempt can be made.
func TestSubscribeRefused(t *testing.T) {
	s, server := notifying(t)
	go func() {
		for range 2 {
			server.send(replyWith(server.request(), "<rpc-error><error-tag>access-denied</error-tag></rpc-error>"))
		}
	}()
	for range 2 {
		if _, err := s.Subscribe(t.Context(), CreateSubscription{}); !HasTag(err, TagAccessDenied) {
			t.Fatalf("got %v", err)
		}
	}
}

// Too many events never hold up replies; the loss is reported where it happened, and events go on behind it.
func TestNotificationsLost(t *testing.T) {
	s, server := notifying(t)
	const extra = 5
	go func() {
		server.send(replyWith(server.request(), "<ok/>"))
		for n := range maxQueued + extra {
			server.send(numbered(n))
		}
		server.send(replyWith(server.request(), "<ok/>"))
		id := server.request()
		server.send(numbered(maxQueued + extra))
		server.send(replyWith(id, "<ok/>"))
	}()
	sub, err := s.Subscribe(t.Context(), CreateSubscription{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Exec(t.Context(), RawMethod("<get/>")); err != nil {
		t.Fatal(err)
	}
	for n := range maxQueued {
		if e, err := sub.Next(t.Context()); err != nil || !strings.Contains(string(e.XML), "<n>"+strconv.Itoa(n)+"</n>") {
			t.Fatalf("%d: got %s, %v", n, e.XML, err)
		}
	}
	if _, err := sub.Next(t.Context()); !errors.Is(err, ErrNotificationsLost) || !strings.Contains(err.Error(), "5 came in") {
		t.Fatalf("got %v", err)
	}
	if _, err := s.Exec(t.Context(), RawMethod("<get/>")); err != nil {
		t.Fatal(err)
	}
	if e, err := sub.Next(t.Context()); err != nil || !strings.Contains(string(e.XML), "<n>"+strconv.Itoa(maxQueued+extra)+"</n>") {
		t.Fatalf("got %s, %v", e.XML, err)
	}
}

func TestNextEnds(t *testing.T) {
	s, server := notifying(t)
	go func() { server.send(replyWith(server.request(), "<ok/>")) }()
	sub, err := s.Subscribe(t.Context(), CreateSubscription{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sub.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	go server.conn.Close()
	if _, err := sub.Next(t.Context()); !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v", err)
	}
}

// Established subscriptions get their own updates, and all of those to streams get the events.
func TestEstablish(t *testing.T) {
	s, server := established(t)
	update := func(id string) string {
		return notification(`<push-change-update xmlns="` + yangPushNamespace + `"><id>` + id + "</id></push-change-update>")
	}
	go func() {
		for _, id := range []string{"7", "8", "9"} {
			request := server.request()
			server.send(replyWith(request, `<id xmlns="`+subscriptionsNamespace+`"> `+id+`</id>`))
			server.send(update(id)) // at once
		}
		server.send(replyWith(server.request(), `<ok/>`)) // an answer without an id
		server.send(numbered(1))
		server.send(update("99"))
		server.send(notification(`<subscription-terminated xmlns="` + subscriptionsNamespace + `" xmlns:x="` + subscriptionsNamespace +
			`"><id>7</id><reason>x:no-such-subscription</reason></subscription-terminated>`))
		server.send(update("7"))
		server.send(replyWith(server.request(), `<ok/>`)) // delete-subscription
	}()
	changes := EstablishSubscription{Datastore: NMDARunning, OnChange: &OnChange{}}
	var subs []*Subscription
	for _, o := range []EstablishSubscription{changes, changes, {Stream: "NETCONF"}} {
		sub, err := s.Establish(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		subs = append(subs, sub)
	}
	if _, err := s.Establish(t.Context(), changes); !errors.Is(err, ErrProtocol) {
		t.Errorf("no id: got %v", err)
	}
	for i, want := range []uint32{7, 8, 9} {
		e, err := subs[i].Next(t.Context())
		change, ok := e.PushChange()
		if err != nil || !ok || change.ID != want || subs[i].ID() != want {
			t.Errorf("got %+v, %v for subscription %d", e, err, want)
		}
	}
	if e, err := subs[2].Next(t.Context()); err != nil || e.Name != "event" {
		t.Errorf("got %+v, %v", e, err)
	}
	e, err := subs[0].Next(t.Context())
	if id, reason, ok := e.SubscriptionTerminated(); err != nil || !ok || id != 7 || !strings.HasSuffix(reason, "no-such-subscription") {
		t.Errorf("got %+v, %v", e, err)
	}
	if _, err := subs[0].Next(t.Context()); !errors.Is(err, ErrSubscriptionEnded) || !strings.Contains(err.Error(), "no-such-subscription") {
		t.Errorf("got %v", err)
	}
	if err := subs[1].Cancel(t.Context()); err != nil {
		t.Error(err)
	}
	if e, err := subs[1].Next(t.Context()); !errors.Is(err, ErrSubscriptionEnded) {
		t.Errorf("got %+v, %v", e, err)
	}
}

func TestEvents(t *testing.T) {
	event := func(text string) Event {
		n, err := parseNode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return Event{Namespace: n.namespace, Name: n.local, XML: []byte(text)}
	}
	change, ok := event(`<netconf-config-change xmlns="` + baseNotificationsNS + `" xmlns:a="urn:a">
		<changed-by><username>joe</username><session-id>12</session-id><source-host>192.0.2.1</source-host></changed-by>
		<datastore>startup</datastore>
		<edit><target xmlns:b="urn:b"> /a:x/b:y[b:k='1'] </target><operation>merge</operation></edit>
		<edit><target>/a:z</target><operation>delete</operation></edit></netconf-config-change>`).ConfigChange()
	if diff := cmp.Diff(ConfigChange{By: ChangedBy{Username: "joe", SessionID: 12, SourceHost: "192.0.2.1"}, Datastore: StartupStore, Edits: []ConfigEdit{
		{Target: "/a:x/b:y[b:k='1']", Namespaces: map[string]string{"": baseNotificationsNS, "a": "urn:a", "b": "urn:b"}, Operation: "merge"},
		{Target: "/a:z", Namespaces: map[string]string{"": baseNotificationsNS, "a": "urn:a"}, Operation: "delete"},
	}}, change); !ok || diff != "" {
		t.Error(diff)
	}
	change, ok = event(`<n:netconf-config-change xmlns:n="` + baseNotificationsNS + `"><n:changed-by><n:server/></n:changed-by></n:netconf-config-change>`).ConfigChange()
	if !ok || !change.By.Server || change.Datastore != Running || change.Edits != nil {
		t.Errorf("got %+v", change)
	}
	end, ok := event(`<netconf-session-end xmlns="` + baseNotificationsNS + `"><username>joe</username><session-id>3</session-id>
		<killed-by>4</killed-by><termination-reason>killed</termination-reason></netconf-session-end>`).SessionEnd()
	if want := (SessionEnd{By: ChangedBy{Username: "joe", SessionID: 3}, Reason: "killed", KilledBy: 4}); !ok || end != want {
		t.Errorf("got %+v", end)
	}
	push, ok := event(`<push-change-update xmlns="` + yangPushNamespace + `"><id>5</id><incomplete-update/><datastore-changes>
		<yang-patch xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-patch"><patch-id>0</patch-id>
		<edit><edit-id>e1</edit-id><operation>replace</operation><target>/a:x/y=1</target><value><y xmlns="urn:a">2</y></value></edit>
		<edit><edit-id>e2</edit-id><operation>delete</operation><target>/a:z</target></edit></yang-patch></datastore-changes></push-change-update>`).PushChange()
	if diff := cmp.Diff(PushChange{ID: 5, Incomplete: true, PatchID: "0", Edits: []PushEdit{
		{ID: "e1", Operation: "replace", Target: "/a:x/y=1", Value: []byte(`<value xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-patch"><y xmlns="urn:a">2</y></value>`)},
		{ID: "e2", Operation: "delete", Target: "/a:z"},
	}}, push); !ok || diff != "" {
		t.Error(diff)
	}
	whole, ok := event(`<push-update xmlns="` + yangPushNamespace + `"><id>5</id><datastore-contents><a xmlns="urn:a"/></datastore-contents></push-update>`).PushUpdate()
	if want := `<datastore-contents xmlns="` + yangPushNamespace + `"><a xmlns="urn:a"/></datastore-contents>`; !ok || whole.ID != 5 || string(whole.Contents) != want {
		t.Errorf("got %+v", whole)
	}
	if _, ok := event(`<netconf-config-change xmlns="urn:other"/>`).ConfigChange(); ok {
		t.Error("a change of another namespace")
	}
}
