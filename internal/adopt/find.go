// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"fmt"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// step is a step of a path, with the module it is of.
type step struct {
	yang.PathStep
	module string
}

// steps reads the path of a change.
func steps(path string) ([]step, error) {
	list, err := yang.ParsePath(path)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("path %q names no node", path)
	}
	out := make([]step, len(list))
	module := ""
	for i, s := range list {
		if s.Module != "" {
			module = s.Module
		}
		out[i] = step{s, module}
	}
	return out, nil
}

// same says whether two steps name the same instance.
func (s step) same(o step) bool {
	if s.module != o.module || s.Name != o.Name || s.Index != o.Index || len(s.Keys) != len(o.Keys) ||
		(s.Value == nil) != (o.Value == nil) || s.Value != nil && *s.Value != *o.Value {
		return false
	}
	for _, k := range s.Keys {
		if v, ok := o.keyValue(k.Name); !ok || v != k.Value {
			return false
		}
	}
	return true
}

func (s step) keyValue(name string) (string, bool) {
	for _, k := range s.Keys {
		if k.Name == name {
			return k.Value, true
		}
	}
	return "", false
}

func (s step) entry() bool { return len(s.Keys) > 0 }

func (s step) instance() bool { return len(s.Keys) > 0 || s.Value != nil }

// begins says whether one path leads to or into what the other names.
func begins(path, prefix []step) bool {
	if len(path) < len(prefix) {
		return false
	}
	for i := range prefix {
		if !path[i].same(prefix[i]) {
			return false
		}
	}
	return true
}

// place is how far a path leads in a document.
type place struct {
	// node is the deepest one that is there, and taken how many steps lead to it.
	node  *node
	taken int
	// list is the array in which the next step's entry is missing.
	list *node
	// refusal says why it is not known what is there.
	refusal string
}

func (p place) found(path []step) bool { return p.refusal == "" && p.taken == len(path) }

// finder looks for paths in one document.
type finder struct {
	top        *node
	xml        bool
	namespaces map[string]string
	// used are the anchors that aliases name.
	used map[string]bool
}

// find follows a path from the top of the configuration.
func (f *finder) find(path []step) place {
	at := place{node: f.top}
	module := ""
	for i, s := range path {
		if reason := f.opaque(at.node); reason != "" {
			at.refusal = reason
			return at
		}
		var next *node
		if f.xml {
			next = f.element(&at, s, i == 0, s.module == module)
		} else {
			next = f.instance(&at, s, f.name(at.node, s, module))
		}
		if at.refusal != "" || next == nil {
			return at
		}
		module = s.module
		at = place{node: next, taken: i + 1}
	}
	at.refusal = f.opaque(at.node)
	return at
}

// opaque says why it cannot be told what is in a node.
func (f *finder) opaque(n *node) string {
	if n.alias != "" {
		return fmt.Sprintf("it stands behind the alias *%s: edit the anchor &%s, or write the value out", n.alias, n.alias)
	}
	if source, is := n.computed(); is {
		return computedBy(source)
	}
	return ""
}

// name returns the member of an object that a step names (RFC 7951 section 4).
func (f *finder) name(in *node, s step, module string) *node {
	if in.kind != object {
		return nil
	}
	for _, c := range in.kids {
		prefix, local, qualified := strings.Cut(c.name, ":")
		if !qualified {
			prefix, local = module, c.name
		}
		if local == s.Name && prefix == s.module {
			return c
		}
	}
	return nil
}

// instance returns what a step names among the items of a member, or the member.
func (f *finder) instance(at *place, s step, member *node) *node {
	if member == nil {
		if in := at.node; in.member("<<") != nil {
			at.refusal = "it may come from a merge key (<<): write the value out, or edit what is merged"
		}
		return nil
	}
	if s.Index > 0 {
		at.refusal = "it is in a list without keys, whose entries cannot be told apart"
		return nil
	}
	if !s.instance() {
		return member
	}
	if at.refusal = f.opaque(member); at.refusal != "" {
		return nil
	}
	if member.kind != array {
		if member.kind == object || member.class != null {
			at.refusal = "the document has no list here"
		}
		at.list = member
		return nil
	}
	at.list = member
	return f.choose(at, s, member.kids)
}

// choose returns the entry that a step names.
func (f *finder) choose(at *place, s step, items []*node) *node {
	var best []*node
	most := 0
	why := ""
	for _, item := range items {
		is, reason := f.matches(s, item)
		if reason != "" && why == "" {
			why = reason
		}
		if is > most {
			most, best = is, nil
		}
		if is == most && is > 0 {
			best = append(best, item)
		}
	}
	switch {
	case len(best) == 1:
		return best[0]
	case len(best) > 1:
		at.refusal = "several entries of the document stand for it"
	case why != "":
		at.refusal = why
	}
	return nil
}

// matches says how well an entry fits a step, and why it may.
func (f *finder) matches(s step, item *node) (is int, reason string) {
	if reason := f.opaque(item); reason != "" {
		return 0, reason
	}
	if s.Value != nil {
		return likeness(item, *s.Value, f.xml), ""
	}
	is = 2
	for _, k := range s.Keys {
		key := f.key(item, k.Name, s.module)
		if key == nil {
			if item.member("<<") != nil {
				return 0, "the entry may come from a merge key (<<): write it out"
			}
			return 0, ""
		}
		if why := f.opaque(key); why != "" {
			reason = why
			continue
		}
		if is = min(is, likeness(key, k.Value, f.xml)); is == 0 {
			return 0, ""
		}
	}
	if reason != "" {
		return 0, "the key of the entry is " + reason
	}
	return is, ""
}

func (f *finder) key(item *node, name, module string) *node {
	if !f.xml {
		return f.name(item, step{yang.PathStep{Name: name}, module}, module)
	}
	for _, c := range item.kids {
		if c.name == name && c.space == item.space {
			return c
		}
	}
	return nil
}

// element returns the XML element that a step names.
func (f *finder) element(at *place, s step, top, sameModule bool) *node {
	if s.Index > 0 {
		at.refusal = "it is in a list without keys, whose entries cannot be told apart"
		return nil
	}
	var list []*node
	spaces := map[string]bool{}
	for _, c := range at.node.kids {
		if c.name != s.Name {
			continue
		}
		if ns, known := f.namespaces[s.module]; known {
			if c.space != ns {
				continue
			}
		} else if !top && (c.space == at.node.space) != sameModule {
			continue
		}
		list = append(list, c)
		spaces[c.space] = true
	}
	switch {
	case len(spaces) > 1:
		at.refusal = fmt.Sprintf("elements of several modules are named %s, and it cannot be told which is of %s", s.Name, s.module)
	case s.instance():
		if len(list) > 0 {
			at.list = list[len(list)-1]
		}
		return f.choose(at, s, list)
	case len(list) > 1:
		at.refusal = "several elements of the document stand for it"
	case len(list) == 1:
		return list[0]
	}
	return nil
}

// shared says which anchor that aliases name holds a node.
func (f *finder) shared(n *node) string {
	for ; n != nil; n = n.parent {
		if n.anchor != "" && f.used[n.anchor] {
			return fmt.Sprintf("it is shared by the anchor &%s: what aliases it would change as well", n.anchor)
		}
	}
	return ""
}

// sharedBelow is shared of a node and of all that is in it.
func (f *finder) sharedBelow(n *node) string {
	if reason := f.shared(n); reason != "" {
		return reason
	}
	for _, c := range n.kids {
		if reason := f.sharedBelow(c); reason != "" {
			return reason
		}
	}
	return ""
}

func aliases(n *node, used map[string]bool) {
	if n.alias != "" {
		used[n.alias] = true
	}
	for _, c := range n.kids {
		aliases(c, used)
	}
}
