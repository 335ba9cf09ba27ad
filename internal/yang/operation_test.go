// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOperationNodes(t *testing.T) {
	s := testSchema(t)
	if ops := s.Operations(); len(ops) != 1 || ops[0].QName() != "t-net:ping" || len(s.Notifications()) != 0 {
		t.Fatalf("%v %v", ops, s.Notifications())
	}
	net := find(t, s, "/t-net:net")
	if a := net.Actions(); len(a) != 1 || a[0].Name() != "reset" || a[0].Output() == nil || len(a[0].Output().DataChildren()) != 0 {
		t.Errorf("%v", a)
	}
	if n := net.Notifications(); len(n) != 1 || n[0].Name() != "changed" || n[0].Input() != nil {
		t.Errorf("%v", n)
	}
}

// Parameters and notifications are trees like others: decoded, addressed, encoded.
func TestOperationTrees(t *testing.T) {
	s := testSchema(t)
	net := find(t, s, "/t-net:net")
	ping := s.Operations()[0]
	for name, tc := range map[string]struct {
		at        *Node
		json, xml string
		want      []string
	}{
		"rpc": {ping.Input(), `{"host":"h","tls":{"depth":3}}`, `<host xmlns="urn:strowger:test:net">h</host><tls xmlns="urn:strowger:test:net"><depth>3</depth></tls>`,
			[]string{"/t-net:ping/host = h", "/t-net:ping/tls", "/t-net:ping/tls/depth = 3"}},
		"output": {ping.Output(), `{"ok":true}`, `<ok xmlns="urn:strowger:test:net">true</ok>`, []string{"/t-net:ping/ok = true"}},
		"action": {net.Actions()[0].Input(), `{"hard":false}`, `<hard xmlns="urn:strowger:test:net">false</hard>`,
			[]string{"/t-net:net/reset/hard = false"}},
		"notification": {net.Notifications()[0], `{"what":"x"}`, `<what xmlns="urn:strowger:test:net">x</what>`, []string{"/t-net:net/changed/what = x"}},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := ParseJSON([]byte(tc.json))
			if err != nil {
				t.Fatal(err)
			}
			fromJSON, errs := DecodeDocAt(tc.at, doc, nil)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			fromXML, unknown, errs := DecodeXMLAt(tc.at, strings.NewReader(tc.xml), XMLOptions{ConfigOnly: true})
			if len(errs)+len(unknown) > 0 {
				t.Fatal(errs, unknown)
			}
			var j, x bytes.Buffer
			_ = EncodeJSON(&j, fromXML, EncodeOptions{})
			_ = EncodeXML(&x, fromJSON.Root())
			if diff := cmp.Diff([]string{tc.json + "\n", tc.xml}, []string{j.String(), x.String()}); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.want, dump(fromXML)); diff != "" {
				t.Error(diff)
			}
			for _, d := range fromXML.Leaves() {
				if fromXML.Get(d.Path()) != d {
					t.Errorf("%s leads elsewhere", d.Path())
				}
				again := NewTreeAt(tc.at)
				if _, err := again.Set(d.Path(), d.Value(), Origin{}, false); err != nil {
					t.Error(err)
				}
			}
			if fromXML.Get("/t-net:net/rule") != nil {
				t.Error("a path of the datastore leads into the parameters")
			}
		})
	}
	_, errs := DecodeDocAt(ping.Input(), &Doc{Kind: DocObject, Members: []DocMember{{Name: "hosts", Value: &Doc{Scalar: "x"}}}}, nil)
	if !strings.Contains(errs.Error(), "did you mean host?") || !strings.Contains(errs.Error(), "/t-net:ping/hosts") {
		t.Error(errs)
	}
}
