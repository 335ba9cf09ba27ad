// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import "strings"

// Override records that a later layer changed what an earlier one declared.
type Override struct {
	// Path is the path of the leaf, or of the leaf-list or of what a change of case removed.
	Path string
	// Old and New are canonical values, those of a leaf-list joined with ", "; New is ""
	// for what is removed. When Tainted, they must not be shown.
	Old, New string
	From, To Origin
	Tainted  bool
}

// Merge lays another tree of the same schema over this one; the other is not changed.
//
//   - Leafs: the later value wins, with its origin and taint.
//   - Lists: entries are merged by key; new ones are added, in ordered-by user lists at
//     the end. The order of entries that were there stays.
//   - Leaf-lists: the later layer's values replace the earlier one's as a whole, also
//     their order. (A union, as in NETCONF's merge, could never take a value away.)
//   - anydata and anyxml are replaced as a whole.
//   - A node of another case of a choice removes the earlier case's nodes.
//
// Equal values are no override, but take the later layer's origin.
func (t *Tree) Merge(over *Tree) []Override {
	m := merger{}
	m.merge(t.root, over.root)
	return m.out
}

type merger struct{ out []Override }

// fewInserts is how many new children are inserted one by one; more are sorted in.
const fewInserts = 16

func (m *merger) merge(dst, src *Data) {
	kids := src.Children()
	var added []*Data
	for i := 0; i < len(kids); {
		n := kids[i].node
		j := i + 1
		for j < len(kids) && kids[j].node == n {
			j++
		}
		run := kids[i:j]
		i = j
		for _, r := range dst.clearCases(n) {
			r.parent = dst // for its path
			m.removed(r, run[0])
		}
		if n.def.kind == KindLeafList {
			m.leafList(dst, n, run)
			added = append(added, run...)
			continue
		}
		for _, s := range run {
			have := dst.same(s)
			if have == nil {
				added = append(added, s)
				continue
			}
			m.node(have, s)
		}
	}
	if len(added) <= fewInserts {
		for _, s := range added {
			dst.insert(s.copyTo(dst))
		}
		return
	}
	for _, s := range added {
		dst.add(s.copyTo(dst))
	}
	dst.seal()
}

// node merges a node into its counterpart.
func (m *merger) node(have, s *Data) {
	switch s.node.def.kind {
	case KindContainer, KindList:
		m.merge(have, s)
		return
	}
	if have.value != s.value {
		m.out = append(m.out, Override{Path: have.Path(), Old: have.value, New: s.value,
			From: have.Origin(), To: s.Origin(), Tainted: have.Tainted() || s.Tainted()})
	}
	have.value, have.as, have.taint, have.dflt = s.value, s.as, s.taint, s.dflt
	have.layer, have.line = s.layer, s.line
}

// leafList makes room for the later layer's values.
func (m *merger) leafList(dst *Data, n *Node, run []*Data) {
	old := dst.Instances(n)
	if len(old) > 0 && values(old) != values(run) {
		path := strings.TrimSuffix(dst.Path(), "/") + "/"
		if n.mod != dst.node.mod {
			path += n.mod.Name + ":"
		}
		m.out = append(m.out, Override{Path: path + n.def.name, Old: values(old), New: values(run),
			From: old[0].Origin(), To: run[0].Origin(), Tainted: anyTaint(old) || anyTaint(run)})
	}
	dst.removeAll(n)
}

// removed records the leafs that go with the earlier case of a choice.
func (m *merger) removed(d, by *Data) {
	d.walk(func(x *Data) bool {
		if x.Leaf() {
			m.out = append(m.out, Override{Path: x.Path(), Old: x.value, From: x.Origin(), To: by.Origin(), Tainted: x.Tainted()})
		}
		return true
	})
}

func values(list []*Data) string {
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = d.value
	}
	return strings.Join(out, ", ")
}

func anyTaint(list []*Data) bool {
	for _, d := range list {
		if d.Tainted() {
			return true
		}
	}
	return false
}
