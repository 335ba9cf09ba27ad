// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

// needed finds the modules that are implemented and what they import, directly or not.
// Nothing in the others takes effect: they are not compiled, and what is wrong with them
// concerns nobody.
func (c *compiler) needed() {
	var add func(m *Module)
	add = func(m *Module) {
		if m.needed {
			return
		}
		m.needed = true
		for _, u := range m.units {
			for _, imported := range u.imports {
				add(imported)
			}
		}
	}
	for _, m := range c.s.sortedModules() {
		if m.Implemented {
			add(m)
		}
	}
}

// neededModules returns the modules that are compiled, by name and revision.
func (c *compiler) neededModules() []*Module {
	var out []*Module
	for _, m := range c.s.sortedModules() {
		if m.needed {
			out = append(out, m)
		}
	}
	return out
}

// dropProblems leaves out the problems of modules that are not needed. Those of files that
// could not be read at all stay: nobody knows what is in them.
func (c *compiler) dropProblems() {
	used, unused := map[string]bool{}, map[string]bool{}
	for _, m := range c.s.sortedModules() {
		for _, u := range m.units {
			if m.needed {
				used[u.file] = true
			} else {
				unused[u.file] = true
			}
		}
	}
	var keep []Problem
	for _, p := range c.s.problems {
		if used[p.Pos.File] || !unused[p.Pos.File] {
			keep = append(keep, p)
		}
	}
	c.s.problems = keep
}
