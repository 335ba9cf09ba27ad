// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"regexp/syntax"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// translatePattern turns an XML Schema regular expression (XML Schema Part 2, appendix
// F) into Go's syntax: always anchored, ^ and $ are literals, classes with subtraction,
// \i \c, Unicode blocks.
func translatePattern(s string) (string, error) {
	t := translator{in: s}
	t.out.WriteString(`\A(?:`)
	if err := t.run(); err != nil {
		return "", err
	}
	t.out.WriteString(`)\z`)
	return t.out.String(), nil
}

type translator struct {
	in  string
	pos int
	out strings.Builder
}

// The contents of classes, without brackets (XML 1.0 section 2.3 for names).
const (
	classNameStart = `:A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}`
	className      = classNameStart + `\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}`
)

func (t *translator) run() error {
	for t.pos < len(t.in) {
		c := t.in[t.pos]
		switch c {
		case '^', '$':
			t.out.WriteByte('\\')
			t.out.WriteByte(c)
			t.pos++
		case '.':
			t.out.WriteString(`[^\n\r]`)
			t.pos++
		case '(':
			if strings.HasPrefix(t.in[t.pos:], "(?") {
				return fmt.Errorf("(? is not part of XML Schema expressions")
			}
			t.out.WriteString("(?:")
			t.pos++
		case '\\':
			class, lit, err := t.escape()
			if err != nil {
				return err
			}
			if class != "" {
				lit = "[" + class + "]"
			}
			t.out.WriteString(lit)
		case '[':
			t.pos++
			class, err := t.class(0)
			if err != nil {
				return err
			}
			t.out.WriteString(class)
		default:
			_, size := utf8.DecodeRuneInString(t.in[t.pos:])
			t.out.WriteString(t.in[t.pos : t.pos+size])
			t.pos += size
		}
	}
	return nil
}

// runes is a set of characters as pairs of bounds, as in regexp/syntax.
type runes []rune

// String returns the set as a class.
func (r runes) String() string {
	if len(r) == 0 {
		return `[^\x{0}-\x{10FFFF}]`
	}
	var b strings.Builder
	b.WriteByte('[')
	for i := 0; i < len(r); i += 2 {
		fmt.Fprintf(&b, `\x{%X}`, r[i])
		if r[i+1] > r[i] {
			fmt.Fprintf(&b, `-\x{%X}`, r[i+1])
		}
	}
	b.WriteByte(']')
	return b.String()
}

// parseClass evaluates a class in Go's syntax.
func parseClass(class string) (runes, error) {
	re, err := syntax.Parse(class, syntax.Perl|syntax.ClassNL)
	if err != nil {
		return nil, err
	}
	switch re.Op {
	case syntax.OpCharClass:
		return re.Rune, nil
	case syntax.OpLiteral:
		out := runes{re.Rune[0], re.Rune[0]}
		if re.Flags&syntax.FoldCase != 0 { // [xX]
			for r := unicode.SimpleFold(re.Rune[0]); r != re.Rune[0]; r = unicode.SimpleFold(r) {
				out = append(out, r, r)
			}
			sort.Sort(pairs(out))
		}
		return out, nil
	case syntax.OpNoMatch:
		return runes{}, nil
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return runes{0, utf8.MaxRune}, nil
	}
	return nil, fmt.Errorf("not a class: %s", class)
}

// pairs sorts a set of single characters.
type pairs runes

func (p pairs) Len() int           { return len(p) / 2 }
func (p pairs) Less(i, j int) bool { return p[2*i] < p[2*j] }
func (p pairs) Swap(i, j int) {
	p[2*i], p[2*j] = p[2*j], p[2*i]
	p[2*i+1], p[2*j+1] = p[2*j+1], p[2*i+1]
}

func (r runes) invert() runes {
	var out runes
	next := rune(0)
	for i := 0; i < len(r); i += 2 {
		if r[i] > next {
			out = append(out, next, r[i]-1)
		}
		next = r[i+1] + 1
	}
	if next <= utf8.MaxRune {
		out = append(out, next, utf8.MaxRune)
	}
	return out
}

// intersect of two sorted sets.
func (r runes) intersect(o runes) runes {
	var out runes
	for i, j := 0, 0; i < len(r) && j < len(o); {
		lo, hi := max(r[i], o[j]), min(r[i+1], o[j+1])
		if lo <= hi {
			out = append(out, lo, hi)
		}
		if r[i+1] < o[j+1] {
			i += 2
		} else {
			j += 2
		}
	}
	return out
}

// escape reads what follows a backslash: the contents of a class, or one literal.
func (t *translator) escape() (class, lit string, err error) {
	t.pos++
	if t.pos >= len(t.in) {
		return "", "", fmt.Errorf("ends with a backslash")
	}
	c := t.in[t.pos]
	t.pos++
	switch c {
	case 'n', 'r', 't':
		return "", `\` + string(c), nil
	case 'd':
		class = `\p{Nd}`
	case 'D':
		class = `^\p{Nd}`
	case 's':
		class = ` \t\n\r`
	case 'S':
		class = `^ \t\n\r`
	case 'w':
		class = `^\p{P}\p{Z}\p{C}`
	case 'W':
		class = `\p{P}\p{Z}\p{C}`
	case 'i':
		class = classNameStart
	case 'I':
		class = "^" + classNameStart
	case 'c':
		class = className
	case 'C':
		class = "^" + className
	case 'p', 'P':
		class, err := t.property(c == 'P')
		return class, "", err
	default:
		if strings.IndexByte(`\|.-^?*+{}()[]$`, c) >= 0 {
			return "", `\` + string(c), nil
		}
		if c >= utf8.RuneSelf || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return "", "", fmt.Errorf(`unknown escape \%c`, c)
		}
		// Not in the standard, but models escape other punctuation and mean it.
		return "", `\` + string(c), nil
	}
	return class, "", nil
}

// property reads {L}, {IsBasicLatin}, ...
func (t *translator) property(negate bool) (string, error) {
	end := strings.IndexByte(t.in[t.pos:], '}')
	if t.in[t.pos:] == "" || t.in[t.pos] != '{' || end < 0 {
		return "", fmt.Errorf(`\p without {name}`)
	}
	name := t.in[t.pos+1 : t.pos+end]
	t.pos += end + 1
	if block, ok := strings.CutPrefix(name, "Is"); ok {
		set := unicodeBlock(block)
		if set == nil {
			return "", fmt.Errorf("unknown Unicode block %s", name)
		}
		if negate {
			set = set.invert()
		}
		return strings.Trim(set.String(), "[]"), nil
	}
	class := `\p{` + name + `}`
	if _, err := syntax.Parse(class, syntax.Perl); err != nil {
		return "", fmt.Errorf("unknown Unicode category %s", name)
	}
	if negate {
		return "^" + class, nil
	}
	return class, nil
}

// class reads a character class after its bracket, subtraction included.
func (t *translator) class(depth int) (string, error) {
	if depth > 10 {
		return "", fmt.Errorf("class subtraction is nested too deep")
	}
	negate := false
	if t.pos < len(t.in) && t.in[t.pos] == '^' {
		negate = true
		t.pos++
	}
	var parts strings.Builder // in Go's syntax
	for first := true; ; first = false {
		if t.pos >= len(t.in) {
			return "", fmt.Errorf("class without ]")
		}
		c := t.in[t.pos]
		if c == ']' && !first {
			t.pos++
			return t.classOf(parts.String(), negate, "")
		}
		if c == '-' && strings.HasPrefix(t.in[t.pos:], "-[") && !first {
			t.pos += 2
			minus, err := t.class(depth + 1)
			if err != nil {
				return "", err
			}
			if t.pos >= len(t.in) || t.in[t.pos] != ']' {
				return "", fmt.Errorf("class subtraction must be last")
			}
			t.pos++
			return t.classOf(parts.String(), negate, minus)
		}
		if err := t.classPart(&parts, c, first); err != nil {
			return "", err
		}
	}
}

func (t *translator) classPart(parts *strings.Builder, c byte, first bool) error {
	switch {
	case c == '\\':
		class, lit, err := t.escape()
		if err != nil {
			return err
		}
		if strings.HasPrefix(class, "^") {
			set, err := parseClass("[" + class + "]")
			if err != nil {
				return err
			}
			class = strings.Trim(set.String(), "[]")
		}
		parts.WriteString(class)
		parts.WriteString(lit)
	case c == '[' || c == '^' || c == ']':
		parts.WriteByte('\\')
		parts.WriteByte(c)
		t.pos++
	case c == '-':
		// A range needs a character on both sides; else it is a literal.
		next := byte(']')
		if t.pos+1 < len(t.in) {
			next = t.in[t.pos+1]
		}
		if first || next == ']' {
			parts.WriteByte('\\')
		}
		parts.WriteByte('-')
		t.pos++
	default:
		_, size := utf8.DecodeRuneInString(t.in[t.pos:])
		parts.WriteString(t.in[t.pos : t.pos+size])
		t.pos += size
	}
	return nil
}

// classOf returns a class in Go's syntax; minus is what is subtracted, "" for nothing.
func (t *translator) classOf(parts string, negate bool, minus string) (string, error) {
	if parts == "" {
		return "", fmt.Errorf("empty class")
	}
	class := "[" + parts + "]"
	if negate {
		class = "[^" + parts + "]"
	}
	if minus == "" {
		return class, nil
	}
	set, err := parseClass(class)
	if err != nil {
		return "", err
	}
	sub, err := parseClass(minus)
	if err != nil {
		return "", err
	}
	return set.intersect(sub.invert()).String(), nil
}

// unicodeBlock returns the blocks that are named in models (XML Schema Part 2, F.1.1).
func unicodeBlock(name string) runes {
	switch name {
	case "BasicLatin":
		return runes{0x0, 0x7F}
	case "Latin-1Supplement":
		return runes{0x80, 0xFF}
	case "LatinExtended-A":
		return runes{0x100, 0x17F}
	case "LatinExtended-B":
		return runes{0x180, 0x24F}
	case "IPAExtensions":
		return runes{0x250, 0x2AF}
	case "Greek", "GreekandCoptic":
		return runes{0x370, 0x3FF}
	case "Cyrillic":
		return runes{0x400, 0x4FF}
	case "Hebrew":
		return runes{0x590, 0x5FF}
	case "Arabic":
		return runes{0x600, 0x6FF}
	case "GeneralPunctuation":
		return runes{0x2000, 0x206F}
	case "CurrencySymbols":
		return runes{0x20A0, 0x20CF}
	case "Arrows":
		return runes{0x2190, 0x21FF}
	case "MathematicalOperators":
		return runes{0x2200, 0x22FF}
	case "Hiragana":
		return runes{0x3040, 0x309F}
	case "Katakana":
		return runes{0x30A0, 0x30FF}
	case "CJKUnifiedIdeographs":
		return runes{0x4E00, 0x9FFF}
	case "HangulSyllables":
		return runes{0xAC00, 0xD7A3}
	case "PrivateUse":
		return runes{0xE000, 0xF8FF}
	}
	return nil
}
