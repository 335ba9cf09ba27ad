// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"slices"
	"strings"
)

// DefaultsMode says what encoders do with default values (RFC 6243 section 3).
type DefaultsMode uint8

const (
	// Explicit writes what the tree holds, as it is: what was declared, also where it says
	// the same as the default, and what a device sent (RFC 6243 section 3.3).
	Explicit DefaultsMode = iota
	// Trim leaves out the values that are the defaults, and the containers that hold
	// nothing else (section 3.2). In a case that is not the default one they stay: without
	// them the choice would be another.
	Trim
	// ReportAll adds the defaults in use (section 3.1; RFC 7950 sections 7.5.1, 7.6.1, 7.7.2).
	ReportAll
	// ReportAllTagged is ReportAll with a mark on every value that nobody configured:
	// wd:default="true" in XML (section 3.4), RFC 7952's metadata in JSON and YAML.
	ReportAllTagged
)

// defaultAnnotation is the mark's name in JSON (RFC 8040 section 4.8.9).
const defaultAnnotation = "ietf-netconf-with-defaults:default"

// content says which nodes below another are written.
type content struct {
	EncodeOptions
	defaults map[*Node][]string
}

func newContent(o EncodeOptions) *content {
	return &content{EncodeOptions: o, defaults: map[*Node][]string{}}
}

// below returns the nodes to write below d, in canonical order.
func (c *content) below(d *Data) []*Data {
	switch c.Defaults {
	case Trim:
		return c.trimmed(d)
	case ReportAll, ReportAllTagged:
		return c.completed(d)
	}
	return d.Children()
}

// tagged says that a node is marked as default.
func (c *content) tagged(d *Data) bool {
	return c.Defaults == ReportAllTagged && d.dflt && d.Leaf()
}

func (c *content) defaultsOf(n *Node) []string {
	v, ok := c.defaults[n]
	if !ok {
		v = n.Defaults()
		if n.def.kind == KindLeafList && !n.OrderedByUser() {
			slices.SortFunc(v, compareValues)
		}
		c.defaults[n] = v
	}
	return v
}

// trimmed returns the children without those that say what is so by default.
func (c *content) trimmed(d *Data) []*Data {
	kids := d.Children()
	out := make([]*Data, 0, len(kids))
	for i := 0; i < len(kids); {
		n := kids[i].node
		lo := i
		for i < len(kids) && kids[i].node == n {
			i++
		}
		if !c.atDefault(n, kids[lo:i]) {
			out = append(out, kids[lo:i]...)
		}
	}
	return out
}

// atDefault says that without its instances a node would be the same by default.
func (c *content) atDefault(n *Node, run []*Data) bool {
	for p := n.parent; p != nil && p.def.kind == KindCase; p = p.parent.parent {
		if !slices.Contains(p.parent.Defaults(), p.def.name) {
			return false
		}
	}
	switch n.def.kind {
	case KindContainer:
		return !n.props.presence && len(c.trimmed(run[0])) == 0
	case KindLeaf, KindLeafList:
		list := c.defaultsOf(n)
		return n.flags&flagKey == 0 && len(list) > 0 &&
			slices.EqualFunc(run, list, func(d *Data, v string) bool { return d.value == v })
	}
	return false
}

// completed returns the children with the defaults in use.
func (c *content) completed(d *Data) []*Data {
	var added []*Data
	for _, n := range d.node.DataChildren() {
		if d.first(n) == nil && d.node.flags&flagConfig == n.flags&flagConfig && c.inUse(d, n) {
			added = append(added, c.implied(d, n)...)
		}
	}
	if len(added) == 0 {
		return d.Children()
	}
	out := append(added, d.Children()...)
	slices.SortStableFunc(out, func(a, b *Data) int { return int(a.node.order) - int(b.node.order) })
	return out
}

// inUse says whether the defaults of a node that is not there count: the cases around it
// must be chosen, or be the default ones of choices without any, and no when be false.
func (c *content) inUse(d *Data, n *Node) bool {
	if !c.allowed(d, n) {
		return false
	}
	for p := n.parent; p != d.node && p != nil; p = p.parent {
		if !c.allowed(d, p) {
			return false
		}
		if p.def.kind != KindCase || d.HasCase(p) {
			continue
		}
		if !slices.Contains(p.parent.Defaults(), p.def.name) {
			return false
		}
		for _, other := range p.parent.Children() {
			if other != p && d.HasCase(other) {
				return false
			}
		}
	}
	return true
}

func (c *content) allowed(d *Data, n *Node) bool {
	return len(n.props.whens) == 0 && (n.ext == nil || len(n.ext.whens) == 0) || c.When != nil && c.When(d, n)
}

// implied returns what a node that is not there is by default.
func (c *content) implied(d *Data, n *Node) []*Data {
	switch n.def.kind {
	case KindContainer:
		box := d.Implied(n, "")
		if n.props.presence || len(c.completed(box)) == 0 {
			return nil
		}
		return []*Data{box}
	case KindLeaf, KindLeafList:
		var out []*Data
		for _, v := range c.defaultsOf(n) {
			out = append(out, d.Implied(n, v))
		}
		return out
	}
	return nil
}

// annotate adds the marks of the instances of a node (RFC 7952 section 5.2).
func (c *content) annotate(to *Doc, name string, run []*Data) {
	var marks []*Doc
	any := false
	for _, d := range run {
		mark := &Doc{}
		if c.tagged(d) {
			any = true
			mark = &Doc{Kind: DocObject, Members: []DocMember{{Name: defaultAnnotation, Value: &Doc{Scalar: true}}}}
		}
		marks = append(marks, mark)
	}
	if !any {
		return
	}
	m := DocMember{Name: "@" + name, Value: marks[0]}
	if run[0].node.def.kind == KindLeafList {
		m.Value = &Doc{Kind: DocArray, Items: marks}
	}
	to.Members = append(to.Members, m)
}

// annotation reads the metadata of one member: it marks defaults, as in XML.
func annotation(at *Data, name string, v *Doc) {
	module, local := splitPrefix(strings.TrimPrefix(name, "@"))
	n := at.node.Child(module, local)
	if n == nil || v == nil {
		return
	}
	marks := []*Doc{v}
	if v.Kind == DocArray {
		marks = v.Items
	}
	var run []*Data
	for _, k := range at.Children() {
		if k.node == n && k.Leaf() {
			run = append(run, k)
		}
	}
	if len(run) != len(marks) {
		return
	}
	for i, mark := range marks {
		for _, m := range mark.Members {
			if m.Name == defaultAnnotation && m.Value != nil && scalarText(m.Value.Scalar) == "true" {
				run[i].dflt = true
			}
		}
	}
}
