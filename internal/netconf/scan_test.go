// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"math/rand"
	"strings"
	"testing"
)

// A document is judged the same in one piece, most of which is looked at in blocks, as byte by byte.
func TestScanInPieces(t *testing.T) {
	parts := []string{"<a>", "</a>", "<b/>", "<leaf-name>12</leaf-name>", "<c d='<>' e=\">\">", "</c>", "<f'>", "</f>", "<?g ?>", "<!-- < -->",
		"<![CDATA[</x>]]>", "=", ">", "'", "?", " \n", "ä", "<", "text that is longer than most others, so that no tag is in a whole block of it"}
	random := rand.New(rand.NewSource(1))
	sound := 0
	for range 20_000 {
		var b strings.Builder
		b.WriteString("<root><child>")
		for range random.Intn(12) {
			b.WriteString(parts[random.Intn(len(parts))])
		}
		b.WriteString("</child></root>")
		document := b.String()
		whole := checkStructure([]byte(document), 4)
		if whole == nil {
			sound++
		}
		s := tagScanner{maxDepth: 4}
		var pieces error
		for i := 0; i < len(document) && pieces == nil; i++ {
			_, _, pieces = s.feed([]byte{document[i]})
		}
		if (whole == nil) != (pieces == nil && s.done) {
			t.Fatalf("%s: %v at once, %v in pieces", document, whole, pieces)
		}
	}
	if sound < 1000 {
		t.Errorf("only %d documents are sound", sound)
	}
}

// The characters that may be markup are found at every place of a block, whatever is beside them.
func TestMarks(t *testing.T) {
	for other := range 256 {
		want := strings.IndexByte("<=>?", byte(other)) >= 0
		for at := range blockSize {
			for _, rest := range []string{"x", "\x00", "\x3b", "\x40", "\xff"} {
				block := []byte(strings.Repeat(rest, blockSize))
				block[at] = byte(other)
				expected := uint64(0)
				if want {
					expected = 1 << at
				}
				if got := marksOf(block); got != expected {
					t.Fatalf("%q at %d among %q: %b", byte(other), at, rest, got)
				}
			}
		}
	}
	if got := marksOf([]byte("a<b>")); got != 0b1010 {
		t.Errorf("of a short block: %b", got)
	}
}
