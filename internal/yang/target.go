// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"strings"
)

// target is a top-level augment or deviation statement and the schema node it names.
type target struct {
	path    []nodeName
	u       *unit
	st      *stmt
	augment *augment // nil of a deviation
}

// overlays compiles the top-level augments and deviations of the implemented modules
// (RFC 7950 sections 7.17 and 7.20.3) and checks them against their targets.
func (c *compiler) overlays() {
	root := &overlay{}
	var targets []target
	var mods []*Module
	for _, m := range c.s.sortedModules() {
		if m.Implemented {
			mods = append(mods, m)
		}
	}
	for _, m := range mods {
		for _, u := range m.units {
			for i := range u.st.subs {
				if t, ok := c.target(u, &u.st.subs[i], root); ok {
					targets = append(targets, t)
				}
			}
		}
	}
	c.s.root = newRoot(c.s, mods, root)
	for _, t := range targets {
		c.checkTarget(t)
	}
}

// target compiles an augment or deviation into the overlay.
func (c *compiler) target(u *unit, st *stmt, root *overlay) (target, bool) {
	if st.kw != kwAugment && st.kw != kwDeviation || st.kw == kwAugment && !c.ifFeatures(u, st) {
		return target{}, false
	}
	path, err := schemaNodeID(u, st.arg, true)
	if err != nil || !strings.HasPrefix(st.arg, "/") {
		c.failure(u, st, "not a schema node identifier: %v", err)
		return target{}, false
	}
	o := root.at(path)
	t := target{path: path, u: u, st: st}
	if st.kw == kwDeviation {
		o.patches = append(o.patches, c.deviation(u, st)...)
		return t, true
	}
	t.augment = &augment{st: st, u: u, mod: u.mod, body: c.block(c.inner(u.scope, st), st), whens: exprs(u, st, kwWhen, true)}
	t.augment.body = newNames(c).block(u, t.augment.body)
	o.augments = append(o.augments, t.augment)
	return t, true
}

// checkTarget says what is wrong with an augment or deviation. Of a deviation the parent
// of the target is looked for: that of a "not-supported" is gone.
func (c *compiler) checkTarget(t target) {
	to := t.path
	if t.augment == nil {
		to = to[:len(to)-1]
	}
	n := c.s.root
	for _, step := range to {
		next := n.schemaChild(step.module, step.name)
		if next == nil {
			c.noTarget(t, n, step)
			return
		}
		n = next
	}
	if t.augment != nil {
		c.checkAugment(t, n)
		return
	}
	c.checkDeviation(t, n)
}

func (c *compiler) noTarget(t target, n *Node, step nodeName) {
	c.warning(t.u, t.st, "has no effect: no node %s:%s in %s (or it is removed by features or deviations)", step.module, step.name, n.describe())
}

// checkAugment checks that the target can have such nodes (RFC 7950 section 7.17).
func (c *compiler) checkAugment(t target, n *Node) {
	kind := keywordOf(n.def.kind)
	switch n.def.kind {
	case KindContainer, KindList, KindChoice, KindCase, KindInput, KindOutput, KindNotification:
	default:
		c.failure(t.u, t.st, "%s %s cannot be augmented", n.def.kind, n.describe())
		return
	}
	for i := range t.st.subs {
		x := &t.st.subs[i]
		if _, data := defKinds[x.kw]; (data || x.kw == kwUses) && grammar[kind].rules[x.kw] == 0 {
			c.failure(t.u, x, "not allowed in %s %s", n.def.kind, n.describe())
		}
	}
	for _, twice := range n.expanded().twice {
		if twice.module == t.u.mod.Name && t.augment.has(twice.name) {
			c.failure(t.u, t.st, "%q is defined twice in %s", twice.name, n.describe())
		}
	}
	if n.mod == t.u.mod || !n.Config() || len(t.augment.whens) > 0 {
		return
	}
	if d := mandatoryBelow(t.augment.body, map[*grouping]bool{}); d != nil {
		c.warning(t.u, t.st, "adds the mandatory %s %q to another module, and needs a when for that", d.kind, d.name)
	}
}

func (a *augment) has(name string) bool {
	for i := range a.body {
		if us := a.body[i].uses; us != nil {
			schema, _ := us.grouping.names()
			for _, s := range schema {
				if s == name {
					return true
				}
			}
		} else if a.body[i].def.name == name {
			return true
		}
	}
	return false
}

// mandatoryBelow returns the definition that makes the parent of a block mandatory (RFC
// 7950 section 3, "mandatory node"), nil when there is none.
func mandatoryBelow(b block, seen map[*grouping]bool) *def {
	for i := range b {
		if us := b[i].uses; us != nil {
			if seen[us.grouping] || len(us.whens) > 0 {
				continue
			}
			seen[us.grouping] = true
			if d := mandatoryBelow(us.grouping.body, seen); d != nil {
				return d
			}
			continue
		}
		d := b[i].def
		if d.props.config == isFalse || len(d.props.whens) > 0 {
			continue
		}
		if d.kind != KindCase && mandatoryIn(d) != nil {
			return d
		}
		if d.kind == KindContainer && !d.props.presence {
			if m := mandatoryBelow(d.body, seen); m != nil {
				return m
			}
		}
	}
	return nil
}

// checkDeviation looks whether what a deviation adds is new, and whether what it replaces
// or deletes is there (RFC 7950 section 7.20.3.2).
func (c *compiler) checkDeviation(t target, parent *Node) {
	step := t.path[len(t.path)-1]
	found := parent.deviatedAway(step.module, step.name)
	e := expansion{parent: parent, before: func(p *patch, d *def, was *props) {
		if d.name != step.name || p.u != t.u || !t.st.holds(p.st) {
			return
		}
		found = true
		for i := range p.st.subs {
			x := &p.st.subs[i]
			if why := deviates(p.deviate, x, d, was); why != "" {
				c.warning(t.u, x, "%s", why)
			}
		}
	}}
	e.collect()
	if !found && parent.schemaChild(step.module, step.name) == nil {
		c.noTarget(t, parent, step)
	}
}

// holds says whether a statement is directly in another.
func (s *stmt) holds(x *stmt) bool {
	for i := range s.subs {
		if &s.subs[i] == x {
			return true
		}
	}
	return false
}

// deviates says what is wrong with a substatement of deviate; "" when nothing is.
func deviates(how string, x *stmt, d *def, was *props) string {
	if x.kw == kwExtensionUse {
		return ""
	}
	if grammar[keywordOf(d.kind)].rules[x.kw] == 0 {
		return fmt.Sprintf("%s %q has no %s statement", d.kind, d.name, x.kw)
	}
	has := was.has(d, x)
	switch {
	case how == "add" && has:
		return "is there already; deviate replace is for that"
	case how == "replace" && !has && x.kw != kwConfig && x.kw != kwMandatory && x.kw != kwMinElements && x.kw != kwMaxElements:
		return "is not there to be replaced; deviate add is for that"
	case how == "delete" && !has:
		return "is not there to be deleted"
	}
	return ""
}

// has says whether a node has a property: for those that may be repeated, with that
// argument.
func (p *props) has(d *def, x *stmt) bool {
	same := func(list []*Expr) bool { return len(without(list, x.arg)) < len(list) }
	switch x.kw {
	case kwMust:
		return same(p.musts)
	case kwUnique:
		return same(p.uniques)
	case kwUnits:
		return p.units != "" && (p.typ == nil || p.units != p.typ.units)
	case kwDefault:
		for _, def := range p.defaults {
			if d.kind != KindLeafList || def.text == x.arg {
				return true
			}
		}
		return false
	case kwType:
		return p.typ != nil
	case kwConfig:
		return p.config != unset
	case kwMandatory:
		return p.mandatory
	case kwMinElements:
		return p.min > 0
	case kwMaxElements:
		return p.max > 0
	}
	return false
}
