// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strings"
	"testing"
)

// TestConcealed shows what the NF held only where it is no secret by its looks, also
// where the object that is planned never owned it.
func TestConcealed(t *testing.T) {
	s := testSchema(t)
	observed := testTree(t, s, "/t:net/peer[name='a']/secret = hunter2\n/t:sys/host = old")
	intended := testTree(t, s, "/t:net/peer[name='a']/secret = guess\n/t:sys/host = new")
	p := Diff(intended, observed, Inventory{}, Options{})
	shown := p.Concealed().String()
	if strings.Contains(shown, "hunter2") || !strings.Contains(shown, "-> guess") || !strings.Contains(shown, "host: old -> new") {
		t.Errorf("shown:\n%s", shown)
	}
	if !strings.Contains(p.String(), "hunter2") {
		t.Error("the plan itself was changed")
	}
}
