// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

const operationModel = `module o { yang-version 1.1; namespace urn:o; prefix o;
  container net { list if { key name; leaf name { type string; } leaf mtu { type uint16; default 1500; }
      action reset { input { must "mode or ../name != 'lo'"; leaf mode { type string; must ". != ../../name"; } leaf peer { type leafref { path "../../../if/name"; } } leaf size { type uint16; must ". <= ../../mtu"; } }
        output { leaf took { type uint8; mandatory true; } } }
      notification down { leaf why { type string; mandatory true; must "../../name != 'lo'"; } } }
    action flush { input { leaf which { type leafref { path "/o:net/o:if/o:name"; } must "../../if[name = current()]/mtu > 1000"; } } }
    leaf up { config false; type string; } }
  rpc move {
    input {
      leaf from { type leafref { path "/o:net/o:if/o:name"; } mandatory true; }
      leaf to { type leafref { path "/net/if/name"; } must ". != ../from" { error-message "same place"; error-app-tag "same"; } }
      leaf speed { when "../to"; type uint8; default 7; must ". < 100 and ../from != 'x'"; }
      choice how { mandatory true; leaf soft { type empty; } leaf hard { type empty; must "/move/from = 'a'"; } }
      list step { key n; unique v; max-elements 2; leaf n { type uint8; } leaf v { type string; } }
      leaf-list tag { type string; min-elements 0; max-elements 1; }
      leaf up { type string; must "/net/up = 'yes'"; }
    }
    output { must "sent >= 0 or lost" { error-message "sent or lost"; } leaf sent { type uint8; } leaf lost { type uint8; } }
  }
  notification moved { leaf from { type leafref { path "/net/if/name"; } } leaf need { type string; mandatory true; } leaf d { type string; default 1; must "not(../from = 'b')"; } }
}`

// TestOperation: parameters and notifications, with the datastore below which they are.
func TestOperation(t *testing.T) {
	s := yang.Compile([]yang.Source{{Name: "o.yang", Data: []byte(operationModel)}}, yang.Options{})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	datastore := decode(t, s, "o:net: {if: [{name: a}, {name: b, mtu: 900}, {name: lo}]}")
	move := s.Operations()[0]
	list, _ := s.Find("/o:net/if")
	net, _ := s.Find("/o:net")
	reset, flush := list.Actions()[0], net.Actions()[0]
	for _, tc := range []struct {
		what string
		at   *yang.Node
		on   string // the node that an action is on
		yaml string
		want []string
	}{
		{"rpc", move.Input(), "", "{from: a, to: b, soft: [null]}", nil},
		{"missing", move.Input(), "", "{to: b}", []string{"/o:move/from data-missing", "/o:move/how missing-choice", "/o:move/speed must-violation", "/o:move/to same"}},
		{"leafref", move.Input(), "", "{from: z, soft: [null]}", []string{"/o:move/from instance-required"}},
		{"must", move.Input(), "", "{from: a, to: a, soft: [null]}", []string{"/o:move/to same"}},
		{"when", move.Input(), "", "{from: a, speed: 1, soft: [null]}", []string{"/o:move/speed unknown-element"}},
		{"the operation is below the root", move.Input(), "", "{from: b, hard: [null]}", []string{"/o:move/hard must-violation"}},
		{"lists", move.Input(), "", "{from: a, soft: [null], step: [{n: 1, v: x}, {n: 2, v: x}, {n: 3}], tag: [x, y]}", []string{"/o:move/step too-many-elements", "/o:move/step[n='2'] data-not-unique", "/o:move/tag too-many-elements"}},
		{"state is not known", move.Input(), "", "{from: a, soft: [null], up: x}", nil},
		{"output", move.Output(), "", "{sent: 0}", nil},
		{"must of the output", move.Output(), "", "{}", []string{"/o:move must-violation"}},
		{"notification", s.Notifications()[0], "", "{from: b}", []string{"/o:moved/d must-violation", "/o:moved/need data-missing"}},
		{"action", reset.Input(), "/o:net/if[name='a']", "{peer: b, mode: x, size: 1500}", nil},
		{"action, wrong", reset.Input(), "/o:net/if[name='b']", "{peer: z, mode: b, size: 901}", []string{"/o:net/if/reset/mode must-violation", "/o:net/if/reset/peer instance-required", "/o:net/if/reset/size must-violation"}},
		{"must of an input", reset.Input(), "/o:net/if[name='lo']", "{}", []string{"/o:net/if/reset must-violation"}},
		{"action, nobody says where", reset.Input(), "", "{peer: z, mode: b, size: 901}", nil},
		{"action's output", reset.Output(), "/o:net/if[name='a']", "{}", []string{"/o:net/if/reset/took data-missing"}},
		{"nested notification", list.Notifications()[0], "/o:net/if[name='lo']", "{why: x}", []string{"/o:net/if/down/why must-violation"}},
		{"action of a container", flush.Input(), "", "{which: a}", nil},
		{"action of a container, wrong", flush.Input(), "", "{which: b}", []string{"/o:net/flush/which must-violation"}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			doc, err := yang.ParseYAML([]byte(tc.yaml))
			if err != nil {
				t.Fatal(err)
			}
			tree, errs := yang.DecodeDocAt(tc.at, doc, &yang.Layer{Name: "l"})
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			var at *yang.Data
			if tc.on != "" {
				at = datastore.Get(tc.on)
			}
			got := OperationOn(tree, datastore, at)
			if diff := cmp.Diff(tc.want, found(got)); diff != "" {
				t.Error(diff)
			}
			if slices.ContainsFunc(got, func(e *yang.Error) bool { return e.Curable }) {
				t.Errorf("curable: %v", got)
			}
			for _, e := range Operation(tree, nil) {
				if e.AppTag == "instance-required" || strings.Contains(e.Rule, "/net") {
					t.Errorf("without datastore: %v", e)
				}
			}
		})
	}
}
