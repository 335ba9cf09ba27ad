// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !crashpoints

package crash

import "testing"

// A build without the tag does not die, whatever its environment says.
func TestOff(t *testing.T) {
	t.Setenv("STROWGER_CRASH_AT", string(Committed))
	At(Committed)
}
