// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"strings"
)

// overlay is a tree of changes to the nodes below one node: the refines and augments of
// a uses, or all augments and deviations of the implemented modules. It is laid over
// nodes when they are made, so nothing has to be copied.
type overlay struct {
	kids     map[nodeName]*overlay
	augments []*augment
	patches  []*patch
}

// nodeName names a schema node. In the overlay of a uses the module is "": all its
// nodes are in the module that uses it (RFC 7950 section 7.13).
type nodeName struct{ module, name string }

// augment is an augment statement (RFC 7950 section 7.17).
type augment struct {
	st    *stmt
	u     *unit
	mod   *Module // the namespace of its nodes; nil: the target's
	body  block
	whens []*Expr
}

// patch is a refine or deviation: functions that change properties.
type patch struct {
	st           *stmt
	u            *unit
	apply        []func(*props)
	notSupported bool
	deviate      string // its argument; "" of a refine
}

// at returns the overlay of a descendant, created where missing.
func (o *overlay) at(path []nodeName) *overlay {
	for _, n := range path {
		if o.kids == nil {
			o.kids = map[nodeName]*overlay{}
		}
		k := o.kids[n]
		if k == nil {
			k = &overlay{}
			o.kids[n] = k
		}
		o = k
	}
	return o
}

// child returns what the overlay says about a child; own says that the child is in the
// module of the uses.
func (o *overlay) child(module, name string, own bool) *overlay {
	if o.kids == nil {
		return nil
	}
	if k := o.kids[nodeName{module, name}]; k != nil || !own {
		return k
	}
	return o.kids[nodeName{"", name}]
}

// schemaNodeID parses a schema node identifier (RFC 7950 section 6.5). Without
// qualified, prefixes are checked and dropped.
func schemaNodeID(u *unit, s string, qualified bool) ([]nodeName, error) {
	parts := strings.Split(strings.TrimPrefix(s, "/"), "/")
	out := make([]nodeName, 0, len(parts))
	for _, p := range parts {
		prefix, name := splitPrefix(strings.TrimSpace(p))
		m := u.resolve(prefix)
		if m == nil {
			return nil, fmt.Errorf("unknown prefix %q", prefix)
		}
		if name == "" {
			return nil, fmt.Errorf("bad path %q", s)
		}
		n := nodeName{name: name}
		if qualified {
			n.module = m.Name
		}
		out = append(out, n)
	}
	return out, nil
}

// refinements compiles the refine and augment substatements of a uses (RFC 7950
// sections 7.13.2 and 7.17).
func (c *compiler) refinements(us *uses) {
	u := us.sc.u
	for i := range us.st.subs {
		st := &us.st.subs[i]
		if st.kw != kwRefine && st.kw != kwAugment {
			continue
		}
		path, err := schemaNodeID(u, st.arg, false)
		if err != nil {
			c.failure(u, st, "%v", err)
			continue
		}
		if st.kw == kwAugment && !c.ifFeatures(u, st) {
			continue
		}
		if us.patches == nil {
			us.patches = &overlay{}
		}
		target := findDef(us, us.grouping.body, path)
		if target == nil {
			c.warning(u, st, "has no effect: no such node in grouping %s (or it is removed by features)", us.st.arg)
			continue
		}
		o := us.patches.at(path)
		if st.kw == kwRefine {
			o.patches = append(o.patches, c.refine(us.sc, st, target))
			continue
		}
		a := &augment{st: st, u: u, body: c.block(c.inner(us.sc, st), st), whens: exprs(u, st, kwWhen, true)}
		all := newNames(c)
		all.seed(target.body)
		a.body = all.block(u, a.body)
		o.augments = append(o.augments, a)
	}
}

// findDef finds a descendant of a block by names, looking into uses, their augments and
// implicit cases; nil when there is none. us is the uses that the block is used by, if any.
func findDef(us *uses, b block, path []nodeName) *def {
	for i := range b {
		if u := b[i].uses; u != nil {
			if !u.grouping.has(path[0].name) {
				continue
			}
			if d := findDef(u, u.grouping.body, path); d != nil {
				return d
			}
			break // names are unique
		}
		d := b[i].def
		if d.name != path[0].name {
			continue
		}
		if len(path) == 1 {
			return d
		}
		if found := findBelow(d, path[1:]); found != nil {
			return found
		}
		break
	}
	return findAugmented(us, path)
}

func findBelow(d *def, path []nodeName) *def {
	if found := findDef(nil, d.body, path); found != nil {
		return found
	}
	// The implicit case of a short-hand choice: choice/x is the case, choice/x/x the node.
	if d.kind == KindChoice && len(path) > 1 && path[0].name == path[1].name {
		return findDef(nil, d.body, path[1:])
	}
	return nil
}

// findAugmented looks into the augments of a uses for a path.
func findAugmented(us *uses, path []nodeName) *def {
	if us == nil {
		return nil
	}
	o := us.patches
	for i := 0; o != nil && i < len(path); i++ {
		for _, a := range o.augments {
			if d := findDef(nil, a.body, path[i:]); d != nil {
				return d
			}
		}
		o = o.child("", path[i].name, true)
	}
	return nil
}

// refine compiles a refine statement (RFC 7950 section 7.13.2).
func (c *compiler) refine(sc *scope, st *stmt, target *def) *patch {
	u := sc.u
	p := &patch{st: st, u: u}
	if !c.ifFeatures(u, st) {
		p.notSupported = true
		return p
	}
	var defaults []textAt
	for i := range st.subs {
		x := &st.subs[i]
		if x.kw == kwExtensionUse || x.kw == kwIfFeature {
			p.extension(sc.u, x)
			continue
		}
		if grammar[keywordOf(target.kind)].rules[x.kw] == 0 {
			c.failure(u, x, "%s %q has no %s statement", target.kind, target.name, x.kw)
			continue
		}
		if x.kw == kwDefault {
			defaults = append(defaults, textAt{x.arg, u, x})
			continue
		}
		f := c.change(sc, x, false)
		if f == nil {
			c.failure(u, x, "not allowed in refine")
			continue
		}
		p.apply = append(p.apply, f)
	}
	if len(defaults) > 0 {
		p.apply = append(p.apply, func(p *props) { p.defaults, p.hasDefault = defaults, true })
		if target.props.typ != nil {
			c.checkDefaults(&props{typ: target.props.typ, defaults: defaults})
		}
	}
	return p
}

// extension lays what an extension means over a node, if it is known.
func (p *patch) extension(u *unit, x *stmt) {
	if u.deniesAll(x) {
		p.apply = append(p.apply, func(p *props) { p.secret = true })
	}
}

// change returns the effect of a property statement in refine or deviate; nil when the
// statement is none. In a deviation, type and units may change as well.
func (c *compiler) change(sc *scope, x *stmt, deviation bool) func(*props) {
	u := sc.u
	switch x.kw {
	case kwConfig:
		v := c.triArg(u, x)
		return func(p *props) { p.config = v }
	case kwMandatory:
		v := c.triArg(u, x) == isTrue
		return func(p *props) { p.mandatory = v }
	case kwPresence:
		return func(p *props) { p.presence = true }
	case kwMinElements:
		v := c.count(u, x)
		return func(p *props) { p.min = v }
	case kwMaxElements:
		v := c.maxElements(u, x)
		return func(p *props) { p.max = v }
	case kwMust:
		e := newExpr(u, x)
		return func(p *props) { p.musts = append(p.musts[:len(p.musts):len(p.musts)], e) }
	}
	if !deviation {
		return nil
	}
	switch x.kw {
	case kwUnique:
		e := newExpr(u, x)
		return func(p *props) { p.uniques = append(p.uniques[:len(p.uniques):len(p.uniques)], e) }
	case kwType:
		t := c.typ(sc, x)
		return func(p *props) { p.typ = t }
	case kwUnits:
		return func(p *props) { p.units = x.arg }
	}
	return nil
}
