// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"errors"
	"strings"
)

// segment is a piece of a string: literal text, or the source of an expression.
type segment struct {
	text string
	expr bool
}

var (
	errUnterminated = errors.New("${ without its closing }")
	errEmpty        = errors.New("${} holds no expression")
)

// split cuts a string into text and ${…} expressions. $${ stands for a literal ${.
// Inside an expression braces nest, and those in CEL strings and comments do not
// count.
func split(s string) ([]segment, error) {
	var out []segment
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			out = append(out, segment{text: text.String()})
			text.Reset()
		}
	}
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			text.WriteString(s)
			flush()
			return out, nil
		}
		if i > 0 && s[i-1] == '$' {
			text.WriteString(s[:i-1])
			text.WriteString("${")
			s = s[i+2:]
			continue
		}
		text.WriteString(s[:i])
		flush()
		end := expressionEnd(s[i+2:])
		if end < 0 {
			return nil, errUnterminated
		}
		source := strings.TrimSpace(s[i+2 : i+2+end])
		if source == "" {
			return nil, errEmpty
		}
		out = append(out, segment{text: source, expr: true})
		s = s[i+2+end+1:]
	}
}

// expressionEnd returns the index of the } that closes an expression, or -1.
func expressionEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); {
		switch {
		case s[i] == '\'' || s[i] == '"':
			n := skipString(s, i)
			if n < 0 {
				return -1
			}
			i = n
			continue
		case s[i] == '`':
			n := strings.IndexByte(s[i+1:], '`')
			if n < 0 {
				return -1
			}
			i += n + 2
			continue
		case strings.HasPrefix(s[i:], "//"):
			n := strings.IndexByte(s[i:], '\n')
			if n < 0 {
				return -1
			}
			i += n
		case s[i] == '{':
			depth++
		case s[i] == '}':
			if depth == 0 {
				return i
			}
			depth--
		}
		i++
	}
	return -1
}

// skipString returns the index after the CEL string literal that begins at i, or -1.
func skipString(s string, i int) int {
	quote := s[i : i+1]
	if strings.HasPrefix(s[i:], quote+quote+quote) {
		quote = s[i : i+3]
	}
	raw := isRaw(s, i)
	for i += len(quote); i < len(s); i++ {
		switch {
		case s[i] == '\\' && !raw:
			i++
		case strings.HasPrefix(s[i:], quote):
			return i + len(quote)
		case s[i] == '\n' && len(quote) == 1:
			return -1
		}
	}
	return -1
}

// isRaw says whether the literal whose quote is at i has an r among its prefix, as
// in r'…', br'…' and Rb'…'; the prefix is no part of a longer name.
func isRaw(s string, i int) bool {
	start := i
	for start > 0 && isLetter(s[start-1]) {
		start--
	}
	prefix := strings.ToLower(s[start:i])
	return prefix == "r" || prefix == "br" || prefix == "rb"
}

func isLetter(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
