// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"sort"
	"strings"
)

// Pos is a place in a source; the zero Pos is unknown.
type Pos struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// String returns "file:line", as much of it as is known.
func (p Pos) String() string {
	switch {
	case p.File == "" && p.Line == 0:
		return ""
	case p.Line == 0:
		return p.File
	case p.File == "":
		return fmt.Sprintf("line %d", p.Line)
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Error is one violation found in data: what is wrong, where the value was
// declared, and which statement of which module says so.
type Error struct {
	// Path is the data path of the offending node, see [Data.Path]. Tainted key
	// values are replaced by their digest.
	Path string `json:"path"`
	// Rule is the violated rule in YANG's words, e.g. `type uint16 { range "1..4094" }`.
	Rule string `json:"rule,omitempty"`
	// Pos is where the rule stands in its module.
	Pos Pos `json:"pos,omitzero"`
	// Tag and AppTag are the NETCONF error-tag and error-app-tag (RFC 7950 section 15).
	Tag    string `json:"tag,omitempty"`
	AppTag string `json:"appTag,omitempty"`
	// Message says what is wrong. It never holds a tainted value.
	Message string `json:"message"`
	// Origin is where the value was declared.
	Origin Origin `json:"origin,omitzero"`
	// Hint says what the user can do.
	Hint string `json:"hint,omitempty"`
	// Related are the other nodes that have a part in it, such as the first of two entries
	// with one key.
	Related []Related `json:"related,omitempty"`
	// Curable says that the tree was a part of a configuration, and that the rest of it may
	// be what is missing: the same tree, together with what the device holds, may be valid.
	// It is about one validation, not about the violation, and is not serialised.
	Curable bool `json:"-"`
}

// Related is another node that has a part in an error.
type Related struct {
	// Path is as in Error.
	Path   string `json:"path"`
	Origin Origin `json:"origin,omitzero"`
}

// Error returns the whole error in one line:
// "layer file:line path: message (rule at module:line); hint".
func (e *Error) Error() string {
	var b strings.Builder
	if o := e.Origin.String(); o != "" {
		b.WriteString(o)
		b.WriteByte(' ')
	}
	if e.Path != "" {
		b.WriteString(e.Path)
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	pos := e.Pos.String()
	switch {
	case e.Rule != "" && pos != "":
		fmt.Fprintf(&b, " (%s at %s)", e.Rule, pos)
	case e.Rule != "":
		fmt.Fprintf(&b, " (%s)", e.Rule)
	case pos != "":
		fmt.Fprintf(&b, " (%s)", pos)
	}
	if e.Hint != "" {
		b.WriteString("; ")
		b.WriteString(e.Hint)
	}
	return b.String()
}

// Errors are all violations found, sorted by origin and path.
type Errors []*Error

// Error returns the errors, one per line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As and errors.Is access to every single error.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, err := range e {
		out[i] = err
	}
	return out
}

// Err returns the errors as an error, nil when there are none.
func (e Errors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// Sort orders the errors by layer, file, line, path and message.
func (e Errors) Sort() {
	sort.SliceStable(e, func(i, j int) bool {
		a, b := e[i], e[j]
		if x, y := a.Origin.sortKey(), b.Origin.sortKey(); x != y {
			return x < y
		}
		if a.Origin.Line != b.Origin.Line {
			return a.Origin.Line < b.Origin.Line
		}
		if a.Path != b.Path {
			return a.Path < b.Path
		}
		return a.Message < b.Message
	})
}

// Layer is one declared piece of configuration.
type Layer struct {
	// Name is the layer's name, File the file it was read from (may be empty),
	// Revision the revision of its source (may be empty).
	Name     string `json:"name,omitempty"`
	File     string `json:"file,omitempty"`
	Revision string `json:"revision,omitempty"`
}

// Origin is where a value was declared; the zero Origin is unknown.
type Origin struct {
	Layer *Layer `json:"layer,omitempty"`
	Line  int    `json:"line,omitempty"`
}

// String returns "layer file:line", as much of it as is known.
func (o Origin) String() string {
	if o.Layer == nil {
		if o.Line > 0 {
			return fmt.Sprintf("line %d", o.Line)
		}
		return ""
	}
	s := o.Layer.Name
	p := Pos{File: o.Layer.File, Line: o.Line}.String()
	switch {
	case s == "":
		return p
	case p == "":
		return s
	case o.Layer.File == "" || o.Layer.File == s:
		return fmt.Sprintf("%s:%d", s, o.Line)
	}
	return s + " " + p
}

func (o Origin) sortKey() string {
	if o.Layer == nil {
		return ""
	}
	return o.Layer.Name + "\x00" + o.Layer.File
}
