// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"strings"
)

// implement decides which modules are implemented and which features they support.
func (c *compiler) implement() {
	if len(c.opts.Implement) == 0 {
		for _, revs := range c.s.modules {
			revs[0].Implemented, revs[0].allEnabled = true, true
		}
	}
	listed := map[string]ModuleRef{}
	for _, ref := range c.opts.Implement {
		m := c.findModule(ref.Name, ref.Revision)
		if m == nil {
			c.s.problems = append(c.s.problems, Problem{Severity: Failure, Module: ref.Name,
				Message: fmt.Sprintf("module %s is to be implemented but not there", withRevision(ref.Name, ref.Revision))})
			continue
		}
		m.Implemented, m.allEnabled = true, ref.AllFeatures
		listed[ref.Name] = ref
	}
	for c.implementReferred(listed) {
	}
	c.allFeatures(listed)
	for _, m := range c.s.sortedModules() {
		for _, name := range sortedKeys(m.features) {
			if c.featureEnabled(m.features[name]) {
				m.Features = append(m.Features, name)
			}
		}
	}
}

// allFeatures makes the features of all modules, undecided.
func (c *compiler) allFeatures(listed map[string]ModuleRef) {
	for _, m := range c.s.sortedModules() {
		c.features(m, listed[m.Name])
	}
}

// implementReferred implements what implemented modules augment or deviate, and what their
// leafrefs refer to (RFC 7950 section 5.6.5); the user left it out of the list. Features
// it has if the module that asks for it has all of its own. It says whether there was any:
// with its features, more may be referred to.
func (c *compiler) implementReferred(listed map[string]ModuleRef) bool {
	if len(c.opts.Implement) == 0 {
		return false // all are
	}
	before := c.s.problems
	r := referrer{c: c, seen: map[*stmt]bool{}}
	c.allFeatures(listed)
	for _, m := range c.s.sortedModules() {
		if !m.Implemented {
			continue
		}
		r.mod = m
		for _, u := range m.units {
			r.below(u, u.st, nil)
		}
	}
	// What else is wrong is found again when the statements are compiled.
	c.s.problems = append(before[:len(before):len(before)], r.problems...)
	return len(r.problems) > 0
}

// referrer walks the statements that take effect in implemented modules, before they are
// compiled: uses and types lead to groupings and typedefs.
type referrer struct {
	c        *compiler
	mod      *Module // the implemented one
	seen     map[*stmt]bool
	problems []Problem
}

// enclosing are the statements around another one, innermost first.
type enclosing struct {
	st    *stmt
	outer *enclosing
}

func (r *referrer) below(u *unit, st *stmt, around *enclosing) {
	if r.seen[st] {
		return
	}
	r.seen[st] = true
	in := &enclosing{st, around}
	for i := range st.subs {
		x := &st.subs[i]
		if x.kw == kwGrouping || x.kw == kwTypedef || !r.c.ifFeatures(u, x) {
			continue
		}
		switch x.kw {
		case kwAugment, kwDeviation:
			r.path(u, x, x.arg)
		case kwPath:
			r.path(u, x, x.arg)
		case kwUses:
			r.definition(u, kwGrouping, x.arg, in)
		case kwType:
			r.definition(u, kwTypedef, x.arg, in)
		}
		if len(x.subs) > 0 {
			r.below(u, x, in)
		}
	}
}

// definition follows a name to its grouping or typedef, where there is one.
func (r *referrer) definition(u *unit, kw keyword, name string, around *enclosing) {
	prefix, local := splitPrefix(name)
	m := u.resolve(prefix)
	if m == nil {
		return
	}
	if m == u.mod {
		for e := around; e != nil; e = e.outer {
			if d := e.st.define(kw, local); d != nil {
				r.below(u, d, e)
				return
			}
		}
	}
	for _, v := range m.units {
		if d := v.st.define(kw, local); d != nil {
			r.below(v, d, &enclosing{st: v.st})
			return
		}
	}
}

// define returns the definition with a name directly in a statement.
func (s *stmt) define(kw keyword, name string) *stmt {
	for i := range s.subs {
		if x := &s.subs[i]; x.kw == kw && x.arg == name {
			return x
		}
	}
	return nil
}

// path implements the modules that the names of a path are in.
func (r *referrer) path(u *unit, st *stmt, path string) {
	path, err := withoutPredicates(path)
	if err != nil {
		return
	}
	for step := range strings.FieldsFuncSeq(path, func(c rune) bool { return strings.ContainsRune("/() \t\r\n", c) }) {
		prefix, _ := splitPrefix(step)
		t := u.resolve(prefix)
		if prefix == "" || t == nil || t.Implemented || r.c.otherImplemented(t) {
			continue
		}
		t.Implemented, t.allEnabled = true, r.mod.allEnabled
		r.problems = append(r.problems, Problem{Severity: Warning, Module: u.name, Pos: u.pos(st), Statement: st.String(),
			Message: fmt.Sprintf("module %s is implemented too, because of this (RFC 7950 section 5.6.5)", t.Name)})
	}
}

func (c *compiler) otherImplemented(m *Module) bool {
	for _, o := range c.s.modules[m.Name] {
		if o.Implemented {
			return true
		}
	}
	return false
}
