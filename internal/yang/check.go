// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"slices"
	"strings"
)

// checkDef checks what concerns a definition as a whole, once its substatements are
// compiled. Most of it is said as a warning: the node is usable.
func (c *compiler) checkDef(d *def) {
	u := d.sc.u
	d.body = newNames(c).block(u, d.body)
	switch d.kind {
	case KindLeaf, KindLeafList:
		c.checkLeaf(d)
	case KindList:
		c.checkList(d)
	case KindChoice:
		c.checkChoice(d)
	}
	p := &d.props
	if p.max > 0 && p.min > p.max {
		c.failure(u, d.st.sub(kwMinElements), "more than max-elements %d", p.max)
	}
	if p.config == isFalse {
		if below := c.configBelow(d.body); below != nil {
			c.warning(below.sc.u, below.st, "is state, because %s %q above it is (RFC 7950 section 7.21.1)", d.kind, d.name)
		}
	}
}

// checkLeaf checks defaults against the statements beside them (RFC 7950 sections 7.6.4
// and 7.7.4).
func (c *compiler) checkLeaf(d *def) {
	p, u := &d.props, d.sc.u
	switch {
	case !p.hasDefault:
	case p.mandatory:
		c.warning(u, d.st, "is mandatory, so its default has no effect (RFC 7950 section 7.6.4)")
	case p.min > 0:
		c.warning(u, d.st, "has min-elements, so its default has no effect (RFC 7950 section 7.7.4)")
	}
	if d.kind == KindLeafList {
		for i, x := range p.defaults {
			if slices.ContainsFunc(p.defaults[:i], func(y textAt) bool { return y.text == x.text }) && p.config != isFalse {
				c.warning(u, x.st, "is a default twice")
			}
		}
	}
}

// checkList checks that the keys and the leafs of unique are there (RFC 7950 sections
// 7.8.2 and 7.8.3).
func (c *compiler) checkList(d *def) {
	u := d.sc.u
	key := d.st.sub(kwKey)
	for i, name := range d.props.keys {
		leaf := findDef(nil, d.body, []nodeName{{name: name}})
		switch {
		case slices.Contains(d.props.keys[:i], name):
			c.failure(u, key, "names %s twice", name)
		case leaf == nil || leaf.kind != KindLeaf:
			c.failure(u, key, "no leaf %q in list %s (or it is removed by features)", name, d.name)
		case leaf.props.config != unset && d.props.config != unset && leaf.props.config != d.props.config:
			c.warning(u, key, "%s and the list differ in config", name)
		case len(leaf.props.whens) > 0 || leaf.st.sub(kwIfFeature) != nil:
			c.warning(u, key, "%s has a when or if-feature, which a key must not have", name)
		}
	}
	for _, e := range d.props.uniques {
		c.checkUnique(u, d, e)
	}
}

func (c *compiler) checkUnique(u *unit, d *def, e *Expr) {
	for _, text := range strings.Fields(e.Argument) {
		path, err := schemaNodeID(u, text, false)
		if err != nil {
			c.failure(u, e.st, "%v", err)
			continue
		}
		if leaf := findDef(nil, d.body, path); leaf == nil || leaf.kind != KindLeaf {
			c.warning(u, e.st, "no leaf %s in list %s (or it is removed by features, or an augment adds it)", text, d.name)
		}
	}
}

// checkChoice checks the default case (RFC 7950 section 7.9.3).
func (c *compiler) checkChoice(d *def) {
	p, u := &d.props, d.sc.u
	if !p.hasDefault {
		return
	}
	at := d.st.sub(kwDefault)
	if p.mandatory {
		c.warning(u, at, "the choice is mandatory, so its default has no effect")
	}
	_, name := splitPrefix(at.arg)
	i := slices.IndexFunc(d.body, func(it item) bool { return it.def != nil && it.def.name == name })
	if i < 0 {
		c.warning(u, at, "no such case (or it is removed by features)")
		return
	}
	if m := mandatoryIn(d.body[i].def); m != nil {
		c.warning(u, at, "%s %q in the default case must not be mandatory", m.kind, m.name)
	}
}

// mandatoryIn returns the mandatory node directly in a case, nil when there is none.
func mandatoryIn(d *def) *def {
	switch d.kind {
	case KindCase:
		for _, it := range d.body {
			if it.def == nil {
				continue
			}
			if m := mandatoryIn(it.def); m != nil {
				return m
			}
		}
	case KindLeaf, KindChoice, KindAnyData, KindAnyXML:
		if d.props.mandatory {
			return d
		}
	case KindList, KindLeafList:
		if d.props.min > 0 {
			return d
		}
	}
	return nil
}

// configBelow returns a definition that says config true; nil when there is none. What a
// state node holds is not looked into twice.
func (c *compiler) configBelow(b block) *def {
	for i := range b {
		d := b[i].def
		if d == nil {
			continue // a grouping may be used for both
		}
		switch d.props.config {
		case isTrue:
			return d
		case isFalse:
			continue
		}
		if x := c.configBelow(d.body); x != nil {
			return x
		}
	}
	return nil
}
