// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import "sync/atomic"

// def is a data definition statement (RFC 7950 section 7), compiled once and shared by
// all nodes made from it: a grouping used a thousand times has its defs once.
type def struct {
	st     *stmt
	sc     *scope // of its substatements
	kind   Kind
	name   string
	body   block
	props  props
	asCase atomic.Pointer[def] // the implicit case around it (RFC 7950 section 7.9.2)
}

// block is the ordered content of a statement that holds data definitions.
type block []item

// item is a def or a uses.
type item struct {
	def  *def
	uses *uses
}

// uses is a uses statement (RFC 7950 section 7.13) with its refines and augments.
type uses struct {
	st       *stmt
	sc       *scope
	grouping *grouping
	patches  *overlay // nil when it has neither refine nor augment
	whens    []*Expr
}

// tri is a boolean that may be absent.
type tri int8

const (
	unset tri = iota
	isTrue
	isFalse
)

// props are the properties of a def which refine and deviation can change. They are
// copied before a change: a node without changes shares its def's.
type props struct {
	typ        *Type
	defaults   []textAt
	keys       []string
	uniques    []*Expr
	musts      []*Expr
	whens      []*Expr
	units      string
	min, max   uint64 // max 0: unbounded
	config     tri
	mandatory  bool
	presence   bool
	userOrder  bool
	hasDefault bool // of its own, not of its type
	secret     bool // it bears nacm:default-deny-all
	status     status
}

// textAt is an argument with the place it was written at.
type textAt struct {
	text string
	u    *unit
	st   *stmt
}

// Expr is an expression of the model (must, when, unique, path), kept as text with its
// lexical context.
type Expr struct {
	// Statement is "must", "when", "unique" or "path", Argument its text.
	Statement, Argument string
	// ErrorMessage and ErrorAppTag are those of a must (RFC 7950 section 7.5.4).
	ErrorMessage, ErrorAppTag string
	// Parent says that the context node is the data parent of the node: the when of a
	// uses or augment statement (RFC 7950 section 7.21.5).
	Parent bool

	u  *unit
	st *stmt
}

// Pos returns where the statement stands.
func (e *Expr) Pos() Pos { return e.u.pos(e.st) }

// Module returns the module whose text it is.
func (e *Expr) Module() *Module { return e.u.mod }

// Prefix returns the module that a prefix in the expression stands for; nil if unknown.
func (e *Expr) Prefix(prefix string) *Module { return e.u.resolve(prefix) }

// NewExpr returns an expression as if it stood in a module: its prefixes are the module's.
func NewExpr(m *Module, text string) *Expr {
	return &Expr{Statement: "expression", Argument: text, u: m.main}
}

func newExpr(u *unit, st *stmt) *Expr {
	return &Expr{Statement: st.kw.String(), Argument: st.arg, u: u, st: st,
		ErrorMessage: st.subArg(kwErrorMessage), ErrorAppTag: st.subArg(kwErrorAppTag)}
}

// exprs returns the substatements with the keyword as expressions.
func exprs(u *unit, st *stmt, kw keyword, parent bool) []*Expr {
	var out []*Expr
	for i := range st.subs {
		if x := &st.subs[i]; x.kw == kw {
			e := newExpr(u, x)
			e.Parent = parent
			out = append(out, e)
		}
	}
	return out
}

type status uint8

const (
	statusCurrent status = iota
	statusDeprecated
	statusObsolete
)

func (s status) String() string {
	return [...]string{"current", "deprecated", "obsolete"}[s]
}

var defKinds = map[keyword]Kind{
	kwContainer: KindContainer, kwList: KindList, kwLeaf: KindLeaf, kwLeafList: KindLeafList,
	kwChoice: KindChoice, kwCase: KindCase, kwAnydata: KindAnyData, kwAnyxml: KindAnyXML,
	kwRPC: KindRPC, kwAction: KindAction, kwInput: KindInput, kwOutput: KindOutput,
	kwNotification: KindNotification,
}

// keywordOf returns the keyword of a kind of definition.
func keywordOf(k Kind) keyword { return keywordByName[k.String()] }

// body compiles the definitions of every unit that is needed, whether implemented or not:
// problems in a grouping are found once, where it is written.
func (c *compiler) body() {
	for _, m := range c.neededModules() {
		all := newNames(c)
		for _, u := range m.units {
			for _, name := range sortedKeys(u.scope.typedefs) {
				if d := u.scope.typedefs[name]; d.sc == u.scope {
					c.typedefType(d)
				}
			}
			for _, name := range sortedKeys(u.scope.groupings) {
				if g := u.scope.groupings[name]; g.sc == u.scope {
					c.compileGrouping(g)
				}
			}
			u.body = c.block(u.scope, u.st)
			u.body = all.block(u, u.body)
		}
	}
}

// block compiles the data definitions among the substatements of st.
func (c *compiler) block(sc *scope, st *stmt) block {
	var out block
	for i := range st.subs {
		x := &st.subs[i]
		if x.kw == kwUses {
			if u := c.uses(sc, x); u != nil {
				out = append(out, item{uses: u})
			}
			continue
		}
		kind, ok := defKinds[x.kw]
		if !ok || !c.ifFeatures(sc.u, x) {
			continue
		}
		out = append(out, item{def: c.def(sc, x, kind)})
	}
	return out
}

func (c *compiler) def(sc *scope, st *stmt, kind Kind) *def {
	d := &def{st: st, kind: kind, name: st.arg, sc: c.inner(sc, st)}
	if kind == KindInput || kind == KindOutput {
		d.name = st.kw.String()
	}
	if d.sc != sc {
		c.innerDefinitions(d.sc)
	}
	d.body = c.block(d.sc, st)
	c.properties(d)
	c.checkDef(d)
	if kind == KindRPC || kind == KindAction {
		c.implicitIO(d)
	}
	return d
}

// implicitIO adds the input and output that every operation has (RFC 7950 section 7.14.2).
func (c *compiler) implicitIO(d *def) {
	has := map[Kind]bool{}
	for _, it := range d.body {
		if it.def != nil {
			has[it.def.kind] = true
		}
	}
	for _, k := range []Kind{KindInput, KindOutput} {
		if !has[k] {
			d.body = append(d.body, item{def: &def{st: d.st, sc: d.sc, kind: k, name: k.String()}})
		}
	}
}

// innerDefinitions compiles typedefs and groupings that are defined inside a statement.
func (c *compiler) innerDefinitions(sc *scope) {
	for _, name := range sortedKeys(sc.typedefs) {
		c.typedefType(sc.typedefs[name])
	}
	for _, name := range sortedKeys(sc.groupings) {
		c.compileGrouping(sc.groupings[name])
	}
}

const (
	compiling = 1
	compiled  = 2
)

// compileGrouping returns false when the grouping uses itself (RFC 7950 section 7.12).
func (c *compiler) compileGrouping(g *grouping) bool {
	switch c.groupingState[g] {
	case compiling:
		return false
	case compiled:
		return true
	}
	c.groupingState[g] = compiling
	in := c.inner(g.sc, g.st)
	if in != g.sc {
		c.innerDefinitions(in)
	}
	g.body = c.block(in, g.st)
	g.body = newNames(c).block(in.u, g.body)
	c.groupingState[g] = compiled
	return true
}

func (c *compiler) uses(sc *scope, st *stmt) *uses {
	if !c.ifFeatures(sc.u, st) {
		return nil
	}
	g := sc.grouping(st.arg)
	if g == nil {
		c.failure(sc.u, st, "grouping not found")
		return nil
	}
	if !c.compileGrouping(g) {
		c.failure(sc.u, st, "grouping uses itself")
		return nil
	}
	u := &uses{st: st, sc: sc, grouping: g, whens: exprs(sc.u, st, kwWhen, true)}
	c.refinements(u)
	return u
}
