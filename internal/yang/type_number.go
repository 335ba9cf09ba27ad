// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"math"
	"strconv"
	"strings"
)

// Integers (RFC 7950 section 9.2), decimal64 (9.3), and the range and length
// restrictions (9.2.4, 9.4.4) that are lists of spans over them.

// num is an integer of up to 65 bits: any int64, any uint64. Decimals are scaled by
// their fraction-digits.
type num struct {
	neg bool // never with mag 0
	mag uint64
}

func (a num) less(b num) bool {
	switch {
	case a.neg != b.neg:
		return a.neg
	case a.neg:
		return a.mag > b.mag
	}
	return a.mag < b.mag
}

func (a num) String() string {
	s := strconv.FormatUint(a.mag, 10)
	if a.neg {
		return "-" + s
	}
	return s
}

type span struct{ lo, hi num }

func integerSpans(k TypeKind) []span {
	signed := func(bits uint) []span {
		m := uint64(1) << (bits - 1)
		return []span{{num{true, m}, num{false, m - 1}}}
	}
	switch k {
	case TypeInt8:
		return signed(8)
	case TypeInt16:
		return signed(16)
	case TypeInt32:
		return signed(32)
	case TypeInt64, TypeDecimal64:
		return signed(64)
	case TypeUint8:
		return []span{{hi: num{mag: math.MaxUint8}}}
	case TypeUint16:
		return []span{{hi: num{mag: math.MaxUint16}}}
	case TypeUint32:
		return []span{{hi: num{mag: math.MaxUint32}}}
	case TypeUint64, TypeString, TypeBinary:
		return []span{{hi: num{mag: math.MaxUint64}}}
	}
	return nil
}

func inSpans(spans []span, v num) bool {
	for _, s := range spans {
		if !v.less(s.lo) && !s.hi.less(v) {
			return true
		}
	}
	return false
}

// spans compiles a range or length statement of t; it must be a part of the base's.
func (c *compiler) spans(u *unit, st *stmt, t *Type) {
	base := t.spans
	if len(base) == 0 {
		return
	}
	var out []span
	for _, part := range strings.Split(st.arg, "|") {
		lo, hi, two := strings.Cut(strings.TrimSpace(part), "..")
		a, ok1 := bound(lo, base[0].lo, base[len(base)-1].hi, t)
		b, ok2 := a, ok1
		if two {
			b, ok2 = bound(hi, base[0].lo, base[len(base)-1].hi, t)
		}
		if !ok1 || !ok2 || b.less(a) {
			c.failure(u, st, "%q is not a %s of %s", strings.TrimSpace(part), st.kw, t.name)
			return
		}
		if len(out) > 0 && !out[len(out)-1].hi.less(a) {
			c.failure(u, st, "parts must be in ascending order and not overlap")
			return
		}
		if !within(base, span{a, b}) {
			c.failure(u, st, "%q is not within the %s of the type it is derived from", strings.TrimSpace(part), st.kw)
			return
		}
		out = append(out, span{a, b})
	}
	t.spans = out
	t.spanAt = &restriction{st: st, u: u, message: st.subArg(kwErrorMessage), appTag: st.subArg(kwErrorAppTag)}
}

func within(base []span, s span) bool {
	for i, b := range base {
		hi := b.hi
		for j := i + 1; j < len(base) && !hi.neg && hi.mag != math.MaxUint64 && base[j].lo == (num{mag: hi.mag + 1}); j++ {
			hi = base[j].hi
		}
		if !s.lo.less(b.lo) && !hi.less(s.hi) {
			return true
		}
	}
	return false
}

func bound(s string, lo, hi num, t *Type) (num, bool) {
	switch s = strings.TrimSpace(s); s {
	case "min":
		return lo, true
	case "max":
		return hi, true
	}
	// RFC 7950 section 14, range-boundary and length-boundary: no plus sign, no leading zeros.
	if digits := strings.TrimPrefix(s, "-"); strings.HasPrefix(s, "+") || len(digits) > 1 && digits[0] == '0' && digits[1] != '.' {
		return num{}, false
	}
	if t.kind == TypeDecimal64 {
		return parseDecimal(s, t.digits)
	}
	return parseInteger(s, false)
}

// parseInteger reads an integer; with anyBase also 0x1F and 017 (RFC 7950 section 9.2.1).
func parseInteger(s string, anyBase bool) (num, bool) {
	var n num
	if s != "" && (s[0] == '-' || s[0] == '+') {
		n.neg = s[0] == '-'
		s = s[1:]
	}
	base := 10
	if anyBase && len(s) > 1 && s[0] == '0' {
		base = 8
		if s[1] == 'x' || s[1] == 'X' {
			base, s = 16, s[2:]
		}
	}
	if s == "" || s[0] == '-' || s[0] == '+' || s[0] == '_' {
		return num{}, false
	}
	v, err := strconv.ParseUint(s, base, 64)
	if err != nil {
		return num{}, false
	}
	n.mag = v
	if v == 0 {
		n.neg = false
	}
	return n, true
}

func (t *Type) canonicalInteger(vc *valueContext, text string) (string, *typeError) {
	s := trimSpace(text)
	n, ok := parseInteger(s, vc.schemaText)
	if !ok {
		if decimalDigits(s) {
			return "", t.outOfSpan()
		}
		e := t.fail("is not an integer")
		e.hint = "allowed: " + spansText(t.spans, t)
		return "", e
	}
	if !inSpans(t.spans, n) {
		return "", t.outOfSpan()
	}
	if !n.neg && len(s) > 0 && s[0] >= '1' && s[0] <= '9' {
		return s, nil // canonical already
	}
	return n.String(), nil
}

func decimalDigits(s string) bool {
	s = strings.TrimLeft(s, "+-")
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func trimSpace(s string) string {
	if s == "" || s[0] > ' ' && s[len(s)-1] > ' ' {
		return s
	}
	return strings.Trim(s, " \t\r\n")
}

// outOfSpan is the error of a number out of its range, or of a text of a wrong length.
func (t *Type) outOfSpan() *typeError {
	kw, message := "range", "is out of range"
	if t.kind == TypeString || t.kind == TypeBinary {
		kw, message = "length", "has a wrong length"
	}
	allowed := spansText(t.spans, t)
	e := t.fail("%s", message)
	e.hint = "allowed " + kw + ": " + allowed
	e.rule = t.rule(kw + ` "` + allowed + `"`)
	if r := t.spanAt; r != nil {
		e.pos, e.appTag = r.u.pos(r.st), r.appTag
		if r.message != "" {
			e.message += ": " + r.message
		}
	}
	return e
}

func spansText(spans []span, t *Type) string {
	parts := make([]string, len(spans))
	for i, s := range spans {
		parts[i] = numText(s.lo, t)
		if s.lo != s.hi {
			parts[i] += ".." + numText(s.hi, t)
		}
	}
	return strings.Join(parts, " | ")
}

func numText(n num, t *Type) string {
	if t.kind == TypeDecimal64 {
		return decimalText(n, t.digits)
	}
	if t.kind == TypeString && n.mag == math.MaxUint64 {
		return "max"
	}
	return n.String()
}

// fractionDigits reads the fraction-digits statement (RFC 7950 section 9.3.4).
func (c *compiler) fractionDigits(u *unit, st *stmt, t *Type) {
	x := st.sub(kwFractionDigits)
	if x == nil {
		return
	}
	v, err := strconv.ParseUint(x.arg, 10, 8)
	if err != nil || v < 1 || v > 18 {
		c.failure(u, x, "must be a number from 1 to 18")
		v = 1
	}
	t.digits = uint8(v)
}

// parseDecimal reads a decimal, scaled by 10^digits (RFC 7950 section 9.3.1).
func parseDecimal(s string, digits uint8) (num, bool) {
	var n num
	if s != "" && (s[0] == '-' || s[0] == '+') {
		n.neg = s[0] == '-'
		s = s[1:]
	}
	whole, frac, point := strings.Cut(s, ".")
	if whole == "" || point && frac == "" {
		return num{}, false
	}
	frac = strings.TrimRight(frac, "0")
	if len(frac) > int(digits) || strings.Trim(whole+frac, "0123456789") != "" {
		return num{}, false
	}
	v, err := strconv.ParseUint(whole+frac+strings.Repeat("0", int(digits)-len(frac)), 10, 64)
	if err != nil {
		return num{}, false
	}
	n.mag = v
	if v == 0 {
		n.neg = false
	}
	return n, true
}

// decimalText returns the canonical form: one digit at least on each side of the point,
// no other leading or trailing zeros (RFC 7950 section 9.3.2).
func decimalText(n num, digits uint8) string {
	s := strconv.FormatUint(n.mag, 10)
	if pad := int(digits) + 1 - len(s); pad > 0 {
		s = strings.Repeat("0", pad) + s
	}
	whole, frac := s[:len(s)-int(digits)], strings.TrimRight(s[len(s)-int(digits):], "0")
	if frac == "" {
		frac = "0"
	}
	if n.neg {
		whole = "-" + whole
	}
	return whole + "." + frac
}

func (t *Type) canonicalDecimal(text string) (string, *typeError) {
	n, ok := parseDecimal(trimSpace(text), t.digits)
	if !ok {
		e := t.fail("is not a decimal with at most %d fraction digits", t.digits)
		e.hint = "allowed range: " + spansText(t.spans, t)
		return "", e
	}
	if !inSpans(t.spans, n) {
		return "", t.outOfSpan()
	}
	return decimalText(n, t.digits), nil
}
