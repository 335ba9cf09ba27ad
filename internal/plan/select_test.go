// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSelectPlaces: an entry whose place refers to one that stays where it is, or
// is not created, goes to the neighbour's place.
func TestSelectPlaces(t *testing.T) {
	s := testSchema(t)
	for _, tc := range []struct {
		name               string
		intended, observed string
		leave, want        string
	}{
		{"a move is left out", rules("a", "b", "m"), rules("m", "a"), "/t:net/rule[name='a']", rules("b", "m", "a")},
		{"a creation is left out", rules("a", "b", "c", "m"), rules("m"), "/t:net/rule[name='b']", rules("a", "c", "m")},
		{"two are left out", rules("a", "b", "c", "m"), rules("m", "b"), "/t:net/rule[name='b']", rules("a", "c", "m", "b")},
		{"nothing is left out", rules("a", "b", "m"), rules("m", "a"), "/t:sys", rules("a", "b", "m")},
	} {
		observed := testTree(t, s, tc.observed)
		p := Diff(testTree(t, s, tc.intended), observed, Inventory{}, Options{})
		part := p.Select(func(c *Change) bool { return c.Path != tc.leave })
		if d := cmp.Diff(tc.want, dump(Apply(observed, part))); d != "" {
			t.Errorf("%s (-want +got):\n%s\nplan:\n%s\npart:\n%s", tc.name, d, p, part)
		}
	}
}
