// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

const (
	yangModule    = "strowger-crash-cell"
	cellNamespace = "urn:strowger:crash:cell"
	// unhealthy is the least power with which a cell does not pass its gate.
	unhealthy = 100
)

//go:embed cell.yang
var cellYANG []byte

func newModel() (*netconftest.Model, error) {
	return netconftest.NewModel([]yang.Source{{Name: yangModule + ".yang", Data: cellYANG}})
}

// version is a configuration of a cell: every leaf of it tells which one it is, so that
// one that was taken in part is seen to be neither.
type version int

// json is the version as a NetworkFunction declares it.
func (v version) json() string {
	return fmt.Sprintf(`{"%s:cell":{"power":%d,"neighbour":[{"name":"a","offset":%d},{"name":"b","offset":%d},{"name":"v%d","offset":%d}]}}`,
		yangModule, v, v, v, v, v)
}

// leaves is what a device holds that took the version, as shape writes it.
func (v version) leaves() string {
	return fmt.Sprintf("a=%d b=%d power=%d v%d=%d", v, v, v, v, v)
}

// shape writes the leaves of a cell that are declared, in one line. What others may set is
// left out.
func shape(t *yang.Tree) string {
	cell := t.Get("/" + yangModule + ":cell")
	if cell == nil {
		return "nothing"
	}
	var out []string
	for _, d := range cell.Children() {
		switch d.Node().Name() {
		case "power":
			out = append(out, "power="+d.Value())
		case "neighbour":
			out = append(out, valueOf(d, "name")+"="+valueOf(d, "offset"))
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func valueOf(d *yang.Data, name string) string {
	if leaf := d.Child(yangModule, name); leaf != nil {
		return leaf.Value()
	}
	return "?"
}
