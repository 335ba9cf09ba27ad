// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"strings"
)

// leafref (RFC 7950 section 9.9): its type is that of the node its path leads to, which
// depends on where the leaf is used and is therefore found at the first value.

// maxTypeDepth bounds chains of leafrefs and unions; loops end there.
const maxTypeDepth = 32

// leafrefKey is a leafref in the place it is used at: a union may hold several.
type leafrefKey struct {
	node *Node
	typ  *Type
}

func (c *compiler) leafrefPath(u *unit, st *stmt, t *Type) {
	t.path = strings.TrimSpace(st.arg)
	steps, _, err := leafrefSteps(t.path)
	if err != nil {
		c.failure(u, st, "%v", err)
		return
	}
	for _, s := range steps {
		if prefix, _ := splitPrefix(s); prefix != "" && u.resolve(prefix) == nil {
			c.failure(u, st, "unknown prefix %q", prefix)
			return
		}
	}
	t.u, t.st = u, st
	t.pathExpr = newExpr(u, st)
}

// leafrefSteps splits a path into names and "..", without predicates. deref is the
// number of first steps whose leafref target the others start from (the deref()
// function, which some models use here), 0 when there is none.
func leafrefSteps(path string) (steps []string, deref int, err error) {
	path, err = withoutPredicates(path)
	if err != nil {
		return nil, 0, err
	}
	if rest, ok := strings.CutPrefix(path, "deref("); ok {
		inner, after, ok := strings.Cut(rest, ")")
		if !ok {
			return nil, 0, fmt.Errorf("missing ) in path")
		}
		first, _, err := leafrefSteps(inner)
		if err != nil {
			return nil, 0, err
		}
		then, _, err := leafrefSteps(strings.TrimPrefix(after, "/"))
		return append(first, then...), len(first), err
	}
	for i, s := range strings.Split(path, "/") {
		s = strings.TrimSpace(s)
		if s == "" && i > 0 {
			return nil, 0, fmt.Errorf("empty step in path")
		}
		if s != "." {
			steps = append(steps, s)
		}
	}
	return steps, 0, nil
}

func withoutPredicates(path string) (string, error) {
	var b strings.Builder
	depth := 0
	var quote byte
	for i := 0; i < len(path); i++ {
		c := path[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case depth > 0 && (c == '"' || c == '\''):
			quote = c
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	if depth != 0 || quote != 0 {
		return "", fmt.Errorf("unbalanced predicate in path")
	}
	return b.String(), nil
}

// LeafrefTarget returns the node that a leafref's path leads to; nil when the type is
// no leafref or the path leads nowhere.
func (n *Node) LeafrefTarget() *Node {
	if n.props.typ == nil || n.props.typ.kind != TypeLeafref {
		return nil
	}
	return n.leafrefTarget(n.props.typ)
}

// LeafrefTargetOf is LeafrefTarget for a member of the node's type, if that is a union.
func (n *Node) LeafrefTargetOf(t *Type) *Node {
	if t.kind != TypeLeafref {
		return nil
	}
	return n.leafrefTarget(t)
}

func (n *Node) leafrefTarget(t *Type) *Node {
	s := n.Schema()
	key := leafrefKey{n, t}
	if v, ok := s.leafrefs.Load(key); ok {
		return v.(*Node)
	}
	target := n.findLeafref(t, 0)
	s.leafrefs.Store(key, target)
	return target
}

// findLeafref returns the leaf or leaf-list that the path of a leafref leads to.
func (n *Node) findLeafref(t *Type, depth int) *Node {
	at := n.pathEnd(t, depth)
	if at == nil || at.def.kind != KindLeaf && at.def.kind != KindLeafList {
		return nil
	}
	return at
}

// pathEnd returns the node of any kind that the path of a leafref leads to; nil when there
// is none.
func (n *Node) pathEnd(t *Type, depth int) *Node {
	steps, deref, err := leafrefSteps(t.path)
	if err != nil || t.pathExpr == nil || depth > maxTypeDepth {
		return nil
	}
	at := n
	if deref > 0 {
		if at = n.walk(steps[:deref], t.pathExpr.u); at == nil || at.props.typ == nil || at.props.typ.kind != TypeLeafref {
			return nil
		}
		if at = at.findLeafref(at.props.typ, depth+1); at == nil {
			return nil
		}
		steps = steps[deref:]
	}
	return at.walk(steps, t.pathExpr.u)
}

// walk follows data path steps; a name without prefix is in the module of n, where the
// leafref is used (RFC 7950 section 6.4.1).
func (n *Node) walk(steps []string, u *unit) *Node {
	at, own := n, n.mod
	for i, s := range steps {
		switch s {
		case "":
			if i > 0 {
				return nil
			}
			at = n.mod.schema.root
		case "..":
			at = at.DataParent()
		default:
			prefix, name := splitPrefix(s)
			m := own
			if prefix != "" {
				if m = u.resolve(prefix); m == nil {
					return nil
				}
			}
			next := at.Child(m.Name, name)
			if next == nil {
				next = at.operationChild(m.Name, name)
			}
			at = next
		}
		if at == nil {
			return nil
		}
	}
	return at
}

// operationChild finds rpc, action, notification, input and output nodes.
func (n *Node) operationChild(module, name string) *Node {
	c := n.schemaChild(module, name)
	if c == nil || c.def.kind < KindRPC {
		return nil
	}
	return c
}

// canonicalLeafref uses the target's type; a leafref that leads nowhere takes any text.
func (t *Type) canonicalLeafref(vc *valueContext, text string) (string, *typeError) {
	if vc.node == nil {
		return text, nil
	}
	target := vc.node.leafrefTarget(t)
	if target == nil || vc.depth > maxTypeDepth {
		return text, nil
	}
	in := *vc
	in.node, in.depth = target, vc.depth+1
	v, err := target.props.typ.canonical(&in, text)
	if err != nil && err.hint == "" {
		err.hint = "the value is typed by " + target.DataPath()
	}
	return v, err
}
