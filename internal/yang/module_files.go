// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"cmp"
	"slices"
)

// Files returns the names of the sources of the module and its submodules, the module's
// first: what Pos.File of its statements may be.
func (m *Module) Files() []string {
	files := make([]string, len(m.units))
	for i, u := range m.units {
		files[i] = u.file
	}
	return files
}

// Imports returns the modules that the module and its submodules import, sorted by name
// and revision. Those that were not found are not among them.
func (m *Module) Imports() []*Module {
	var list []*Module
	for _, u := range m.units {
		for _, imported := range u.imports {
			if !slices.Contains(list, imported) {
				list = append(list, imported)
			}
		}
	}
	slices.SortFunc(list, func(a, b *Module) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Revision, b.Revision))
	})
	return list
}

// NearestModule returns the name of the module that a mistyped name may mean; "" when
// none is near.
func (s *Schema) NearestModule(name string) string { return nearest(name, s.moduleNames()) }
