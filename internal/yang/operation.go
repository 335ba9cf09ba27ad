// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"io"
	"strings"
)

// Operations and notifications (RFC 7950 sections 7.14 to 7.16). Their content is a tree
// of its own, whose root stands for the input, the output or the notification: it is
// no part of a datastore, and whoever checks it says which datastore is around it.

// Operations returns the rpcs of the implemented modules, in the order of the schema.
func (s *Schema) Operations() []*Node { return s.root.childrenOf(KindRPC) }

// Notifications returns the top-level notifications, in the order of the schema; those
// of a data node are [Node.Notifications].
func (s *Schema) Notifications() []*Node { return s.root.childrenOf(KindNotification) }

// Actions returns the actions of a container or list, in the order of the schema.
func (n *Node) Actions() []*Node { return n.childrenOf(KindAction) }

// Notifications returns the notifications of a container or list, in the order of the
// schema.
func (n *Node) Notifications() []*Node { return n.childrenOf(KindNotification) }

// Input returns the input of an rpc or action, which every one has; nil of other nodes.
func (n *Node) Input() *Node { return n.parameters(KindInput) }

// Output returns the output of an rpc or action, which every one has; nil of other nodes.
func (n *Node) Output() *Node { return n.parameters(KindOutput) }

func (n *Node) parameters(k Kind) *Node {
	if n.def.kind != KindRPC && n.def.kind != KindAction {
		return nil
	}
	if list := n.childrenOf(k); len(list) > 0 {
		return list[0]
	}
	return nil
}

func (n *Node) childrenOf(k Kind) []*Node {
	var out []*Node
	nodes := n.expanded().nodes
	for i := range nodes {
		if nodes[i].def.kind == k {
			out = append(out, &nodes[i])
		}
	}
	return out
}

// operation returns the rpc, action or notification that the content of n belongs to;
// nil when n is none of their contents.
func (n *Node) operation() *Node {
	switch n.def.kind {
	case KindInput, KindOutput:
		return n.parent
	case KindNotification:
		return n
	}
	return nil
}

// NewTreeAt returns an empty tree whose root is the input or output of an rpc or action,
// or a notification. Paths of its nodes start with the operation's, where "input" and
// "output" do not show (RFC 7950 section 6.4.1) and the entries of lists around an action
// are not told apart: /module:ping/host.
func NewTreeAt(n *Node) *Tree {
	return &Tree{schema: n.Schema(), root: &Data{node: n}}
}

// DecodeDocAt is [DecodeDoc] for the parameters of an operation or the content of a
// notification: doc holds what is below n. Names need no module there (RFC 7951 section 4).
func DecodeDocAt(n *Node, doc *Doc, layer *Layer) (*Tree, Errors) {
	return decodeDoc(NewTreeAt(n), doc, layer)
}

// DecodeXMLAt is [DecodeXML] for the parameters of an operation or the content of a
// notification: r holds what is below n. All of it is taken, whatever o.ConfigOnly says.
func DecodeXMLAt(n *Node, r io.Reader, o XMLOptions) (*Tree, []Unknown, Errors) {
	o.ConfigOnly = o.ConfigOnly && n.operation() == nil
	return decodeXML(NewTreeAt(n), r, o)
}

// rootPath writes the path of the operation that a tree's root belongs to, and returns
// its module; of a datastore's root nothing and nil.
func (n *Node) rootPath(b *strings.Builder) *Module {
	op := n.operation()
	if op == nil {
		return nil
	}
	b.WriteString(op.DataPath())
	return op.mod
}

// belowRoot takes the steps of the operation off a path. It returns false when the path
// is of something else.
func (n *Node) belowRoot(steps []PathStep) ([]PathStep, bool) {
	op := n.operation()
	if op == nil {
		return steps, true
	}
	var names []string
	for ; op.parent != nil; op = op.DataParent() {
		names = append(names, op.def.name)
	}
	if len(steps) < len(names) {
		return nil, false
	}
	for i, st := range steps[:len(names)] {
		if st.Name != names[len(names)-1-i] {
			return nil, false
		}
	}
	return steps[len(names):], true
}
