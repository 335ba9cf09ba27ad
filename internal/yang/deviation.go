// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import "strings"

// deviation compiles the deviate statements of a deviation.
func (c *compiler) deviation(u *unit, st *stmt) []*patch {
	var out []*patch
	for i := range st.subs {
		x := &st.subs[i]
		if x.kw != kwDeviate {
			continue
		}
		p := &patch{st: x, u: u, deviate: x.arg}
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
			p.extension(u, x)
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
