// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/json"
	"testing"
)

func TestRuleValidate(t *testing.T) {
	for path, want := range map[string]bool{
		"/":                                true,
		"/t:sys":                           true,
		"/t:net/interface[name='n']/u:x":   true,
		"/t:net/interface/address[ip='1']": true,
		"":                                 false,
		"sys":                              false,
		"/sys":                             false,
		"/t:sys/":                          false,
		"/t:net/interface[name=n]":         false,
	} {
		if err := (Rule{Path: path}).Validate(); (err == nil) != want {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestPatternCovers(t *testing.T) {
	s := testSchema(t)
	p := Diff(testTree(t, s, `/t:net/interface[name='n']/address[ip='a/b'][prefix='24']/label = x
/t:net/interface[name='n']/u:vendor = v
/t:sys/dns[.='1']`), testTree(t, s, "/t:net/interface[name='n']/address[ip='a/b'][prefix='24']"), Inventory{}, Options{})
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var read Plan
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	const label, vendor, dns = 0, 1, 2
	for _, tc := range []struct {
		path string
		want [3]bool
	}{
		{"/", [3]bool{true, true, true}},
		{"/t:net", [3]bool{label: true, vendor: true}},
		{"/t:net/interface", [3]bool{label: true, vendor: true}},
		{"/t:net/interface[name='n']", [3]bool{label: true, vendor: true}},
		{"/t:net/interface[name='m']", [3]bool{}},
		{"/t:net/interface/u:vendor", [3]bool{vendor: true}},
		{"/t:net/interface/vendor", [3]bool{}},
		{"/t:net/t:interface/t:address[prefix='24']", [3]bool{label: true}},
		{"/t:net/interface/address[ip='a/b']/label", [3]bool{label: true}},
		{"/t:net/interface/address/label/x", [3]bool{}},
		{"/t:sys/dns", [3]bool{dns: true}},
		{"/t:sys/dns[.='1']", [3]bool{dns: true}},
		{"/t:sys/dns[.='2']", [3]bool{}},
		{"/t:sys/d", [3]bool{}},
		{"/u:sys", [3]bool{}},
	} {
		pattern, err := ParsePattern(tc.path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Changes {
			if got := pattern.Covers(&p.Changes[i]); got != tc.want[i] {
				t.Errorf("%s covers %s: %v", tc.path, p.Changes[i].Path, got)
			}
			if got := pattern.Covers(&read.Changes[i]); got != tc.want[i] {
				t.Errorf("read back: %s covers %s: %v", tc.path, p.Changes[i].Path, got)
			}
		}
	}
}
