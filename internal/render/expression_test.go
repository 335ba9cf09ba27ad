// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

// secret must not be found in anything printed.
const secret = "hunter2-TOP-secret"

func testScope() Scope {
	return Scope{
		Inputs: map[string]Value{
			"n3": {Object: map[string]any{
				"metadata": map[string]any{"name": "upf-zrh-1-n3", "labels": map[string]any{"app.io/tier": "gold"}},
				"status": map[string]any{
					"ipAddress": "10.0.3.1/24", "prefix": int64(24), "ratio": 1.5, "big": int64(1) << 40, "none": nil,
					"ips": []any{"10.0.3.1", "2001:db8::1"}, "ready": true,
				},
			}},
			"sec": {Tainted: true, Object: map[string]any{
				"kind": "Secret", "data": map[string]any{"password": secret, "raw": []byte{0xff, 0xfe}},
			}},
		},
		NF:     NF{Name: "upf-zrh-1", Namespace: "core5g", Labels: map[string]string{"site": "zrh"}},
		Target: Value{Object: map[string]any{"capabilities": []string{"candidate"}}},
		Certificates: map[string]Value{"n4": {Object: map[string]any{
			"certificate": "-----BEGIN CERTIFICATE-----", "privateKey": Value{Object: secret, Tainted: true},
		}}},
	}
}

var shared = func() *Renderer {
	r, err := New()
	if err != nil {
		panic(err)
	}
	return r
}()

// evaluate hydrates one string as a layer's scalar.
func evaluate(t testing.TB, text string) (*yang.Doc, Errors, *run) {
	t.Helper()
	x := shared.newRun(testScope())
	d := &yang.Doc{Scalar: text, Line: 7}
	l := layer{LayerSource: &LayerSource{}, origin: &yang.Layer{Name: "base", File: "nf/upf/base.yaml"}}
	if !x.hydrate(l, d, "/a:b/c[0]") {
		d = nil
	}
	return d, x.errs, x
}

func plainDoc(d *yang.Doc) any {
	switch {
	case d == nil:
		return "absent"
	case d.Kind == yang.DocObject:
		m := map[string]any{}
		for _, member := range d.Members {
			m[member.Name] = plainDoc(member.Value)
		}
		return m
	case d.Kind == yang.DocArray:
		l := []any{}
		for _, item := range d.Items {
			l = append(l, plainDoc(item))
		}
		return l
	}
	return d.Scalar
}

func TestExpressions(t *testing.T) {
	for text, want := range map[string]any{
		"${inputs.n3.status.ipAddress}":                                       "10.0.3.1/24",
		"${inputs.n3.status.prefix}":                                          int64(24),
		"${inputs.n3.status.prefix} bits":                                     "24 bits",
		"${inputs.n3.status.ready}":                                           true,
		"${inputs.n3.status.ratio}":                                           1.5,
		"x-${inputs.n3.status.ratio}-${inputs.n3.status.big}":                 "x-1.5-1099511627776",
		"${inputs.n3.status.none}":                                            nil,
		"${inputs.n3.status.ips}":                                             []any{"10.0.3.1", "2001:db8::1"},
		"${inputs['n3'].status.ips[1]}":                                       "2001:db8::1",
		"${inputs.n3.metadata.labels['app.io/tier']}":                         "gold",
		"${inputs.n3.metadata.labels.`app.io/tier`}":                          "gold",
		"${inputs.n3.status.?mtu.orValue(1500)}":                              int64(1500),
		"${inputs.n3.status.?mtu}":                                            "absent",
		"${inputs.n3.status.?prefix}":                                         int64(24),
		"${has(inputs.n3.status.mtu) ? inputs.n3.status.mtu : 9000}":          int64(9000),
		"${inputs.n3.status.ips.filter(i, ip(i).family() == 6)[0]}":           "2001:db8::1",
		"${cidr(inputs.n3.status.ipAddress).ip()}":                            "10.0.3.1",
		"${cidr(inputs.n3.status.ipAddress).prefixLength()}":                  int64(24),
		"${cidr('10.0.0.0/8').containsIP('10.1.1.1')}":                        true,
		"${quantity('1Gi').asInteger()}":                                      int64(1073741824),
		"${quantity('1500m')}":                                                "1500m",
		"${nf.name.upperAscii()}":                                             "UPF-ZRH-1",
		"${nf.namespace}/${nf.labels.site}":                                   "core5g/zrh",
		"${nf.name.split('-')[1]}":                                            "zrh",
		"${'abc'.find('b.')}":                                                 "bc",
		"${[3,1,2].sort().map(i, string(i)).join(',')}":                       "1,2,3",
		"${sets.contains([1,2],[1])}":                                         true,
		"${base64.encode(b'abc')}":                                            "YWJj",
		"${b'abc'}":                                                           "YWJj",
		"${math.greatest(1,2)}":                                               int64(2),
		"${duration('90s')}":                                                  "90s",
		"${timestamp('2026-01-02T03:04:05Z')}":                                "2026-01-02T03:04:05Z",
		"${uint(5)}":                                                          uint64(5),
		"${'candidate' in target.capabilities}":                               true,
		"${size(dns)}":                                                        int64(0),
		"${{'b': 1, 'a': [inputs.n3.status.prefix]}}":                         map[string]any{"b": int64(1), "a": []any{int64(24)}},
		"${inputs.n3.status.map(k, k).join(' ')}":                             "big ipAddress ips none prefix ratio ready",
		"${{'z': 1, 'y': 2, 'x': 3, 'w': 4, 'v': 5}.map(k, k).join('')}":      "vwxyz",
		"$${literal} ${nf.name}":                                              "${literal} upf-zrh-1",
		"${certificates.n4.certificate}":                                      "-----BEGIN CERTIFICATE-----",
		"${url('https://h/p?d=1&c=2&b=3&a=4').getQuery().map(k, k).join('')}": "abcd",
	} {
		d, errs, _ := evaluate(t, text)
		if len(errs) > 0 {
			t.Errorf("%s: %v", text, errs)
			continue
		}
		if diff := cmp.Diff(want, plainDoc(d)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
		if d != nil && d.Tainted {
			t.Errorf("%s is tainted", text)
		}
	}
}

func TestExpressionErrors(t *testing.T) {
	for text, want := range map[string]string{
		"${inputs.n3.status.ipAdress}":                             "inputs.n3.status has no field ipAdress; it has: big, ipAddress, ips, none, prefix, ratio, ready",
		"${inputs.n4.status}":                                      "inputs has no n4: declare it in spec.inputs, which has: n3, sec",
		"${certificates.n5.certificate}":                           "certificates has no n5: declare it in spec.certificates, which has: n4",
		"${target.session}":                                        "target has no field session; it has: capabilities",
		"${dns.ready}":                                             "dns has no field ready; it is empty",
		"${inputs.n3.status.none.x}":                               "inputs.n3.status.none is null, it has no field x",
		"${inputs.n3.status.prefix.x}":                             "inputs.n3.status.prefix is a single value, it has no field x",
		"${inputs.n3.status.ips.x}":                                "inputs.n3.status.ips is a list, it has no field x: give an index, such as inputs.n3.status.ips[0]",
		"${inputs.n3.status.ips[2]}":                               "inputs.n3.status.ips has no item 2; it has 2",
		"${inputs.n3.metadata.labels['app.io/x']}":                 `inputs.n3.metadata.labels has no field app.io/x; it has: app.io/tier`,
		"${inputs.n3.metadata.labels.`app.io/tier`.x}":             `inputs.n3.metadata.labels["app.io/tier"] is a single value, it has no field x`,
		"${has(inputs.n3.x) ? 1 : inputs.n3.y}":                    "inputs.n3 has no field y; it has: metadata, status",
		"${inputs.n3.status.ips.map(i, i.nope)[0]}":                "no such key: nope",
		"${input.n3}":                                              "column 1: undeclared reference to 'input' (variables are inputs, nf, target, certificates, dns)",
		"${1 +}":                                                   "column 4: Syntax error: mismatched input '<EOF>'",
		"${1 / 0}":                                                 "division by zero",
		"${ip('nonsense')}":                                        "IP Address \"nonsense\" parse error",
		"a ${inputs.n3.status.ips}":                                "a list cannot be put into text: let the expression be the whole value, or join it",
		"a ${inputs.n3.status.none}":                               "null cannot be put into text",
		"a ${inputs.n3.status.?mtu}":                               "the optional has no value: use .orValue(…)",
		"${lists.range(100000000)}":                                "exceeds maximum allowed",
		"${lists.range(9000).map(a, lists.range(9000).map(b, b))}": "it costs too much to evaluate: use a simpler expression",
		"${lists.range(9000).all(a, lists.range(9000).all(b, a + b >= 0))}": "it costs too much to evaluate: use a simpler expression",
		"${{1: 'a'}}": "the keys of a map must be strings, not int",
		"x ${'a":      "${ without its closing }: x ${'a",
		"${}":         "${} holds no expression",
	} {
		_, errs, _ := evaluate(t, text)
		if len(errs) != 1 {
			t.Errorf("%s: got %d errors: %v", text, len(errs), errs)
			continue
		}
		e := errs[0]
		if !strings.Contains(e.Message, want) {
			t.Errorf("%s: got  %s\nwant %s", text, e.Message, want)
		}
		if e.Reason() != ReasonExpression || !strings.HasPrefix(e.Error(), "base nf/upf/base.yaml:7 /a:b/c[0]: ") {
			t.Errorf("%s: got %s", text, e)
		}
		if strings.Contains(e.Error(), "\n") {
			t.Errorf("%s: more than one line: %s", text, e)
		}
	}
}

func TestTaint(t *testing.T) {
	for text, want := range map[string]bool{
		"${inputs.n3.status.ipAddress}":                                  false,
		"${inputs.sec.data.password}":                                    true,
		"${inputs.sec.kind}":                                             true, // the whole Secret
		"${inputs['sec'].data['password']}":                              true,
		"${inputs[nf.name == 'x' ? 'n3' : 'sec'].data.password}":         true,
		"${inputs[nf.name == 'upf-zrh-1' ? 'n3' : 'sec'].status.prefix}": true, // conservative
		"${inputs.?sec.?data.?password.orValue('')}":                     true,
		"${inputs[?'sec'].hasValue()}":                                   true,
		"${has(inputs.sec.data.password)}":                               true,
		"${size(inputs)}":                                                true,
		"${inputs.map(k, k)}":                                            true,
		"${.inputs.sec.data.password}":                                   true,
		"${[inputs.sec].map(s, s.data.password)}":                        true,
		"${{'a': inputs.sec.data}.a.password}":                           true,
		"${inputs.n3.status.ips.map(i, i + inputs.sec.data.password)}":   true,
		"${inputs.sec.data.password == 'x' ? 'yes' : 'no'}":              true,
		"user ${inputs.sec.data.password} at ${nf.name}":                 true,
		"${inputs.sec.data.raw}":                                         true,
		"${certificates.n4.certificate}":                                 false,
		"${certificates.n4.privateKey}":                                  true,
		"${certificates.n4}":                                             true,
		"${certificates['n' + '4'].certificate}":                         true,
		"${certificates.exists(c, c == 'n4')}":                           true,
		"${nf.name}":                                                     false,
		"${inputs.n3.status.?mtu.orValue(1500)}":                         false,
	} {
		d, errs, _ := evaluate(t, text)
		if len(errs) > 0 {
			t.Errorf("%s: %v", text, errs)
			continue
		}
		if d.Tainted != want {
			t.Errorf("%s: tainted is %t", text, d.Tainted)
		}
		for _, m := range d.Items {
			if m.Tainted != want {
				t.Errorf("%s: an item is tainted: %t", text, m.Tainted)
			}
		}
	}
}

func TestErrorsHideSecrets(t *testing.T) {
	for _, text := range []string{
		"${int(inputs.sec.data.password)}",
		"${ip(inputs.sec.data.password)}",
		"${quantity(inputs.sec.data.password)}",
		"${timestamp(inputs.sec.data.password)}",
		"${inputs.n3.status[inputs.sec.data.password]}",
		"${{'a': 1}[inputs.sec.data.password]}",
		"${'x'.matches(inputs.sec.data.password + '(')}",
		"${base64.decode(inputs.sec.data.password)}",
		"${inputs.sec.data.password.nope}",
		"${inputs.sec.data.nope}",
		"${'%d'.format([inputs.sec.data.password])}",
		"${certificates.n4.privateKey + 1}",
		"${{inputs.sec.data.password: 1}}",
		"${[1][inputs.sec.data.password]}",
		"${url(inputs.sec.data.password)}",
		"text ${inputs.sec.data} text",
	} {
		_, errs, _ := evaluate(t, text)
		if len(errs) == 0 {
			t.Errorf("%s: no error", text)
			continue
		}
		marshalled, err := json.Marshal(errs)
		if err != nil {
			t.Fatal(err)
		}
		for _, printed := range []string{errs.Error(), fmt.Sprintf("%+v", *errs[0]), string(marshalled)} {
			if strings.Contains(printed, secret) {
				t.Errorf("%s: the secret is in %s", text, printed)
			}
		}
	}
	_, errs, _ := evaluate(t, "${inputs.sec.data.nope}")
	if want := "inputs.sec.data has no field nope; it has: password, raw"; errs[0].Message != want {
		t.Errorf("got %s, want %s", errs[0].Message, want)
	}
}

func TestValuesAndScopesPrintWithoutSecrets(t *testing.T) {
	scope := testScope()
	marshalled, err := json.Marshal(scope)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprint(scope), fmt.Sprintf("%+v", scope), fmt.Sprintf("%#v", scope), string(marshalled)} {
		if strings.Contains(printed, secret) {
			t.Errorf("the secret is in %s", printed)
		}
	}
}

func TestReferences(t *testing.T) {
	for text, want := range map[string]string{
		"${inputs.n3.status.prefix + size(inputs['sec'].data)}": "inputs.n3 inputs.sec",
		"${certificates.n4.certificate + nf.name}":              "certificates.n4 nf",
		"${inputs[nf.name]}":                                    "inputs nf",
		"${inputs.n3.status.ips.map(i, dns.x + i)}":             "dns inputs.n3",
	} {
		_, _, x := evaluate(t, text)
		if got := strings.Join(sortedKeys(x.used), " "); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestStrings(t *testing.T) {
	got, err := shared.Strings([]string{
		"10.0.0.1", "${cidr(inputs.n3.status.ipAddress).ip()}", "${inputs.n3.status.ips}", "10 ${nf.name}.", "${inputs.n3.status.?x}", "${inputs.sec.data.password}",
	}, testScope())
	if err != nil {
		t.Fatal(err)
	}
	want := []Value{{Object: "10.0.0.1"}, {Object: "10.0.3.1"}, {Object: "10.0.3.1"}, {Object: "2001:db8::1"}, {Object: "10 upf-zrh-1."}, {Object: secret, Tainted: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	_, err = Strings([]string{"ok", "${inputs.x}", "${"}, testScope())
	if err == nil || !strings.Contains(err.Error(), "[1]: ${inputs.x}: inputs has no x") || !strings.Contains(err.Error(), "[2]: ${ without") {
		t.Errorf("got %v", err)
	}
}

func TestTotalCostIsBounded(t *testing.T) {
	x := shared.newRun(testScope())
	x.cost = maxTotalCost
	if _, _, err := x.eval("1 + 1"); err == nil || !strings.Contains(err.Error(), "together cost too much") {
		t.Errorf("got %v", err)
	}
}

func TestResultSizeIsBounded(t *testing.T) {
	x := shared.newRun(testScope())
	x.bytes = maxTotalBytes
	val, _, err := x.eval("'x'")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.text(val); err == nil {
		t.Error("want an error")
	}
}

func FuzzExpression(f *testing.F) {
	for _, s := range []string{"${inputs.sec.data.password}", "${int(inputs.sec.data.password)}", "${{'a': inputs.sec}}", "a${nf.name}b", "${inputs.map(k, inputs[k])}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, errs, _ := evaluate(t, text)
		if strings.Contains(errs.Error(), secret) {
			t.Errorf("the secret is in %v", errs)
		}
		if len(errs) == 0 && d != nil && !d.Tainted && strings.Contains(fmt.Sprint(plainDoc(d)), secret) && !strings.Contains(text, secret) {
			t.Error("the secret is in a value that is not tainted")
		}
	})
}
