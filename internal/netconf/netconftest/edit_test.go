// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEditConfig(t *testing.T) {
	all := text(tree(t, base))
	replace := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(all) }
	const e0 = "interfaces/interface[name='e0']/"
	tests := []struct {
		name, config string
		options      string
		want         string // running after commit
		tag          string // of the expected error
	}{
		{name: "merge", config: system(`<hostname>r2</hostname>`), want: replace("hostname=r1", "hostname=r2")},
		{name: "merge an entry", config: interfaces(`<interface><name>e0</name><mtu>9000</mtu></interface>`), want: replace("mtu=1500", "mtu=9000")},
		{name: "create", config: interfaces(`<interface nc:operation="create"><name>e0</name><type>ethernet</type></interface>`), tag: "data-exists"},
		{name: "create a leaf that exists", config: system(`<hostname nc:operation="create">r2</hostname>`), tag: "data-exists"},
		{name: "create below an implicit container", config: interfaces(`<rule nc:operation="create"><id>4</id><action>drop</action></rule>`),
			want: all + "interfaces/rule[id='4']/id=4\ninterfaces/rule[id='4']/action=drop\n"},
		{name: "delete", config: system(`<hostname nc:operation="delete"/>`), want: replace("system/hostname=r1\n", "")},
		{name: "delete a leaf-list entry", config: system(`<server nc:operation="delete">a</server>`), want: replace("system/server[.='a']=a\n", "")},
		{name: "delete an entry", config: interfaces(`<interface nc:operation="delete"><name>e0</name></interface>`),
			want: replace(e0+"name=e0\n", "", e0+"type=acme-router:ethernet\n", "", e0+"mtu=1500\n", "", e0+"address[ip='10.0.0.1']/ip=10.0.0.1\n", "", e0+"address[ip='10.0.0.1']/prefix=24\n", "")},
		{name: "delete nothing", config: system(`<password nc:operation="delete"/>`), tag: "data-missing"},
		{name: "remove nothing", config: system(`<password nc:operation="remove"/>`), want: all},
		{name: "replace an entry", config: interfaces(`<interface nc:operation="replace"><name>e0</name><type>ethernet</type></interface>`),
			want: replace(e0+"mtu=1500\n", "", e0+"address[ip='10.0.0.1']/ip=10.0.0.1\n", "", e0+"address[ip='10.0.0.1']/prefix=24\n", "")},
		{name: "replace all", config: system(`<hostname>r9</hostname>`), options: "<default-operation>replace</default-operation>", want: "system/hostname=r9\n"},
		{name: "none touches nothing", config: system(`<hostname>r9</hostname>`), options: "<default-operation>none</default-operation>", want: all},
		{name: "none with an operation below", config: interfaces(`<interface><name>e0</name><mtu nc:operation="merge">100</mtu></interface>`),
			options: "<default-operation>none</default-operation>", want: replace("mtu=1500", "mtu=100")},
		{name: "none where nothing is", config: interfaces(`<interface><name>e9</name><mtu nc:operation="merge">100</mtu></interface>`),
			options: "<default-operation>none</default-operation>", tag: "data-missing"},
		{name: "other case", config: system(`<ntp>pool</ntp>`), want: replace("system/manual/time=12:00\n", "", "system/manual/zone=CET\n", "", "system/server[.='b']=b\n", "system/server[.='b']=b\nsystem/ntp=pool\n")},
		{name: "insert first", config: interfaces(`<rule yang:insert="first"><id>3</id></rule>`), want: replace(
			"interfaces/rule[id='1']/id=1\n", "interfaces/rule[id='3']/id=3\ninterfaces/rule[id='1']/id=1\n", "interfaces/rule[id='3']/id=3\n", "")},
		{name: "insert after", config: interfaces(`<rule yang:insert="after" yang:key="[id='1']"><id>9</id></rule>`), want: replace(
			"interfaces/rule[id='1']/id=1\n", "interfaces/rule[id='1']/id=1\ninterfaces/rule[id='9']/id=9\n")},
		{name: "insert a value", config: system(`<server yang:insert="before" yang:value="b">c</server>`), want: replace(
			"system/server[.='b']=b\n", "system/server[.='c']=c\nsystem/server[.='b']=b\n")},
		{name: "insert at nothing", config: interfaces(`<rule yang:insert="after" yang:key="[id='77']"><id>9</id></rule>`), tag: "bad-attribute"},
		{name: "unknown operation", config: system(`<hostname nc:operation="improve">r2</hostname>`), tag: "bad-attribute"},
		{name: "unknown node", config: system(`<hostnam>r2</hostnam>`), tag: "unknown-element"},
		{name: "out of range", config: interfaces(`<interface><name>e0</name><mtu>12</mtu></interface>`), tag: "invalid-value"},
		{name: "state", config: system(`<uptime>5</uptime>`), tag: "unknown-element"},
		{name: "tested", config: system(`<contact/>`), options: "<test-option>test-then-set</test-option>", tag: "data-missing"},
		{name: "found by commit", config: system(`<contact/>`), tag: "data-missing"},
		{name: "test-only", config: system(`<hostname>r2</hostname>`), options: "<test-option>test-only</test-option>", want: all},
		{name: "rollback-on-error", config: system(`<hostname>r2</hostname><password nc:operation="delete"/>`),
			options: "<error-option>rollback-on-error</error-option>", tag: "data-missing"},
	}
	_, login := device(t, Options{Running: tree(t, base)})
	session := login()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := session
			if err := s.edit("candidate", "<default-operation>replace</default-operation>", base); err != nil {
				t.Fatal(err)
			}
			if err := s.commit(""); err != nil {
				t.Fatal(err)
			}
			err := s.edit("candidate", tt.options, tt.config)
			if err == nil {
				err = s.commit("")
			}
			if tt.tag != "" {
				if tagOf(err) != tt.tag {
					t.Fatalf("got %v, want %s", err, tt.tag)
				}
				if err := s.discard(); err != nil {
					t.Fatal(err)
				}
				tt.want = all
			} else if err != nil {
				t.Fatal(err)
			}
			data, err := s.running()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, text(tree(t, data))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
