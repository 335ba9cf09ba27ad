// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
)

// tag is what a tagScanner stops at.
type tag int

const (
	noTag    tag = iota
	startTag     // of the root or of one of its children
	emptyTag     // likewise, an element without content
	endTag       // of the root or of one of its children
)

// tagScanner follows the structure of one XML document that arrives in pieces: how deep it is, and where
// the root and its children begin and end. It looks at each byte once and keeps none. What it lets pass is
// balanced and no deeper than allowed, but names are not compared: that is left to whoever parses.
type tagScanner struct {
	maxDepth int

	state scanState
	depth int
	value bool // within a start tag: there was a '=', so that quotes may follow
	quote byte // within a start tag: the quote of the attribute value, or 0
	last  byte // the byte before, within a tag
	seen  int  // bytes of a terminator, or of "<![CDATA["
	done  bool // the root was closed
}

type scanState int

const (
	inText scanState = iota
	afterLess
	inStartTag
	inEndTag
	afterBang
	inComment
	inCDATA
	inInstruction
)

// outer is the depth of what the scanner stops at: the root and its children.
const outer = 2

// feed goes through p up to and including the next tag to stop at. It returns how many bytes that were; if
// there is no such tag in p, that is all of p, and noTag.
func (s *tagScanner) feed(p []byte) (int, tag, error) {
	n := 0
	for n < len(p) {
		var found tag
		var err error
		switch s.state {
		case inText:
			if s.depth >= outer {
				n = s.plain(p, n)
			}
			n, err = s.text(p, n)
		case afterLess:
			err = s.opening(p[n])
			n++
		case inStartTag:
			n, found, err = s.startTag(p, n)
		case inEndTag:
			n, found = s.endTag(p, n)
		case afterBang:
			err = s.bang(p[n])
			n++
		case inComment:
			n = s.until(p, n, '-', 2)
		case inCDATA:
			n = s.until(p, n, ']', 2)
		case inInstruction:
			n = s.until(p, n, '?', 1)
		}
		if err != nil || found != noTag {
			return n, found, err
		}
	}
	return n, noTag, nil
}

// plain passes over what most of a large message consists of: text and tags without attributes, below what the
// scanner stops at. It returns where anything else begins, which is left to the other functions. Tags of a
// configuration are so short that looking for the end of each costs more in mispredicted branches than in
// comparisons: a block of bytes is looked at as a whole, and only what may be markup one by one.
func (s *tagScanner) plain(p []byte, n int) int {
	open := -1 // where the present tag begins
	for ; n < len(p); n += blockSize {
		for marks := marksOf(p[n:]); marks != 0; marks &= marks - 1 {
			i := n + bits.TrailingZeros64(marks)
			switch {
			case open < 0:
				if p[i] == '<' {
					open = i
				}
			case p[i] == '>' && s.plainTag(p[open+1:i]):
				open = -1
			default:
				return open
			}
		}
	}
	if open >= 0 {
		return open
	}
	return len(p)
}

// plainTag follows a tag without attributes; it returns false if that is left to the other functions.
func (s *tagScanner) plainTag(tag []byte) bool {
	switch {
	case len(tag) == 0:
		return false
	case tag[0] == '/':
		if s.depth == outer {
			return false
		}
		s.depth--
		return true
	case !isLetter(tag[0]) || s.depth == s.maxDepth:
		return false
	}
	if tag[len(tag)-1] != '/' {
		s.depth++
	}
	return true
}

// blockSize is how many bytes marksOf looks at.
const blockSize = 64

// marksOf returns which of the first bytes are '<', '=', '>' or '?': all that matters outside of attributes,
// comments and the like.
func marksOf(p []byte) (marks uint64) {
	var tail [blockSize]byte
	if len(p) < blockSize {
		copy(tail[:], p)
		p = tail[:]
	}
	p = p[:blockSize]
	for i := 0; i < blockSize; i += 8 {
		marks = marks>>8 | marksOfWord(binary.LittleEndian.Uint64(p[i:]))<<56
	}
	return marks
}

// marksOfWord is marksOf for eight bytes. The four characters differ in their two lowest bits only. Where
// the others are theirs, a byte of differs is 0, the only one to which adding 0x7F sets no highest bit; the
// product gathers those bits in the highest byte.
func marksOfWord(word uint64) uint64 {
	const each = 0x0101010101010101
	differs := word&(0xFC*each) ^ '<'*each
	found := ^(differs&(0x7F*each) + 0x7F*each | differs) & (0x80 * each)
	return found >> 7 * 0x0102040810204080 >> 56
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

func (s *tagScanner) text(p []byte, n int) (int, error) {
	end := len(p)
	if i := bytes.IndexByte(p[n:], '<'); i >= 0 {
		end = n + i
		s.state = afterLess
	}
	if s.depth == 0 {
		for _, b := range p[n:end] {
			// Some write a byte order mark, which is harmless.
			if !isSpace(b) && (s.done || b < 0xBB) {
				return n, fmt.Errorf("text outside of the root element")
			}
		}
	}
	if s.state == afterLess {
		end++
	}
	return end, nil
}

// opening looks at the byte behind "<".
func (s *tagScanner) opening(b byte) error {
	s.last, s.value, s.quote, s.seen = b, false, 0, 0
	switch {
	case b == '/':
		s.state = inEndTag
		if s.depth == 0 {
			return fmt.Errorf("an end tag without a start tag")
		}
	case b == '!':
		s.state = afterBang
	case b == '?':
		s.state = inInstruction
	case b == '_' || b == ':' || b >= 0x80 || isLetter(b):
		s.state = inStartTag
		if s.done {
			return fmt.Errorf("a second root element")
		}
	default:
		return fmt.Errorf("%q behind '<'", b)
	}
	return nil
}

func (s *tagScanner) startTag(p []byte, n int) (int, tag, error) {
	for ; n < len(p); n++ {
		b := p[n]
		switch {
		case s.quote != 0:
			i := bytes.IndexByte(p[n:], s.quote)
			if i < 0 {
				return len(p), noTag, nil
			}
			n += i
			b, s.quote = s.quote, 0
		case b == '=':
			s.value = true
		case s.value && (b == '"' || b == '\''):
			s.quote = b
		case b == '<':
			return n, noTag, fmt.Errorf("'<' within a tag")
		case b == '>':
			s.state = inText
			return s.opened(n + 1)
		}
		s.last = b
	}
	return n, noTag, nil
}

func (s *tagScanner) opened(n int) (int, tag, error) {
	if s.depth >= s.maxDepth {
		return n, noTag, fmt.Errorf("elements are nested deeper than %d", s.maxDepth)
	}
	found := noTag
	if s.last == '/' {
		if s.depth < outer {
			found = emptyTag
		}
		s.done = s.depth == 0
		return n, found, nil
	}
	if s.depth < outer {
		found = startTag
	}
	s.depth++
	return n, found, nil
}

func (s *tagScanner) endTag(p []byte, n int) (int, tag) {
	i := bytes.IndexByte(p[n:], '>')
	if i < 0 {
		return len(p), noTag
	}
	s.state = inText
	s.depth--
	s.done = s.depth == 0
	if s.depth < outer {
		return n + i + 1, endTag
	}
	return n + i + 1, noTag
}

const cdata = "[CDATA["

// bang looks at what is behind "<!". A document type is refused: RFC 6241 section 3 forbids it.
func (s *tagScanner) bang(b byte) error {
	switch {
	case s.seen == 0 && b == '-', s.seen < len(cdata) && s.last != '-' && b == cdata[s.seen] && s.depth > 0:
	case s.seen == 1 && b == '-' && s.last == '-':
		s.state, s.seen = inComment, 0
		return nil
	default:
		return fmt.Errorf("\"<!\" begins neither a comment nor CDATA here")
	}
	s.last = b
	if s.seen++; s.seen == len(cdata) {
		s.state, s.seen = inCDATA, 0
	}
	return nil
}

// until goes to the end of a construct that at least count bytes of one kind and '>' end.
func (s *tagScanner) until(p []byte, n int, kind byte, count int) int {
	for ; n < len(p); n++ {
		switch {
		case p[n] == kind:
			s.seen++
		case p[n] == '>' && s.seen >= count:
			s.state, s.seen = inText, 0
			return n + 1
		default:
			s.seen = 0
			i := bytes.IndexByte(p[n:], kind)
			if i < 0 {
				return len(p)
			}
			n += i - 1
		}
	}
	return n
}

// checkStructure scans a whole document.
func checkStructure(document []byte, maxDepth int) error {
	s := tagScanner{maxDepth: maxDepth}
	for len(document) > 0 {
		n, _, err := s.feed(document)
		if err != nil {
			return malformed(err)
		}
		document = document[n:]
	}
	if !s.done {
		return malformed(io.ErrUnexpectedEOF)
	}
	return nil
}
