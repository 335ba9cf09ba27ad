// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package action

import (
	"fmt"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Call is an operation to be invoked.
type Call struct {
	// Operation is the rpc or action.
	Operation *yang.Node
	// Instance is the node that an action is invoked on, in a tree that holds nothing
	// else; nil of an RPC.
	Instance *yang.Data
}

// String is the name of the RPC, or the path of the action.
func (c Call) String() string {
	if c.Instance == nil {
		return c.Operation.QName()
	}
	if c.Operation.Module() == c.Instance.Node().Module() {
		return c.Instance.Path() + "/" + c.Operation.Name()
	}
	return c.Instance.Path() + "/" + c.Operation.QName()
}

// Find finds the RPC or, where that is empty, the action.
func Find(s *yang.Schema, rpc, path string) (Call, error) {
	if rpc != "" {
		return RPC(s, rpc)
	}
	return Action(s, path)
}

// RPC finds an RPC by its name, module:name. The error says which names are near.
func RPC(s *yang.Schema, name string) (Call, error) {
	module, local, _ := strings.Cut(name, ":")
	m := s.Module(module)
	if m == nil {
		return Call{}, fmt.Errorf("rpc %s: the NF has no module %s%s", name, module, didYouMean(s.NearestModule(module)))
	}
	var others []string
	for _, n := range s.Operations() {
		if n.Module() != m {
			continue
		}
		if n.Name() == local {
			return Call{Operation: n}, nil
		}
		others = append(others, n.Name())
	}
	return Call{}, fmt.Errorf("rpc %s: module %s has no such rpc%s", name, module, has(others))
}

// Action finds an action by the path of its instance (RFC 7951 section 6.11), with the
// keys of all lists around it. The error says which names are near.
func Action(s *yang.Schema, path string) (Call, error) {
	around, last := splitLast(path)
	if around == "" {
		return Call{}, fmt.Errorf("action %s: an action belongs to a container or a list entry: name it as /module:container/list[key='value']/action", path)
	}
	d, err := yang.NewTree(s).Set(around, "", yang.Origin{}, false)
	if err != nil {
		return Call{}, fmt.Errorf("action %s: %w", path, err)
	}
	module, name := d.Node().Module(), last
	if prefix, local, found := strings.Cut(last, ":"); found {
		if name = local; s.Module(prefix) == nil {
			return Call{}, fmt.Errorf("action %s: the NF has no module %s%s", path, prefix, didYouMean(s.NearestModule(prefix)))
		}
		module = s.Module(prefix)
	}
	var others []string
	for _, n := range d.Node().Actions() {
		if n.Name() == name && n.Module() == module {
			return Call{Operation: n, Instance: d}, nil
		}
		others = append(others, relativeName(n, d.Node()))
	}
	return Call{}, fmt.Errorf("action %s: %s has no action %s%s", path, d.Node().DataPath(), last, has(others))
}

// relativeName is how the last step of a path names an action.
func relativeName(n, in *yang.Node) string {
	if n.Module() == in.Module() {
		return n.Name()
	}
	return n.QName()
}

// splitLast cuts a path before its last step; a slash within quotes is none.
func splitLast(path string) (around, last string) {
	at, quote := -1, rune(0)
	for i, c := range path {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '/':
			at = i
		}
	}
	if at < 0 {
		return "", path
	}
	return path[:at], path[at+1:]
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return ": did you mean " + name + "?"
}

// has lists what there is instead.
func has(names []string) string {
	const most = 12
	if len(names) == 0 {
		return ": it has none at all"
	}
	slices.Sort(names)
	text := strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return ": it has " + text
}
