// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strconv"
	"strings"
	"unicode"
)

// String returns the plan as a tree diff: "+" is created, "-" deleted, "~"
// modified, unmarked lines only lead there. It shows no tainted value.
func (p *Plan) String() string {
	if p.Empty() {
		return ""
	}
	var b strings.Builder
	var at []string // the steps of the line above
	for i := range p.Changes {
		c := &p.Changes[i]
		steps := splitPath(c.Path)
		last := len(steps) - 1
		common := 0
		for common < last && common < len(at) && at[common] == steps[common] {
			common++
		}
		for d := common; d < last; d++ {
			writeLine(&b, ' ', d, steps[d])
		}
		writeLine(&b, marker(c.Op), last, label(c, steps[last]))
		at = steps
	}
	return b.String()
}

func marker(op Op) byte {
	switch op {
	case Create:
		return '+'
	case Delete:
		return '-'
	}
	return '~'
}

func writeLine(b *strings.Builder, mark byte, depth int, text string) {
	b.WriteByte(mark)
	for range depth + 1 {
		b.WriteString("  ")
	}
	b.WriteString(text)
	b.WriteByte('\n')
}

// label is a change's own line: its step, its values, and what else is to say.
func label(c *Change, step string) string {
	s := step
	name, value, item := leafListStep(step)
	if item {
		s = name + ": " + showValue(value)
	}
	switch {
	case item:
	case c.Op == Modify && !c.Moves():
		s += ": " + showValue(c.Old) + " -> " + showValue(c.New)
	case c.Op == Create && c.New != "":
		s += ": " + showValue(c.New)
	case c.Op == Delete && c.Old != "":
		s += ": " + showValue(c.Old)
	}
	if c.Insert != nil {
		s += " (" + c.Insert.String() + ")"
	}
	if c.Implied {
		s += " (another case is declared)"
	}
	return s
}

// leafListStep splits the step of a leaf-list entry, which holds its value.
func leafListStep(step string) (name, value string, ok bool) {
	i := strings.IndexByte(step, '[')
	if i < 0 || !strings.HasPrefix(step[i:], "[.=") {
		return "", "", false
	}
	value = step[i+len("[.='") : len(step)-len("']")]
	if step[len(step)-2] == '"' {
		value = strings.ReplaceAll(value, `""`, `"`)
	}
	return step[:i], value, true
}

// String returns the position as in "after [name='a']".
func (p *Position) String() string {
	if p.Anchor == "" {
		return string(p.Where)
	}
	return string(p.Where) + " " + p.Anchor
}

// showValue quotes a value that would not be readable on one line.
func showValue(v string) string {
	if v == "" || v != strings.TrimSpace(v) || strings.ContainsFunc(v, unicode.IsControl) || strings.Contains(v, " -> ") {
		return strconv.Quote(v)
	}
	return v
}

// splitPath splits an instance path into its steps; "/" in quotes does not split.
func splitPath(path string) []string {
	var steps []string
	var quote byte
	start := 1
	for i := 1; i < len(path); i++ {
		switch ch := path[i]; {
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '\'' || ch == '"':
			quote = ch
		case ch == '/':
			steps = append(steps, path[start:i])
			start = i + 1
		}
	}
	return append(steps, path[min(start, len(path)):])
}
