// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	goyang "github.com/openconfig/goyang/pkg/yang"
)

// Limits of one source, so that no input can exhaust the stack or the memory.
const (
	maxSourceBytes = 32 << 20
	maxNesting     = 2000
)

// parsed is one source after parsing.
type parsed struct {
	top     []stmt
	unknown []stmt // keywords that are neither YANG's nor an extension's
}

// parseSource is the only place that calls goyang: its lexer and generic parser turn
// the text into statements, its panics into errors. Messages start with the position.
func parseSource(src Source) (p parsed, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = parsed{}, fmt.Errorf("%s: the parser failed: %v", src.Name, r)
		}
	}()
	if err := checkSource(src); err != nil {
		return parsed{}, err
	}
	// Without a file name the positions are cheap to read back.
	list, err := goyang.Parse(string(src.Data), "")
	if err != nil {
		return parsed{}, positionErrors(src.Name, err)
	}
	c := converter{intern: map[string]string{}, p: &p}
	p.top = c.convert(list)
	return p, nil
}

func checkSource(src Source) error {
	if len(src.Data) > maxSourceBytes {
		return fmt.Errorf("%s: larger than %d bytes", src.Name, maxSourceBytes)
	}
	if !utf8.Valid(src.Data) {
		return fmt.Errorf("%s: not UTF-8", src.Name)
	}
	depth := 0
	for i, c := range src.Data {
		switch c {
		case '{':
			if depth++; depth > maxNesting {
				line := 1 + strings.Count(string(src.Data[:i]), "\n")
				return fmt.Errorf("%s:%d: nested deeper than %d", src.Name, line, maxNesting)
			}
		case '}':
			depth--
		}
	}
	return nil
}

// positionErrors puts the file name before the parser's "line:col: message" lines.
func positionErrors(name string, err error) error {
	lines := strings.Split(err.Error(), "\n")
	for i, l := range lines {
		lines[i] = name + ":" + strings.TrimPrefix(strings.TrimPrefix(l, "line "), ":")
	}
	return errors.New(strings.Join(lines, "\n"))
}

type converter struct {
	intern map[string]string
	p      *parsed
}

func (c *converter) convert(list []*goyang.Statement) []stmt {
	n := 0
	for _, g := range list {
		if !keywordByName[g.Keyword].descriptive() {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	out := make([]stmt, 0, n)
	for _, g := range list {
		kw := keywordByName[g.Keyword]
		if kw.descriptive() {
			continue
		}
		s := stmt{kw: kw, arg: g.Argument}
		s.line, s.col = position(g)
		if kw == kwUnknown {
			s.kw = kwExtensionUse
			s.arg = g.Keyword
			if g.HasArgument {
				s.arg += "\x00" + g.Argument
			}
			if !strings.Contains(g.Keyword, ":") {
				c.p.unknown = append(c.p.unknown, s)
				continue
			}
		}
		s.arg = c.own(s.arg)
		s.subs = c.convert(g.SubStatements())
		out = append(out, s)
	}
	return out
}

// own returns a copy of the string shared by all equal ones, so that the source text
// is not kept alive.
func (c *converter) own(s string) string {
	if s == "" {
		return ""
	}
	if t, ok := c.intern[s]; ok {
		return t
	}
	t := strings.Clone(s)
	c.intern[t] = t
	return t
}

// position reads "line N:M" back from goyang, which shows positions in no other way.
func position(g *goyang.Statement) (int32, uint16) {
	loc := strings.TrimPrefix(g.Location(), "line ")
	l, c, _ := strings.Cut(loc, ":")
	line, err := strconv.ParseInt(l, 10, 32)
	if err != nil {
		return 0, 0
	}
	col, err := strconv.ParseUint(c, 10, 16)
	if err != nil {
		col = 0
	}
	return int32(line), uint16(col)
}
