// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// string (RFC 7950 section 9.4) and binary (9.8).

func (t *Type) canonicalString(text string) (string, *typeError) {
	if !validText(text) {
		return "", t.fail("holds a character that YANG does not allow")
	}
	if t.spanAt != nil && !inSpans(t.spans, num{mag: uint64(utf8.RuneCountInString(text))}) {
		return "", t.outOfSpan()
	}
	for _, p := range t.patterns {
		if p.Match(text) {
			continue
		}
		e := t.fail("does not match the pattern")
		if p.invert {
			e.message = "matches a pattern that it must not match"
		}
		e.pos = p.Pos()
		e.rule = t.rule("pattern '" + p.text + "'")
		e.appTag = p.appTag
		if p.message != "" {
			e.message += ": " + p.message
		}
		return "", e
	}
	return text, nil
}

// validText says whether a text holds only yang-char (RFC 7950 section 14, 9.4).
func validText(s string) bool {
	ascii := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		} else if c >= utf8.RuneSelf {
			ascii = false
		}
	}
	if ascii {
		return true
	}
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		}
		if r == 0xFFFE || r == 0xFFFF || r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF {
			return false
		}
	}
	return true
}

// canonicalBinary accepts base64 with white space (as in certificates folded over
// lines) and returns it without (RFC 7950 section 9.8.2). The length is in octets.
func (t *Type) canonicalBinary(text string) (string, *typeError) {
	clean := text
	if strings.ContainsAny(text, " \t\r\n") {
		clean = strings.Join(strings.Fields(text), "")
	}
	data, err := base64.StdEncoding.DecodeString(clean)
	if err != nil {
		return "", t.fail("is not base64")
	}
	if t.spanAt != nil && !inSpans(t.spans, num{mag: uint64(len(data))}) {
		return "", t.outOfSpan()
	}
	return clean, nil
}
