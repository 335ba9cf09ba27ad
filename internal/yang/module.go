// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"sort"
	"strings"
)

// Module is one revision of a module with its submodules.
type Module struct {
	Name, Namespace, Prefix, Revision string
	// Implemented modules contribute data nodes, augments and deviations; the others
	// only what is imported from them.
	Implemented bool
	// Features are the enabled ones, sorted.
	Features []string

	schema     *Schema
	main       *unit
	units      []*unit // main first, then the included submodules
	typedefs   map[string]*typedef
	groupings  map[string]*grouping
	identities map[string]*Identity
	features   map[string]*feature
	allEnabled bool
	needed     bool // implemented, or imported by one that is
}

// unit is one file: a module or a submodule. It is the lexical context of prefixes.
type unit struct {
	mod     *Module // of a submodule: the module it belongs to, nil when unknown
	name    string
	rev     string
	file    string
	st      *stmt
	prefix  string
	version string
	imports map[string]*Module // by prefix
	scope   *scope
	body    block
	used    bool // of a submodule: included
}

// pos returns the position of a statement in the unit.
func (u *unit) pos(st *stmt) Pos {
	if st == nil {
		return Pos{File: u.file}
	}
	return Pos{File: u.file, Line: int(st.line), Column: int(st.col)}
}

// resolve returns the module a prefix stands for; "" is the unit's own module.
func (u *unit) resolve(prefix string) *Module {
	if prefix == "" || prefix == u.prefix {
		return u.mod
	}
	return u.imports[prefix]
}

// splitPrefix splits "prefix:name".
func splitPrefix(s string) (prefix, name string) {
	if i := strings.IndexByte(s, ':'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return "", s
}

// load parses the sources and registers modules and submodules.
func (c *compiler) load(sources []Source) {
	c.subs = map[string][]*unit{}
	results, errs := parseAll(sources)
	for i, src := range sources {
		if errs[i] != nil {
			c.s.problems = append(c.s.problems, Problem{Severity: Failure, Module: src.Name,
				Pos: Pos{File: src.Name}, Message: strings.TrimPrefix(errs[i].Error(), src.Name+": ")})
			continue
		}
		c.loadUnits(src, &results[i])
	}
	for _, revs := range c.s.modules {
		sort.SliceStable(revs, func(i, j int) bool { return revs[i].Revision > revs[j].Revision })
	}
	for _, revs := range c.subs {
		sort.SliceStable(revs, func(i, j int) bool { return revs[i].rev > revs[j].rev })
	}
}

func (c *compiler) loadUnits(src Source, p *parsed) {
	found := false
	for i := range p.top {
		st := &p.top[i]
		if st.kw != kwModule && st.kw != kwSubmodule || st.arg == "" {
			c.failure(&unit{name: src.Name, file: src.Name}, st, "not a module or submodule")
			continue
		}
		found = true
		u := &unit{name: st.arg, file: src.Name, st: st, version: st.subArg(kwYangVersion), rev: newestRevision(st)}
		for j := range p.unknown {
			c.failure(u, &p.unknown[j], "not a YANG statement")
		}
		if st.kw == kwSubmodule {
			c.addSubmodule(u)
		} else {
			c.addModule(u)
		}
	}
	if !found && len(p.top) == 0 {
		c.s.problems = append(c.s.problems, Problem{Severity: Failure, Module: src.Name,
			Pos: Pos{File: src.Name}, Message: "holds no module"})
	}
}

func newestRevision(st *stmt) string {
	rev := ""
	for i := range st.subs {
		if x := &st.subs[i]; x.kw == kwRevision && x.arg > rev && dateForm.MatchString(x.arg) {
			rev = x.arg
		}
	}
	return rev
}

func (c *compiler) addModule(u *unit) {
	m := &Module{
		Name: u.name, Namespace: u.st.subArg(kwNamespace), Prefix: u.st.subArg(kwPrefix), Revision: u.rev,
		schema: c.s, main: u, units: []*unit{u},
		typedefs: map[string]*typedef{}, groupings: map[string]*grouping{},
		identities: map[string]*Identity{}, features: map[string]*feature{},
	}
	u.mod, u.prefix = m, m.Prefix
	if m.Namespace == "" || m.Prefix == "" {
		c.failure(u, u.st, "namespace and prefix are mandatory in a module")
		if m.Namespace == "" {
			return
		}
	}
	for _, other := range c.s.modules[m.Name] {
		if other.Revision == m.Revision {
			if !sameStmt(other.main.st, u.st) {
				c.warning(u, u.st, "revision %q is also in %s, with other content; this copy is ignored", m.Revision, other.main.file)
			}
			return
		}
	}
	c.s.modules[m.Name] = append(c.s.modules[m.Name], m)
}

func (c *compiler) addSubmodule(u *unit) {
	b := u.st.sub(kwBelongsTo)
	if b == nil {
		c.failure(u, u.st, "belongs-to is mandatory in a submodule")
		return
	}
	u.prefix = b.subArg(kwPrefix)
	for _, other := range c.subs[u.name] {
		if other.rev == u.rev {
			return
		}
	}
	c.subs[u.name] = append(c.subs[u.name], u)
}

func sameStmt(a, b *stmt) bool {
	if a.kw != b.kw || a.arg != b.arg || len(a.subs) != len(b.subs) {
		return false
	}
	for i := range a.subs {
		if !sameStmt(&a.subs[i], &b.subs[i]) {
			return false
		}
	}
	return true
}

// sortedModules returns every loaded module revision, by name and revision.
func (s *Schema) sortedModules() []*Module {
	var out []*Module
	for _, revs := range s.modules {
		out = append(out, revs...)
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].Name < out[j].Name || out[i].Name == out[j].Name && out[i].Revision < out[j].Revision
	})
	return out
}

// link resolves include, then import, of every unit (RFC 7950 sections 5.1.1, 7.1.5, 7.1.6).
func (c *compiler) link() {
	for _, m := range c.s.sortedModules() {
		c.include(m, m.main, map[string]bool{})
	}
	for _, m := range c.s.sortedModules() {
		for _, u := range m.units {
			c.imports(u)
		}
	}
	var left []*unit
	for _, revs := range c.subs {
		for _, u := range revs {
			if !u.used {
				left = append(left, u)
			}
		}
	}
	sort.Slice(left, func(i, j int) bool { return left[i].file < left[j].file })
	for _, u := range left {
		if len(c.s.modules[u.st.subArg(kwBelongsTo)]) == 0 {
			c.warning(u, u.st, "module %q, to which it belongs, is not there", u.st.subArg(kwBelongsTo))
		}
	}
}

func (c *compiler) include(m *Module, u *unit, seen map[string]bool) {
	for i := range u.st.subs {
		st := &u.st.subs[i]
		if st.kw != kwInclude || seen[st.arg] {
			continue
		}
		seen[st.arg] = true
		sub := c.findSubmodule(m, st)
		if sub == nil {
			c.failure(u, st, "submodule %s not found", withRevision(st.arg, st.subArg(kwRevisionDate)))
			continue
		}
		if sub.used && sub.mod != m {
			// Another revision of the module includes it too: it gets a unit of its own.
			sub = &unit{name: sub.name, rev: sub.rev, file: sub.file, st: sub.st, prefix: sub.prefix, version: sub.version}
		}
		sub.used, sub.mod = true, m
		m.units = append(m.units, sub)
		c.include(m, sub, seen)
	}
}

func (c *compiler) findSubmodule(m *Module, inc *stmt) *unit {
	rev := inc.subArg(kwRevisionDate)
	for _, u := range c.subs[inc.arg] {
		if u.st.subArg(kwBelongsTo) == m.Name && (rev == "" || rev == u.rev) {
			return u
		}
	}
	return nil
}

func withRevision(name, rev string) string {
	if rev == "" {
		return name
	}
	return name + "@" + rev
}

func (c *compiler) imports(u *unit) {
	u.imports = map[string]*Module{}
	for i := range u.st.subs {
		st := &u.st.subs[i]
		if st.kw != kwImport {
			continue
		}
		prefix, rev := st.subArg(kwPrefix), st.subArg(kwRevisionDate)
		m := c.findModule(st.arg, rev)
		if m == nil {
			m = c.findModule(st.arg, "")
			if m == nil {
				c.failure(u, st, "module %s not found", withRevision(st.arg, rev))
				continue
			}
			c.warning(u, st, "revision %s not found, %q is used instead", rev, m.Revision)
		}
		if old := u.imports[prefix]; old != nil && old != m || prefix == u.prefix {
			c.failure(u, st, "prefix %q is already in use", prefix)
			continue
		}
		u.imports[prefix] = m
	}
}

// findModule returns the module at a revision; without one the implemented, else the newest.
func (c *compiler) findModule(name, rev string) *Module {
	revs := c.s.modules[name]
	if rev != "" {
		for _, m := range revs {
			if m.Revision == rev {
				return m
			}
		}
		return nil
	}
	for _, ref := range c.opts.Implement {
		if ref.Name == name && ref.Revision != "" {
			for _, m := range revs {
				if m.Revision == ref.Revision {
					return m
				}
			}
		}
	}
	if len(revs) == 0 {
		return nil
	}
	return revs[0]
}
