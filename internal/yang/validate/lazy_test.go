// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// big is a model of a million nodes out of shared groupings.
func big(t testing.TB) *yang.Schema {
	t.Helper()
	var b strings.Builder
	b.WriteString("module big { namespace urn:big; prefix b; grouping leafs {")
	for i := range 100 {
		fmt.Fprintf(&b, `leaf l%d { type uint32; must ". != ../../c1/l1 or . < 9"; } `, i)
	}
	b.WriteString("}")
	prev := "leafs"
	for _, g := range []string{"ten", "hundred", "thousand", "tenthousand"} {
		fmt.Fprintf(&b, "grouping %s {", g)
		for i := range 10 {
			fmt.Fprintf(&b, "container c%d { uses %s; }", i, prev)
		}
		b.WriteString("}")
		prev = g
	}
	b.WriteString("container all { uses tenthousand; } }")
	s := yang.Compile([]yang.Source{{Name: "big.yang", Data: []byte(b.String())}}, yang.Options{})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	return s
}

// TestLazy: of a million nodes those are made that a tree has, and those beside them.
func TestLazy(t *testing.T) {
	s := big(t)
	tree := decode(t, s, "big:all: {c1: {c2: {c3: {c4: {l5: 7, l6: 8}, c1: {l1: 7}}}}}")
	if len(tree.Leaves()) != 3 {
		t.Fatal("not decoded")
	}
	allocated := testing.AllocsPerRun(1, func() {
		if errs := Complete(tree); len(errs) > 0 {
			t.Error(errs)
		}
		if errs, _ := Changed(tree, []string{"/big:all/c1/c2/c3/c1/l1"}); len(errs) > 0 {
			t.Error(errs)
		}
		Dependencies(tree)
	})
	checked := testing.AllocsPerRun(1, func() { xpath.CheckSchema(s) })
	if checked > 1e6 {
		t.Errorf("%.0f allocations to check the expressions", checked)
	}
	if allocated > 20000 {
		t.Errorf("%.0f allocations: all nodes were made", allocated)
	}
}
