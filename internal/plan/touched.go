// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import "strings"

// Touched returns the instance paths ([yang.Data.Path]) of what the plan creates,
// modifies, moves or deletes, in its order; what is below another of them is left out.
// They hold the real values of keys: never show them.
func (p *Plan) Touched() []string {
	if p == nil {
		return nil
	}
	var paths []string
	for i := range p.Changes {
		c := &p.Changes[i]
		d := c.new
		if d == nil {
			d = c.old
		}
		if d == nil {
			continue // read back from JSON
		}
		path := d.Path()
		if n := len(paths); n == 0 || !strings.HasPrefix(path, paths[n-1]+"/") {
			paths = append(paths, path)
		}
	}
	return paths
}
