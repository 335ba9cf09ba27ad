// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"strings"
)

// What the decoders have in common: finding nodes, and errors people can act on.

// unknownNode is the error of a name that the schema does not have below parent, with
// the hint what was meant. module is as written, "" when there was none.
func unknownNode(parent *Node, module, name string) *Error {
	e := &Error{Tag: "unknown-element", Pos: parent.Pos()}
	where := "at the top level"
	if parent.parent != nil {
		where = "in " + parent.def.kind.String() + " " + parent.DataPath()
		e.Rule = parent.def.kind.String() + " " + parent.def.name
	}
	s := parent.Schema()
	other := parent.anyChild(name)
	switch {
	case module != "" && s.Module(module) == nil:
		e.Tag = "unknown-namespace"
		e.Message = fmt.Sprintf("no module %q in the schema", module)
		if m := s.moduleByPrefix(module); m != nil {
			e.Hint = fmt.Sprintf("%q is the prefix of module %s: write %s:%s", module, m.Name, m.Name, name)
		} else if other != nil {
			e.Hint = fmt.Sprintf("did you mean %s?", other.QName())
		} else if near := nearest(module, s.moduleNames()); near != "" {
			e.Hint = fmt.Sprintf("did you mean module %s?", near)
		}
		return e
	case module == "" && other != nil:
		e.Message = fmt.Sprintf("%q needs its module's name %s", name, where)
		e.Hint = "write " + other.QName()
		return e
	case module == "":
		e.Message = fmt.Sprintf("no node %q %s", name, where)
	default:
		e.Message = fmt.Sprintf("no node %q of module %s %s", name, module, where)
		if m := s.Module(module); !m.Implemented {
			e.Hint = "module " + module + " is there for imports only, it is not implemented"
			return e
		}
		if other != nil {
			e.Hint = "did you mean " + other.QName() + "?"
			return e
		}
	}
	e.Hint = childHint(parent, name)
	return e
}

// childHint names the child whose name is nearest, or the children when they are few.
func childHint(parent *Node, name string) string {
	byName := map[string]*Node{}
	var names []string
	for _, c := range parent.DataChildren() {
		if byName[c.def.name] == nil {
			byName[c.def.name] = c
			names = append(names, c.def.name)
		}
	}
	if near := nearest(name, names); near != "" {
		c := byName[near]
		if c.mod == parent.mod {
			return "did you mean " + near + "?"
		}
		return "did you mean " + c.QName() + "?"
	}
	if len(names) > 0 && parent.parent != nil {
		return "known: " + oneOf(names)
	}
	return ""
}

func (s *Schema) moduleByPrefix(prefix string) *Module {
	for _, m := range s.sorted {
		if m.Prefix == prefix {
			return m
		}
	}
	return nil
}

func (s *Schema) moduleNames() []string {
	out := make([]string, len(s.sorted))
	for i, m := range s.sorted {
		out[i] = m.Name
	}
	return out
}

// nearest returns the candidate with the least edit distance, "" when none is near.
func nearest(name string, candidates []string) string {
	if len(name) > 100 {
		return ""
	}
	best, most := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if diff := len(c) - len(name); diff > most || -diff > most {
			continue
		}
		if d := editDistance(strings.ToLower(name), strings.ToLower(c)); d < most {
			best, most = c, d
		}
	}
	return best
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diag := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diag
			if a[i-1] != b[j-1] {
				cost++
			}
			diag = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

// finding is an error whose path is written at the end, when the keys of all entries
// around it are known.
type finding struct {
	e    *Error
	at   *Data
	step string // the name below at, "" for at itself
}

func finish(list []finding) Errors {
	var out Errors
	for _, f := range list {
		if f.at != nil {
			f.e.Path = f.at.RedactedPath()
			if f.step != "" {
				f.e.Path = strings.TrimSuffix(f.e.Path, "/") + "/" + f.step
			}
		}
		out = append(out, f.e)
	}
	out.Sort()
	return out
}

// missingKeys returns the error of a list entry without all its keys; nil when it has them.
func (d *Data) missingKeys() *Error {
	n := d.node
	if n.def.kind != KindList || len(n.props.keys) == 0 {
		return nil
	}
	kids := d.Children()
	have := 0
	for have < len(kids) && kids[have].node.flags&flagKey != 0 {
		have++
	}
	if have == len(n.props.keys) {
		return nil
	}
	var missing []string
	for _, k := range n.Keys() {
		if d.first(k) == nil {
			missing = append(missing, k.def.name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &Error{Rule: `list ` + n.def.name + ` { key "` + strings.Join(n.props.keys, " ") + `" }`, Pos: n.Pos(),
		Tag: "missing-element", Message: "list entry without its key " + strings.Join(missing, ", "), Origin: d.Origin()}
}

// CaseConflicts returns pairs of children that are in different cases of one choice, of
// which only one may be there (RFC 7950 section 7.9).
func (d *Data) CaseConflicts() [][2]*Data {
	var out [][2]*Data
	var seen map[*Node]*Data // by choice
	for _, k := range d.Children() {
		if k.node.parent.def.kind != KindCase || k.Vacant() {
			continue
		}
		for p := k.node.parent; p != nil && p.def.kind == KindCase; p = p.parent.parent {
			first := seen[p.parent]
			if first == nil {
				if seen == nil {
					seen = map[*Node]*Data{}
				}
				seen[p.parent] = k
			} else if caseIn(first.node, p.parent) != p {
				out = append(out, [2]*Data{first, k})
			}
		}
	}
	return out
}

// CaseError is the error of a conflict of cases.
func CaseError(a, b *Data) *Error {
	choice := b.node.parent.parent
	for p := b.node.parent; p != nil && p.def.kind == KindCase; p = p.parent.parent {
		if c := caseIn(a.node, p.parent); c != nil && c != p {
			choice = p.parent
		}
	}
	return &Error{Path: b.RedactedPath(), Rule: "choice " + choice.def.name, Pos: choice.Pos(), Tag: "bad-element",
		Message: fmt.Sprintf("excludes %s: they are in different cases of one choice", a.node.def.name), Origin: b.Origin(),
		Hint: "remove one of them", Related: []Related{{Path: a.RedactedPath(), Origin: a.Origin()}}}
}

// doubleError is the error of an instance that is there twice.
func doubleError(d, parent *Data) *Error {
	d.parent = parent
	e := &Error{Path: d.RedactedPath(), Pos: d.node.Pos(), Tag: "data-exists", Origin: d.Origin(),
		Rule: d.node.def.kind.String() + " " + d.node.def.name, Message: "is there twice"}
	if d.node.def.kind == KindList {
		e.Message = "a list entry with these keys is there twice"
	}
	if first := parent.same(d); first != nil && first != d {
		if o := first.Origin(); o.Line > 0 {
			e.Hint = fmt.Sprintf("the first one is at line %d", o.Line)
		}
	}
	return e
}

// stateError is the error of state data in configuration.
func stateError(n *Node) *Error {
	return &Error{Rule: n.def.kind.String() + " " + n.def.name + " { config false }", Pos: n.Pos(),
		Tag: "unknown-element", Message: "is state data, it cannot be configured", Hint: "remove it"}
}
