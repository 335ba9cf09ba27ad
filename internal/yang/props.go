// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"strconv"
	"strings"
)

// properties reads the properties of a def from its statement.
func (c *compiler) properties(d *def) {
	p, u := &d.props, d.sc.u
	for i := range d.st.subs {
		x := &d.st.subs[i]
		switch x.kw {
		case kwConfig:
			p.config = c.triArg(u, x)
		case kwMandatory:
			p.mandatory = c.triArg(u, x) == isTrue
		case kwPresence:
			p.presence = true
		case kwOrderedBy:
			p.userOrder = x.arg == "user"
		case kwMinElements:
			p.min = c.count(u, x)
		case kwMaxElements:
			p.max = c.maxElements(u, x)
		case kwDefault:
			p.defaults = append(p.defaults, textAt{x.arg, u, x})
			p.hasDefault = true
		case kwUnits:
			p.units = x.arg
		case kwStatus:
			p.status = c.statusArg(u, x)
		case kwKey:
			p.keys = c.keyNames(u, x)
		case kwUnique:
			p.uniques = append(p.uniques, newExpr(u, x))
		case kwMust:
			p.musts = append(p.musts, newExpr(u, x))
		case kwWhen:
			p.whens = append(p.whens, newExpr(u, x))
		case kwType:
			p.typ = c.typ(d.sc, x)
		case kwExtensionUse:
			p.secret = p.secret || u.deniesAll(x)
		}
	}
	if d.kind == KindLeaf || d.kind == KindLeafList {
		if p.typ == nil {
			p.typ = unknownType
		}
		if p.units == "" {
			p.units = p.typ.units
		}
		if len(p.defaults) > 0 {
			c.checkDefaults(p)
		}
	}
}

// checkDefaults warns of defaults that are not values of the type (RFC 7950 section 7.6.1).
func (c *compiler) checkDefaults(p *props) {
	for _, d := range p.defaults {
		if p.typ.kind == TypeEmpty {
			c.warning(d.u, d.st, "an empty leaf cannot have a default (RFC 7950 section 9.11)")
		}
		vc := valueContext{unit: d.u, schemaText: true}
		if _, err := p.typ.canonical(&vc, d.text); err != nil {
			c.warning(d.u, d.st, "not a value of %s: %s", p.typ.name, err.message)
		}
	}
}

func (c *compiler) triArg(u *unit, st *stmt) tri {
	switch st.arg {
	case "true":
		return isTrue
	case "false":
		return isFalse
	}
	c.failure(u, st, `must be "true" or "false"`)
	return unset
}

func (c *compiler) count(u *unit, st *stmt) uint64 {
	v, err := strconv.ParseUint(st.arg, 10, 64)
	if err != nil {
		c.failure(u, st, "must be a number")
	}
	return v
}

func (c *compiler) maxElements(u *unit, st *stmt) uint64 {
	if st.arg == "unbounded" {
		return 0
	}
	v := c.count(u, st)
	if v == 0 {
		c.failure(u, st, "must be positive or \"unbounded\"; unbounded is used")
	}
	return v
}

func (c *compiler) statusArg(u *unit, st *stmt) status {
	switch st.arg {
	case "current":
	case "deprecated":
		return statusDeprecated
	case "obsolete":
		return statusObsolete
	default:
		c.failure(u, st, `must be "current", "deprecated" or "obsolete"`)
	}
	return statusCurrent
}

// keyNames returns the names of a key statement (RFC 7950 section 7.8.2), without prefixes.
func (c *compiler) keyNames(u *unit, st *stmt) []string {
	names := strings.Fields(st.arg)
	for i, n := range names {
		_, names[i] = splitPrefix(n)
	}
	if len(names) == 0 {
		c.failure(u, st, "names no leaf")
	}
	return names
}
