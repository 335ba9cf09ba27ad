// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// Concealed returns the plan as it may be shown to those who must not see what the NF
// holds: old values that look like secrets are shown as digests, although nobody said
// that they came from one. It is for showing only.
func (p *Plan) Concealed() *Plan {
	out := &Plan{Changes: slices.Clone(p.Changes)}
	for i := range out.Changes {
		c := &out.Changes[i]
		if c.Old != "" && !c.Tainted && c.old != nil && c.old.Leaf() && c.old.LooksSecret() {
			c.Old = yang.RedactedValue(c.old.Value())
		}
	}
	return out
}
