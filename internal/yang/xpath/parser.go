// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"fmt"
	"strings"
)

// names resolves a prefix to a module's name; "" is the default. ok is false when the
// prefix is unknown.
type names func(prefix string) (module string, ok bool)

// maxDepth bounds nested parentheses, predicates and calls.
const maxDepth = 100

// parse parses an expression.
func parse(text string, resolve names) (*expr, error) {
	toks, err := tokens(text)
	if err != nil {
		return nil, err
	}
	p := &parser{toks: toks, resolve: resolve, functions: functions()}
	e, err := p.expr()
	if err != nil {
		return nil, err
	}
	if p.peek().kind != tokenEnd {
		return nil, p.unexpected("the end")
	}
	return e, nil
}

type parser struct {
	toks      []token
	i         int
	depth     int
	resolve   names
	functions map[string]*function
}

func (p *parser) peek() token { return p.toks[p.i] }

// accept consumes the operator or mark when it comes next.
func (p *parser) accept(text string) bool {
	t := p.peek()
	if (t.kind == tokenOperator || t.kind == tokenMark) && t.text == text {
		p.i++
		return true
	}
	return false
}

func (p *parser) expect(text string) error {
	if !p.accept(text) {
		return p.unexpected(fmt.Sprintf("%q", text))
	}
	return nil
}

func (p *parser) unexpected(want string) error {
	t := p.peek()
	if t.kind == tokenEnd {
		return fmt.Errorf("ends where %s is expected", want)
	}
	return fmt.Errorf("expected %s at position %d, found %q", want, t.at+1, t.text)
}

// binary are the operators by precedence, the weakest first (XPath 1.0 section 3.5).
var binary = [...][]struct {
	text string
	op   op
	kind kind
}{
	{{"or", opOr, kindBoolean}},
	{{"and", opAnd, kindBoolean}},
	{{"=", opEqual, kindBoolean}, {"!=", opNotEqual, kindBoolean}},
	{{"<=", opLessEqual, kindBoolean}, {">=", opGreaterEqual, kindBoolean}, {"<", opLess, kindBoolean}, {">", opGreater, kindBoolean}},
	{{"+", opAdd, kindNumber}, {"-", opSubtract, kindNumber}},
	{{"*", opMultiply, kindNumber}, {"div", opDivide, kindNumber}, {"mod", opModulo, kindNumber}},
}

func (p *parser) expr() (*expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	return p.level(0)
}

func (p *parser) level(at int) (*expr, error) {
	if at == len(binary) {
		return p.unary()
	}
	left, err := p.level(at + 1)
next:
	for err == nil {
		for _, b := range binary[at] {
			if !p.accept(b.text) {
				continue
			}
			right, err := p.level(at + 1)
			if err != nil {
				return nil, err
			}
			left = &expr{op: b.op, kind: b.kind, l: left, r: right}
			left.finish()
			continue next
		}
		return left, nil
	}
	return nil, err
}

func (p *parser) unary() (*expr, error) {
	minus := 0
	for p.accept("-") {
		minus++
	}
	e, err := p.union()
	if err != nil || minus == 0 {
		return e, err
	}
	e = &expr{op: opNegate, kind: kindNumber, l: e}
	e.finish()
	if minus%2 == 0 {
		e = &expr{op: opNegate, kind: kindNumber, l: e}
		e.finish()
	}
	return e, nil
}

func (p *parser) union() (*expr, error) {
	left, err := p.path()
	for err == nil && p.accept("|") {
		right, err := p.path()
		if err != nil {
			return nil, err
		}
		if left.kind != kindSet || right.kind != kindSet {
			return nil, fmt.Errorf("both sides of | must be node-sets")
		}
		left = &expr{op: opUnion, kind: kindSet, l: left, r: right}
		left.finish()
	}
	return left, err
}

// path parses a PathExpr (XPath 1.0 section 3.3).
func (p *parser) path() (*expr, error) {
	e := &expr{op: opPath, kind: kindSet}
	if p.primary() {
		start, err := p.primaryExpr()
		if err != nil {
			return nil, err
		}
		e.start = start
		if e.startOnly, err = p.predicates(); err != nil {
			return nil, err
		}
		switch t := p.peek(); {
		case t.kind == tokenOperator && (t.text == "/" || t.text == "//"):
		case len(e.startOnly) == 0:
			return start, nil
		}
		if start.kind != kindSet {
			return nil, fmt.Errorf("a %s has neither steps nor predicates", start.kind)
		}
		if err := p.more(e); err != nil {
			return nil, err
		}
		e.finish()
		return e, nil
	}
	var err error
	switch {
	case p.accept("//"):
		e.absolute = true
		e.steps = append(e.steps, step{axis: axisDescendantOrSelf, test: testNode})
		err = p.step(e)
	case p.accept("/"):
		if e.absolute = true; p.stepAhead() {
			err = p.step(e)
		}
	default:
		err = p.step(e)
	}
	if err == nil {
		err = p.more(e)
	}
	if err != nil {
		return nil, err
	}
	e.finish()
	return e, nil
}

// more parses the steps after the first one.
func (p *parser) more(e *expr) error {
	for {
		switch {
		case p.accept("//"):
			e.steps = append(e.steps, step{axis: axisDescendantOrSelf, test: testNode})
		case p.accept("/"):
		default:
			return nil
		}
		if err := p.step(e); err != nil {
			return err
		}
	}
}

var nodeTypes = map[string]test{"node": testNode, "text": testText, "comment": testNever, "processing-instruction": testNever}

// primary says whether a primary expression comes next, not a step.
func (p *parser) primary() bool {
	t := p.peek()
	switch t.kind {
	case tokenNumber, tokenLiteral:
		return true
	case tokenMark:
		return t.text == "("
	case tokenName:
		after := p.toks[p.i+1]
		_, nodeType := nodeTypes[t.text]
		return after.kind == tokenMark && after.text == "(" && !nodeType
	}
	return false
}

func (p *parser) stepAhead() bool {
	t := p.peek()
	return t.kind == tokenName || t.kind == tokenMark && (t.text == "." || t.text == ".." || t.text == "@")
}

func (p *parser) primaryExpr() (*expr, error) {
	t := p.peek()
	p.i++
	switch {
	case t.kind == tokenNumber:
		n, _ := parseNumber(t.text)
		return &expr{op: opNumber, kind: kindNumber, num: n}, nil
	case t.kind == tokenLiteral:
		return &expr{op: opLiteral, kind: kindString, text: t.text}, nil
	case t.kind == tokenName:
		return p.call(t.text)
	}
	e, err := p.expr()
	if err != nil {
		return nil, err
	}
	return e, p.expect(")")
}

func (p *parser) call(name string) (*expr, error) {
	fn := p.functions[name]
	if fn == nil {
		return nil, fmt.Errorf("unknown function %s()", name)
	}
	e := &expr{op: opCall, kind: fn.result, fn: fn}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	for !p.accept(")") {
		if len(e.args) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		a, err := p.expr()
		if err != nil {
			return nil, err
		}
		e.args = append(e.args, a)
	}
	if len(e.args) < fn.least || fn.most >= 0 && len(e.args) > fn.most {
		return nil, fmt.Errorf("%s() with %d arguments", name, len(e.args))
	}
	if fn.set && len(e.args) > 0 && e.args[0].kind != kindSet {
		return nil, fmt.Errorf("%s() of a %s: it needs a node-set", name, e.args[0].kind)
	}
	e.deps = fn.deps
	if len(e.args) == 0 {
		e.deps |= fn.without
	}
	e.finish()
	return e, nil
}

func (p *parser) predicates() ([]*expr, error) {
	var out []*expr
	for p.accept("[") {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		if err := p.expect("]"); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// step parses a location step (XPath 1.0 section 2.1).
func (p *parser) step(e *expr) error {
	s := step{axis: axisChild}
	switch {
	case p.accept("."):
		e.steps = append(e.steps, step{axis: axisSelf, test: testNode})
		return nil
	case p.accept(".."):
		e.steps = append(e.steps, step{axis: axisParent, test: testNode})
		return nil
	case p.accept("@"):
		s.axis = axisNone
	}
	t := p.peek()
	if t.kind != tokenName {
		return p.unexpected("a step")
	}
	p.i++
	if p.accept("::") {
		a, ok := axes[t.text]
		if !ok {
			return fmt.Errorf("axis %q is not supported", t.text)
		}
		s.axis = a
		if t = p.peek(); t.kind != tokenName {
			return p.unexpected("a node test")
		}
		p.i++
	}
	if err := p.nodeTest(&s, t); err != nil {
		return err
	}
	var err error
	if s.preds, err = p.predicates(); err != nil {
		return err
	}
	e.steps = append(e.steps, s)
	return nil
}

func (p *parser) nodeTest(s *step, t token) error {
	if kind, ok := nodeTypes[t.text]; ok && p.accept("(") {
		if s.test = kind; p.peek().kind == tokenLiteral {
			p.i++
		}
		return p.expect(")")
	}
	if t.text == "*" {
		s.test = testAny
		return nil
	}
	prefix, name, ok := strings.Cut(t.text, ":")
	if !ok {
		prefix, name = "", t.text
	}
	m, known := p.resolve(prefix)
	if !known {
		return fmt.Errorf("unknown prefix %q", prefix)
	}
	s.module, s.name, s.test = m, name, testName
	if name == "*" {
		s.test = testModule
	}
	return nil
}
