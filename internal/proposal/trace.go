// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package proposal

import (
	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/adopt"
)

// maxTraced is up to how many items at once also the entries are looked up that
// nobody proposes: it is good to know who wrote a line, but not while a thousand wait.
const maxTraced = 32

// trace finds the lines that declare the entries that are not proposed. What is not
// found stays as the report has it.
func (c *composer) trace(item *Item, out *Outcome) {
	for i := range item.Layers {
		l := &item.Layers[i]
		var sought []adopt.Change
		for k := range item.Entries {
			e := &item.Entries[k]
			switch {
			case e.Origin == nil || e.Origin.Layer != l.Name || item.Propose && e.Action == v1alpha1.DriftAdopt:
			case l.File == "":
				sought = append(sought, change(e))
			case l.Elsewhere == "" && e.Origin.Line > 0:
				out.ask(l.File, int(e.Origin.Line))
			}
		}
		if len(sought) == 0 {
			continue
		}
		document, reason := c.document(item, l, nil)
		if reason != "" {
			continue
		}
		// An edit tells where its values are declared, done or refused; it is not kept.
		result := adopt.Edit(document, sought)
		for _, d := range result.Done {
			out.locate(item, d.Path, document.Name, d.Line)
		}
		for _, r := range result.Refused {
			out.locate(item, r.Path, document.Name, r.Line)
		}
	}
}
