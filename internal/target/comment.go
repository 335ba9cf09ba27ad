// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/strowger/strowger/internal/yang"
)

// commentNames are what vendors call the leaf that explains a commit, the best first.
var commentNames = [...]string{"comment", "log", "label", "description"}

// CommentFor writes a text for the place that a module of the NF adds to the input of commit (RFC 6241
// section 8.3.4.1) for a comment: a leaf of a type that takes a text, called comment, log, label or
// description. The text is cut to the length that the leaf allows. It returns the element, to be sent
// within commit, or nil where there is no such place or it does not take the text.
func CommentFor(schema *yang.Schema, text string) []byte {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if schema == nil || text == "" {
		return nil
	}
	i := slices.IndexFunc(schema.Operations(), func(n *yang.Node) bool {
		return n.Name() == "commit" && n.Module().Name == "ietf-netconf"
	})
	if i < 0 {
		return nil
	}
	commit := schema.Operations()[i].Input()
	for _, name := range commentNames {
		for _, n := range commit.DataChildren() {
			if n.Name() != name || n.Module() == commit.Module() || n.Kind() != yang.KindLeaf || len(n.Whens()) > 0 {
				continue
			}
			if fitting, ok := fit(n, text); ok {
				return element(n, fitting)
			}
		}
	}
	return nil
}

// fit cuts a text to what a leaf takes. It returns false where that is not a text.
func fit(n *yang.Node, text string) (string, bool) {
	t := n.Type()
	if t.Kind() != yang.TypeString {
		return "", false
	}
	if bounds := t.Bounds(); len(bounds) > 0 {
		most, err := strconv.Atoi(bounds[len(bounds)-1].High)
		if runes := []rune(text); err == nil && len(runes) > most {
			text = strings.TrimSpace(string(runes[:most]))
		}
	}
	_, err := n.Canonical(text)
	return text, err == nil && text != ""
}

func element(n *yang.Node, text string) []byte {
	var b bytes.Buffer
	b.WriteString("<" + n.Name() + ` xmlns="`)
	_ = xml.EscapeText(&b, []byte(n.Module().Namespace)) // a Buffer does not fail
	b.WriteString(`">`)
	_ = xml.EscapeText(&b, []byte(text))
	b.WriteString("</" + n.Name() + ">")
	return b.Bytes()
}
