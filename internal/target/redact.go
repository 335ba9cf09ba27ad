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

// message returns a copy of a message with digests in place of secrets. What is no XML is left out.
func (r redactor) message(message []byte) []byte {
	var out bytes.Buffer
	d := xml.NewDecoder(bytes.NewReader(message))
	depth, hidden := 0, 0 // hidden is the depth of the outermost element that is a secret
	for {
		from := d.InputOffset()
		token, err := d.RawToken()
		if err != nil {
			if left := len(message) - int(from); !errors.Is(err, io.EOF) || left > 0 {
				fmt.Fprintf(&out, "<!-- %d bytes that are no XML are left out -->", left)
			}
			break
		}
		raw := message[from:d.InputOffset()]
		switch token := token.(type) {
		case xml.StartElement:
			depth++
			if hidden == 0 && r.isSecret(token.Name.Local) {
				hidden = depth
			}
			if len(token.Attr) > 0 {
				raw = []byte(r.text(string(raw), shortest))
			}
		case xml.EndElement:
			if depth--; depth < hidden {
				hidden = 0
			}
		case xml.CharData:
			value := bytes.TrimSpace(token)
			if hidden > 0 && len(value) > 0 {
				raw = []byte(yang.RedactedValue(string(value)))
			} else if len(value) > 0 {
				raw = []byte(r.text(string(raw), 1))
			}
		case xml.Comment, xml.ProcInst, xml.Directive:
			if raw = []byte(r.text(string(raw), shortest)); hidden > 0 {
				raw = nil
			}
		}
		out.Write(raw)
	}
	return out.Bytes()
}

func (r redactor) isSecret(name string) bool { return r.guarded[name] || yang.SecretName(name) }

// text replaces the values that are known to be secret and have so many bytes, and those that look like it.
func (r redactor) text(text string, least int) string {
	for _, c := range r.conceal {
		c = c.ofLength(least)
		text = c.text(text)
		text = c.escaped().text(text)
	}
	return yang.RedactHashes(text)
}

func (c *concealer) ofLength(least int) *concealer {
	return &concealer{secrets: slices.DeleteFunc(slices.Clone(c.secrets), func(s string) bool { return len(s) < least })}
}

// escaped conceals secrets as they stand in XML.
func (c *concealer) escaped() *concealer {
	e := &concealer{}
	for _, secret := range c.secrets {
		var in bytes.Buffer
		if err := xml.EscapeText(&in, []byte(secret)); err == nil && in.String() != secret {
			e.secrets = append(e.secrets, in.String())
		}
	}
	return e
}
