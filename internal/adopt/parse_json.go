// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"encoding/json"
)

// parseJSON reads one JSON document (RFC 8259). It is stricter nowhere and laxer in
// numbers only, which render checks.
func parseJSON(data []byte) ([]*node, error) {
	p := jsonParser{data: data}
	if p.next() == 0 {
		return nil, nil
	}
	n := &node{}
	if err := p.value(n, 0); err != nil {
		return nil, err
	}
	if p.next() != 0 || p.at < len(data) {
		return nil, p.fail("text after the document")
	}
	return []*node{n}, nil
}

type jsonParser struct {
	data   []byte
	at     int
	nodes  int
	lineAt int
	line   int
}

func (p *jsonParser) fail(what string) error {
	return fmt.Errorf("line %d: %s", p.lineOf(p.at), what)
}

// lineOf counts on from the place asked for last.
func (p *jsonParser) lineOf(at int) int {
	if p.line == 0 || at < p.lineAt {
		p.line, p.lineAt = 1, 0
	}
	p.line += strings.Count(string(p.data[p.lineAt:at]), "\n")
	p.lineAt = at
	return p.line
}

// next returns the next byte that is no white space; 0 at the end.
func (p *jsonParser) next() byte {
	for p.at < len(p.data) {
		switch p.data[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return p.data[p.at]
		}
	}
	return 0
}

func (p *jsonParser) value(n *node, depth int) error {
	if p.nodes++; p.nodes > maxNodes || depth > maxDepth {
		return errTooLarge
	}
	c := p.next()
	n.start, n.flow = p.at, true
	if n.name == "" {
		n.begin = p.at
	}
	n.line = p.lineOf(p.at)
	var err error
	switch {
	case c == '{' || c == '[':
		err = p.collection(n, c, depth)
	case c == '"':
		n.style = double
		n.value, err = p.text()
	default:
		err = p.word(n)
	}
	n.end = p.at
	return err
}

func (p *jsonParser) collection(n *node, open byte, depth int) error {
	n.kind = object
	last := byte('}')
	if open == '[' {
		n.kind, last = array, ']'
	}
	p.at++
	if p.next() == last {
		p.at++
		return nil
	}
	seen := map[string]bool{}
	for {
		c := &node{}
		if n.kind == object {
			if err := p.name(c, seen); err != nil {
				return err
			}
		}
		n.add(c)
		if err := p.value(c, depth+1); err != nil {
			return err
		}
		switch p.next() {
		case ',':
			p.at++
		case last:
			p.at++
			return nil
		default:
			return p.fail("a comma or closing bracket is missing")
		}
	}
}

func (p *jsonParser) name(c *node, seen map[string]bool) (err error) {
	if p.next() != '"' {
		return p.fail("a name in quotes is missing")
	}
	c.key, c.begin = p.at, p.at
	if c.name, err = p.text(); err != nil {
		return err
	}
	if seen[c.name] || c.name == "" {
		return p.fail(fmt.Sprintf("%q is there twice", c.name))
	}
	seen[c.name] = true
	if p.next() != ':' {
		return p.fail("a colon is missing")
	}
	p.at++
	c.colon = p.at
	return nil
}

func (p *jsonParser) text() (string, error) {
	from := p.at
	for p.at++; p.at < len(p.data); p.at++ {
		switch p.data[p.at] {
		case '\\':
			p.at++
		case '"':
			p.at++
			raw := p.data[from:p.at]
			var s string
			if !utf8.Valid(raw) {
				return "", p.fail("a text is not UTF-8")
			}
			if err := json.Unmarshal(raw, &s); err != nil {
				return "", p.fail("a text cannot be read")
			}
			return s, nil
		}
	}
	p.at = len(p.data)
	return "", p.fail("a quote is missing")
}

var errWord = errors.New("neither a text in quotes nor a number, true, false or null")

func (p *jsonParser) word(n *node) error {
	from := p.at
	for p.at < len(p.data) && !strings.ContainsRune(" \t\r\n,]}:[{\"", rune(p.data[p.at])) {
		p.at++
	}
	n.value = string(p.data[from:p.at])
	switch n.value {
	case "true", "false":
		n.class = boolean
	case "null":
		n.class, n.value = null, ""
	default:
		n.class = number
		if !json.Valid([]byte(n.value)) {
			return fmt.Errorf("line %d: %w", n.line, errWord)
		}
	}
	return nil
}
