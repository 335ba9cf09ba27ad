// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// shortest is the length of a secret that is looked for in the words of the protocol too, which shorter ones
// would garble.
const shortest = 6

// redactor leaves secrets out of messages.
type redactor struct {
	guarded map[string]bool // local names of elements
	conceal []*concealer
}

// message returns a copy of a message with digests in place of secrets, however they are written. What is no XML
// is left out.
func (r redactor) message(message []byte) []byte {
	c := redacted{redactor: r}
	d := xml.NewDecoder(bytes.NewReader(message))
	for {
		from := d.InputOffset()
		token, err := d.RawToken()
		if err != nil {
			c.flush()
			if left := len(message) - int(from); !errors.Is(err, io.EOF) || left > 0 {
				fmt.Fprintf(&c.out, "<!-- %d bytes that are no XML are left out -->", left)
			}
			return c.out.Bytes()
		}
		c.token(token, message[from:d.InputOffset()])
	}
}

// redacted is a message while secrets are left out of it.
type redacted struct {
	redactor
	out    bytes.Buffer
	depth  int
	hidden int // the depth of the outermost element that is a secret, or 0

	// The text since the last tag: as it was written, with comments, and what it means. CDATA sections, comments
	// and references may be anywhere in a secret.
	written bytes.Buffer
	text    bytes.Buffer
}

func (c *redacted) token(token xml.Token, raw []byte) {
	switch token := token.(type) {
	case xml.CharData:
		c.written.Write(raw)
		c.text.Write(token)
	case xml.Comment:
		if c.hidden == 0 {
			c.written.WriteString(c.redactor.text(string(raw), shortest))
		}
	case xml.StartElement:
		c.flush()
		c.depth++
		if c.hidden == 0 && c.isSecret(token.Name.Local) {
			c.hidden = c.depth
		}
		c.tag(token, raw)
	case xml.EndElement:
		c.flush()
		if c.depth--; c.depth < c.hidden {
			c.hidden = 0
		}
		c.out.Write(raw)
	default: // processing instructions and document types
		c.flush()
		if c.hidden == 0 {
			c.out.WriteString(c.redactor.text(string(raw), shortest))
		}
	}
}

// flush writes the text that has come to its end.
func (c *redacted) flush() {
	text := c.text.String()
	shown := text
	if c.hidden == 0 {
		shown = c.redactor.text(text, 1)
	} else if value := strings.TrimSpace(text); value != "" {
		shown = yang.RedactedValue(value)
	}
	if shown == text {
		c.out.Write(c.written.Bytes())
	} else {
		_ = xml.EscapeText(&c.out, []byte(shown)) // a Buffer does not fail
	}
	c.written.Reset()
	c.text.Reset()
}

// tag writes a start tag.
func (c *redacted) tag(token xml.StartElement, raw []byte) {
	changed := false
	for i, a := range token.Attr {
		token.Attr[i].Value = c.redactor.text(a.Value, shortest)
		changed = changed || token.Attr[i].Value != a.Value
	}
	if !changed {
		c.out.Write(raw)
		return
	}
	c.out.WriteString("<" + qualified(token.Name))
	for _, a := range token.Attr {
		c.out.WriteString(" " + qualified(a.Name) + `="`)
		_ = xml.EscapeText(&c.out, []byte(a.Value)) // a Buffer does not fail
		c.out.WriteByte('"')
	}
	if bytes.HasSuffix(raw, []byte("/>")) {
		c.out.WriteByte('/')
	}
	c.out.WriteByte('>')
}

// qualified is a name as it was written: RawToken leaves prefixes as they are.
func qualified(name xml.Name) string {
	if name.Space == "" {
		return name.Local
	}
	return name.Space + ":" + name.Local
}

func (r redactor) isSecret(name string) bool { return r.guarded[name] || yang.SecretName(name) }

// text replaces the values that are known to be secret and have so many bytes, and those that look like it.
func (r redactor) text(text string, least int) string {
	for _, c := range r.conceal {
		c = c.ofLength(least)
		text = c.text(text)
	}
	return yang.RedactHashes(text)
}

func (c *concealer) ofLength(least int) *concealer {
	return &concealer{secrets: slices.DeleteFunc(slices.Clone(c.secrets), func(s string) bool { return len(s) < least })}
}
