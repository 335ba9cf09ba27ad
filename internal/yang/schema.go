// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Source is one .yang file. Name is shown in positions.
type Source struct {
	Name string
	Data []byte
}

// Options say which of the modules found are implemented.
type Options struct {
	// Implement lists the implemented modules with their features; all others are
	// only importable (typedefs, groupings, identities). When empty, the newest
	// revision of every module is implemented with all its features.
	Implement []ModuleRef
}

// ModuleRef names an implemented module.
type ModuleRef struct {
	// Name is the module's name. Revision may be empty: the newest one found.
	Name, Revision string
	// Features are the supported features; none when empty, unless AllFeatures.
	Features    []string
	AllFeatures bool
}

// Severity says what a Problem means for the use of the schema.
type Severity uint8

const (
	// Warning: the module is usable, something in it is ignored or unusual.
	Warning Severity = iota + 1
	// Failure: a statement or a whole module could not be compiled and is left out.
	Failure
)

// String returns "warning" or "error".
func (s Severity) String() string {
	if s == Failure {
		return "error"
	}
	return "warning"
}

// Problem is something found while compiling modules. It stays local: everything
// it does not concern is usable.
type Problem struct {
	Severity  Severity
	Module    string // name of the module, or of the source when it has none
	Pos       Pos
	Statement string // keyword and argument, e.g. "uses foo:bar"
	Message   string
}

// String returns the problem in one line.
func (p Problem) String() string {
	s := p.Severity.String() + ": " + p.Message
	if p.Statement != "" {
		s = p.Severity.String() + ": " + p.Statement + ": " + p.Message
	}
	if pos := p.Pos.String(); pos != "" {
		return pos + ": " + s
	}
	return p.Module + ": " + s
}

// Constraint is a statement that restricts data but is not evaluated.
type Constraint struct {
	Statement string // must, when, require-instance, pattern, ...
	// Path is the schema path of the node it belongs to. For statements in a grouping
	// or typedef (Schema.Unevaluated): "grouping module:name/a/b", "typedef module:name".
	Path     string
	Argument string
	Pos      Pos
}

// Schema is a compiled set of modules. It is immutable and safe for concurrent use;
// nodes are made when they are first visited.
type Schema struct {
	digest      string
	modules     map[string][]*Module // revisions, newest first
	sorted      []*Module
	byNS        map[string]*Module
	problems    []Problem
	root        *Node
	expressions map[string]*expression // while compiling
	leafrefs    sync.Map               // leafrefKey -> *Node
	derived     sync.Map               // see Derived
}

// finish builds the indexes once everything is compiled.
func (s *Schema) finish() {
	s.sorted = s.sortedModules()
	for _, m := range s.sorted {
		if old := s.byNS[m.Namespace]; old == nil || m.Implemented || !old.Implemented {
			s.byNS[m.Namespace] = m
		}
	}
	sort.SliceStable(s.problems, func(i, j int) bool {
		a, b := s.problems[i], s.problems[j]
		if a.Pos.File != b.Pos.File {
			return a.Pos.File < b.Pos.File
		}
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line < b.Pos.Line
		}
		return a.Message < b.Message
	})
	s.problems = slices.Compact(s.problems)
}

// Digest returns "sha256:…" over the sources' contents and the options: equal digests
// mean equal schemas.
func (s *Schema) Digest() string { return s.digest }

// Problems returns what was found while compiling, sorted by position.
func (s *Schema) Problems() []Problem { return s.problems }

// Modules returns all modules, implemented or not, sorted by name and revision.
func (s *Schema) Modules() []*Module { return s.sorted }

// Module returns the module with the name: the implemented revision, else the newest;
// nil when there is none.
func (s *Schema) Module(name string) *Module {
	revs := s.modules[name]
	for _, m := range revs {
		if m.Implemented {
			return m
		}
	}
	if len(revs) > 0 {
		return revs[0]
	}
	return nil
}

// ModuleByNamespace returns the module with the XML namespace, nil when there is none.
func (s *Schema) ModuleByNamespace(ns string) *Module { return s.byNS[ns] }

// Derived returns what was derived from the schema under a key, making it at the first
// call: packages above keep here what they compile once for all trees of the schema. Keys
// must be of a type of the caller's. When several callers come at once, make may run more
// than once; all of them get the same result.
func (s *Schema) Derived(key any, compute func() any) any {
	if v, ok := s.derived.Load(key); ok {
		return v
	}
	v, _ := s.derived.LoadOrStore(key, compute())
	return v
}

// Root returns the pseudo container above all top-level nodes.
func (s *Schema) Root() *Node { return s.root }

// Identity returns an identity by module and name, nil when there is none.
func (s *Schema) Identity(module, name string) *Identity {
	m := s.Module(module)
	if m == nil {
		return nil
	}
	return m.identities[name]
}

// Find returns the node at a schema path "/mod:a/b". The module is needed at the top
// and where it changes; choice and case names may be given or left out.
func (s *Schema) Find(path string) (*Node, error) {
	n, module := s.root, ""
	if path == "/" || path == "" {
		return n, nil
	}
	if path[0] != '/' {
		return nil, fmt.Errorf("schema path %q: must start with /", path)
	}
	for _, part := range strings.Split(path[1:], "/") {
		prefix, name := splitPrefix(part)
		if prefix != "" {
			module = prefix
		}
		if module == "" {
			return nil, fmt.Errorf("schema path %q: the first name needs a module, as in /module:name", path)
		}
		next := n.schemaChild(module, name)
		if next == nil {
			next = n.Child(module, name)
		}
		if next == nil {
			return nil, fmt.Errorf("schema path %q: no node %q of module %q in %s", path, name, module, n.describe())
		}
		n = next
	}
	return n, nil
}
