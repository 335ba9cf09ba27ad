// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"slices"

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

// topNodes are top-level nodes of a schema.
type topNodes map[*yang.Node]bool

// add adds those that trees mention.
func (n topNodes) add(trees ...*yang.Tree) {
	for _, t := range trees {
		for _, d := range t.Root().Children() {
			n[d.Node()] = true
		}
	}
}

// needs adds those that a tree depends on, and says whether any is new.
func (n topNodes) needs(t *yang.Tree) bool {
	before := len(n)
	for _, node := range validate.Dependencies(t) {
		n[node] = true
	}
	return len(n) > before
}

// affected adds those with rules on what a plan changes.
func (n topNodes) affected(after *yang.Tree, p *plan.Plan) {
	for _, node := range validate.Dependents(after, p.Touched()) {
		n[node] = true
	}
}

// named adds those that errors are about, and says whether any is new.
func (n topNodes) named(schema *yang.Schema, errs yang.Errors) bool {
	before := len(n)
	for _, e := range errs {
		steps, err := yang.ParsePath(e.Path)
		if err != nil || len(steps) == 0 {
			continue
		}
		if node := schema.Root().Child(steps[0].Module, steps[0].Name); node != nil {
			n[node] = true
		}
	}
	return len(n) > before
}

// filter selects the nodes with all that is below them (RFC 6241 section 6).
func (n topNodes) filter() []byte {
	nodes := make([]*yang.Node, 0, len(n))
	for node := range n {
		nodes = append(nodes, node)
	}
	slices.SortFunc(nodes, func(a, b *yang.Node) int {
		return cmp.Or(cmp.Compare(a.Name(), b.Name()), cmp.Compare(a.Module().Name, b.Module().Name))
	})
	var b bytes.Buffer
	for _, node := range nodes {
		b.WriteString("<" + node.Name() + ` xmlns="`)
		_ = xml.EscapeText(&b, []byte(node.Module().Namespace)) // a bytes.Buffer does not fail
		b.WriteString(`"/>`)
	}
	return b.Bytes()
}
