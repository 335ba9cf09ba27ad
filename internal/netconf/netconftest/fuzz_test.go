// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// FuzzRequest: no message makes the server panic, and every one is answered with well-formed XML.
func FuzzRequest(f *testing.F) {
	for _, body := range []string{
		`<get/>`, `<get-config><source><running/></source><filter><system><hostname>x</hostname></system></filter></get-config>`,
		`<edit-config><target><candidate/></target><config>` + base + `</config></edit-config>`,
		`<edit-config><target><candidate/></target><default-operation>none</default-operation><config>` +
			interfaces(`<rule nc:operation="delete" yang:insert="after" yang:key="[id='1']"><id>2</id></rule>`) + `</config></edit-config>`,
		`<commit><confirmed/><persist>a</persist></commit>`, `<copy-config><target><candidate/></target><source><config/></source></copy-config>`,
		`<get><filter type="xpath" select="//hostname | /r:system/r:server[2]" xmlns:r="urn:acme:router"/></get>`,
		`<get-data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"><datastore>operational</datastore><max-depth>2</max-depth></get-data>`,
		`<create-subscription xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"><startTime>2020-01-01T00:00:00Z</startTime></create-subscription>`,
		`<establish-subscription xmlns="urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications"><datastore>running</datastore><on-change/></establish-subscription>`,
		`<action xmlns="urn:ietf:params:xml:ns:yang:1"><interfaces xmlns="urn:acme:router"><interface><name>e0</name><reset/></interface></interfaces></action>`,
		`<get-schema xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"><identifier>acme-router</identifier></get-schema>`,
	} {
		f.Add([]byte(`<rpc message-id="1" xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">` + body + `</rpc>`))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		running, err := parseElement([]byte("<config>" + base + "</config>"))
		if err != nil {
			t.Fatal(err)
		}
		s := newServer(Options{Model: testModel(), Profile: Profile{Notifications: true, Push: true, NMDA: true}})
		defer s.Close()
		if err := s.store.edit(editRequest{target: candidate, defaultOperation: opMerge, config: running}); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		ses := s.addSession(io.NopCloser(nil), struct {
			io.Reader
			io.Writer
		}{strings.NewReader(""), &out}, peer{})
		defer s.endSession(ses, ending{})
		if !ses.serve(message) {
			return
		}
		reply, ended := bytes.CutSuffix(out.Bytes(), []byte(endOfMessage))
		if !ended {
			t.Fatalf("no frame: %s", reply)
		}
		if _, err := parseElement(reply); err != nil {
			t.Fatalf("%v in %s", err, reply)
		}
	})
}
