// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// selector is one step of a path.
type selector struct {
	node *yang.Node
	// keys are the canonical values asked for, by the names of the keys.
	keys map[string]string
	// value is that of a leaf-list entry.
	value *string
}

// CheckPath says why [Pool.Read] cannot read a path: it is none, the schema does not have it, or the value of
// a key can never be.
func CheckPath(schema *yang.Schema, path string) error {
	_, err := selectors(schema, path)
	return err
}

// selectors binds a path to a schema.
func selectors(schema *yang.Schema, path string) ([]selector, error) {
	steps, err := yang.ParsePath(path)
	if err == nil && len(steps) == 0 {
		err = errors.New("it names no node")
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	at, module := schema.Root(), ""
	out := make([]selector, 0, len(steps))
	for _, step := range steps {
		if step.Module != "" {
			module = step.Module
		}
		s, err := selectorFor(at, module, step)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", path, err)
		}
		out = append(out, s)
		at = s.node
	}
	return out, nil
}

func selectorFor(at *yang.Node, module string, step yang.PathStep) (selector, error) {
	s := selector{node: at.Child(module, step.Name)}
	if s.node == nil {
		return s, unknownStep(at, module, step.Name)
	}
	if step.Index != 0 {
		return s, fmt.Errorf("entries of %s cannot be chosen by position: say which by a key, or leave it out", step.Name)
	}
	for _, key := range step.Keys {
		i := slices.IndexFunc(s.node.Keys(), func(k *yang.Node) bool { return k.Name() == key.Name })
		if i < 0 {
			return s, fmt.Errorf("%s is no key of %s: it has %s", key.Name, step.Name, namesOf(s.node.Keys(), key.Name, (*yang.Node).Name))
		}
		value, err := s.node.Keys()[i].Canonical(key.Value)
		if err != nil {
			return s, fmt.Errorf("key %s of %s: %w", key.Name, step.Name, err)
		}
		if s.keys == nil {
			s.keys = map[string]string{}
		}
		s.keys[key.Name] = value
	}
	if step.Value != nil {
		if s.node.Kind() != yang.KindLeafList {
			return s, fmt.Errorf("%s is no leaf-list, so its entries cannot be chosen by [.='…']", step.Name)
		}
		value, err := s.node.Canonical(*step.Value)
		if err != nil {
			return s, fmt.Errorf("entry of %s: %w", step.Name, err)
		}
		s.value = &value
	}
	return s, nil
}

// unknownStep names what is there instead, the nearest first.
func unknownStep(at *yang.Node, module, name string) error {
	schema, where := at.Schema(), "in "+at.DataPath()
	if at.Kind() == yang.KindRoot {
		where = "at the top"
		if module == "" {
			return fmt.Errorf("its first step %s needs the name of its module: /module:%s", name, name)
		}
	}
	if schema.Module(module) == nil {
		hint := ""
		if near := schema.NearestModule(module); near != "" {
			hint = ": did you mean " + near + "?"
		}
		return fmt.Errorf("the NF has no module %s%s", module, hint)
	}
	children := at.DataChildren()
	if at.Kind() == yang.KindRoot {
		children = slices.DeleteFunc(slices.Clone(children), func(c *yang.Node) bool { return c.Module().Name != module })
	}
	if len(children) == 0 {
		return fmt.Errorf("there is no %s:%s %s, which has nothing below it", module, name, where)
	}
	return fmt.Errorf("there is no %s:%s %s: there is %s", module, name, where, namesOf(children, name, (*yang.Node).QName))
}

// namesOf lists nodes, those first whose names begin most alike.
func namesOf(nodes []*yang.Node, like string, text func(*yang.Node) string) string {
	const most = 10
	alike := func(n *yang.Node) int {
		i := 0
		for i < min(len(n.Name()), len(like)) && n.Name()[i] == like[i] {
			i++
		}
		return i
	}
	nodes = slices.Clone(nodes)
	slices.SortStableFunc(nodes, func(a, b *yang.Node) int { return alike(b) - alike(a) })
	names := make([]string, 0, most)
	for _, n := range nodes[:min(len(nodes), most)] {
		names = append(names, text(n))
	}
	list := strings.Join(names, ", ")
	if more := len(nodes) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}
