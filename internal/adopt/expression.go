// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// firstExpression returns the source of the first ${…} in a text; $${ stands for a
// literal ${, as render has it.
func firstExpression(s string) (source string, found bool) {
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			return "", false
		}
		if i == 0 || s[i-1] != '$' {
			s = s[i+2:]
			return strings.TrimSpace(s[:expressionEnd(s)]), true
		}
		s = s[i+2:]
	}
}

// expressionEnd returns the place of the } that closes an expression: all of it when
// there is none. Braces nest, and those in string literals do not count.
func expressionEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\'', '"':
			quote := s[i]
			for i++; i < len(s) && s[i] != quote; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return len(s)
}

// escape writes a value so that render reads it literally.
func escape(value string) string { return strings.ReplaceAll(value, "${", "$${") }

// literal is what render reads where there are no expressions.
func literal(value string) string { return strings.ReplaceAll(value, "$${", "${") }

// computed is the expression of a scalar, if it has one.
func (n *node) computed() (source string, is bool) {
	if n.kind != scalar || n.class != text || !strings.Contains(n.value, "${") {
		return "", false
	}
	return firstExpression(n.value)
}

// dependency is a use of a variable in an expression, as far as a person has to know it.
var dependency = regexp.MustCompile(`(?:^|[^\w.'"-])(inputs|certificates|dns|target|nf)\b(?:\.(\w+)|\[\s*['"]([^'"]+)['"]\s*\])?`)

// computedBy is the reason of what an expression computes: the expression, and what to
// change instead.
func computedBy(source string) string {
	var change []string
	for _, m := range dependency.FindAllStringSubmatch(source, -1) {
		if what := remedy(m[1], m[2]+m[3]); !slices.Contains(change, what) {
			change = append(change, what)
		}
	}
	if len(change) == 0 {
		change = []string{"the expression"}
	}
	return fmt.Sprintf("computed by ${%s}: change %s", clip(source), strings.Join(change, ", "))
}

// remedy says what to change for another value of a variable.
func remedy(variable, name string) string {
	switch {
	case variable == "inputs" && name != "":
		return "the input " + name + " (spec.inputs names the object)"
	case variable == "inputs":
		return "the inputs (spec.inputs)"
	case variable == "certificates" && name != "":
		return "the certificate " + name + " (spec.certificates)"
	case variable == "certificates":
		return "the certificates (spec.certificates)"
	case variable == "dns":
		return "the DNS records (spec.dns)"
	case variable == "target":
		return "the Target"
	}
	return "the expression, which reads the NetworkFunction's own metadata"
}

// clip keeps a long text readable.
func clip(s string) string {
	const most = 200
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
