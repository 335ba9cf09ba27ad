// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

var (
	// secretName matches what elements that hold secrets are called, whatever their modules say of them.
	secretName = regexp.MustCompile(`(?i)passw(or)?d|passphrase|secret|cleartext|pre-?shared|priv(ate)?-key|auth-key|key-string|symmetric-key`)
	// cryptHash matches a hash of crypt(3), or a password that is to become one (RFC 7317 section 4).
	cryptHash = regexp.MustCompile(`\$(?:0|1|2[abxy]?|5|6|7|y|gy)\$[^\s<>"']+`)
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

func (r redactor) isSecret(name string) bool { return r.guarded[name] || secretName.MatchString(name) }

// text replaces the values that are known to be secret and have so many bytes, and those that look like it.
func (r redactor) text(text string, least int) string {
	for _, c := range r.conceal {
		c = c.ofLength(least)
		text = c.text(text)
		text = c.escaped().text(text)
	}
	return cryptHash.ReplaceAllStringFunc(text, yang.RedactedValue)
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

// guardedNodes adds the names of the nodes in a module that bear nacm:default-deny-all (RFC 8341 section 3.5)
// or are of type crypt-hash (RFC 7317). It reads the words of the text only: what it takes for such a node too
// much is hidden without need.
func guardedNodes(module []byte, names map[string]bool) {
	var path []string // the argument of each open statement
	var statement []string
	end := func(opens bool) {
		if len(statement) > 0 {
			_, extension, _ := strings.Cut(statement[0], ":")
			hidden := extension == "default-deny-all" ||
				statement[0] == "type" && len(statement) > 1 && statement[1][strings.LastIndex(statement[1], ":")+1:] == "crypt-hash"
			if hidden && len(path) > 0 {
				names[path[len(path)-1]] = true
			}
		}
		if opens {
			path = append(path, strings.Join(statement[min(1, len(statement)):], ""))
		}
		statement = nil
	}
	for _, word := range yangWord.FindAll(module, -1) {
		switch {
		case bytes.HasPrefix(word, []byte("//")), bytes.HasPrefix(word, []byte("/*")):
		case word[0] == ';':
			end(false)
		case word[0] == '{':
			end(true)
		case word[0] == '}':
			end(false)
			path = path[:max(len(path)-1, 0)]
		default:
			statement = append(statement, strings.Trim(string(word), `"'`))
		}
	}
}

// yangWord matches comments, quoted strings, the signs of YANG, and words (RFC 7950 section 6.1).
var yangWord = regexp.MustCompile(`//[^\n]*|(?s:/\*.*?\*/)|"(?:[^"\\]|\\.|\n)*"|'[^']*'|[;{}]|[^\s;{}"']+`)
