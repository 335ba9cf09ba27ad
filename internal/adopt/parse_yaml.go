// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

var errEncoding = errors.New("the document is not UTF-8")

// parseYAML reads all documents of a stream. Aliases stay aliases, so that what is
// behind them is seen as shared.
func parseYAML(data []byte) ([]*node, error) {
	if !utf8.Valid(data) {
		return nil, errEncoding
	}
	c := &yamlReader{data: data, lines: yamlLines(data)}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var roots []*node
	for {
		var y yaml.Node
		err := dec.Decode(&y)
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return nil, err
		}
		root := &node{}
		if len(y.Content) > 0 {
			if err := c.read(root, y.Content[0], -1, 0); err != nil {
				return nil, err
			}
		}
		roots = append(roots, root)
	}
}

// yamlLines returns where each line starts, with the line ends that the library counts
// (YAML 1.1 section 4.1.4).
func yamlLines(data []byte) []int {
	lines := []int{0}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		lines[0] = len("\ufeff")
	}
	for i := 0; i < len(data); {
		n := lineBreak(data[i:])
		if n > 0 {
			lines = append(lines, i+n)
		}
		i += max(n, 1)
	}
	return lines
}

// lineBreak returns the length of the line end that data begins with, or 0.
func lineBreak(data []byte) int {
	switch {
	case data[0] == '\r' && len(data) > 1 && data[1] == '\n':
		return 2
	case data[0] == '\r' || data[0] == '\n':
		return 1
	case bytes.HasPrefix(data, []byte("\u0085")):
		return 2
	case bytes.HasPrefix(data, []byte("\u2028")), bytes.HasPrefix(data, []byte("\u2029")):
		return 3
	}
	return 0
}

type yamlReader struct {
	data  []byte
	lines []int
	nodes int
}

// at is the place of a line and column; columns count characters.
func (c *yamlReader) at(line, column int) int {
	if line < 1 || line > len(c.lines) {
		return len(c.data)
	}
	i := c.lines[line-1]
	for ; column > 1 && i < len(c.data); column-- {
		_, n := utf8.DecodeRune(c.data[i:])
		i += n
	}
	return i
}

// read fills in a node. outer is the indentation of the collection around it.
func (c *yamlReader) read(n *node, y *yaml.Node, outer, depth int) error {
	if c.nodes++; c.nodes > maxNodes || depth > maxDepth {
		return errTooLarge
	}
	n.line, n.anchor = y.Line, y.Anchor
	n.start = c.at(y.Line, y.Column)
	if empty(y) {
		// The library's place of a value that is not there is of no use.
		n.class, n.start, n.end = null, n.colon, n.colon
		n.odd = y.Anchor != "" || y.Style&yaml.TaggedStyle != 0
		return nil
	}
	if n.name == "" && n.colon == 0 {
		n.begin = n.start
	}
	n.start = c.properties(n.start)
	n.flow = y.Style&yaml.FlowStyle != 0
	switch y.Kind {
	case yaml.AliasNode:
		n.alias = y.Value
		n.end = n.start + 1 + len(y.Value)
		return nil
	case yaml.MappingNode:
		n.kind = object
		return c.mapping(n, y, depth)
	case yaml.SequenceNode:
		n.kind = array
		return c.sequence(n, y, depth)
	}
	c.scalar(n, y, outer)
	return nil
}

func empty(y *yaml.Node) bool {
	return y.Kind == yaml.ScalarNode && y.Value == "" &&
		y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// properties skips tags and anchors before a value.
func (c *yamlReader) properties(at int) int {
	for at < len(c.data) && (c.data[at] == '&' || c.data[at] == '!') {
		for at < len(c.data) && !isBlank(c.data[at]) {
			at++
		}
		at = c.skip(at)
	}
	return at
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// skip goes over blanks, line ends and comments.
func (c *yamlReader) skip(at int) int { return skipYAML(c.data, at) }

func skipYAML(data []byte, at int) int {
	for at < len(data) {
		switch {
		case isBlank(data[at]):
			at++
		case data[at] == '#' && (at == 0 || isBlank(data[at-1]) || data[at-1] == ','):
			at = lineEnd(data, at)
		default:
			return at
		}
	}
	return at
}

func (c *yamlReader) mapping(n *node, y *yaml.Node, depth int) error {
	n.indent = c.column(n.start)
	end := n.start + 1
	for i := 0; i+1 < len(y.Content); i += 2 {
		k := y.Content[i]
		if k.Kind != yaml.ScalarNode {
			return fmt.Errorf("line %d: a name must be a text", k.Line)
		}
		name := &node{}
		if err := c.read(name, k, n.indent, depth+1); err != nil {
			return err
		}
		m := &node{name: k.Value, key: name.start, begin: c.at(k.Line, k.Column)}
		if n.member(m.name) != nil {
			return fmt.Errorf("line %d: %q is there twice", k.Line, k.Value)
		}
		m.colon = c.skip(name.end)
		if m.colon < len(c.data) && c.data[m.colon] == ':' {
			m.colon++
		} else {
			m.odd = true
		}
		n.add(m)
		odd := m.odd
		if err := c.read(m, y.Content[i+1], n.indent, depth+1); err != nil {
			return err
		}
		m.odd = m.odd || odd || m.name == ""
		end = m.end
	}
	n.end = c.close(n, end, '}')
	return nil
}

func (c *yamlReader) sequence(n *node, y *yaml.Node, depth int) error {
	n.indent = c.column(n.start)
	end := n.start
	if n.flow {
		end++
	}
	for i, x := range y.Content {
		m := &node{}
		if !n.flow {
			m.begin = end
			if i > 0 {
				m.begin = c.skip(end)
			}
			m.odd = m.begin >= len(c.data) || c.data[m.begin] != '-'
			m.colon = m.begin + 1
		}
		n.add(m)
		odd := m.odd
		if err := c.read(m, x, n.indent, depth+1); err != nil {
			return err
		}
		m.odd = m.odd || odd
		end = m.end
	}
	n.end = c.close(n, end, ']')
	return nil
}

// close returns the end of a collection whose last part ends at end.
func (c *yamlReader) close(n *node, end int, bracket byte) int {
	if !n.flow {
		return end
	}
	for at := c.skip(end); at < len(c.data); at = c.skip(at + 1) {
		if c.data[at] == bracket {
			return at + 1
		}
		if c.data[at] != ',' {
			break
		}
	}
	n.odd = true
	return end
}

func (c *yamlReader) column(at int) int {
	from := lineStart(c.data, at)
	return utf8.RuneCount(bytes.TrimPrefix(c.data[from:at], []byte("\ufeff")))
}

func (c *yamlReader) scalar(n *node, y *yaml.Node, outer int) {
	n.value = y.Value
	switch y.ShortTag() {
	case "!!int", "!!float":
		n.class = number
	case "!!bool":
		n.class = boolean
	case "!!null":
		n.class, n.value = null, ""
	}
	ok := false
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		n.style = double
		n.end, ok = quotedEnd(c.data, n.start, '"')
	case y.Style&yaml.SingleQuotedStyle != 0:
		n.style = single
		n.end, ok = quotedEnd(c.data, n.start, '\'')
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		n.style = '|'
		if y.Style&yaml.FoldedStyle != 0 {
			n.style = '>'
		}
		n.end, ok = blockEnd(c.data, n.start, outer)
	default:
		n.end, ok = plainEnd(c.data, n.start, y.Value)
	}
	n.odd = n.odd || !ok
}

func quotedEnd(data []byte, at int, quote byte) (int, bool) {
	if at >= len(data) || data[at] != quote {
		return at, false
	}
	for i := at + 1; i < len(data); i++ {
		switch {
		case data[i] == '\\' && quote == '"':
			i++
		case data[i] == quote && quote == '\'' && i+1 < len(data) && data[i+1] == quote:
			i++
		case data[i] == quote:
			return i + 1, true
		}
	}
	return len(data), false
}

// plainEnd follows the characters of a plain scalar; line ends in it are folded.
func plainEnd(data []byte, at int, value string) (int, bool) {
	for i := range len(value) {
		if isBlank(value[i]) {
			continue
		}
		for at < len(data) && isBlank(data[at]) {
			at++
		}
		if at >= len(data) || data[at] != value[i] {
			return at, false
		}
		at++
	}
	return at, true
}

// blockEnd returns the end of the last line of a block scalar (YAML 1.2 section 8.1).
func blockEnd(data []byte, at, outer int) (int, bool) {
	if at >= len(data) || data[at] != '|' && data[at] != '>' {
		return at, false
	}
	indent := 0
	keep := false
	for i := at + 1; i < len(data) && !isBlank(data[i]); i++ {
		if data[i] >= '1' && data[i] <= '9' {
			indent = max(outer, 0) + int(data[i]-'0')
		}
		keep = keep || data[i] == '+'
	}
	end := lineEnd(data, at)
	for from := nextLine(data, at); from < len(data); from = nextLine(data, from) {
		to := lineEnd(data, from)
		line := data[from:to]
		deep := len(line) - len(bytes.TrimLeft(line, " "))
		if len(bytes.TrimSpace(line)) == 0 {
			if keep || indent > 0 && deep > indent {
				end = to
			}
			continue
		}
		if indent == 0 {
			indent = max(deep, outer+1)
		}
		if deep < indent {
			break
		}
		end = to
	}
	return end, true
}
