// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// selection is the filter of a request: all, a subtree filter, or an XPath expression.
type selection struct {
	subtree *element
	xpath   *element // the element whose namespaces the expression uses
	path    string
}

// selectionOf reads the filter of get and get-config (RFC 6241 sections 6 and 8.9).
func (p Profile) selectionOf(op *element) (*selection, error) {
	f := op.child("filter")
	if f == nil {
		return &selection{}, nil
	}
	switch kind := f.attr("type"); {
	case kind == "" || kind == "subtree":
		return &selection{subtree: f}, nil
	case kind != "xpath" || p.NoXPath:
		return nil, &RPCError{Type: "protocol", Tag: "bad-attribute", Message: "this device has no filters of type " + kind,
			Info: "<bad-attribute>type</bad-attribute><bad-element>filter</bad-element>"}
	case f.attr("select") == "":
		return nil, &RPCError{Type: "protocol", Tag: "missing-attribute", Message: "the filter has no select attribute",
			Info: "<bad-attribute>select</bad-attribute><bad-element>filter</bad-element>"}
	}
	return &selection{xpath: f, path: f.attr("select")}, nil
}

// tree returns the part of a tree that is selected.
func (s *selection) tree(t *yang.Tree) (*yang.Tree, error) {
	switch {
	case s.subtree != nil:
		return filterTree(t, s.subtree), nil
	case s.xpath != nil:
		return xpathTree(t, s.xpath, s.path)
	}
	return t, nil
}

// elements returns a filter for what is no data tree: the state of the protocol. Of XPath only plain paths
// are understood; other expressions select nothing there.
func (s *selection) elements() *element {
	switch {
	case s.subtree != nil:
		return s.subtree
	case s.xpath != nil:
		return subtreeOf(s.xpath, s.path)
	}
	return nil
}

// xpathTree returns the nodes that an expression selects, with the nodes and keys above them (RFC 6241
// section 8.9.5.2).
func xpathTree(t *yang.Tree, at *element, text string) (*yang.Tree, error) {
	schema := t.Schema()
	modules := make(map[string]*yang.Module)
	for prefix, namespace := range at.prefixes {
		if m := schema.ModuleByNamespace(namespace); m != nil && prefix != "" {
			modules[prefix] = m
		}
	}
	out := yang.NewTree(schema)
	module := defaultModule(schema, at, text)
	program, err := xpath.Compile(yang.NewExprWith(modules, text), module)
	if err != nil {
		if unknownPrefix(at, modules, text) {
			return out, nil // namespaces of the protocol, of which no module is in the schema
		}
		return nil, &RPCError{Type: "protocol", Tag: "invalid-value", Message: "select: " + err.Error(),
			Info: attributeInfo("select", "filter")}
	}
	// Only nodes can be united with others.
	if _, err := xpath.Compile(yang.NewExprWith(modules, "("+text+") | /"), module); err != nil {
		return nil, &RPCError{Type: "protocol", Tag: "invalid-value", Message: "select: the expression gives no nodes",
			Info: attributeInfo("select", "filter")}
	}
	nodes, _ := program.Nodes(xpath.NewContext(t, false), t.Root())
	for _, d := range nodes {
		switch {
		case d.Parent() == nil:
			return t, nil
		case present(d):
			out.Copy(d)
		}
	}
	return out, nil
}

// defaultModule is that of names without prefix: XPath 1.0 has no namespace for them, but people mean the
// default one, or the only module that has such a top-level node.
func defaultModule(schema *yang.Schema, at *element, text string) *yang.Module {
	if m := schema.ModuleByNamespace(at.prefixes[""]); m != nil {
		return m
	}
	first := strings.TrimLeft(text, "/ ")
	if i := strings.IndexAny(first, "/[ |)"); i >= 0 {
		first = first[:i]
	}
	for _, n := range schema.Root().DataChildren() {
		if n.Name() == first {
			return n.Module()
		}
	}
	return &yang.Module{}
}

var prefixInXPath = regexp.MustCompile(`([A-Za-z_][\w.-]*):[A-Za-z_*]`)

// unknownPrefix says whether an expression uses a prefix that is declared, of a namespace without module.
func unknownPrefix(at *element, modules map[string]*yang.Module, text string) bool {
	for _, found := range prefixInXPath.FindAllStringSubmatch(text, -1) {
		if _, declared := at.prefixes[found[1]]; declared && modules[found[1]] == nil {
			return true
		}
	}
	return false
}

// present says whether a node is in its tree, and not only in use by default. Entries always are.
func present(d *yang.Data) bool {
	for ; d.Parent() != nil; d = d.Parent() {
		if d.Node().Kind() != yang.KindList && !slices.Contains(d.Parent().Instances(d.Node()), d) {
			return false
		}
	}
	return true
}

var plainStep = regexp.MustCompile(`^(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)((?:\[[^\]]*\])*)$`)
var plainPredicate = regexp.MustCompile(`\[\s*(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)\s*=\s*(?:'([^']*)'|"([^"]*)")\s*\]`)

// subtreeOf turns plain absolute paths, such as "/a:b/c[d='e'] | /f:g", into a subtree filter that selects
// the same. Of another expression the filter selects nothing.
func subtreeOf(at *element, text string) *element {
	filter := &element{name: "filter"}
	for _, path := range strings.Split(text, "|") {
		path, absolute := strings.CutPrefix(strings.TrimSpace(path), "/")
		if !absolute {
			continue
		}
		if path == "" {
			return nil
		}
		if step := subtreeStep(at, splitPath(path)); step != nil {
			filter.children = append(filter.children, step)
		}
	}
	return filter
}

func subtreeStep(at *element, steps []string) *element {
	parts := plainStep.FindStringSubmatch(steps[0])
	if parts == nil {
		return nil
	}
	e := &element{space: at.prefixes[parts[1]], name: parts[2]}
	for _, p := range plainPredicate.FindAllStringSubmatch(parts[3], -1) {
		e.children = append(e.children, &element{name: p[1], text: p[2] + p[3]})
	}
	if len(steps) == 1 {
		return e
	}
	next := subtreeStep(at, steps[1:])
	if next == nil {
		return nil
	}
	e.children = append(e.children, next)
	return e
}

// splitPath splits at slashes outside of predicates.
func splitPath(path string) []string {
	var steps []string
	depth, from := 0, 0
	for i, c := range path {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		case '/':
			if depth == 0 {
				steps = append(steps, path[from:i])
				from = i + 1
			}
		}
	}
	return append(steps, path[from:])
}
