// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var allCapabilities = []string{
	string(Base11), string(Candidate), string(ConfirmedCommit11), string(RollbackOnError), string(Validate11), string(Startup),
	string(XPath), string(Notification), string(Interleave), string(YANGLibrary11) + "?revision=2019-01-04&content-id=1",
	string(WithDefaults) + "?basic-mode=explicit&also-supported=report-all,trim", string(URL) + "?scheme=file,https",
}

func TestMethods(t *testing.T) {
	no := false
	at := time.Date(2026, 5, 1, 12, 0, 0, 5000, time.FixedZone("", 7200))
	const (
		nmdaNS  = `urn:ietf:params:xml:ns:yang:ietf-netconf-nmda`
		ds      = `xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores"`
		eventNS = `urn:ietf:params:xml:ns:netconf:notification:1.0`
		subNS   = `xmlns="urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications"`
		pushNS  = `xmlns:yp="urn:ietf:params:xml:ns:yang:ietf-yang-push"`
	)
	tests := []struct {
		method Method
		want   string
	}{
		{Get{}, `<get></get>`},
		{Get{Filter: Subtree([]byte(`<a xmlns="urn:a"/>`)), WithDefaults: Trim}, `<get><filter type="subtree"><a xmlns="urn:a"/></filter>` +
			`<with-defaults xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults">trim</with-defaults></get>`},
		{GetConfig{Source: Running, Filter: Subtree(nil)}, `<get-config><source><running/></source><filter type="subtree"></filter></get-config>`},
		{GetConfig{Source: AtURL("file:///a&b"), Filter: XPathFilter(`/x:a[x:b<"1&2"]`, map[string]string{"y": "urn:y", "x": "urn:x"})},
			`<get-config><source><url>file:///a&amp;b</url></source><filter type="xpath" xmlns:x="urn:x" xmlns:y="urn:y" select="/x:a[x:b&lt;&quot;1&amp;2&quot;]"/></get-config>`},
		{EditConfig{Target: CandidateStore, Config: []byte("<a/>")}, `<edit-config><target><candidate/></target><config><a/></config></edit-config>`},
		{EditConfig{Target: Running, DefaultOperation: "none", TestOption: "test-only", ErrorOption: "rollback-on-error", URL: "https://a"},
			`<edit-config><target><running/></target><default-operation>none</default-operation><test-option>test-only</test-option>` +
				`<error-option>rollback-on-error</error-option><url>https://a</url></edit-config>`},
		{CopyConfig{Target: StartupStore, Source: Running}, `<copy-config><target><startup/></target><source><running/></source></copy-config>`},
		{CopyConfig{Target: CandidateStore, Config: []byte("<a/>"), WithDefaults: ReportAll}, `<copy-config><target><candidate/></target><source><config><a/></config></source>` +
			`<with-defaults xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults">report-all</with-defaults></copy-config>`},
		{DeleteConfig{StartupStore}, `<delete-config><target><startup/></target></delete-config>`},
		{Lock{Running}, `<lock><target><running/></target></lock>`},
		{Unlock{Running}, `<unlock><target><running/></target></unlock>`},
		{Validate{Source: CandidateStore}, `<validate><source><candidate/></source></validate>`},
		{Validate{Config: []byte("<a/>")}, `<validate><source><config><a/></config></source></validate>`},
		{Commit{}, `<commit></commit>`},
		{Commit{Confirmed: true, ConfirmTimeout: 1500 * time.Millisecond, Persist: "<t>"},
			`<commit><confirmed/><confirm-timeout>2</confirm-timeout><persist>&lt;t&gt;</persist></commit>`},
		{Commit{Confirmed: true, PersistID: "t"}, `<commit><confirmed/><persist-id>t</persist-id></commit>`},
		{Commit{PersistID: "t", Comment: []byte(`<comment xmlns="urn:v">why</comment>`)}, `<commit><persist-id>t</persist-id><comment xmlns="urn:v">why</comment></commit>`},
		{CancelCommit{}, `<cancel-commit></cancel-commit>`},
		{CancelCommit{"t"}, `<cancel-commit><persist-id>t</persist-id></cancel-commit>`},
		{DiscardChanges{}, `<discard-changes/>`},
		{CloseSession{}, `<close-session/>`},
		{KillSession{7}, `<kill-session><session-id>7</session-id></kill-session>`},
		{GetSchema{Identifier: "a", Version: "2024-01-01"}, `<get-schema xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring">` +
			`<identifier>a</identifier><version>2024-01-01</version><format>yang</format></get-schema>`},
		{GetData{Datastore: NMDAOperational, Filter: Subtree([]byte("<a/>")), Config: &no, Origins: []string{"learned"}, MaxDepth: 3, WithOrigin: true, WithDefaults: Trim},
			`<get-data xmlns="` + nmdaNS + `"><datastore ` + ds + `>ds:operational</datastore><subtree-filter><a/></subtree-filter>` +
				`<config-filter>false</config-filter><origin-filter xmlns:or="urn:ietf:params:xml:ns:yang:ietf-origin">or:learned</origin-filter>` +
				`<max-depth>3</max-depth><with-origin/><with-defaults>trim</with-defaults></get-data>`},
		{GetData{Datastore: NMDAIntended, Filter: XPathFilter("/x:a<1", map[string]string{"x": "urn:x"})},
			`<get-data xmlns="` + nmdaNS + `"><datastore ` + ds + `>ds:intended</datastore><xpath-filter xmlns:x="urn:x">/x:a&lt;1</xpath-filter></get-data>`},
		{EditData{Datastore: NMDACandidate, DefaultOperation: "replace", Config: []byte("<a/>")},
			`<edit-data xmlns="` + nmdaNS + `"><datastore ` + ds + `>ds:candidate</datastore><default-operation>replace</default-operation><config><a/></config></edit-data>`},
		{Action{[]byte(`<a xmlns="urn:a"><reset/></a>`)}, `<action xmlns="urn:ietf:params:xml:ns:yang:1"><a xmlns="urn:a"><reset/></a></action>`},
		{CreateSubscription{}, `<create-subscription xmlns="` + eventNS + `"></create-subscription>`},
		{CreateSubscription{Stream: "NETCONF", Filter: Subtree([]byte("<a/>")), StartTime: at, StopTime: at.Add(time.Hour)},
			`<create-subscription xmlns="` + eventNS + `"><stream>NETCONF</stream><filter type="subtree"><a/></filter>` +
				`<startTime>2026-05-01T10:00:00.000005Z</startTime><stopTime>2026-05-01T11:00:00.000005Z</stopTime></create-subscription>`},
		{EstablishSubscription{Stream: "NETCONF", Filter: XPathFilter("/x:a", map[string]string{"x": "urn:x"}), ReplayStart: at},
			`<establish-subscription ` + subNS + ` ` + pushNS + `><stream>NETCONF</stream><stream-xpath-filter xmlns:x="urn:x">/x:a</stream-xpath-filter>` +
				`<replay-start-time>2026-05-01T10:00:00.000005Z</replay-start-time></establish-subscription>`},
		{EstablishSubscription{Datastore: NMDARunning, Filter: Subtree([]byte("<a/>")), OnChange: &OnChange{Dampening: 15 * time.Millisecond, NoSyncOnStart: true, Excluded: []string{"move"}}},
			`<establish-subscription ` + subNS + ` ` + pushNS + `><yp:datastore ` + ds + `>ds:running</yp:datastore><yp:datastore-subtree-filter><a/></yp:datastore-subtree-filter>` +
				`<yp:on-change><yp:dampening-period>2</yp:dampening-period><yp:sync-on-start>false</yp:sync-on-start><yp:excluded-change>move</yp:excluded-change></yp:on-change></establish-subscription>`},
		{ModifySubscription{ID: 5, Datastore: NMDAOperational, Period: time.Second},
			`<modify-subscription ` + subNS + ` ` + pushNS + `><id>5</id><yp:datastore ` + ds + `>ds:operational</yp:datastore><yp:periodic><yp:period>100</yp:period></yp:periodic></modify-subscription>`},
		{DeleteSubscription{5}, `<delete-subscription ` + subNS + `><id>5</id></delete-subscription>`},
		{KillSubscription{5}, `<kill-subscription ` + subNS + `><id>5</id></kill-subscription>`},
		{ResyncSubscription{5}, `<resync-subscription xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-push"><id>5</id></resync-subscription>`},
	}
	for _, tt := range tests {
		got := tt.method.MarshalMethod()
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%T\n%s", tt.method, diff)
		}
		if _, err := parseNode([]byte(got)); err != nil {
			t.Errorf("%T is not XML: %v", tt.method, err)
		}
		if n, ok := tt.method.(needy); ok {
			if err := n.needs(NewCapabilities(allCapabilities)); err != nil {
				t.Errorf("%T: %v", tt.method, err)
			}
		}
	}
}

// What the server lacks, or what makes no sense, is refused before anything is sent.
func TestNeeds(t *testing.T) {
	xpath := XPathFilter("/a", nil)
	now := time.Now()
	tests := []struct {
		method Method
		says   string
		kind   error
	}{
		{Get{Filter: xpath}, ":xpath", ErrUnsupported},
		{GetConfig{Source: Running, WithDefaults: Trim}, "the mode trim", ErrUnsupported},
		{GetConfig{Source: AtURL("file:///a")}, `the scheme "file"`, ErrUnsupported},
		{GetData{Datastore: NMDARunning}, ":yang-library:1.1", ErrUnsupported},
		{GetData{Datastore: NMDARunning, WithOrigin: true}, "operational", ErrInvalid},
		{GetData{Datastore: NMDAOperational, Origins: []string{"a"}, NotOrigins: []string{"b"}}, "exclude", ErrInvalid},
		{EditData{Datastore: NMDARunning}, ":yang-library:1.1", ErrUnsupported},
		{EditConfig{Target: Running, TestOption: "set"}, ":validate", ErrUnsupported},
		{EditConfig{Target: Running, ErrorOption: "rollback-on-error"}, ":rollback-on-error", ErrUnsupported},
		{EditConfig{Target: Running, Config: []byte("<a/>"), URL: "file:///a"}, "both", ErrInvalid},
		{EditConfig{Target: Running, URL: "file:///a"}, ":url", ErrUnsupported},
		{Validate{Source: Running}, ":validate", ErrUnsupported},
		{Commit{Confirmed: true}, ":confirmed-commit", ErrUnsupported},
		{Commit{PersistID: "a"}, ":confirmed-commit:1.1", ErrUnsupported},
		{Commit{Persist: "a"}, "persist-id", ErrInvalid},
		{CancelCommit{}, ":confirmed-commit:1.1", ErrUnsupported},
		{CreateSubscription{}, ":notification", ErrUnsupported},
		{EstablishSubscription{}, "either", ErrInvalid},
		{EstablishSubscription{Stream: "a", Period: time.Second}, "datastore", ErrInvalid},
		{EstablishSubscription{Datastore: NMDARunning}, "on-change or periodic", ErrInvalid},
		{EstablishSubscription{Datastore: NMDARunning, Period: 1, ReplayStart: now}, "replayed", ErrInvalid},
		{ModifySubscription{ID: 1}, "either", ErrInvalid},
	}
	s, server := established(t)
	for _, tt := range tests {
		_, err := s.StartAll(t.Context(), RawMethod("<get/>"), tt.method)
		var e *Error
		if !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.says) || !errors.As(err, &e) || e.Op == "" || e.Addr != "device" {
			t.Errorf("%#v: got %v, want %v with %q", tt.method, err, tt.kind, tt.says)
		}
	}
	go func() { server.send(replyWith(server.request(), "<ok/>")) }()
	reply, err := s.Exec(t.Context(), RawMethod("<get/>"))
	if err != nil || reply.MessageID != firstID {
		t.Fatalf("something was sent: reply %+v, %v", reply, err)
	}
	withNotifications := NewCapabilities([]string{string(Notification)})
	for _, o := range []CreateSubscription{{StopTime: now}, {StartTime: now, StopTime: now.Add(-1)}} {
		if err := o.needs(withNotifications); err == nil || !errors.Is(err, ErrInvalid) {
			t.Errorf("%v: got %v", o, err)
		}
	}
}
