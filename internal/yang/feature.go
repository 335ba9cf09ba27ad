// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"strings"
)

// feature is a feature statement (RFC 7950 section 7.20.1).
type feature struct {
	st      *stmt
	u       *unit
	listed  bool // the user supports it
	state   int8 // 0 unknown, 1 being decided, 2 off, 3 on
	enabled bool
}

// features makes the features of a module, undecided.
func (c *compiler) features(m *Module, ref ModuleRef) {
	supported := map[string]bool{}
	for _, f := range ref.Features {
		supported[f] = true
	}
	m.features = map[string]*feature{}
	all := m.allEnabled || len(c.opts.Implement) == 0
	for _, u := range m.units {
		for i := range u.st.subs {
			st := &u.st.subs[i]
			if st.kw != kwFeature {
				continue
			}
			if m.features[st.arg] != nil {
				c.failure(u, st, "defined twice")
				continue
			}
			m.features[st.arg] = &feature{st: st, u: u, listed: all || supported[st.arg]}
			delete(supported, st.arg)
		}
	}
	if !m.Implemented {
		return
	}
	for _, f := range ref.Features {
		if supported[f] {
			c.warning(m.main, m.main.st, "has no feature %q, which is listed as supported", f)
		}
	}
}

func (c *compiler) featureEnabled(f *feature) bool {
	switch f.state {
	case 0:
		f.state = 1
		f.enabled = f.listed && c.ifFeatures(f.u, f.st)
		f.state = 2
	case 1:
		c.failure(f.u, f.st, "depends on itself")
		return false
	}
	return f.enabled
}

// ifFeatures evaluates all if-feature statements of a statement (RFC 7950 section 7.20.2).
func (c *compiler) ifFeatures(u *unit, st *stmt) bool {
	ok := true
	for i := range st.subs {
		if x := &st.subs[i]; x.kw == kwIfFeature && !c.ifFeature(u, x) {
			ok = false
		}
	}
	return ok
}

func (c *compiler) ifFeature(u *unit, st *stmt) bool {
	p := featureParser{c: c, u: u, st: st, toks: featureTokens(st.arg)}
	v, err := p.or()
	if err == nil && len(p.toks) > 0 {
		err = fmt.Errorf("unexpected %q", p.toks[0])
	}
	if err != nil {
		c.failure(u, st, "%v", err)
		return false
	}
	return v
}

func featureTokens(s string) []string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "(", " ( "), ")", " ) ")
	return strings.Fields(s)
}

// featureParser is a recursive-descent parser of if-feature-expr (RFC 7950 section 14).
type featureParser struct {
	c     *compiler
	u     *unit
	st    *stmt
	toks  []string
	depth int
}

func (p *featureParser) peek() string {
	if len(p.toks) == 0 {
		return ""
	}
	return p.toks[0]
}

func (p *featureParser) or() (bool, error) {
	v, err := p.and()
	for err == nil && p.peek() == "or" {
		p.toks = p.toks[1:]
		var w bool
		w, err = p.and()
		v = v || w
	}
	return v, err
}

func (p *featureParser) and() (bool, error) {
	v, err := p.factor()
	for err == nil && p.peek() == "and" {
		p.toks = p.toks[1:]
		var w bool
		w, err = p.factor()
		v = v && w
	}
	return v, err
}

func (p *featureParser) factor() (bool, error) {
	if p.depth++; p.depth > 1000 {
		return false, fmt.Errorf("expression is nested too deep")
	}
	defer func() { p.depth-- }()
	tok := p.peek()
	if tok == "" {
		return false, fmt.Errorf("expression ends too early")
	}
	p.toks = p.toks[1:]
	switch tok {
	case "not":
		v, err := p.factor()
		return !v, err
	case "(":
		v, err := p.or()
		if err == nil && p.peek() != ")" {
			err = fmt.Errorf("missing )")
		}
		if err == nil {
			p.toks = p.toks[1:]
		}
		return v, err
	case ")", "and", "or":
		return false, fmt.Errorf("unexpected %q", tok)
	}
	prefix, name := splitPrefix(tok)
	m := p.u.resolve(prefix)
	if m == nil {
		return false, fmt.Errorf("unknown prefix %q", prefix)
	}
	f := m.features[name]
	if f == nil {
		return false, fmt.Errorf("module %s has no feature %q", m.Name, name)
	}
	return p.c.featureEnabled(f), nil
}
