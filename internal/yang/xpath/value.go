// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// value is the result of an expression.
type value struct {
	kind kind
	b    bool
	n    float64
	s    string
	set  *nodeSet
}

func boolean(b bool) value   { return value{kind: kindBoolean, b: b} }
func number(n float64) value { return value{kind: kindNumber, n: n} }
func text(s string) value    { return value{kind: kindString, s: s} }

// nodeSet is a set of nodes, without doubles.
type nodeSet struct {
	nodes     []*yang.Data
	unordered bool
	byValue   map[string][]*yang.Data // once many values were looked up
	numbers   *extent                 // once numbers were compared
	various   tri                     // once found out: not all values are the same
	total     *float64                // once summed up
}

// extent is the least and the greatest number in a set; NaN when there is none.
type extent struct{ low, high float64 }

// tri is a boolean that may not be known yet.
type tri int8

const (
	unasked tri = iota
	yes
	no
)

// extent returns the extremes of the numbers in the set.
func (s *nodeSet) extent(c *Context) *extent {
	if s.numbers != nil || !c.spend(len(s.nodes)) {
		return cmp.Or(s.numbers, &extent{})
	}
	x := &extent{math.NaN(), math.NaN()}
	for _, d := range s.nodes {
		n := toNumber(c.stringValue(d))
		if math.IsNaN(n) {
			continue
		}
		if math.IsNaN(x.low) || n < x.low {
			x.low = n
		}
		if math.IsNaN(x.high) || n > x.high {
			x.high = n
		}
	}
	s.numbers = x
	return x
}

// sum adds up the numbers in the set.
func (s *nodeSet) sum(c *Context) float64 {
	if s.total == nil {
		c.spend(len(s.nodes))
		sum := 0.0
		for _, d := range s.nodes {
			sum += toNumber(c.stringValue(d))
		}
		s.total = &sum
	}
	return *s.total
}

// differ says whether two nodes of the set have different values.
func (s *nodeSet) differ(c *Context) bool {
	if s.various == unasked {
		s.various = no
		first := c.stringValue(s.nodes[0])
		for i, d := range s.nodes {
			if c.stringValue(d) != first {
				s.various = yes
				c.spend(i)
				break
			}
		}
	}
	return s.various == yes
}

// few is the size up to which sets are searched one by one.
const few = 8

// with returns the nodes with a string-value.
func (s *nodeSet) with(c *Context, v string) []*yang.Data {
	if len(s.nodes) <= few {
		for i, d := range s.nodes {
			if c.stringValue(d) == v {
				return s.nodes[i : i+1]
			}
		}
		return nil
	}
	if s.byValue == nil {
		c.spend(len(s.nodes))
		s.byValue = make(map[string][]*yang.Data, len(s.nodes))
		for _, d := range s.nodes {
			x := c.stringValue(d)
			s.byValue[x] = append(s.byValue[x], d)
		}
	}
	return s.byValue[v]
}

// first returns the first node in document order, nil of an empty set.
func (s *nodeSet) first(c *Context) *yang.Data {
	if len(s.nodes) == 0 {
		return nil
	}
	if s.unordered && len(s.nodes) > 1 {
		c.sort(s.nodes)
		s.unordered = false
	}
	return s.nodes[0]
}

// stringValue returns the string-value of a node (XPath 1.0 section 5.2): the canonical
// value of a leaf, of other nodes all values below.
func (c *Context) stringValue(d *yang.Data) string {
	switch d.Node().Kind() {
	case yang.KindLeaf, yang.KindLeafList:
		return d.Value()
	case yang.KindAnyData, yang.KindAnyXML:
		return ""
	}
	var b strings.Builder
	for _, k := range c.children(d) {
		b.WriteString(c.stringValue(k))
	}
	return b.String()
}

func (v value) boolean() bool {
	switch v.kind {
	case kindBoolean:
		return v.b
	case kindNumber:
		return v.n != 0 && !math.IsNaN(v.n)
	case kindString:
		return v.s != ""
	}
	return len(v.set.nodes) > 0
}

func (v value) number(c *Context) float64 {
	switch v.kind {
	case kindBoolean:
		if v.b {
			return 1
		}
		return 0
	case kindNumber:
		return v.n
	}
	return toNumber(v.string(c))
}

func toNumber(s string) float64 {
	n, ok := parseNumber(s)
	if !ok {
		return math.NaN()
	}
	return n
}

func (v value) string(c *Context) string {
	switch v.kind {
	case kindBoolean:
		return strconv.FormatBool(v.b)
	case kindNumber:
		return formatNumber(v.n)
	case kindString:
		return v.s
	}
	d := v.set.first(c)
	if d == nil {
		return ""
	}
	return c.stringValue(d)
}

// formatNumber is the string function of a number (XPath 1.0 section 4.2).
func formatNumber(n float64) string {
	switch {
	case math.IsNaN(n):
		return "NaN"
	case math.IsInf(n, 1):
		return "Infinity"
	case math.IsInf(n, -1):
		return "-Infinity"
	case n == 0:
		return "0"
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}
