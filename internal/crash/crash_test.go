// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import "testing"

// Each step has a name of its own, or one would die at another's.
func TestSteps(t *testing.T) {
	seen := map[Step]bool{}
	for _, s := range Steps() {
		if s == "" || seen[s] {
			t.Errorf("step %q is there twice, or has no name", s)
		}
		seen[s] = true
	}
}
