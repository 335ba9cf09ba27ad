// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"regexp"
	"regexp/syntax"
	"sync"
)

// Pattern is a pattern statement (RFC 7950 section 9.4.5). Its regular expression is
// translated and checked when the module is loaded, and compiled at its first use.
// Equal patterns of a schema share one expression.
type Pattern struct {
	text            string
	invert          bool
	message, appTag string
	u               *unit
	st              *stmt
	re              *expression
}

// expression is a translated regular expression; source is "" when it cannot be used.
type expression struct {
	source string
	err    error
	once   sync.Once
	re     *regexp.Regexp
}

// Pos returns where the pattern is written.
func (p *Pattern) Pos() Pos { return p.u.pos(p.st) }

// Text returns the regular expression as written.
func (p *Pattern) Text() string { return p.text }

// Inverted says that texts must not match (RFC 7950 section 9.4.6).
func (p *Pattern) Inverted() bool { return p.invert }

// Match says whether a text satisfies the pattern, invert-match considered. A pattern
// that could not be compiled is satisfied by every text; it is listed as unevaluated.
func (p *Pattern) Match(s string) bool {
	e := p.re
	if e.err != nil {
		return true
	}
	e.once.Do(func() { e.re, _ = regexp.Compile(e.source) })
	if e.re == nil {
		return true
	}
	return e.re.MatchString(s) != p.invert
}

// pattern adds a pattern statement to a type (RFC 7950 sections 9.4.5 and 9.4.6).
func (c *compiler) pattern(u *unit, st *stmt, t *Type) {
	p := &Pattern{text: st.arg, u: u, st: st,
		message: st.subArg(kwErrorMessage), appTag: st.subArg(kwErrorAppTag)}
	if m := st.sub(kwModifier); m != nil {
		if p.invert = m.arg == "invert-match"; !p.invert {
			c.failure(u, m, `must be "invert-match"`)
		}
	}
	p.re = c.s.expressions[st.arg]
	if p.re == nil {
		p.re = newExpression(st.arg)
		c.s.expressions[st.arg] = p.re
	}
	if p.re.err != nil {
		c.warning(u, st, "is not evaluated: %v", p.re.err)
	}
	t.patterns = append(t.patterns[:len(t.patterns):len(t.patterns)], p)
}

func newExpression(text string) *expression {
	src, err := translatePattern(text)
	if err == nil {
		_, err = syntax.Parse(src, syntax.Perl)
	}
	return &expression{source: src, err: err}
}

// CompilePattern compiles a regular expression of XML Schema, as in pattern statements
// (RFC 7950 section 9.4.5); it is anchored at both ends.
func CompilePattern(text string) (*regexp.Regexp, error) {
	src, err := translatePattern(text)
	if err != nil {
		return nil, err
	}
	return regexp.Compile(src)
}
