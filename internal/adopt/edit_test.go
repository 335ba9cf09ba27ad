// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const base = `# What every router has.
ietf-system:system:
  # Who to ask.
  contact: "noc@operator.example" # by mail

  hostname: 'r1'
  location: Zürich ü   # a place
  ntp:
    enabled: true
ietf-interfaces:interfaces:
  interface:
  # the loopback
  - name: lo0
    description: router id
    type: iana-if-type:softwareLoopback
  # to the UPFs
  - description: to n6
    name: n6
    enabled: true
    ietf-ip:ipv4:
      mtu: 1500
      address:
      - {ip: 10.0.0.1, prefix-length: 30} # first
      - {ip: "${inputs.n6.status.address}", prefix-length: 24}
    banner: |
      one
      two
  - name: 7
    tags: [red, "green", blue]
`

func TestEditYAML(t *testing.T) {
	n6 := "/ietf-interfaces:interfaces/interface[name='n6']"
	for name, tc := range map[string]struct {
		changes []Change
		// edit is what becomes of the base: pairs of old and new text.
		edit    []string
		refused string
	}{
		"quotes stay":        {[]Change{{"/ietf-system:system/contact", Modify, `a "b" \c`}}, []string{`"noc@operator.example"`, `"a \"b\" \\c"`}, ""},
		"single quotes stay": {[]Change{{"/ietf-system:system/hostname", Modify, "it's"}}, []string{`'r1'`, `'it''s'`}, ""},
		"plain stays plain":  {[]Change{{"/ietf-system:system/location", Modify, "Bern"}}, []string{`Zürich ü `, `Bern `}, ""},
		"no text becomes a number": {[]Change{{"/ietf-system:system/location", Modify, "0815"}},
			[]string{`Zürich ü `, `"0815" `}, ""},
		"nor a boolean":   {[]Change{{"/ietf-system:system/location", Modify, "yes"}}, []string{`Zürich ü `, `"yes" `}, ""},
		"nor syntax":      {[]Change{{"/ietf-system:system/location", Modify, "a: b # c"}}, []string{`Zürich ü `, `"a: b # c" `}, ""},
		"nor expression":  {[]Change{{"/ietf-system:system/location", Modify, "${x}"}}, []string{`Zürich ü `, `$${x} `}, ""},
		"numbers stay":    {[]Change{{n6 + "/ietf-ip:ipv4/mtu", Modify, "1400"}}, []string{"1500", "1400"}, ""},
		"a number leaves": {[]Change{{n6 + "/ietf-ip:ipv4/mtu", Modify, "auto"}}, []string{"1500", "auto"}, ""},
		"boolean":         {[]Change{{"/ietf-system:system/ntp/enabled", Modify, "false"}}, []string{"    enabled: true\niet", "    enabled: false\niet"}, ""},
		"lines":           {[]Change{{n6 + "/banner", Modify, "1\n\n3\n"}}, []string{"      one\n      two\n", "      1\n\n      3\n"}, ""},
		"one line in a block": {[]Change{{n6 + "/banner", Modify, "x"}},
			[]string{"|\n      one\n      two\n", "|-\n      x\n"}, ""},
		"plain gets lines": {[]Change{{n6 + "/description", Modify, "x\ny"}},
			[]string{"to n6\n", "|-\n      x\n      y\n"}, ""},
		"lines before a comment": {[]Change{{"/ietf-system:system/location", Modify, "x\ny"}}, []string{`Zürich ü `, `"x\ny" `}, ""},
		"number as key": {[]Change{{"/ietf-interfaces:interfaces/interface[name='7']/tags[.='green']", Delete, ""}},
			[]string{`red, "green", blue`, `red, blue`}, ""},
		"in brackets": {[]Change{{n6 + "/ietf-ip:ipv4/address[ip='10.0.0.1']/prefix-length", Modify, "31"}},
			[]string{"prefix-length: 30", "prefix-length: 31"}, ""},
		"several": {[]Change{{n6 + "/enabled", Modify, "false"}, {"/ietf-system:system/hostname", Modify, "r2"}},
			[]string{"    enabled: true\n    ietf-ip", "    enabled: false\n    ietf-ip", "'r1'", "'r2'"}, ""},

		"delete with comments": {[]Change{{"/ietf-system:system/contact", Delete, ""}},
			[]string{"  # Who to ask.\n  contact: \"noc@operator.example\" # by mail\n", ""}, ""},
		"delete behind the dash": {[]Change{{n6 + "/description", Delete, ""}},
			[]string{"description: to n6\n    name", "name"}, ""},
		"delete an entry": {[]Change{
			{"/ietf-interfaces:interfaces/interface[name='lo0']/description", Delete, ""},
			{"/ietf-interfaces:interfaces/interface[name='lo0']", Delete, ""},
			{"/ietf-interfaces:interfaces/interface[name='lo0']/name", Delete, ""}},
			[]string{"  # the loopback\n  - name: lo0\n    description: router id\n    type: iana-if-type:softwareLoopback\n", ""}, ""},
		"delete the last of a container": {[]Change{{"/ietf-system:system/ntp/enabled", Delete, ""}},
			[]string{"  ntp:\n    enabled: true\n", "  ntp: {}\n"}, ""},
		"delete a list with its entries": {[]Change{
			{"/ietf-interfaces:interfaces/interface[name='7']/tags[.='green']", Delete, ""},
			{"/ietf-interfaces:interfaces/interface[name='7']/tags[.='red']", Delete, ""},
			{"/ietf-interfaces:interfaces/interface[name='7']/tags[.='blue']", Delete, ""}},
			[]string{"    tags: [red, \"green\", blue]\n", ""}, ""},

		"create a leaf": {[]Change{{n6 + "/type", Create, "iana-if-type:ethernetCsmacd"}},
			[]string{"      two\n", "      two\n    type: iana-if-type:ethernetCsmacd\n"}, ""},
		"create in another module": {[]Change{{n6 + "/ietf-ip:ipv6/enabled", Create, "true"}},
			[]string{"      two\n", "      two\n    ietf-ip:ipv6:\n      enabled: true\n"}, ""},
		"create an entry": {[]Change{
			{"/ietf-interfaces:interfaces/interface[name='e1']", Create, ""},
			{"/ietf-interfaces:interfaces/interface[name='e1']/name", Create, "e1"},
			{"/ietf-interfaces:interfaces/interface[name='e1']/description", Create, "12"},
			{"/ietf-interfaces:interfaces/interface[name='e1']/ietf-ip:ipv4/address[ip='1.2.3.4']", Create, ""},
			{"/ietf-interfaces:interfaces/interface[name='e1']/ietf-ip:ipv4/address[ip='1.2.3.4']/prefix-length", Create, "8"}},
			[]string{"blue]\n", "blue]\n  - name: e1\n    description: \"12\"\n    ietf-ip:ipv4:\n      address:\n      - ip: 1.2.3.4\n        prefix-length: 8\n"}, ""},
		"create in brackets": {[]Change{{"/ietf-interfaces:interfaces/interface[name='7']/tags[.='no']", Create, "no"}},
			[]string{"blue]", "blue, \"no\"]"}, ""},
		"exchange": {[]Change{{"/ietf-system:system/ntp/enabled", Delete, ""}, {"/ietf-system:system/ntp/server", Create, "x"}},
			[]string{"    enabled: true\niet", "    server: x\niet"}, ""},
		"there already": {[]Change{{"/ietf-system:system/hostname", Modify, "r1"}}, nil, ""},

		"computed": {[]Change{{n6 + "/ietf-ip:ipv4/address[ip='10.9.9.9']/prefix-length", Modify, "8"}}, nil,
			"computed by ${inputs.n6.status.address}: change the input n6"},
		"absent":         {[]Change{{"/ietf-system:system/clock", Modify, "x"}}, nil, "not declared"},
		"no ground":      {[]Change{{"/ietf-snmp:snmp/engine", Create, "x"}}, nil, "nothing around it"},
		"no entry":       {[]Change{{"/ietf-interfaces:interfaces/interface[name='e1']/mtu", Create, "1"}}, nil, "list entry is not declared"},
		"key":            {[]Change{{n6 + "/name", Delete, ""}}, nil, "key of its list entry"},
		"order":          {[]Change{{n6, Modify, ""}}, nil, "order"},
		"vague":          {[]Change{{"/ietf-system:system/radius", Create, ""}}, nil, "container or an empty value"},
		"wrong module":   {[]Change{{"/ietf-interfaces:interfaces/interface[name='n6']/ipv4/mtu", Modify, "1"}}, nil, "not declared"},
		"bad path":       {[]Change{{"x[", Modify, "1"}}, nil, "cannot be read"},
		"bad operation":  {[]Change{{"/ietf-system:system/hostname", "Move", "1"}}, nil, "not known"},
		"container":      {[]Change{{"/ietf-system:system/ntp", Modify, "1"}}, nil, "no single value"},
		"not characters": {[]Change{{"/ietf-system:system/hostname", Modify, "\xff"}}, nil, "characters"},
	} {
		t.Run(name, func(t *testing.T) {
			for ending, data := range map[string]string{"\n": base, "\r\n": strings.ReplaceAll(base, "\n", "\r\n"), "BOM": "\ufeff" + base,
				"end": strings.TrimSuffix(base, "\n")} {
				want := data
				for i := 0; i < len(tc.edit); i += 2 {
					from, to := tc.edit[i], tc.edit[i+1]
					if ending == "\r\n" {
						from, to = strings.ReplaceAll(from, "\n", "\r\n"), strings.ReplaceAll(to, "\n", "\r\n")
					}
					if ending == "end" && !strings.Contains(want, from) {
						from, to = strings.TrimSuffix(from, "\n"), strings.TrimSuffix(to, "\n")
					}
					if strings.Count(want, from) != 1 {
						t.Fatalf("%q is there %d times", from, strings.Count(want, from))
					}
					want = strings.Replace(want, from, to, 1)
				}
				got := Edit(Document{Name: "base.yaml", Data: []byte(data)}, tc.changes)
				if diff := cmp.Diff(want, string(got.Data)); diff != "" {
					t.Errorf("%q %+v:\n%s", ending, got.Refused, diff)
				}
				if len(got.Done)+len(got.Refused) != len(tc.changes) {
					t.Errorf("%+v %+v", got.Done, got.Refused)
				}
				for _, r := range got.Refused {
					if tc.refused == "" || !strings.Contains(r.Reason, tc.refused) {
						t.Errorf("refused: %+v", r)
					}
				}
				if tc.refused != "" && len(got.Done) > 0 {
					t.Errorf("done: %+v", got.Done)
				}
			}
		})
	}
}

func TestHeaderComment(t *testing.T) {
	golden{[]Change{{"/m:a/b", Modify, "x\ny\n"}}, []string{"one\n", "x\n    y\n"}, ""}.check(t, Document{Data: []byte("m:a:\n  b: | # why\n    one\n")})
	golden{[]Change{{"/m:a/b", Modify, " x"}}, []string{"| # why\n    one", "\" x\" # why"}, ""}.check(t, Document{Data: []byte("m:a:\n  b: | # why\n    one\n")})
}

func TestLines(t *testing.T) {
	got := Edit(Document{Name: "base.yaml", Data: []byte(base)}, []Change{
		{"/ietf-system:system/hostname", Modify, "x"},
		{"/ietf-interfaces:interfaces/interface[name='n6']/ietf-ip:ipv4/mtu", Delete, ""},
		{"/ietf-interfaces:interfaces/interface[name='lo0']/mtu", Create, "5"},
	})
	want := []Done{{"/ietf-system:system/hostname", 6},
		{"/ietf-interfaces:interfaces/interface[name='n6']/ietf-ip:ipv4/mtu", 21},
		{"/ietf-interfaces:interfaces/interface[name='lo0']/mtu", 13}}
	if diff := cmp.Diff(want, got.Done); diff != "" {
		t.Errorf("%+v\n%s", got.Refused, diff)
	}
}

func TestShared(t *testing.T) {
	data := []byte("m:a:\n  one: &x\n    leaf: 1\n  two: *x\n  three:\n    <<: *x\n    own: 2\n  four: &alone 5\n")
	got := Edit(Document{Data: data}, []Change{
		{"/m:a/one/leaf", Modify, "2"},
		{"/m:a/two/leaf", Modify, "2"},
		{"/m:a/three/leaf", Modify, "2"},
		{"/m:a/four", Modify, "6"},
		{"/m:a/one", Delete, ""},
	})
	if want := strings.Replace(string(data), "&alone 5", "&alone 6", 1); string(got.Data) != want {
		t.Error(cmp.Diff(want, string(got.Data)))
	}
	var reasons []string
	for _, r := range got.Refused {
		reasons = append(reasons, r.Reason)
	}
	for i, want := range []string{"anchor &x", "alias *x", "merge key", "anchor &x"} {
		if i >= len(reasons) || !strings.Contains(reasons[i], want) {
			t.Errorf("%d: %q", i, reasons)
		}
	}
}

func TestComputed(t *testing.T) {
	for source, want := range map[string]string{
		"${inputs.n3.status.ipAddress}": "change the input n3",
		"x${inputs['n3'].a}-${nf.name}": "change the input n3",
		"${certificates.sbi.ca}":        "change the certificate sbi",
		"${target.name}":                "change the Target",
		"${dns.a}":                      "change the DNS records",
		"${nf.name}":                    "metadata",
		"${1 + 1}":                      "change the expression",
		"${cidr(inputs.site.data.n6).prefixLength()}": "change the input site",
		`${inputs.a.b["}"] + target.x}`:               "change the input a (spec.inputs names the object), the Target",
		"$${inputs.n3} ${inputs.n4.x}":                "change the input n4",
	} {
		data := "m:a:\n  leaf: '" + strings.ReplaceAll(source, "'", "''") + "'\n"
		got := Edit(Document{Data: []byte(data)}, []Change{{"/m:a/leaf", Modify, "v"}})
		if len(got.Refused) != 1 || !strings.Contains(got.Refused[0].Reason, want) || got.Refused[0].Line != 2 || string(got.Data) != data {
			t.Errorf("%s: %+v", source, got.Refused)
		}
	}
	for _, data := range []string{"m:a: ${inputs.all.data}\n", "m:a:\n  list: ${inputs.all.data}\n", "m:a:\n  list:\n  - ${inputs.all.data}\n"} {
		got := Edit(Document{Data: []byte(data)}, []Change{{"/m:a/list[k='1']/leaf", Modify, "v"}})
		if len(got.Refused) != 1 || !strings.Contains(got.Refused[0].Reason, "the input all") {
			t.Errorf("%s: %+v", data, got.Refused)
		}
	}
}
