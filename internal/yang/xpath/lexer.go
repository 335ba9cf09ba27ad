// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"fmt"
	"strconv"
	"strings"
)

// tokenKind is the kind of a lexical token (XPath 1.0 section 3.7).
type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenNumber
	tokenLiteral
	tokenName     // a name test, a function or an axis: "*", "p:*", "a", "p:a"
	tokenOperator // or and mod div * / // | + - = != < <= > >=
	tokenMark     // ( ) [ ] . .. @ , ::
)

type token struct {
	kind tokenKind
	text string
	at   int
}

// maxText is the longest expression that is compiled, in bytes.
const maxText = 1 << 16

// tokens splits an expression.
func tokens(text string) ([]token, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("expression of %d bytes is too long", len(text))
	}
	l := lexer{s: text}
	for {
		if err := l.next(); err != nil {
			return nil, err
		}
		if l.out[len(l.out)-1].kind == tokenEnd {
			return l.out, nil
		}
	}
}

type lexer struct {
	s   string
	i   int
	out []token
}

// operand says that an operand must come next: "*" is a name test then, and "and" a name.
func (l *lexer) operand() bool {
	if len(l.out) == 0 {
		return true
	}
	switch last := l.out[len(l.out)-1]; last.kind {
	case tokenOperator:
		return true
	case tokenMark:
		return last.text == "@" || last.text == "::" || last.text == "(" || last.text == "[" || last.text == ","
	}
	return false
}

func (l *lexer) add(k tokenKind, n int) {
	l.out = append(l.out, token{k, l.s[l.i : l.i+n], l.i})
	l.i += n
}

func (l *lexer) next() error {
	for l.i < len(l.s) && strings.IndexByte(" \t\r\n", l.s[l.i]) >= 0 {
		l.i++
	}
	if l.i == len(l.s) {
		l.add(tokenEnd, 0)
		return nil
	}
	rest := l.s[l.i:]
	c := rest[0]
	switch {
	case c == '"' || c == '\'':
		end := strings.IndexByte(rest[1:], c)
		if end < 0 {
			return fmt.Errorf("literal at position %d is not closed", l.i+1)
		}
		l.out = append(l.out, token{tokenLiteral, rest[1 : 1+end], l.i})
		l.i += end + 2
	case digit(c) || c == '.' && len(rest) > 1 && digit(rest[1]):
		n := 0
		for n < len(rest) && (digit(rest[n]) || rest[n] == '.' && !strings.Contains(rest[:n], ".")) {
			n++
		}
		l.add(tokenNumber, n)
	case c == '*' && !l.operand():
		l.add(tokenOperator, 1)
	case c == '*':
		l.add(tokenName, 1)
	case nameStart(c):
		return l.name(rest)
	default:
		return l.mark(rest)
	}
	return nil
}

func (l *lexer) mark(rest string) error {
	for _, m := range [...]string{"..", "::", "(", ")", "[", "]", ".", "@", ","} {
		if strings.HasPrefix(rest, m) {
			l.add(tokenMark, len(m))
			return nil
		}
	}
	for _, m := range [...]string{"//", "!=", "<=", ">=", "/", "|", "+", "-", "=", "<", ">"} {
		if strings.HasPrefix(rest, m) {
			l.add(tokenOperator, len(m))
			return nil
		}
	}
	if rest[0] == '$' {
		return fmt.Errorf("variable at position %d: YANG has none", l.i+1)
	}
	return fmt.Errorf("unexpected %q at position %d", rest[:1], l.i+1)
}

func (l *lexer) name(rest string) error {
	n := ncName(rest)
	if !l.operand() {
		switch rest[:n] {
		case "or", "and", "mod", "div":
			l.add(tokenOperator, n)
			return nil
		}
		return fmt.Errorf("expected an operator at position %d, found %q", l.i+1, rest[:n])
	}
	if n+1 < len(rest) && rest[n] == ':' && rest[n+1] != ':' {
		switch {
		case rest[n+1] == '*':
			n += 2
		case nameStart(rest[n+1]):
			n += 1 + ncName(rest[n+1:])
		default:
			return fmt.Errorf("name expected at position %d", l.i+n+2)
		}
	}
	l.add(tokenName, n)
	return nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func nameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

// ncName returns the length of the name that a text starts with.
func ncName(s string) int {
	n := 1
	for n < len(s) && (nameStart(s[n]) || digit(s[n]) || s[n] == '-' || s[n] == '.') {
		n++
	}
	return n
}

// parseNumber reads a number as the number function does (XPath 1.0 section 4.4).
func parseNumber(s string) (float64, bool) {
	s = strings.Trim(s, " \t\r\n")
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || digits == "." || strings.Trim(digits, "0123456789.") != "" || strings.Count(digits, ".") > 1 {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && f == 0 {
		return 0, false
	}
	return f, true
}
