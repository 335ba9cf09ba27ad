// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What users of OpenConfig meet: all of its modules, and documents that are right, or
// wrong in the ways that documents are.
func TestOpenConfig(t *testing.T) {
	sets := os.Getenv("STROWGER_YANG_SETS")
	if sets == "" {
		t.Skip("STROWGER_YANG_SETS does not name the folder of YANG sets")
	}
	t.Chdir("testdata/openconfig")
	const instance = "/openconfig-network-instance:network-instances/network-instance[name='default']"
	const protocol = instance + "/protocols/protocol[identifier='openconfig-policy-types:BGP'][name='bgp']"
	const eth0 = "/openconfig-interfaces:interfaces/interface[name='eth0']"
	for name, want := range map[string][]string{
		"valid.yaml": nil,
		"values.yaml": {
			"6 " + eth0 + "/config/type invalid-value",
			"7 " + eth0 + "/config/mtu invalid-value",
			"8 " + eth0 + "/config/enable unknown-element",
			"17 " + eth0 + "/subinterfaces/subinterface[index='0']/openconfig-if-ip:ipv4/addresses/address[ip='192.0.2.1']/config/prefix-length invalid-value",
			"18 /oc-netinst:network-instances unknown-namespace",
		},
		"rules.yaml": {
			"3 " + eth0 + "/name data-missing",
			"25 " + instance + "/interfaces/interface[id='eth0.0']/config/interface data-missing",
			"25 " + instance + "/interfaces/interface[id='eth0.0']/config/subinterface data-missing",
			"41 " + protocol + "/bgp/neighbors/neighbor[neighbor-address='192.0.2.2']/config/peer-group data-missing",
		},
		"namespace.xml": {"12 /bgp unknown-namespace"},
	} {
		out, log, code := run(t, nil, "validate", "--yang", filepath.Join(sets, "openconfig"), "-o", "json", name)
		var r report
		if err := json.Unmarshal([]byte(out), &r); err != nil || log != "" {
			t.Fatalf("%s: %v\n%s%s", name, err, log, out)
		}
		if wantCode := min(len(want), 1); code != wantCode {
			t.Errorf("%s: code %d", name, code)
		}
		var got []string
		for _, v := range r.Results[0].Errors {
			got = append(got, fmt.Sprintf("%d %s %s", v.Line, v.Path, v.Tag))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		for _, w := range r.Warnings {
			if w.Severity != "warning" {
				t.Errorf("%s: %+v", name, w)
			}
		}
	}

	out, log, code := run(t, nil, "diff", "--yang", filepath.Join(sets, "openconfig"), "valid.yaml", "rules.yaml")
	if code != exitNo || !strings.Contains(log, "rules.yaml is not valid, 4 errors") {
		t.Errorf("code %d, %s", code, log)
	}
	want := `   openconfig-interfaces:interfaces
     interface[name='eth0']
       config
~        name: eth0 -> eth1
   openconfig-network-instance:network-instances
     network-instance[name='default']
       interfaces
         interface[id='eth0.0']
           config
~            interface: eth0 -> eth9
       protocols
         protocol[identifier='openconfig-policy-types:BGP'][name='bgp']
           bgp
             neighbors
               neighbor[neighbor-address='192.0.2.2']
                 config
~                  peer-group: core -> edge
3 to modify
`
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
}
