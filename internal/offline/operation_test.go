// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"strings"
	"testing"
)

const operations = `module ops {
  yang-version 1.1; namespace "urn:ops"; prefix o;
  identity how; identity warm { base how; }
  container ports { list port { key name; leaf name { type string; } } }
  rpc reset {
    input {
      leaf port { type leafref { path "/ports/port/name"; } mandatory true; }
      leaf how { type identityref { base how; } }
      leaf delay { type uint8; must "../how"; }
    }
  }
  rpc ping;
  notification down { leaf port { type string; } }
}`

func TestOperations(t *testing.T) {
	files(t, map[string]string{
		"yang/ops.yang": operations, "yang/acme.yang": acme,
		"store.yaml":   "ops:ports: {port: [{name: a}]}",
		"wrong.yaml":   "ops:port: {}",
		"good.yaml":    "ops:reset: {port: a, how: ops:warm, delay: 1}",
		"ping.yaml":    "ops:ping:",
		"ping.xml":     `<ping xmlns="urn:ops"/>`,
		"missing.json": `{"ops:reset": {"delay": 1}}`,
		"type.yaml":    "ops:reset:\n  port: a\n  delay: soon",
		"other.yaml":   "ops:restart: {}",
		"two.yaml":     "ops:reset: {}\nops:ping: {}",
		"down.json":    `{"ops:down": {"port": "a"}}`,
		"good.xml": `<rpc xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="1" xmlns:x="urn:ops">
  <x:reset xmlns="urn:ops"><port>a</port><how>x:warm</how></x:reset>
</rpc>`,
		"bad.xml": `<nc:rpc xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">
  <reset xmlns="urn:ops">
    <port>a</port>
    <delay>soon</delay>
    <!-- <reset/> --><reset/>
  </reset>
</nc:rpc>`,
		"down.xml": `<notification xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0">
  <eventTime>2026-01-01T00:00:00Z</eventTime><down xmlns="urn:ops"><port>a</port></down></notification>`,
		"none.xml": `<rpc xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"/>`,
		"open.xml": `<reset xmlns="urn:ops"><port>`,
	})
	const rpc = "--yang yang --type rpc "
	for _, tt := range []struct {
		args string
		code int
		says string
	}{
		{args: rpc + "good.yaml ping.yaml ping.xml good.xml", says: "4 valid"},
		{args: rpc + "--datastore store.yaml good.yaml good.xml", says: "2 valid"},
		{args: rpc + "--datastore store.yaml missing.json", code: 1, says: "port: is mandatory but missing"},
		{args: rpc + "missing.json", code: 1, says: `must "../how"`},
		{args: rpc + "type.yaml", code: 1, says: "type.yaml:3: delay: "},
		{args: rpc + "bad.xml", code: 1, says: "bad.xml:4: delay: "},
		{args: rpc + "bad.xml", code: 1, says: "bad.xml:5: reset: no node"},
		{args: rpc + "other.yaml", code: 1, says: "known: ops:reset, ops:ping"},
		{args: rpc + "two.yaml", code: 1, says: "holds one name at the top"},
		{args: rpc + "none.xml", code: 1, says: "no element that names an rpc"},
		{args: rpc + "open.xml", code: 1, says: "open.xml: not XML: "},
		{args: rpc + "--datastore wrong.yaml good.yaml", code: 2, says: "--datastore: 1 error, first: wrong.yaml:1"},
		{args: rpc + "--datastore nowhere good.yaml", code: 2, says: "--datastore: nowhere: no such file"},
		{args: rpc + "--merge good.yaml", code: 2, says: "not for --type rpc"},
		{args: "--yang yang --type notification down.json down.xml", says: "2 valid"},
		{args: "--yang yang --type notification good.yaml", code: 1, says: "known: ops:down"},
		{args: "--yang yang --type action good.yaml", code: 2, says: "config, rpc, notification"},
		{args: "--yang yang --datastore store.yaml store.yaml", code: 2, says: "--datastore is for"},
	} {
		out, log, code := run(t, nil, append([]string{"validate"}, strings.Fields(tt.args)...)...)
		if code != tt.code || !strings.Contains(out+log, tt.says) {
			t.Errorf("validate %s: code %d, want %d, and %q in\n%s%s", tt.args, code, tt.code, tt.says, log, out)
		}
	}
}
