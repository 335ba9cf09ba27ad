// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/strowger/strowger/internal/yang"
)

// function is a function of the core library (XPath 1.0 section 4) or of YANG (RFC 7950
// section 10).
type function struct {
	name        string
	least, most int // arguments; most -1: any number
	result      kind
	set         bool // the first argument must be a node-set
	nodes       bool // takes no string-value of its node-sets, but looks at the nodes
	deps        deps
	without     deps // when called without arguments
	call        func(v *env, args []*expr) value
}

// functions makes the table of all functions, for one parser.
func functions() map[string]*function {
	m := map[string]*function{}
	for _, list := range [][]*function{nodeFunctions(), stringFunctions(), otherFunctions(), yangFunctions()} {
		for _, f := range list {
			m[f.name] = f
		}
	}
	return m
}

// nodeFunctions are those of section 4.1.
func nodeFunctions() []*function {
	name := func(name string, of func(v *env, n *yang.Node) string) *function {
		return &function{name: name, most: 1, result: kindString, set: true, nodes: true, without: onContext, call: func(v *env, args []*expr) value {
			d := v.node
			if len(args) > 0 {
				d = v.set(args[0]).first(v.c)
			}
			if d == nil || d.Node().Module() == nil {
				return text("")
			}
			return text(of(v, d.Node()))
		}}
	}
	return []*function{
		{name: "last", result: kindNumber, deps: onContext | onPosition, call: func(v *env, _ []*expr) value { return number(float64(v.size)) }},
		{name: "position", result: kindNumber, deps: onContext | onPosition, call: func(v *env, _ []*expr) value { return number(float64(v.position)) }},
		{name: "count", least: 1, most: 1, result: kindNumber, set: true, nodes: true, call: func(v *env, args []*expr) value {
			return number(float64(len(v.set(args[0]).nodes)))
		}},
		{name: "id", least: 1, most: 1, result: kindSet, call: func(*env, []*expr) value { return value{kind: kindSet, set: &nodeSet{}} }},
		name("local-name", func(_ *env, n *yang.Node) string { return n.Name() }),
		// The prefixes of a document are its writer's choice. Models expect names of their
		// own module without one (RFC 6728); others get the module's name.
		name("name", func(v *env, n *yang.Node) string {
			if n.Module() == v.p.module {
				return n.Name()
			}
			return n.QName()
		}),
		name("namespace-uri", func(_ *env, n *yang.Node) string { return n.Module().Namespace }),
	}
}

// stringFunctions are those of section 4.2.
func stringFunctions() []*function {
	of := func(v *env, args []*expr) string {
		if len(args) == 0 {
			return v.c.stringValue(v.node)
		}
		return v.string(args[0])
	}
	two := func(name string, result kind, f func(a, b string) value) *function {
		return &function{name: name, least: 2, most: 2, result: result, call: func(v *env, args []*expr) value {
			return f(v.string(args[0]), v.string(args[1]))
		}}
	}
	return []*function{
		{name: "string", most: 1, result: kindString, without: onContext, call: func(v *env, args []*expr) value { return text(of(v, args)) }},
		{name: "concat", least: 2, most: -1, result: kindString, call: func(v *env, args []*expr) value {
			var b strings.Builder
			for _, a := range args {
				if x := v.string(a); v.c.spend(len(x) / 16) {
					b.WriteString(x)
				}
			}
			return text(b.String())
		}},
		two("starts-with", kindBoolean, func(a, b string) value { return boolean(strings.HasPrefix(a, b)) }),
		two("contains", kindBoolean, func(a, b string) value { return boolean(strings.Contains(a, b)) }),
		two("substring-before", kindString, func(a, b string) value {
			before, _, ok := strings.Cut(a, b)
			if !ok {
				return text("")
			}
			return text(before)
		}),
		two("substring-after", kindString, func(a, b string) value {
			_, after, _ := strings.Cut(a, b)
			return text(after)
		}),
		{name: "substring", least: 2, most: 3, result: kindString, call: substring},
		{name: "string-length", most: 1, result: kindNumber, without: onContext, call: func(v *env, args []*expr) value {
			return number(float64(utf8.RuneCountInString(of(v, args))))
		}},
		{name: "normalize-space", most: 1, result: kindString, without: onContext, call: func(v *env, args []*expr) value {
			return text(strings.Join(strings.FieldsFunc(of(v, args), func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) }), " "))
		}},
		{name: "translate", least: 3, most: 3, result: kindString, call: translate},
	}
}

func substring(v *env, args []*expr) value {
	from := round(v.number(args[1]))
	to := math.Inf(1)
	if len(args) == 3 {
		to = from + round(v.number(args[2]))
	}
	var b strings.Builder
	at := 1.0
	for _, r := range v.string(args[0]) {
		if at >= from && at < to {
			b.WriteRune(r)
		}
		at++
	}
	return text(b.String())
}

func translate(v *env, args []*expr) value {
	from, to := []rune(v.string(args[1])), []rune(v.string(args[2]))
	table := make(map[rune]rune, len(from))
	for i, r := range from {
		if _, ok := table[r]; ok {
			continue
		}
		if table[r] = -1; i < len(to) {
			table[r] = to[i]
		}
	}
	in := v.string(args[0])
	v.c.spend(len(in) / 16)
	return text(strings.Map(func(r rune) rune {
		if x, ok := table[r]; ok {
			return x
		}
		return r
	}, in))
}

// otherFunctions are those of sections 4.3 and 4.4.
func otherFunctions() []*function {
	constant := func(name string, b bool) *function {
		return &function{name: name, result: kindBoolean, call: func(*env, []*expr) value { return boolean(b) }}
	}
	numeric := func(name string, f func(float64) float64) *function {
		return &function{name: name, least: 1, most: 1, result: kindNumber, call: func(v *env, args []*expr) value { return number(f(v.number(args[0]))) }}
	}
	return []*function{
		constant("true", true), constant("false", false),
		numeric("floor", math.Floor), numeric("ceiling", math.Ceil), numeric("round", round),
		{name: "boolean", least: 1, most: 1, result: kindBoolean, nodes: true, call: func(v *env, args []*expr) value { return boolean(v.boolean(args[0])) }},
		{name: "not", least: 1, most: 1, result: kindBoolean, nodes: true, call: func(v *env, args []*expr) value { return boolean(!v.boolean(args[0])) }},
		{name: "lang", least: 1, most: 1, result: kindBoolean, call: func(*env, []*expr) value { return boolean(false) }},
		{name: "number", most: 1, result: kindNumber, without: onContext, call: func(v *env, args []*expr) value {
			if len(args) == 0 {
				return number(toNumber(v.c.stringValue(v.node)))
			}
			return number(v.number(args[0]))
		}},
		{name: "sum", least: 1, most: 1, result: kindNumber, set: true, call: func(v *env, args []*expr) value {
			return number(v.set(args[0]).sum(v.c))
		}},
	}
}

// round rounds to the nearest integer, halves up (XPath 1.0 section 4.4).
func round(n float64) float64 {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return n
	}
	// Not Floor(n+0.5), which rounds 0.49999999999999994 up.
	if f := math.Floor(n); n-f < 0.5 {
		return f
	}
	return math.Floor(n) + 1
}
