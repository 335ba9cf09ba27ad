// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"errors"
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

// What an operation does not have is refused, instead of ignored.
func TestUnknownParameters(t *testing.T) {
	_, login := device(t, Options{Running: tree(t, base), Profile: Profile{Startup: true, NMDA: true, Notifications: true}})
	c := login()
	const nmda = ` xmlns="` + nmdaNamespace + `" xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores"`
	for operation, want := range map[string]string{
		`<edit-config><target><candidate/></target><eror-option>rollback-on-error</eror-option><config/></edit-config>`: "unknown-element eror-option",
		`<lock><target><candidate/></target><timeout>5</timeout></lock>`:                                                "unknown-element timeout",
		`<unlock><target><candidate/></target><a xmlns="urn:foo"/></unlock>`:                                            "unknown-element a",
		`<validate><source><candidate/></source><target><candidate/></target></validate>`:                               "unknown-element target",
		`<get-config><source xmlns="urn:foo"><running/></source></get-config>`:                                          "unknown-element source",
		`<get-config><source xmlns=""><running/></source></get-config>`:                                                 "unknown-element source",
		`<get-config><source><running xmlns="urn:foo"/></source></get-config>`:                                          "unknown-element running",
		`<get-config><source><running/><candidate/></source></get-config>`:                                              "bad-element candidate",
		`<get-config><source><running/></source><with-defaults>trim</with-defaults></get-config>`:                       "unknown-element with-defaults",
		`<get><filters/></get>`: "unknown-element filters",
		`<copy-config><target><startup/><candidate/></target><source><running/></source></copy-config>`:         "bad-element candidate",
		`<copy-config><target><startup/></target><source><config/><running/></source></copy-config>`:            "bad-element running",
		`<delete-config><target><startup/></target><force/></delete-config>`:                                    "unknown-element force",
		`<discard-changes><x/></discard-changes>`:                                                               "unknown-element x",
		`<commit><confirm/></commit>`:                                                                           "unknown-element confirm",
		`<cancel-commit><persist>a</persist></cancel-commit>`:                                                   "unknown-element persist",
		`<kill-session><session-id>7</session-id><session-id>8</session-id></kill-session>`:                     "bad-element session-id",
		`<close-session><now/></close-session>`:                                                                 "unknown-element now",
		`<get-schema xmlns="` + monitoringNamespace + `"><identifier>acme-router</identifier><v/></get-schema>`: "unknown-element v",
		`<create-subscription xmlns="` + notificationNamespace + `"><streams/></create-subscription>`:           "unknown-element streams",
		`<get-data` + nmda + `><datastore>ds:running</datastore><filter/></get-data>`:                           "unknown-element filter",
		`<edit-data` + nmda + `><datastore>ds:candidate</datastore><error-option/><config/></edit-data>`:        "unknown-element error-option",
	} {
		err := c.do(operation)
		tag, name, _ := strings.Cut(want, " ")
		if tagOf(err) != tag || !strings.Contains(err.Error(), "<bad-element>"+name+"</bad-element>") {
			t.Errorf("%s: got %v", operation, err)
		}
	}
	for _, operation := range []string{
		`<get-config><source><running/></source><with-defaults xmlns="` + withDefaultsNamespace + `">trim</with-defaults></get-config>`,
		`<get-data` + nmda + `><datastore>ds:running</datastore><with-defaults>trim</with-defaults></get-data>`,
		`<create-subscription xmlns="` + notificationNamespace + `"><filter xmlns="` + netconfNamespace + `"/></create-subscription>`,
	} {
		if _, err := c.exec(operation); err != nil {
			t.Errorf("%s: %v", operation, err)
		}
	}
}

func TestMissingNamespace(t *testing.T) {
	_, login := device(t, Options{})
	c := login()
	for message, says := range map[string]string{
		`<rpc message-id="1"><get/></rpc>`:                                                  "the namespace of element rpc is missing",
		`<rpc message-id="1" xmlns="urn:x"><get/></rpc>`:                                    "is in the namespace",
		`<nc:rpc message-id="1" xmlns:nc="` + netconfNamespace + `"><get-config/></nc:rpc>`: "there is no operation get-config without a namespace",
	} {
		if err := c.framer.WriteMessage([]byte(message)); err != nil {
			t.Fatal(err)
		}
		if reply, err := c.read(); err != nil || !strings.Contains(reply, says) {
			t.Errorf("%s: got %s, %v", message, reply, err)
		}
	}
}

// With continue-on-error a value of a wrong type keeps nothing else from being applied.
func TestContinueOnError(t *testing.T) {
	s, login := device(t, Options{Running: tree(t, base), Profile: Profile{NoCandidate: true, NoConfirmedCommit: true}})
	c := login()
	edit := interfaces(`<interface><name>e0</name><mtu>none</mtu><enabled>false</enabled></interface><rule nc:operation="delete"><id>77</id></rule>`) +
		system(`<hostname>r2</hostname><hostnam/>`)
	err := c.edit("running", "<error-option>continue-on-error</error-option>", edit)
	var failed *replyError
	if !errors.As(err, &failed) || len(failed.tags) != 3 {
		t.Errorf("got %v", err)
	}
	after := text(s.Running())
	for _, want := range []string{"hostname=r2", "enabled=false", "mtu=1500"} {
		if !strings.Contains(after, want) {
			t.Errorf("%s is missing in\n%s", want, after)
		}
	}
}

func TestTwoCases(t *testing.T) {
	s, login := device(t, Options{Running: tree(t, base)})
	c := login()
	for edit, tag := range map[string]string{
		system(`<ntp>pool</ntp><manual><time>1</time></manual>`):                                              "bad-element",
		system(`<manual nc:operation="replace"><time>1</time></manual><ntp nc:operation="create">pool</ntp>`): "bad-element",
		system(`<manual nc:operation="delete"/><ntp>pool</ntp>`):                                              "",
		system(`<ntp nc:operation="delete"/><manual><time>2</time></manual>`):                                 "",
		system(`<manual><time nc:operation="delete"/></manual><ntp>pool</ntp>`):                               "",
	} {
		if err := c.discard(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(edit, `<ntp nc:operation="delete"/>`) {
			if err := c.edit("candidate", "", system(`<ntp>x</ntp>`)); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.edit("candidate", "", edit); (tag != "" || err != nil) && tagOf(err) != tag {
			t.Errorf("%s: got %v", edit, err)
		}
		if tag != "" && s.CandidateDirty() {
			t.Errorf("%s changed the candidate", edit)
		}
	}
}

func TestUnknownNamespace(t *testing.T) {
	_, login := device(t, Options{Running: tree(t, base)})
	c := login()
	for edit, wants := range map[string][]string{
		`<zz xmlns="urn:a&amp;b"/>`:         {"<error-info>" + namespaceInfo("urn:a&b", "zz"), ""},
		system(`<zz xmlns="urn:zz">1</zz>`): {"<error-info>" + namespaceInfo("urn:zz", "zz"), "/acme-router:system</error-path>"},
		`<zz xmlns=""/>`:                    {"<error-info>" + namespaceInfo("", "zz"), ""},
	} {
		err := c.edit("candidate", "", edit)
		if tagOf(err) != "unknown-namespace" {
			t.Fatalf("%s: got %v", edit, err)
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: no %s in %v", edit, want, err)
			}
		}
		if strings.Contains(err.Error(), "<error-path") != (wants[1] != "") {
			t.Errorf("%s: got %v", edit, err)
		}
	}
}

func TestXPathWithoutNodes(t *testing.T) {
	_, login := device(t, Options{Running: tree(t, base)})
	c := login()
	for _, filter := range []string{"1+1", "count(/ar:system)", "'a'", "/ar:system = 1"} {
		_, err := c.exec(`<get-config><source><running/></source><filter type="xpath" xmlns:ar="urn:acme:router" select="` + filter + `"/></get-config>`)
		if tagOf(err) != "invalid-value" {
			t.Errorf("%s: got %v", filter, err)
		}
	}
}
