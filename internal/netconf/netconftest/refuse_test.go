// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"strings"
	"testing"
)

// A single edit that is refused leaves nothing behind, on a device that writes running directly.
func TestRefusedEditLeavesNothing(t *testing.T) {
	s, login := device(t, Options{Running: tree(t, base), Profile: Profile{NoCandidate: true, NoConfirmedCommit: true}})
	before := text(s.Running())
	c := login()
	for _, option := range []string{"", "<error-option>stop-on-error</error-option>", "<error-option>rollback-on-error</error-option>"} {
		for edit, info := range map[string]string{
			system(`<server nc:operation="create" yang:insert="before" yang:value="zz">c</server>`):               attributeInfo("value", "server"),
			system(`<server yang:insert="after" yang:value="c">c</server>`):                                       attributeInfo("value", "server"),
			interfaces(`<rule nc:operation="replace" yang:insert="after" yang:key="[id='77']"><id>1</id></rule>`): attributeInfo("key", "rule"),
			interfaces(`<rule yang:insert="somewhere"><id>9</id></rule>`):                                         attributeInfo("insert", "rule"),
			interfaces(`<interface yang:insert="first"><name>e9</name><type>ethernet</type></interface>`):         attributeInfo("insert", "interface"),
		} {
			err := c.edit("running", option, edit)
			if tagOf(err) != "bad-attribute" || !strings.Contains(err.Error(), info) {
				t.Errorf("%s: got %v", edit, err)
			}
			if after := text(s.Running()); after != before {
				t.Fatalf("%s%s left\n%s", option, edit, after)
			}
		}
	}
}

// An attribute that would be ignored, such as an operation without namespace, is refused instead.
func TestUnknownAttributes(t *testing.T) {
	s, login := device(t, Options{Running: tree(t, base)})
	c := login()
	for edit, info := range map[string]string{
		system(`<hostname operation="delete"/>`):                                    attributeInfo("operation", "hostname"),
		interfaces(`<rule insert="first"><id>9</id></rule>`):                        attributeInfo("insert", "rule"),
		interfaces(`<interface><name>e0</name><mtu unit="x">100</mtu></interface>`): attributeInfo("unit", "mtu"),
		system(`<hostname nc:operations="delete">x</hostname>`):                     attributeInfo("operations", "hostname"),
		system(`<server yang:insert="first" yang:position="1">c</server>`):          attributeInfo("position", "server"),
		`<any xmlns="urn:nowhere" a="b"/>`:                                          attributeInfo("a", "any"),
	} {
		err := c.edit("candidate", "", edit)
		if tagOf(err) != "unknown-attribute" || !strings.Contains(err.Error(), info) {
			t.Errorf("%s: got %v", edit, err)
		}
	}
	if err := c.do(`<validate><source><config>` + system(`<hostname operation="delete">x</hostname>`) + `</config></source></validate>`); tagOf(err) != "unknown-attribute" {
		t.Errorf("validate: got %v", err)
	}
	if s.CandidateDirty() {
		t.Error("the candidate was changed")
	}
}
