// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const reasonText = "its value holds characters that the document cannot hold"

// writeJSON keeps what is a number or a boolean one, where the value is one.
func writeJSON(n *node, value string) (written, string) {
	if n.class == number && canonicalNumber.MatchString(value) {
		return written{value, value, number}, ""
	}
	if n.class == boolean && (value == "true" || value == "false") {
		return written{value, value, boolean}, ""
	}
	if n.class == null && value == "" {
		return written{"null", "", null}, ""
	}
	s, ok := quoteJSON(value)
	if !ok {
		return written{}, reasonText
	}
	return written{s, value, text}, ""
}

func quoteJSON(value string) (string, bool) {
	if !utf8.ValidString(value) {
		return "", false
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return "", false
	}
	return strings.TrimSuffix(b.String(), "\n"), true
}

// writeYAML keeps the style of a scalar, or takes the next best one that holds the value.
func (e *editor) writeYAML(n *node, value string) (written, string) {
	in := yamlContext{flow: inFlow(n), eol: eol(e.data), manifest: e.doc.Within != (Within{})}
	in.indent = in.block(n)
	if n.style != '|' && n.style != '>' {
		// A comment behind the value would become a part of its lines.
		in.short = !blank(string(e.data[n.end:lineEnd(e.data, n.end)]))
		return in.write(n.style, n.class, value)
	}
	in.indent = e.blockIndent(n, in.indent)
	w, reason := in.write(n.style, n.class, value)
	if header := string(e.data[n.start:lineEnd(e.data, n.start)]); strings.Contains(header, " #") {
		first, rest, _ := strings.Cut(w.text, in.eol)
		if first += header[strings.Index(header, " #"):]; rest != "" {
			first += in.eol + rest
		}
		w.text = first
	}
	return w, reason
}

func inFlow(n *node) bool {
	for p := n.parent; p != nil; p = p.parent {
		if p.flow {
			return true
		}
	}
	return false
}

// yamlContext is where a scalar is written.
type yamlContext struct {
	// flow: within brackets, where neither lines nor some characters may be.
	flow bool
	// short: on one line.
	short bool
	// manifest: read by tools that read YAML 1.1 and keep numbers as floats.
	manifest bool
	// indent of the lines of a block scalar.
	indent int
	eol    string
}

// block is the indentation of the lines of a block scalar.
func (in yamlContext) block(n *node) int {
	if n.parent == nil {
		return 2
	}
	return n.parent.indent + 2
}

// blockIndent is the indentation that a block scalar has.
func (e *editor) blockIndent(n *node, otherwise int) int {
	for at := nextLine(e.data, n.start); at < n.end; at = nextLine(e.data, at) {
		if line := string(e.data[at:lineEnd(e.data, at)]); !blank(line) {
			return len(line) - len(strings.TrimLeft(line, " "))
		}
	}
	return otherwise
}

// write returns a value in the style, if that can hold it, else in another.
func (in yamlContext) write(style byte, was class, value string) (written, string) {
	if !utf8.ValidString(value) {
		return written{}, reasonText
	}
	for _, c := range in.candidates(style, was, value) {
		if c.text != "" && in.reads(c) {
			return c, ""
		}
	}
	return written{}, reasonText
}

// candidates are the ways to write a value, the best first.
func (in yamlContext) candidates(style byte, was class, value string) []written {
	quoted := written{quoteYAML(value), value, text}
	singly := written{class: text, value: value}
	if !strings.ContainsAny(value, "\n\r\t") {
		singly.text = "'" + strings.ReplaceAll(value, "'", "''") + "'"
	}
	lines := written{in.literal(value), value, text}
	switch {
	case style == double:
		return []written{quoted}
	case style == single:
		return []written{singly, quoted}
	case style == '|' || style == '>':
		first := lines
		if style == '>' && first.text != "" && !strings.Contains(strings.TrimSuffix(value, "\n"), "\n") {
			first.text = ">" + first.text[1:]
		}
		return []written{first, quoted}
	case strings.Contains(value, "\n"):
		return []written{lines, quoted}
	case was == null && value == "":
		return []written{quoted}
	case strings.ContainsAny(value, `"\`):
		return []written{in.plain(was, value), singly, quoted}
	}
	return []written{in.plain(was, value), quoted}
}

// plain writes a value without quotes: a text that nobody reads as anything else, or
// what is read as it was before. Its text is empty where that cannot be.
func (in yamlContext) plain(was class, value string) written {
	w := written{text: value, value: value, class: text}
	switch {
	case value == "" || value != strings.TrimSpace(value):
		w.text = ""
	case was == number && canonicalNumber.MatchString(value) && (!in.manifest || exact(value)):
		w.class = number
	case was == boolean && (value == "true" || value == "false"):
		w.class = boolean
	case otherwiseRead(value):
		w.text = ""
	}
	return w
}

// exact says whether a number stays as it is when it is read as one.
func exact(value string) bool {
	if !strings.Contains(value, ".") {
		_, err := strconv.ParseInt(value, 10, 64)
		return err == nil
	}
	f, err := strconv.ParseFloat(value, 64)
	return err == nil && strconv.FormatFloat(f, 'f', -1, 64) == value
}

// special are the texts that YAML 1.1 or 1.2 read as something else: booleans, nulls,
// numbers in all notations, times.
var special = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null|~|=|<<|[-+]?\.(inf|nan)|` +
	`[-+]?[0-9.][0-9_]*[0-9_.,:eE+-]*|[-+]?0[xob][0-9a-f_]+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*)$`)

// address: what special would take for a number, and nobody does.
var address = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+[0-9.]*$|^[0-9]+-[0-9-]*$`)

func otherwiseRead(value string) bool {
	return special.MatchString(value) && !address.MatchString(value)
}

// quoteYAML writes a value in double quotes (YAML 1.2 section 5.7).
func quoteYAML(value string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x100 && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\x%02X`, r)
		case r < 0x10000 && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// literal writes a value as a block scalar; "" where that would need more than lines.
func (in yamlContext) literal(value string) string {
	body := strings.TrimSuffix(value, "\n")
	if in.flow || in.short || body == "" || strings.HasSuffix(body, "\n") || strings.TrimLeft(body, " \n\t") != body {
		return ""
	}
	for _, r := range body {
		if r != '\n' && !unicode.IsPrint(r) {
			return ""
		}
	}
	header := "|"
	if body == value {
		header = "|-"
	}
	var b strings.Builder
	b.WriteString(header)
	for line := range strings.SplitSeq(body, "\n") {
		b.WriteString(in.eol)
		if line != "" {
			b.WriteString(strings.Repeat(" ", in.indent) + line)
		}
	}
	return b.String()
}

// reads says whether a scalar is read as it is meant.
func (in yamlContext) reads(w written) bool {
	sample := strings.Repeat(" ", max(in.indent-1, 0)) + "k: " + w.text + in.eol
	if in.flow {
		sample = "{k: " + w.text + ", l: [" + w.text + "]}"
	}
	var y yaml.Node
	if err := yaml.Unmarshal([]byte(sample), &y); err != nil || len(y.Content) != 1 || len(y.Content[0].Content) < 2 {
		return false
	}
	v := y.Content[0].Content[1]
	if v.Kind != yaml.ScalarNode || v.Value != w.value || v.LineComment != "" {
		return false
	}
	switch v.ShortTag() {
	case "!!int", "!!float":
		return w.class == number
	case "!!bool":
		return w.class == boolean
	case "!!null":
		return false
	}
	return w.class == text
}
