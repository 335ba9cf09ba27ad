// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

// Problems returns what is wrong with a node in the place where it is: what cannot be said
// of the definition alone, because a grouping may be used for configuration and for state,
// and the path of a leafref leads elsewhere in each place. All of it are warnings.
func (n *Node) Problems() []Problem {
	var out []Problem
	warn := func(st *stmt, message string) {
		u := n.def.sc.u
		out = append(out, Problem{Severity: Warning, Module: u.name, Pos: u.pos(st), Statement: st.String(), Message: message})
	}
	switch n.def.kind {
	case KindList:
		if n.Config() && len(n.props.keys) == 0 {
			warn(n.def.st, "has no key, which a list of configuration needs (RFC 7950 section 7.8.2)")
		}
		for _, k := range n.Keys() {
			if k.Config() != n.Config() {
				warn(k.def.st, "is state, but the key of a list of configuration (RFC 7950 section 7.8.2)")
			}
		}
	case KindAction, KindNotification:
		if why := n.misplaced(); why != "" {
			warn(n.def.st, why)
		}
	case KindLeaf, KindLeafList:
		n.leafrefProblems(n.props.typ, warn)
	}
	return out
}

// misplaced says what is wrong with the place of an action or notification below other
// nodes (RFC 7950 sections 7.15 and 7.16).
func (n *Node) misplaced() string {
	for p := n.parent; p != nil; p = p.parent {
		switch p.def.kind {
		case KindRPC, KindAction, KindNotification:
			return "must not be below another operation or notification"
		case KindList:
			if len(p.props.keys) == 0 {
				return "must not be below a list without key"
			}
		}
	}
	return ""
}

// leafrefProblems checks where the leafrefs of a type lead (RFC 7950 section 9.9). Names
// that no node has are found by the check of the path's expression.
func (n *Node) leafrefProblems(t *Type, warn func(*stmt, string)) {
	for _, m := range t.members {
		n.leafrefProblems(m, warn)
	}
	if t.kind != TypeLeafref || t.pathExpr == nil {
		return
	}
	target := n.leafrefTarget(t)
	switch {
	case target == nil:
		if end := n.pathEnd(t, 0); end != nil {
			warn(n.def.st, "its path leads to "+end.def.kind.String()+" "+end.SchemaPath()+", which is no leaf or leaf-list")
		}
	case target.endless():
		warn(n.def.st, "its path leads back to itself")
	case n.Config() && !t.lax && !target.Config():
		warn(n.def.st, "refers to state, "+target.SchemaPath()+", and cannot be satisfied by configuration")
	}
}

// endless says whether a chain of leafrefs never ends.
func (n *Node) endless() bool {
	seen := map[*Node]bool{}
	for n != nil && !seen[n] {
		seen[n] = true
		n = n.LeafrefTarget()
	}
	return n != nil
}
