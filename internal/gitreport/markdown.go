// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// zeroWidthSpace keeps a sign and the word after it apart where a forge looks for
// references in what is rendered.
const zeroWidthSpace = "&#8203;"

// code is foreign text of at most n runes as code in a Markdown text or table. The
// forges look for mentions and references in the source and in what is rendered:
// in the source every sign is a character reference, and in the rendered text
// they leave code alone. (A code span of backticks would be enough for the second
// only: GitLab looks for "closes #1" in the source, code or not.)
func code(s string, n int) string {
	return "<code>" + references(plain(s, n), "") + "</code>"
}

// prose is foreign text of at most n runes in a sentence. It is no code, so that a
// zero width space has to break what would be a mention or a reference.
func prose(s string, n int) string {
	s = truncate(strings.Join(strings.Fields(s), " "), n)
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	return references(s, zeroWidthSpace)
}

// references writes all signs but a few harmless ones as character references
// (CommonMark 2.5: those are never markup), followed by after where the sign
// starts a mention or reference on some forge.
func references(s, after string) string {
	var b strings.Builder
	runes := []rune(s)
	follows := func(i int, word string) bool {
		return i >= len(word) && strings.EqualFold(string(runes[i-len(word):i]), word)
	}
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune(" /,;…", r):
			b.WriteRune(r)
		case r == '.' && !follows(i, "www"), r == '-' && !follows(i, "gh"):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "&#%d;", r)
			if strings.ContainsRune("@#!~%$&:^-.", r) && i+1 < len(runes) && runes[i+1] != ' ' {
				b.WriteString(after)
			}
		}
	}
	return b.String()
}

// attribute is an address in an attribute in double quotes, in a table.
func attribute(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.NewReplacer("&", "&amp;", `"`, "%22", "<", "%3C", ">", "%3E", "|", "%7C", "`", "%60", " ", "%20").Replace(u.String())
}
