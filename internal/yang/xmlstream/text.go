// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xmlstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// place is where a text stands, on which its meaning depends.
type place uint8

const (
	inContent place = iota
	inAttribute
	inCDATA
)

// chars reads text up to the next markup, or as much of it as is handed out at once.
func (r *Reader) chars() (Kind, error) {
	n, found := 0, false
	for {
		i := bytes.IndexByte(r.buf[r.pos+n:r.end], '<')
		if found = i >= 0; found {
			n += i
			break
		}
		n = r.end - r.pos
		if n >= textChunk {
			n = wholeText(r.buf[r.pos:r.end])
			break
		}
		if err := r.more(); err != nil {
			if !errors.Is(err, io.EOF) {
				return 0, err
			}
			break
		}
	}
	if !r.started && scanBlank(r.buf[r.pos:r.pos+n]) < n {
		r.started = true
	}
	text, err := r.decode(r.buf[r.pos:r.pos+n], r.pos+n, inContent)
	if err != nil {
		return 0, err
	}
	r.text = text
	r.pos += n
	return Text, nil
}

var cdataEnd = []byte("]]>")

// cdataText reads the text of a CDATA section; 0 when nothing is left of it.
func (r *Reader) cdataText() (Kind, error) {
	n, skip := 0, 0
	for {
		i := bytes.Index(r.buf[r.pos:r.end], cdataEnd)
		if i >= 0 {
			n, skip, r.cdata = i, len(cdataEnd), false
			break
		}
		if r.end-r.pos >= textChunk {
			n = wholeText(r.buf[r.pos:r.end])
			break
		}
		if err := r.more(); err != nil {
			return 0, unexpected(err)
		}
	}
	text, err := r.decode(r.buf[r.pos:r.pos+n], r.pos+n, inCDATA)
	if err != nil {
		return 0, err
	}
	r.text = text
	r.pos += n + skip
	if n == 0 {
		return 0, nil
	}
	return Text, nil
}

// longestReference is that of the last character, with some zeros.
const longestReference = 16

// wholeText returns how much of a long text can be handed out: what could be the first
// part of a character, a reference, a line end or "]]>" waits for the rest.
func wholeText(b []byte) int {
	n := len(b)
	if i := bytes.LastIndexByte(b[n-longestReference:], '&'); i >= 0 && bytes.IndexByte(b[n-longestReference+i:], ';') < 0 {
		n += i - longestReference
	}
	for i := n - 1; i >= 0 && i >= n-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:n]) {
				n = i
			}
			break
		}
	}
	for range 2 {
		if b[n-1] == ']' {
			n--
		}
	}
	if b[n-1] == '\r' {
		n--
	}
	return n
}

// decode checks a text and resolves, in its place, what does not stand for itself. end is
// the offset in the buffer at which the construct ends that the text is a part of.
func (r *Reader) decode(b []byte, end int, in place) ([]byte, error) {
	i := 0
	for i < len(b) && class[b[i]]&plainByte != 0 && (in != inAttribute || b[i] >= ' ') {
		i++
	}
	if i == len(b) {
		return b, nil
	}
	r.settle(end)
	w := i
	for i < len(b) {
		char, n, err := character(b[i:], in)
		if err != nil {
			return nil, err
		}
		i += n
		w += utf8.EncodeRune(b[w:i], char)
	}
	return b[:w], nil
}

// character returns the character at the start of a text, and how many bytes it takes:
// never less than its UTF-8 form.
func character(b []byte, in place) (rune, int, error) {
	c, n := rune(b[0]), 1
	switch {
	case c == '&' && in != inCDATA:
		return reference(b)
	case c == '\r':
		if len(b) > 1 && b[1] == '\n' {
			n = 2
		}
		c = '\n'
	case c == ']' && in == inContent && bytes.HasPrefix(b, cdataEnd):
		return 0, 0, errors.New("]]> outside a CDATA section")
	case c >= utf8.RuneSelf:
		if c, n = utf8.DecodeRune(b); c == utf8.RuneError && n == 1 {
			return 0, 0, errors.New("it is not UTF-8")
		}
	}
	if !validChar(c) {
		return 0, 0, fmt.Errorf("character %U is not allowed", c)
	}
	if in == inAttribute && (c == '\t' || c == '\n') {
		c = ' '
	}
	return c, n, nil
}

// validChar says whether XML has the character (XML 1.0 section 2.2).
func validChar(c rune) bool {
	return c == '\t' || c == '\n' || c == '\r' || c >= ' ' && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD ||
		c >= 0x10000 && c <= utf8.MaxRune
}

// reference returns the character that a reference at the start of b stands for, and the
// length of the reference.
func reference(b []byte) (rune, int, error) {
	end := bytes.IndexByte(b, ';')
	if end < 0 {
		return 0, 0, errors.New("& without ; (write &amp; for the character)")
	}
	name := string(b[1:end])
	switch name {
	case "lt":
		return '<', end + 1, nil
	case "gt":
		return '>', end + 1, nil
	case "amp":
		return '&', end + 1, nil
	case "apos":
		return '\'', end + 1, nil
	case "quot":
		return '"', end + 1, nil
	}
	digits, number := strings.CutPrefix(name, "#")
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	if number {
		v, err := strconv.ParseUint(digits, base, 32)
		if err == nil && v <= utf8.MaxRune && validChar(rune(v)) {
			return rune(v), end + 1, nil
		}
	}
	return 0, 0, fmt.Errorf("unknown entity or character &%s;", clip(name))
}
