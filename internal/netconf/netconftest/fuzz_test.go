// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"testing"

	"github.com/strowger/strowger/internal/netconf"
)

// FuzzRequest: no message makes the server panic, and every one is answered with well-formed XML.
func FuzzRequest(f *testing.F) {
	for _, body := range []string{
		`<get/>`, `<get-config><source><running/></source><filter><system><hostname>x</hostname></system></filter></get-config>`,
		`<edit-config><target><candidate/></target><config>` + base + `</config></edit-config>`,
		`<edit-config><target><candidate/></target><default-operation>none</default-operation><config>` +
			interfaces(`<rule nc:operation="delete" yang:insert="after" yang:key="[id='1']"><id>2</id></rule>`) + `</config></edit-config>`,
		`<commit><confirmed/><persist>a</persist></commit>`, `<copy-config><target><candidate/></target><source><config/></source></copy-config>`,
		`<get-schema xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"><identifier>acme-router</identifier></get-schema>`,
	} {
		f.Add([]byte(`<rpc message-id="1" xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">` + body + `</rpc>`))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		running, err := parseElement([]byte("<config>" + base + "</config>"))
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Model: testModel()}
		s := &Server{options: o, store: newStore(o), script: newScript(), sessions: make(map[uint64]*session)}
		defer s.store.close()
		if err := s.store.edit(editRequest{target: candidate, defaultOperation: opMerge, config: running}); err != nil {
			t.Fatal(err)
		}
		ses := &session{Server: s, id: 1, framer: netconf.NewFramer(&bytes.Buffer{}, 0)}
		reply, ok := ses.serve(message)
		if !ok {
			return
		}
		if _, err := parseElement(reply); err != nil {
			t.Fatalf("%v in %s", err, reply)
		}
	})
}
