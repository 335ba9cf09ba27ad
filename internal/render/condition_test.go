// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"strings"
	"testing"
)

func TestConditions(t *testing.T) {
	r, err := NewForConditions()
	if err != nil {
		t.Fatal(err)
	}
	scope := testScope()
	scope.DNS = Value{Object: map[string]any{"ready": false}}
	scope.Seen = map[string]Value{
		"value": {Object: "down"}, "values": {Object: []any{"down", "up"}}, "workload": {},
		"members": {Object: []any{map[string]any{"name": "upf-zrh-1", "ready": true}}},
	}
	for source, want := range map[string]string{
		"value == 'down'":                                "",
		"'up' in values && size(values) == 2":            "",
		"members.all(m, m.ready)":                        "",
		"workload == null":                               "",
		"inputs.n3.status.prefix == 24":                  "",
		"value == 'up'":                                  `value == 'up' is false: value is "down"`,
		"inputs.n3.status.ready && dns.ready":            "is false: inputs.n3.status.ready is true, dns.ready is false",
		"inputs.n3.status.nope == 1":                     "inputs.n3.status has no field nope; it has: big",
		"workload.status.ready":                          "workload is null, it has no field status",
		"value":                                          "it gives string, not true or false",
		"valu == 1":                                      "undeclared reference to 'valu' (variables are inputs, nf, target, certificates, dns, workload, value, values, members)",
		"inputs.sec.data.password == 'x'":                "withheld",
		"inputs.sec.data.nope == 'x'":                    "inputs.sec.data has no field nope",
		"values.exists(value, value == 'gone')":          "is false",
		"values.all(v, v == 'up')":                       "is false",
		"members.exists(m, m.name == 'nope')":            `members is [{"name":"upf-zrh-1","ready":true}]`,
		"inputs.n3.status.?gone.orValue('no') == 'yes'":  "is false",
		"certificates.n4.privateKey.contains('private')": "withheld",
	} {
		holds, why := r.Condition(source, scope)
		if holds != (want == "") || !strings.Contains(why, want) {
			t.Errorf("%s: holds %t, because %q, want %q", source, holds, why, want)
		}
		if strings.Contains(why, secret) {
			t.Errorf("%s shows the secret: %s", source, why)
		}
	}
}

// What can never hold is found before anything is read.
func TestCheckCondition(t *testing.T) {
	r, err := NewForConditions()
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{
		"value == 'up'":                       "",
		"value":                               "", // it may be a bool
		"values.all(members, members == 1)":   "", // members is a name of the macro here
		"inputs.n3.?status.?ready":            "",
		"size(values)":                        "it gives int, not true or false",
		"inputs.n3.status.name + 'x'":         "it gives string, not true or false",
		"'up'":                                "it gives string",
		"members.all(m, m.ready)":             "members is not known here: only the checks of a NetworkFunctionRollout",
		"workload.status.ready":               "workload is not known here",
		"value == ":                           "column 10: Syntax error",
		"valeu == 1":                          "column 1: undeclared reference to 'valeu' (variables are",
		"dns.ready && value.startsWith(1, 2)": "column 30: found no matching overload",
	} {
		err := r.CheckCondition(source, "value", "values")
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", source, err, want)
		}
	}
	if err := r.CheckCondition("value == 1", "workload"); err == nil || !strings.Contains(err.Error(), "say with get") {
		t.Errorf("without get: %v", err)
	}
	if err := r.CheckCondition("value == 1 && workload.x && members == []"); err != nil {
		t.Errorf("without saying what is seen: %v", err)
	}
}

// Values that are long are cut, and nothing tainted is shown, however deep it lies.
func TestConditionShows(t *testing.T) {
	r, err := NewForConditions()
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("ä", 1000)
	scope := Scope{Seen: map[string]Value{
		"value":  {Object: map[string]any{"on": false, "key": Value{Object: secret, Tainted: true}}},
		"values": {Object: []any{long, long}}, "members": {Object: []any{long, long}},
	}}
	for source, want := range map[string]string{
		"value.on":                       "value.on is false",
		"value == null":                  "withheld",
		"value.key == ''":                "withheld",
		"[value].exists(v, v.key == '')": "withheld",
		"int(value.key) == 1":            "the cause is withheld",
		"members.exists(v, v == '')":     "…",
		"values[0] == ''":                "…",
	} {
		holds, why := r.Condition(source, scope)
		if holds || !strings.Contains(why, want) || strings.Contains(why, secret) || len([]rune(why)) > 400 {
			t.Errorf("%s: holds %t, because %q, want %q", source, holds, why, want)
		}
	}
}

// FuzzCheckCondition: whatever is written, compiling ends, in one line, and what compiles can
// be evaluated.
func FuzzCheckCondition(f *testing.F) {
	for _, source := range []string{"value == 'up'", "values.all(v, v.x > 1u)", "members.exists(m, m.?a.orValue(1) == 1)", "inputs.a['b'][0]", "${x}", "'\\x", "{value: 1}.a", "`a`.b"} {
		f.Add(source)
	}
	r, err := NewForConditions()
	if err != nil {
		f.Fatal(err)
	}
	scope := Scope{Seen: map[string]Value{"value": {Object: secret, Tainted: true}, "values": {Object: []any{Value{Object: secret, Tainted: true}}}}}
	f.Fuzz(func(t *testing.T, source string) {
		err := r.CheckCondition(source, "value", "values")
		if err != nil && strings.ContainsAny(err.Error(), "\n\r") {
			t.Errorf("%q gives an error of several lines: %q", source, err)
		}
		if holds, why := r.Condition(source, scope); holds == (why != "") || !strings.Contains(source, secret) && strings.Contains(why, secret) {
			t.Errorf("%q: holds %t, because %q", source, holds, why)
		}
	})
}

// TestLayersDoNotSeeWhatConditionsSee: they are rendered before anything is read.
func TestLayersDoNotSeeWhatConditionsSee(t *testing.T) {
	if _, errs, _ := evaluate(t, "${value}"); len(errs) != 1 || !strings.Contains(errs[0].Message, "undeclared reference to 'value'") {
		t.Errorf("got %v", errs)
	}
}
