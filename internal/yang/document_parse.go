// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Limits of a document, so that no input can exhaust the stack or the memory.
const (
	maxDocDepth   = 256
	maxDocNodes   = 5_000_000
	maxAliasNodes = 200_000 // what all aliases of a document stand for
)

// SyntaxError is a document that cannot be parsed.
type SyntaxError struct {
	Line    int // 0: unknown
	Message string
}

// Error returns "line N: message".
func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Message)
}

// ParseYAML parses one YAML document; an empty one is null. Anchors, aliases and merge
// keys are resolved. The error is a *SyntaxError.
func ParseYAML(data []byte) (doc *Doc, err error) {
	defer func() {
		if r := recover(); r != nil {
			doc, err = nil, &SyntaxError{Message: fmt.Sprintf("the YAML parser failed: %v", r)}
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var n yaml.Node
	if err := dec.Decode(&n); err != nil {
		if errors.Is(err, io.EOF) {
			return &Doc{}, nil
		}
		return nil, yamlError(err)
	}
	var more yaml.Node
	switch err := dec.Decode(&more); {
	case err == nil:
		return nil, &SyntaxError{Line: more.Line, Message: "more than one document"}
	case !errors.Is(err, io.EOF):
		return nil, yamlError(err)
	}
	c := yamlConverter{}
	return c.convert(&n, 0)
}

func yamlError(err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	e := &SyntaxError{Message: msg}
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		num, text, _ := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(num); err == nil {
			e.Line, e.Message = line, text
		}
	}
	return e
}

type yamlConverter struct {
	nodes, aliased int
	inAlias        int // how many aliases are being resolved
}

func (c *yamlConverter) convert(n *yaml.Node, depth int) (*Doc, error) {
	c.nodes++
	if depth > maxDocDepth {
		return nil, &SyntaxError{n.Line, fmt.Sprintf("nested deeper than %d", maxDocDepth)}
	}
	if c.inAlias > 0 {
		c.aliased++
	}
	if c.nodes > maxDocNodes || c.aliased > maxAliasNodes {
		return nil, &SyntaxError{n.Line, "too many values"}
	}
	d := &Doc{Line: n.Line}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return d, nil
		}
		return c.convert(n.Content[0], depth+1)
	case yaml.AliasNode:
		c.inAlias++
		a, err := c.convert(n.Alias, depth+1)
		c.inAlias--
		if err != nil {
			return nil, err
		}
		a.Line = n.Line
		return a, nil
	case yaml.SequenceNode:
		d.Kind = DocArray
		for _, x := range n.Content {
			item, err := c.convert(x, depth+1)
			if err != nil {
				return nil, err
			}
			d.Items = append(d.Items, item)
		}
	case yaml.MappingNode:
		d.Kind = DocObject
		if err := c.members(d, n, depth); err != nil {
			return nil, err
		}
	default:
		if d.Scalar = yamlScalar(n); n.Value != scalarText(d.Scalar) {
			d.text = n.Value
		}
	}
	return d, nil
}

func (c *yamlConverter) members(d *Doc, n *yaml.Node, depth int) error {
	var merged []*Doc
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		if k.Kind != yaml.ScalarNode {
			return &SyntaxError{k.Line, "a name must be a text"}
		}
		v, err := c.convert(n.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		if k.ShortTag() == "!!merge" {
			merged = append(merged, v)
			continue
		}
		if seen[k.Value] {
			return &SyntaxError{k.Line, fmt.Sprintf("%q is there twice", k.Value)}
		}
		seen[k.Value] = true
		d.Members = append(d.Members, DocMember{Name: k.Value, Line: k.Line, Value: v})
	}
	for _, m := range merged {
		list := []*Doc{m}
		if m.Kind == DocArray {
			list = m.Items
		}
		for _, x := range list {
			for _, member := range x.Members {
				if !seen[member.Name] {
					seen[member.Name] = true
					d.Members = append(d.Members, member)
				}
			}
		}
	}
	return nil
}

// yamlScalar keeps numbers as written, so that 1.10 stays 1.10 where a text is wanted.
func yamlScalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return b
		}
	case "!!int":
		if decimalDigits(n.Value) {
			return json.Number(n.Value)
		}
		var i int64
		if n.Decode(&i) == nil {
			return i
		}
		var u uint64
		if n.Decode(&u) == nil {
			return u
		}
	case "!!float":
		return json.Number(n.Value)
	}
	return n.Value
}
