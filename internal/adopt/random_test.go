// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/yang"
)

const plant1 = `module plant { namespace "urn:plant"; prefix p; yang-version 1.1;
  container sys {
    leaf host { type string; }
    leaf port { type uint16; }
    leaf on { type boolean; }
    leaf big { type uint64; }
    leaf dec { type decimal64 { fraction-digits 2; } }
    leaf mark { type empty; }
    leaf-list tag { type string; }
    container sub { leaf a { type string; } leaf b { type int32; } }
    list unit { key "name slot"; leaf name { type string; } leaf slot { type uint8; }
      leaf descr { type string; } leaf mtu { type uint16; } leaf-list ll { type string; } }
  } }`

const plant2 = `module extra { namespace "urn:extra"; prefix e; yang-version 1.1; import plant { prefix p; }
  augment /p:sys/p:unit { container more { leaf x { type string; } leaf host { type uint16; } } } }`

func plantSchema(t testing.TB) *yang.Schema {
	t.Helper()
	s := yang.Compile([]yang.Source{{Name: "plant.yang", Data: []byte(plant1)}, {Name: "extra.yang", Data: []byte(plant2)}}, yang.Options{})
	if p := s.Problems(); len(p) > 0 {
		t.Fatalf("%+v", p)
	}
	return s
}

// leaves renders a layer and returns its leaves by path.
func leaves(t testing.TB, s *yang.Schema, name string, data []byte) map[string]string {
	t.Helper()
	scope := render.Scope{NF: render.NF{Name: "nf"}, Inputs: map[string]render.Value{"a": {Object: map[string]any{"b": "c"}}}}
	result, errs := render.Render(s, []render.LayerSource{{Layer: yang.Layer{Name: "l", File: name}, Data: data}}, scope)
	if len(errs) > 0 {
		t.Fatalf("%v\n%s", errs, data)
	}
	out := map[string]string{}
	for _, d := range result.Tree.Leaves() {
		out[d.Path()] = d.Value()
	}
	return out
}

// grower writes random documents.
type grower struct {
	*rand.Rand
	format   string
	comments int
	indent   int
	dashes   int
}

// thing is a member: a value, a list or members.
type thing struct {
	name  string
	kind  string // string, number, text (a number that is a text), bool, list, leaf-list, container, entry
	value string
	kids  []*thing
}

func (g *grower) maybe() bool { return g.IntN(3) > 0 }

var words = []string{"a", "to the core", "it's", `say "x"`, "yes", "5", "0x10", "007", "1e3", "null", "~", "# no", "a: b", "- x", "${y}", "$${", "tab\there",
	"two\nlines", "three\n\nlines\n", " lead", "trail ", "Zürich", "{", "[x]", "*a", "&a", "!t", "%", "@", "`", "true", "12:30", "2001-01-01", "<&>", "]]>", "1.0", "\u2028", "x:y"}

func (g *grower) word() string { return words[g.IntN(len(words))] }

func (g *grower) leaf(name, kind string) *thing {
	v := g.word()
	switch kind {
	case "number":
		v = strconv.Itoa(g.IntN(200))
	case "text":
		v = strconv.Itoa(g.IntN(200)) + ".25"
	case "bool":
		v = strconv.FormatBool(g.IntN(2) == 0)
	}
	return &thing{name: name, kind: kind, value: v}
}

func (g *grower) tags(name string) *thing {
	l := &thing{name: name, kind: "leaf-list"}
	seen := map[string]bool{}
	for range g.IntN(4) {
		if w := g.word(); !seen[w] {
			seen[w] = true
			l.kids = append(l.kids, &thing{kind: "string", value: w})
		}
	}
	return l
}

// some returns a random part of the things, in random order.
func (g *grower) some(list ...*thing) []*thing {
	var out []*thing
	for _, x := range list {
		if g.maybe() && (len(x.kids) > 0 || x.kind != "list" && x.kind != "leaf-list" && x.kind != "container") {
			out = append(out, x)
		}
	}
	g.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func (g *grower) plant() *thing {
	units := &thing{name: "unit", kind: "list"}
	for i := range g.IntN(4) {
		more := &thing{name: "extra:more", kind: "container", kids: g.some(g.leaf("x", "string"), g.leaf("host", "number"))}
		keys := []*thing{{name: "name", kind: "string", value: g.word()}, {name: "slot", kind: "number", value: strconv.Itoa(i)}}
		rest := g.some(g.leaf("descr", "string"), g.leaf("mtu", "number"), g.tags("ll"), more)
		entry := append(keys, rest...)
		if g.format != "xml" {
			g.Shuffle(len(entry), func(i, j int) { entry[i], entry[j] = entry[j], entry[i] })
		}
		units.kids = append(units.kids, &thing{kind: "entry", kids: entry})
	}
	sub := &thing{name: "sub", kind: "container", kids: g.some(g.leaf("a", "string"), g.leaf("b", "number"))}
	sys := g.some(g.leaf("host", "string"), g.leaf("port", "number"), g.leaf("on", "bool"), g.leaf("dec", "text"), g.tags("tag"), sub, units)
	if len(sys) == 0 {
		sys = []*thing{g.leaf("host", "string")}
	}
	return &thing{name: "plant:sys", kind: "container", kids: sys}
}

func (g *grower) comment(b *strings.Builder, indent int) {
	if g.IntN(5) == 0 {
		b.WriteString("\n")
	}
	for g.IntN(4) == 0 {
		g.comments++
		fmt.Fprintf(b, "%s# comment %d: x\n", strings.Repeat(" ", indent), g.comments)
	}
}

func (g *grower) scalar(x *thing, indent int, flow bool) string {
	v := escape(x.value)
	in := yamlContext{flow: flow, eol: "\n", indent: indent + g.indent}
	was := text
	if x.kind == "number" || x.kind == "text" {
		was = number
	} else if x.kind == "bool" {
		was = boolean
	}
	style := []byte{plain, plain, single, double, '|', '>'}[g.IntN(6)]
	if style == '>' || flow && style == '|' {
		style = plain
	}
	w, reason := in.write(style, was, v)
	if reason != "" {
		panic(reason)
	}
	return w.text
}

func (g *grower) yaml(b *strings.Builder, x *thing, indent int) {
	pad := strings.Repeat(" ", indent)
	nested := x.kind == "list" || x.kind == "leaf-list" || x.kind == "container"
	start := b.Len()
	b.WriteString(x.name + ":")
	switch {
	case nested && g.IntN(4) == 0:
		b.WriteString(" " + g.inline(x))
	case nested:
		b.WriteString("\n")
		for _, k := range x.kids {
			switch x.kind {
			case "container":
				g.comment(b, indent+g.indent)
				b.WriteString(strings.Repeat(" ", indent+g.indent))
				g.yaml(b, k, indent+g.indent)
			default:
				g.comment(b, indent+g.dashes)
				b.WriteString(pad + strings.Repeat(" ", g.dashes) + "- ")
				g.item(b, k, indent+g.dashes)
			}
		}
		return
	default:
		b.WriteString(" " + g.scalar(x, indent, false))
	}
	if g.IntN(4) == 0 && !strings.Contains(b.String()[start:], "\n") {
		g.comments++
		fmt.Fprintf(b, " # comment %d: x", g.comments)
	}
	b.WriteString("\n")
}

func (g *grower) item(b *strings.Builder, x *thing, indent int) {
	if x.kind != "entry" {
		b.WriteString(g.scalar(x, indent-g.indent+2, false) + "\n")
		return
	}
	for i, k := range x.kids {
		if i > 0 {
			g.comment(b, indent+2)
			b.WriteString(strings.Repeat(" ", indent+2))
		}
		g.yaml(b, k, indent+2)
	}
}

func (g *grower) inline(x *thing) string {
	var parts []string
	for _, k := range x.kids {
		name := ""
		if k.name != "" {
			name = k.name + ": "
		}
		if len(k.kids) > 0 {
			parts = append(parts, name+g.inline(k))
		} else {
			parts = append(parts, name+g.scalar(k, 0, true))
		}
	}
	s := strings.Join(parts, ", ")
	if x.kind == "list" || x.kind == "leaf-list" {
		return "[" + s + "]"
	}
	return "{" + s + "}"
}

func (g *grower) json(x *thing, pad, unit string) string {
	nl := "\n"
	if unit == "" {
		nl, pad = "", ""
	}
	var parts []string
	for _, k := range x.kids {
		name := ""
		if k.name != "" {
			name = strconv.Quote(k.name) + ": "
		}
		switch {
		case len(k.kids) > 0:
			parts = append(parts, name+g.json(k, pad+unit, unit))
		case k.kind == "number" || k.kind == "bool":
			parts = append(parts, name+k.value)
		default:
			s, _ := quoteJSON(escape(k.value))
			parts = append(parts, name+s)
		}
	}
	s := nl + pad + unit + strings.Join(parts, ","+nl+pad+unit) + nl + pad
	if x.kind == "list" || x.kind == "leaf-list" {
		return "[" + s + "]"
	}
	return "{" + s + "}"
}

func (g *grower) xml(b *strings.Builder, x *thing, pad, attr string) {
	_, name, qualified := strings.Cut(x.name, ":")
	if !qualified {
		name = x.name
	} else {
		attr = ` xmlns="urn:` + strings.TrimSuffix(x.name, ":"+name) + `"`
	}
	switch x.kind {
	case "list", "leaf-list":
		for _, k := range x.kids {
			k.name = x.name
			g.xml(b, k, pad, attr)
		}
		return
	}
	if g.IntN(4) == 0 {
		g.comments++
		fmt.Fprintf(b, "%s<!-- comment %d: x -->\n", pad, g.comments)
	}
	if len(x.kids) == 0 {
		fmt.Fprintf(b, "%s<%s%s>%s</%s>\n", pad, name, attr, escapeXML(escape(x.value)), name)
		return
	}
	fmt.Fprintf(b, "%s<%s%s>\n", pad, name, attr)
	for _, k := range x.kids {
		g.xml(b, k, pad+"  ", "")
	}
	fmt.Fprintf(b, "%s</%s>\n", pad, name)
}

func (g *grower) document() string {
	sys := g.plant()
	switch g.format {
	case "json":
		return g.json(&thing{kind: "container", kids: []*thing{sys}}, "", []string{"", "  ", "\t"}[g.IntN(3)]) + "\n"
	case "xml":
		var b strings.Builder
		g.xml(&b, sys, "", "")
		return b.String()
	}
	var b strings.Builder
	g.comment(&b, 0)
	g.yaml(&b, sys, 0)
	return b.String()
}

// change returns a random change, and what the leaves are after it.
func (g *grower) change(was map[string]string) (Change, map[string]string) {
	now := maps.Clone(was)
	paths := slices.Sorted(maps.Keys(was))
	path := paths[g.IntN(len(paths))]
	instance := strings.HasSuffix(path, "]")
	key := strings.HasSuffix(path, "]/name") || strings.HasSuffix(path, "]/slot")
	switch g.IntN(4) {
	case 0:
		if key {
			// The whole entry.
			path = path[:strings.LastIndexByte(path, '/')]
		}
		for p := range now {
			if p == path || strings.HasPrefix(p, path+"/") {
				delete(now, p)
			}
		}
		return Change{Path: path, Operation: Delete}, now
	case 1:
		name := []string{"host", "port", "on", "big", "dec", "tag", "sub/a", "sub/b"}[g.IntN(8)]
		if i := strings.LastIndex(path, "]/name"); key && i >= 0 {
			name = []string{"descr", "mtu", "extra:more/x", "extra:more/host"}[g.IntN(4)]
			return created(now, path[:i+1]+"/"+name, g.value(name))
		}
		path = "/plant:sys/" + name
		value := g.value(name)
		if name == "tag" {
			if strings.Contains(value, "'") {
				value = "plain"
			}
			path += "[.='" + value + "']"
		}
		return created(now, path, value)
	}
	if key || instance {
		return Change{}, nil
	}
	value := g.value(path[strings.LastIndexByte(path, '/')+1:])
	now[path] = value
	return Change{path, Modify, value}, now
}

func created(now map[string]string, path, value string) (Change, map[string]string) {
	now[path] = value
	return Change{path, Create, value}, now
}

func (g *grower) value(name string) string {
	switch strings.TrimPrefix(name, "extra:") {
	case "port", "mtu", "sub/b", "b", "big", "more/host":
		return strconv.Itoa(g.IntN(1000))
	case "host":
		return "9"
	case "on":
		return strconv.FormatBool(g.IntN(2) == 0)
	case "dec":
		return strconv.Itoa(g.IntN(9)) + ".5"
	}
	return g.word()
}

// lostComments are the numbers of the comments that are not there any more.
func lostComments(was, now string) []int {
	var lost []int
	for i, line := range strings.Split(was, "comment ") {
		number, _, _ := strings.Cut(line, ":")
		if i > 0 && !strings.Contains(now, "comment "+number+": x") {
			n, _ := strconv.Atoi(number)
			lost = append(lost, n)
		}
	}
	return lost
}

// together makes several changes at once, none of which is inside another.
func together(t *testing.T, s *yang.Schema, g *grower, data string, was map[string]string) {
	t.Helper()
	var changes []Change
	want := maps.Clone(was)
	for range 8 {
		c, now := g.change(was)
		if now == nil || slices.ContainsFunc(changes, func(o Change) bool { return related(o.Path, c.Path) }) {
			continue
		}
		changes = append(changes, c)
		for p := range was {
			if _, still := now[p]; !still {
				delete(want, p)
			}
		}
		if c.Operation != Delete {
			want[c.Path] = c.Value
		}
	}
	d := Document{Name: "doc." + g.format, Data: []byte(data), Namespaces: map[string]string{"plant": "urn:plant", "extra": "urn:extra"}}
	got := Edit(d, changes)
	if len(got.Refused) > 0 {
		t.Errorf("%+v: %+v\n%s", changes, got.Refused, data)
		return
	}
	if diff := cmp.Diff(want, leaves(t, s, d.Name, got.Data)); diff != "" {
		t.Fatalf("%+v:\n%s\n--- before\n%s--- after\n%s", changes, diff, data, got.Data)
	}
}

// related says whether one path is or is inside the other.
func related(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

// TestRandom: after a change, render gives the tree with just that changed, and no
// comment is lost that did not belong to what was deleted.
func TestRandom(t *testing.T) {
	s := plantSchema(t)
	done, refused := map[string]int{}, map[string]int{}
	for seed := range uint64(1200) {
		g := &grower{Rand: rand.New(rand.NewPCG(seed, 5)), format: []string{"yaml", "yaml", "json", "xml"}[seed%4], indent: 2}
		g.indent += g.IntN(2) * 2
		g.dashes = g.IntN(2) * 2
		data := g.document()
		name := "doc." + g.format
		was := leaves(t, s, name, []byte(data))
		for range 4 {
			change, want := g.change(was)
			if want == nil {
				continue
			}
			d := Document{Name: name, Data: []byte(data), Namespaces: map[string]string{"plant": "urn:plant", "extra": "urn:extra"}}
			got := Edit(d, []Change{change})
			label := g.format + " " + change.Operation
			if len(got.Refused) > 0 {
				refused[label]++
				if string(got.Data) != data {
					t.Fatalf("seed %d: refused %+v, but edited", seed, got.Refused)
				}
				if len(refused) < 30 {
					t.Logf("seed %d: %+v %+v\n%s", seed, change, got.Refused, data)
				}
				continue
			}
			done[label]++
			if diff := cmp.Diff(want, leaves(t, s, name, got.Data)); diff != "" {
				t.Fatalf("seed %d: %+v:\n%s\n%s\n--- before\n%s--- after\n%s", seed, change, diff, cmp.Diff(data, string(got.Data)), data, got.Data)
			}
			if lost := lostComments(data, string(got.Data)); len(lost) > 0 && (change.Operation != Delete || lost[len(lost)-1]-lost[0] >= len(lost)) {
				t.Fatalf("seed %d: %+v: lost %v\n%s\n%s", seed, change, lost, data, got.Data)
			}
		}
		together(t, s, g, data, was)
	}
	t.Logf("done %v, refused %v", done, refused)
	for label, n := range refused {
		if n*10 > done[label] {
			t.Errorf("%s: refused %d of %d", label, n, n+done[label])
		}
	}
}
