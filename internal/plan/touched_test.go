// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

func TestTouched(t *testing.T) {
	s := testSchema(t)
	want := testTree(t, s, ifaces("m", "n")+"/t:net/interface[name='n']/mtu = 1500\n/t:net/interface[name='m']/mtu = 9000\n")
	have := testTree(t, s, ifaces("m", "o"))
	got := Diff(want, have, Own(Inventory{}, have, yang.NewTree(s)), Options{}).Touched()
	if diff := cmp.Diff([]string{
		"/t:net/interface[name='m']/mtu", "/t:net/interface[name='n']", "/t:net/interface[name='o']",
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := (*Plan)(nil).Touched(); got != nil {
		t.Errorf("no plan touches %q", got)
	}
}
