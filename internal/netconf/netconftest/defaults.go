// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// defaultsMode is a mode of with-defaults (RFC 6243 section 3).
type defaultsMode string

const (
	explicit        defaultsMode = "explicit"
	trim            defaultsMode = "trim"
	reportAll       defaultsMode = "report-all"
	reportAllTagged defaultsMode = "report-all-tagged"
)

var defaultsModes = []defaultsMode{explicit, trim, reportAll, reportAllTagged}

func (p Profile) basicMode() defaultsMode {
	switch {
	case p.AddsDefaults:
		return reportAll
	case p.TrimsDefaults:
		return trim
	}
	return explicit
}

func (p Profile) alsoSupported() string {
	var others []string
	for _, mode := range defaultsModes {
		if mode != p.basicMode() {
			others = append(others, string(mode))
		}
	}
	return strings.Join(others, ",")
}

// defaultsOf reads the with-defaults parameter of an operation.
func (p Profile) defaultsOf(op *element) (defaultsMode, error) {
	asked := op.child("with-defaults")
	if asked == nil {
		return p.basicMode(), nil
	}
	mode := defaultsMode(asked.text)
	if p.NoWithDefaults || !slices.Contains(defaultsModes, mode) {
		return "", badElement("with-defaults", "this device has no with-defaults mode "+asked.text)
	}
	return mode, nil
}

// byDefault is the origin of nodes that are there because the schema says so.
var byDefault = &yang.Layer{Name: "default"}

// presented returns a tree as a mode wants it. Nodes that are there by default have the origin byDefault.
func presented(t *yang.Tree, mode defaultsMode) *yang.Tree {
	switch mode {
	case reportAll, reportAllTagged:
		out := t.Clone()
		fill := &filler{ctx: xpath.NewContext(t, false), out: out}
		fill.below(t.Root())
		return out
	case trim:
		out := t.Clone()
		trimBelow(out, out.Root())
		return out
	}
	return t
}

// filler adds what is in use by default.
type filler struct {
	ctx *xpath.Context
	out *yang.Tree
}

func (f *filler) below(d *yang.Data) {
	for _, n := range d.Node().DataChildren() {
		if !n.Config() {
			continue
		}
		if have := d.Instances(n); len(have) > 0 {
			for _, child := range have {
				if !child.Leaf() {
					f.below(child)
				}
			}
			continue
		}
		list, _ := f.ctx.Implied(d, n)
		for _, child := range list {
			if !child.Leaf() {
				f.below(child)
				continue
			}
			_, _ = f.out.Set(child.Path(), child.Value(), yang.Origin{Layer: byDefault}, false) // a default of the schema fits it
		}
	}
}

// trimBelow removes the leafs that have their default value.
func trimBelow(t *yang.Tree, d *yang.Data) {
	for _, child := range slices.Clone(d.Children()) {
		switch n := child.Node(); n.Kind() {
		case yang.KindLeaf:
			if defaults := n.Defaults(); len(defaults) == 1 && defaults[0] == child.Value() && !n.IsKey() {
				t.Remove(child)
			}
		case yang.KindContainer, yang.KindList:
			trimBelow(t, child)
		}
	}
}
