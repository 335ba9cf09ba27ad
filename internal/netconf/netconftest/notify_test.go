// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/yang"
)

const subscribe = `<create-subscription xmlns="` + notificationNamespace + `">`

// has checks what a notification holds.
func has(t *testing.T, note string, parts ...string) {
	t.Helper()
	note = strings.ReplaceAll(note, "&#39;", "'")
	for _, part := range parts {
		if !strings.Contains(note, part) {
			t.Errorf("no %s in\n%s", part, note)
		}
	}
}

func TestConfigChange(t *testing.T) {
	s, _ := device(t, Options{Profile: Profile{Notifications: true, WritableRunning: true, Startup: true}, Running: tree(t, base)})
	watcher, c := dialRaw(t, s), dialRaw(t, s)
	watcher.ok(subscribe + `<filter><netconf-config-change xmlns="` + eventsNamespace + `"/></filter></create-subscription>`)

	c.ok(edit("candidate", system(`<hostname>r2</hostname><server nc:operation="delete">a</server>`)+
		interfaces(`<interface><name>e9</name><type>ethernet</type></interface>`)))
	c.ok("<commit/>")
	has(t, watcher.note(), "<changed-by><username>netconf</username><session-id>2</session-id><source-host>127.0.0.1</source-host></changed-by>",
		"<datastore>running</datastore>",
		`<target xmlns:acme-router="urn:acme:router">/acme-router:system/acme-router:hostname</target><operation>replace</operation>`,
		`/acme-router:system/acme-router:server[.='a']</target><operation>delete</operation>`,
		`/acme-router:interfaces/acme-router:interface[acme-router:name='e9']</target><operation>create</operation>`)

	c.ok("<commit/>") // changes nothing, and nobody is told
	if err := s.Edit(func(t *yang.Tree) error {
		_, err := t.Set("/acme-router:system/hostname", "behind", yang.Origin{}, false)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	has(t, watcher.note(), "<changed-by><server/></changed-by>", "hostname")
	c.ok(`<copy-config><target><startup/></target><source><running/></source></copy-config>`)
	has(t, watcher.note(), "<datastore>startup</datastore>")
	// The session may go on, and events come between replies.
	watcher.ok(edit("running", system("<hostname>r3</hostname>")))
	has(t, watcher.note(), "<session-id>1</session-id>")
}

func TestOtherEvents(t *testing.T) {
	s, _ := device(t, Options{Profile: Profile{Notifications: true}})
	watcher := dialRaw(t, s)
	watcher.ok(subscribe + "</create-subscription>")
	c := dialRaw(t, s)
	has(t, watcher.note(), "netconf-session-start", "<session-id>2</session-id>")
	confirmed := `<commit><confirmed/><confirm-timeout>60</confirm-timeout></commit>`
	c.ok(confirmed)
	has(t, watcher.note(), "<netconf-confirmed-commit ", "<confirm-event>start</confirm-event><timeout>60</timeout>")
	c.ok(confirmed)
	has(t, watcher.note(), "<confirm-event>extend</confirm-event>")
	c.ok("<commit/>")
	has(t, watcher.note(), "<confirm-event>complete</confirm-event>")
	c.ok(confirmed)
	has(t, watcher.note(), "<confirm-event>start</confirm-event>")
	c.ok("<cancel-commit/>")
	has(t, watcher.note(), "<confirm-event>cancel</confirm-event>")
	c.ok(edit("candidate", system("<hostname>x</hostname>")))
	c.ok(`<commit><confirmed/><confirm-timeout>1</confirm-timeout></commit>`)
	has(t, watcher.note(), "netconf-config-change")
	has(t, watcher.note(), "<confirm-event>start</confirm-event>")
	has(t, watcher.note(), "<changed-by><server/></changed-by>")
	has(t, watcher.note(), "<confirm-event>timeout</confirm-event>")
	c.ok("<close-session/>")
	has(t, watcher.note(), "netconf-session-end", "<termination-reason>closed</termination-reason>")
	victim := dialRaw(t, s)
	watcher.note()
	watcher.ok(`<kill-session><session-id>3</session-id></kill-session>`)
	has(t, watcher.note(), "<killed-by>1</killed-by><termination-reason>killed</termination-reason>")
	_ = victim.close()
	dropped := dialRaw(t, s)
	watcher.note()
	_ = dropped.close()
	has(t, watcher.note(), "<termination-reason>dropped</termination-reason>")
	if err := s.Notify(`<overheated xmlns="urn:acme:router"><degrees>99</degrees></overheated>`); err != nil {
		t.Fatal(err)
	}
	has(t, watcher.note(), "<degrees>99</degrees>")
}

func TestReplay(t *testing.T) {
	s, _ := device(t, Options{Profile: Profile{Notifications: true}})
	event := func(name string) {
		t.Helper()
		if err := s.Notify("<" + name + ` xmlns="urn:acme:router"/>`); err != nil {
			t.Fatal(err)
		}
	}
	event("first")
	event("second")
	c := dialRaw(t, s)
	stop := time.Now().Add(time.Second).UTC().Format(time.RFC3339Nano)
	c.ok(subscribe + `<filter xmlns:r="urn:acme:router"><r:first/><r:second/><r:third/></filter><startTime>2020-01-01T00:00:00Z</startTime><stopTime>` + stop + `</stopTime></create-subscription>`)
	if got := c.refused(subscribe + "</create-subscription>"); got != "operation-failed" {
		t.Errorf("a second subscription: %s", got)
	}
	event("unwanted")
	event("third")
	for _, want := range []string{"<first ", "<second ", "<replayComplete ", "<third ", "<notificationComplete "} {
		has(t, c.note(), want)
	}
	eventually(t, "the subscription ends", func() bool { return s.Subscriptions() == 0 })
	c.ok(subscribe + `</create-subscription>`)
	for span, tag := range map[string]string{
		"<stopTime>2030-01-01T00:00:00Z</stopTime>":                                            "missing-element",
		"<startTime>yesterday</startTime>":                                                     "bad-element",
		"<startTime>2999-01-01T00:00:00Z</startTime>":                                          "bad-element",
		"<startTime>2020-01-02T00:00:00Z</startTime><stopTime>2020-01-01T00:00:00Z</stopTime>": "bad-element",
		"<stream>SYSLOG</stream>":                                                              "invalid-value",
		`<filter type="xpath" select="count(/*)"/>`:                                            "invalid-value",
	} {
		if got := dialRaw(t, s).refused(subscribe + span + "</create-subscription>"); got != tag {
			t.Errorf("%s: %s", span, got)
		}
	}
	streams := dialRaw(t, s).rpc(`<get><filter><netconf xmlns="` + streamsNamespace + `"/></filter></get>`)
	has(t, streams, "<name>NETCONF</name>", "<replaySupport>true</replaySupport>")
}

func TestNoInterleave(t *testing.T) {
	s, _ := device(t, Options{Profile: Profile{Notifications: true, NoInterleave: true}})
	c := dialRaw(t, s)
	c.ok(getNothing)
	c.ok(subscribe + "</create-subscription>")
	if got := c.refused(getNothing); got != "resource-denied" {
		t.Error(got)
	}
	c.ok("<close-session/>")
}

const getNothing = `<discard-changes/>`

// A client that does not read stops neither others nor the device; what it misses is bounded.
func TestSlowSubscriber(t *testing.T) {
	s, _ := device(t, Options{Profile: Profile{Notifications: true, NoReplay: true}})
	slow, c := dialRaw(t, s), dialRaw(t, s)
	slow.ok(subscribe + "</create-subscription>")
	padding := strings.Repeat("x", 4000)
	for range maxQueue + 1500 {
		if err := s.Notify(`<big xmlns="urn:acme:router">` + padding + `</big>`); err != nil {
			t.Fatal(err)
		}
	}
	c.commitHostname("quick")
	if infos := s.SessionInfos(); infos[0].losses == 0 {
		t.Errorf("%+v", infos[0])
	}
}

func TestPush(t *testing.T) {
	s, _ := device(t, Options{Profile: Profile{Push: true}, Running: tree(t, base)})
	c, other := dialRaw(t, s), dialRaw(t, s)
	const xmlns = ` xmlns="` + subscribedNamespace + `"`
	establish := func(more string) string {
		reply := c.rpc(`<establish-subscription` + xmlns + `>` + more + `</establish-subscription>`)
		id := regexp.MustCompile(`^<id xmlns="` + subscribedNamespace + `">(\d+)</id>$`).FindStringSubmatch(reply)
		if id == nil {
			t.Fatal(reply)
		}
		return id[1]
	}
	const push = `<datastore xmlns="` + pushNamespace + `" xmlns:ds="` + datastoresNamespace + `">ds:running</datastore>` +
		`<datastore-xpath-filter xmlns="` + pushNamespace + `" xmlns:r="urn:acme:router">/r:system | /r:interfaces/r:interface</datastore-xpath-filter>`
	id := establish(push + `<on-change xmlns="` + pushNamespace + `"/>`)
	has(t, c.note(), "<push-update ", "<id>"+id+"</id>", "<hostname>r1</hostname>")
	other.ok(edit("candidate", system("<hostname>r2</hostname>")+interfaces(`<interface nc:operation="delete"><name>e0</name></interface>`+
		`<interface><name>e 9</name><type>ethernet</type></interface>`)))
	other.ok("<commit/>")
	has(t, c.note(), "<push-change-update ", "<patch-id>0</patch-id>",
		"<operation>replace</operation><target>/acme-router:system/hostname</target><value><hostname xmlns=\"urn:acme:router\">r2</hostname></value>",
		"<operation>delete</operation><target>/acme-router:interfaces/interface=e0</target></edit>",
		"<operation>create</operation><target>/acme-router:interfaces/interface=e%209</target><value><interface ")
	// What the filter leaves out is not reported.
	other.ok(edit("candidate", interfaces(`<rule><id>7</id></rule>`)))
	other.ok("<commit/>")
	other.commitHostname("r3")
	has(t, c.note(), "<patch-id>1</patch-id>", "r3")

	// While dampened, changes are gathered.
	dampened := establish(push + `<on-change xmlns="` + pushNamespace + `"><dampening-period>30</dampening-period><sync-on-start>false</sync-on-start></on-change>`)
	c.ok(`<delete-subscription` + xmlns + `><id>` + id + `</id></delete-subscription>`)
	for _, name := range []string{"r4", "r5", "r6"} {
		other.commitHostname(name)
	}
	has(t, c.note(), "<id>"+dampened+"</id>", "r4")
	has(t, c.note(), "<patch-id>1</patch-id>", "r6")

	stream := establish(`<stream>NETCONF</stream><stream-subtree-filter><alarm xmlns="urn:acme:router"/></stream-subtree-filter>`)
	other.ok(`<kill-subscription` + xmlns + `><id>` + dampened + `</id></kill-subscription>`)
	has(t, c.note(), "subscription-terminated", "<id>"+dampened+"</id>")
	if err := s.Notify(`<alarm xmlns="urn:acme:router"/>`); err != nil {
		t.Fatal(err)
	}
	has(t, c.note(), "<alarm ")
	c.ok(`<modify-subscription` + xmlns + `><id>` + stream + `</id><stream-subtree-filter><other xmlns="urn:acme:router"/></stream-subtree-filter></modify-subscription>`)
	for operation, tag := range map[string]string{
		`<delete-subscription` + xmlns + `><id>99</id></delete-subscription>`:                                           "invalid-value",
		`<establish-subscription` + xmlns + `><stream>none</stream></establish-subscription>`:                           "invalid-value",
		`<establish-subscription` + xmlns + `><datastore>ds:running</datastore><periodic/></establish-subscription>`:    "operation-not-supported",
		`<establish-subscription` + xmlns + `><datastore>ds:candidate</datastore><on-change/></establish-subscription>`: "invalid-value",
	} {
		if got := c.refused(operation); got != tag {
			t.Errorf("%s: %s", operation, got)
		}
	}
	_ = c.close()
	eventually(t, "the subscriptions end", func() bool { return s.Subscriptions() == 0 })
}
