// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShared(t *testing.T) {
	s := testSchema(t)
	own := func(config string) Inventory { return Own(Inventory{}, testTree(t, s, config), nil) }
	for _, tc := range []struct {
		name string
		a, b Inventory
		want []string
	}{
		{"nothing", Inventory{}, own(ifaces("n")), nil},
		{"entries of one list", own(ifaces("n", "m")), own(ifaces("o")), nil},
		{"an entry, with other values in it", own("/t:net/interface[name='n']/mtu = 1500\n"), own("/t:net/interface[name='n']/enabled = false\n"), nil},
		{"a value in an entry", own("/t:net/interface[name='n']/mtu = 1500\n"), own("/t:net/interface[name='m']/mtu = 1500\n/t:net/interface[name='n']/mtu = 9000\n"),
			[]string{"/t:net/interface[name='n']/mtu"}},
		{"presence containers", own("/t:sys/ntp\n"), own("/t:sys/ntp\n"), nil},
	} {
		if diff := cmp.Diff(tc.want, Shared(tc.a, tc.b)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
		if diff := cmp.Diff(tc.want, Shared(tc.b, tc.a)); diff != "" {
			t.Errorf("%s, the other way round (-want +got):\n%s", tc.name, diff)
		}
	}
}
