// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"strings"
	"sync/atomic"
)

// Kind is the kind of a schema node.
type Kind uint8

const (
	KindRoot Kind = iota // the pseudo container above all top-level nodes
	KindContainer
	KindList
	KindLeaf
	KindLeafList
	KindChoice
	KindCase
	KindAnyData
	KindAnyXML
	KindRPC
	KindAction
	KindInput
	KindOutput
	KindNotification
)

// String returns the kind's YANG keyword.
func (k Kind) String() string {
	return [...]string{"root", "container", "list", "leaf", "leaf-list", "choice", "case",
		"anydata", "anyxml", "rpc", "action", "input", "output", "notification"}[k]
}

// data says whether nodes of the kind occur in data trees.
func (k Kind) data() bool {
	return k >= KindContainer && k <= KindAnyXML && k != KindChoice && k != KindCase
}

// Node is a schema node. It is immutable; its children are made when first asked for,
// and all readers may do so at once.
type Node struct {
	parent *Node
	def    *def
	mod    *Module
	props  *props
	ext    *nodeExt
	kids   atomic.Pointer[kids]
	order  int32 // among the data children of the data parent: keys first
	flags  nodeFlags
}

type nodeFlags uint8

const (
	flagConfig nodeFlags = 1 << iota
	flagKey
	flagSecret // see Secret; also of choices and cases that hold only such nodes
)

// nodeExt is what few nodes have.
type nodeExt struct {
	overlays []*overlay // changes to the nodes below, innermost first
	whens    []*Expr    // of the uses, augment or implicit case it came from
	schema   *Schema    // of the root only
	blocks   []rootBlock
}

type rootBlock struct {
	mod  *Module
	body block
}

// kids are the children of a node.
type kids struct {
	nodes []Node           // with choice, case, rpc, action, notification, input, output
	data  []*Node          // data nodes, choice and case looked through
	names map[string]*Node // data by name, when there are many; other modules' with "module:name"
	gone  []nodeName       // removed by deviations or refine
	twice []nodeName       // defined more than once: the first counts
}

// Kind returns the node's kind.
func (n *Node) Kind() Kind { return n.def.kind }

// Name returns the node's local name.
func (n *Node) Name() string { return n.def.name }

// QName returns "module:name", the name used in RFC 7951.
func (n *Node) QName() string {
	if n.mod == nil {
		return n.def.name
	}
	return n.mod.Name + ":" + n.def.name
}

// Module returns the module whose namespace the node is in; nil for the root.
func (n *Node) Module() *Module { return n.mod }

// Parent returns the schema parent, which may be a choice or case; nil for the root.
func (n *Node) Parent() *Node { return n.parent }

// DataParent returns the parent with choice and case looked through.
func (n *Node) DataParent() *Node {
	p := n.parent
	for p != nil && (p.def.kind == KindChoice || p.def.kind == KindCase) {
		p = p.parent
	}
	return p
}

// Children returns the schema children in the order of the statements, with choice,
// case, action, notification, rpc, input and output nodes.
func (n *Node) Children() []*Node {
	k := n.expanded()
	out := make([]*Node, len(k.nodes))
	for i := range k.nodes {
		out[i] = &k.nodes[i]
	}
	return out
}

// DataChildren returns the data nodes below, choice and case looked through, in the
// order of the statements. The caller must not change the slice.
func (n *Node) DataChildren() []*Node { return n.expanded().data }

// Child returns the data child with the name, nil when there is none. Module ""
// stands for the node's own module.
func (n *Node) Child(module, name string) *Node {
	if module == "" && n.mod != nil {
		module = n.mod.Name
	}
	k := n.expanded()
	if k.names != nil {
		c := k.names[name]
		if c == nil || c.mod.Name == module {
			return c
		}
		return k.names[module+":"+name]
	}
	for _, c := range k.data {
		if c.def.name == name && c.mod.Name == module {
			return c
		}
	}
	return nil
}

// anyChild returns the data child with the name in any module, for hints.
func (n *Node) anyChild(name string) *Node {
	for _, c := range n.DataChildren() {
		if c.def.name == name {
			return c
		}
	}
	return nil
}

// schemaChild returns the schema child with the name, choice, case, rpc, ... included.
func (n *Node) schemaChild(module, name string) *Node {
	k := n.expanded()
	for i := range k.nodes {
		if c := &k.nodes[i]; c.def.name == name && c.mod.Name == module {
			return c
		}
	}
	return nil
}

// deviatedAway says whether a child is removed by a deviation.
func (n *Node) deviatedAway(module, name string) bool {
	for _, g := range n.expanded().gone {
		if g == (nodeName{module, name}) {
			return true
		}
	}
	return false
}

// Keys returns the key leafs of a list, in the order of its key statement.
func (n *Node) Keys() []*Node {
	if len(n.props.keys) == 0 {
		return nil
	}
	out := make([]*Node, 0, len(n.props.keys))
	for _, k := range n.props.keys {
		if c := n.Child("", k); c != nil {
			out = append(out, c)
		}
	}
	return out
}

// IsKey says whether the node is a key leaf of its list.
func (n *Node) IsKey() bool { return n.flags&flagKey != 0 }

// Uniques returns the unique statements of a list (RFC 7950 section 7.8.3).
func (n *Node) Uniques() []*Expr { return n.props.uniques }

// Musts returns the must statements of the node.
func (n *Node) Musts() []*Expr { return n.props.musts }

// Whens returns the when statements on which the node's existence depends: its own and
// those of the uses and augment it came from. Those of nodes above are not included.
func (n *Node) Whens() []*Expr {
	if n.ext == nil || len(n.ext.whens) == 0 {
		return n.props.whens
	}
	return append(append([]*Expr(nil), n.ext.whens...), n.props.whens...)
}

// Type returns the type of a leaf or leaf-list, else nil.
func (n *Node) Type() *Type { return n.props.typ }

// Config says whether the node is configuration (RFC 7950 section 7.21.1). It is false
// below rpc, action and notification.
func (n *Node) Config() bool { return n.flags&flagConfig != 0 }

// Mandatory returns the mandatory statement's value; key leafs are mandatory.
func (n *Node) Mandatory() bool { return n.props.mandatory || n.IsKey() }

// Presence says whether a container has a presence statement.
func (n *Node) Presence() bool { return n.props.presence }

// OrderedByUser says whether the order of entries has a meaning (RFC 7950 section 7.7.7).
func (n *Node) OrderedByUser() bool { return n.props.userOrder && n.flags&flagConfig != 0 }

// keepOrder says that entries must stay in the order they came in: those of
// ordered-by user, and those of state data, whose order the device decides.
func (n *Node) keepOrder() bool {
	return n.OrderedByUser() || n.flags&flagConfig == 0 || n.def.kind == KindList && len(n.props.keys) == 0
}

// repeats says that a node may have several instances.
func (n *Node) repeats() bool { return n.def.kind == KindList || n.def.kind == KindLeafList }

// MinElements returns the least number of entries.
func (n *Node) MinElements() uint64 { return n.props.min }

// MaxElements returns the greatest number of entries; 0 is unbounded.
func (n *Node) MaxElements() uint64 { return n.props.max }

// Defaults returns the default values in canonical form: of a leaf at most one, of a
// choice the name of the default case. Defaults of the type count (RFC 7950 section 7.6.1).
func (n *Node) Defaults() []string {
	p := n.props
	if n.def.kind == KindChoice {
		if len(p.defaults) > 0 {
			_, name := splitPrefix(p.defaults[0].text)
			return []string{name}
		}
		return nil
	}
	list := p.defaults
	if !p.hasDefault && p.typ != nil && p.typ.def != nil && !p.mandatory && p.min == 0 {
		list = []textAt{*p.typ.def}
	}
	var out []string
	for _, d := range list {
		vc := valueContext{node: n, unit: d.u, schemaText: true}
		v, err := p.typ.canonical(&vc, d.text)
		if err != nil {
			v = d.text
		}
		out = append(out, v)
	}
	return out
}

// Status returns "current", "deprecated" or "obsolete".
func (n *Node) Status() string { return n.props.status.String() }

// Units returns the units statement's argument.
func (n *Node) Units() string { return n.props.units }

// Pos returns where the node is defined.
func (n *Node) Pos() Pos {
	if n.def.sc == nil {
		return Pos{}
	}
	return n.def.sc.u.pos(n.def.st)
}

// Schema returns the schema the node belongs to.
func (n *Node) Schema() *Schema {
	if n.mod == nil {
		return n.ext.schema
	}
	return n.mod.schema
}

// SchemaPath returns the absolute schema node identifier with module names, choice and
// case included: "/mod:a/choice/case/b". The root's is "/".
func (n *Node) SchemaPath() string { return n.path(true) }

// DataPath returns the path without choice and case: "/mod:a/b".
func (n *Node) DataPath() string { return n.path(false) }

func (n *Node) path(all bool) string {
	var up []*Node
	for x := n; x.parent != nil; x = x.parent {
		if all || x == n || x.def.kind != KindChoice && x.def.kind != KindCase {
			up = append(up, x)
		}
	}
	if len(up) == 0 {
		return "/"
	}
	var b strings.Builder
	var mod *Module
	for i := len(up) - 1; i >= 0; i-- {
		b.WriteByte('/')
		if up[i].mod != mod {
			mod = up[i].mod
			b.WriteString(mod.Name)
			b.WriteByte(':')
		}
		b.WriteString(up[i].def.name)
	}
	return b.String()
}

// describe names the node in messages.
func (n *Node) describe() string {
	if n.parent == nil {
		return "the top level"
	}
	return n.SchemaPath()
}
