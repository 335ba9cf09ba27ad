// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"strings"
)

// overlays compiles the top-level augments and deviations of the implemented modules
// (RFC 7950 sections 7.17 and 7.20.3) and checks that their targets exist.
func (c *compiler) overlays() {
	root := &overlay{}
	type check struct {
		path []nodeName
		u    *unit
		st   *stmt
	}
	var checks []check
	var mods []*Module
	for _, m := range c.s.sortedModules() {
		if m.Implemented {
			mods = append(mods, m)
		}
	}
	for _, m := range mods {
		for _, u := range m.units {
			for i := range u.st.subs {
				st := &u.st.subs[i]
				if st.kw != kwAugment && st.kw != kwDeviation || st.kw == kwAugment && !c.ifFeatures(u, st) {
					continue
				}
				path, err := schemaNodeID(u, st.arg, true)
				if err != nil || !strings.HasPrefix(st.arg, "/") {
					c.failure(u, st, "not a schema node identifier: %v", err)
					continue
				}
				checks = append(checks, check{path, u, st})
				if st.kw == kwAugment {
					sc := c.inner(u.scope, st)
					o := root.at(path)
					o.augments = append(o.augments, &augment{st: st, u: u, mod: m, body: c.block(sc, st), whens: exprs(u, st, kwWhen, true)})
				} else {
					o := root.at(path)
					o.patches = append(o.patches, c.deviation(u, st)...)
				}
			}
		}
	}
	c.s.root = newRoot(c.s, mods, root)
	for _, ch := range checks {
		if err := c.checkTarget(ch.path, ch.st.kw == kwDeviation); err != nil {
			c.warning(ch.u, ch.st, "has no effect: %v", err)
		}
	}
}

// checkTarget says why a schema node does not exist. The target of a "not-supported"
// is gone, so of deviations only the parent is looked for.
func (c *compiler) checkTarget(path []nodeName, parentOnly bool) error {
	n := c.s.root
	last := len(path)
	if parentOnly {
		last--
	}
	for _, step := range path[:last] {
		next := n.schemaChild(step.module, step.name)
		if next == nil {
			return fmt.Errorf("no node %s:%s in %s (or it is removed by features or deviations)", step.module, step.name, n.describe())
		}
		n = next
	}
	if parentOnly {
		step := path[last]
		if n.schemaChild(step.module, step.name) == nil && !n.deviatedAway(step.module, step.name) {
			return fmt.Errorf("no node %s:%s in %s", step.module, step.name, n.describe())
		}
	}
	return nil
}

// deviation compiles the deviate statements of a deviation.
func (c *compiler) deviation(u *unit, st *stmt) []*patch {
	var out []*patch
	for i := range st.subs {
		x := &st.subs[i]
		if x.kw != kwDeviate {
			continue
		}
		p := &patch{st: x, u: u}
		switch x.arg {
		case "not-supported":
			p.notSupported = true
		case "add", "replace":
			c.deviateSet(u, x, p)
		case "delete":
			c.deviateDelete(u, x, p)
		default:
			c.failure(u, x, `must be "not-supported", "add", "replace" or "delete"`)
			continue
		}
		out = append(out, p)
	}
	return out
}

func (c *compiler) deviateSet(u *unit, st *stmt, p *patch) {
	var defaults []textAt
	for i := range st.subs {
		x := &st.subs[i]
		switch x.kw {
		case kwExtensionUse:
			continue
		case kwDefault:
			defaults = append(defaults, textAt{x.arg, u, x})
			continue
		}
		f := c.change(u.scope, x, true)
		if f == nil {
			c.failure(u, x, "not allowed in deviate")
			continue
		}
		p.apply = append(p.apply, f)
	}
	if len(defaults) > 0 {
		add := st.arg == "add"
		p.apply = append(p.apply, func(p *props) {
			if add {
				p.defaults = append(p.defaults[:len(p.defaults):len(p.defaults)], defaults...)
			} else {
				p.defaults = defaults
			}
			p.hasDefault = true
		})
	}
}

// deviateDelete removes what has the same keyword and argument.
func (c *compiler) deviateDelete(u *unit, st *stmt, p *patch) {
	for i := range st.subs {
		x := &st.subs[i]
		switch x.kw {
		case kwUnits:
			p.apply = append(p.apply, func(p *props) { p.units = "" })
		case kwMust:
			p.apply = append(p.apply, func(p *props) { p.musts = without(p.musts, x.arg) })
		case kwUnique:
			p.apply = append(p.apply, func(p *props) { p.uniques = without(p.uniques, x.arg) })
		case kwDefault:
			p.apply = append(p.apply, func(p *props) {
				var keep []textAt
				for _, d := range p.defaults {
					if d.text != x.arg {
						keep = append(keep, d)
					}
				}
				p.defaults, p.hasDefault = keep, len(keep) > 0
			})
		case kwExtensionUse:
		default:
			c.failure(u, x, "not allowed in deviate delete")
		}
	}
}

// without returns the expressions that do not have the argument, blanks aside.
func without(list []*Expr, arg string) []*Expr {
	arg = strings.Join(strings.Fields(arg), " ")
	var out []*Expr
	for _, e := range list {
		if strings.Join(strings.Fields(e.Argument), " ") != arg {
			out = append(out, e)
		}
	}
	return out
}
