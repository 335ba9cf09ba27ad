// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"math/rand"
	"regexp/syntax"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// maxRepeat bounds the repetitions of x* and x+.
const maxRepeat = 4

// matching returns a text that matches a regular expression of XML Schema, and false when
// the expression cannot be compiled.
func matching(r *rand.Rand, pattern string) (string, bool) {
	compiled, err := yang.CompilePattern(pattern)
	if err != nil {
		return "", false
	}
	re, err := syntax.Parse(compiled.String(), syntax.Perl)
	if err != nil {
		return "", false
	}
	w := writer{r: r}
	w.write(re)
	return w.b.String(), true
}

// writer walks an expression and writes a text that matches it.
type writer struct {
	r *rand.Rand
	b strings.Builder
}

func (w *writer) write(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, c := range re.Rune {
			w.b.WriteRune(c)
		}
	case syntax.OpCharClass:
		w.b.WriteRune(w.char(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.b.WriteRune(rune('a' + w.r.Intn(26)))
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			w.write(sub)
		}
	case syntax.OpAlternate:
		w.write(re.Sub[w.r.Intn(len(re.Sub))])
	case syntax.OpQuest:
		w.repeat(re.Sub[0], 0, 1)
	case syntax.OpStar:
		w.repeat(re.Sub[0], 0, maxRepeat)
	case syntax.OpPlus:
		w.repeat(re.Sub[0], 1, maxRepeat)
	case syntax.OpRepeat:
		most := re.Max
		if most < 0 {
			most = re.Min + maxRepeat
		}
		w.repeat(re.Sub[0], re.Min, most)
	}
}

func (w *writer) repeat(re *syntax.Regexp, least, most int) {
	for range least + w.r.Intn(most-least+1) {
		w.write(re)
	}
}

// newest bounds the characters beyond ASCII: both sides know these, whatever their version
// of Unicode.
const newest = 0x7FF

// char picks a character of a class, mostly a printable one of ASCII.
func (w *writer) char(class []rune) rune {
	if len(class) == 0 {
		return '?'
	}
	var printable []rune
	for i := 0; i < len(class); i += 2 {
		lo, hi := max(class[i], ' '), min(class[i+1], '~')
		if lo <= hi {
			printable = append(printable, lo, hi)
		}
	}
	if len(printable) > 0 && w.r.Intn(20) > 0 {
		class = printable
	}
	for range tries {
		i := 2 * w.r.Intn(len(class)/2)
		if c := class[i] + rune(w.r.Int63n(int64(class[i+1]-class[i])+1)); c <= newest {
			return c
		}
	}
	return class[0]
}
