// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import "github.com/strowger/strowger/internal/yang"

// needs knows which schema nodes have constraints when they are absent.
type needs struct {
	// operation says that the nodes are those of an operation or notification, which are
	// no configuration.
	operation bool
	known     map[*yang.Node]bool
	kids      map[*yang.Node][]*yang.Node
	keyNum    map[*yang.Node]int
}

func newNeeds() *needs {
	return &needs{known: map[*yang.Node]bool{}, kids: map[*yang.Node][]*yang.Node{}, keyNum: map[*yang.Node]int{}}
}

// children returns the schema children of a node.
func (s *needs) children(n *yang.Node) []*yang.Node {
	list, ok := s.kids[n]
	if !ok {
		list = n.Children()
		s.kids[n] = list
	}
	return list
}

// keys returns the number of keys of a list.
func (s *needs) keys(n *yang.Node) int {
	count, ok := s.keyNum[n]
	if !ok {
		count = len(n.Keys())
		s.keyNum[n] = count
	}
	return count
}

// concerns says whether a node has constraints when it is absent: it is mandatory itself,
// or it or something below is there by default and has constraints then.
func (s *needs) concerns(n *yang.Node) bool {
	if !n.Config() && !s.operation {
		return false
	}
	if known, ok := s.known[n]; ok {
		return known
	}
	found := n.Mandatory() && !n.IsKey() || n.MinElements() > 0 || n.MaxElements() > 0
	switch n.Kind() {
	case yang.KindLeaf, yang.KindLeafList:
		found = found || (len(n.Musts()) > 0 || refers(n.Type())) && len(n.Defaults()) > 0
	case yang.KindContainer, yang.KindChoice, yang.KindCase:
		if n.Presence() || !n.Demanding() {
			break
		}
		found = found || len(n.Musts()) > 0
		for _, c := range s.children(n) {
			found = found || s.concerns(c)
		}
	}
	s.known[n] = found
	return found
}
