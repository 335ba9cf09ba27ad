// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"math"
	"sort"
	"strconv"
	"strings"
)

// enumeration (RFC 7950 section 9.6) and bits (9.7).

// namedNumbers reads the enum or bit substatements; those of a derived type must be
// among its base's (RFC 7950 sections 9.6.3 and 9.7.3).
func (c *compiler) namedNumbers(u *unit, st *stmt, t *Type, derived bool) {
	base := t.index
	baseNames := t.names
	t.names, t.index = nil, map[string]int{}
	next := int64(0)
	for i := range st.subs {
		x := &st.subs[i]
		if x.kw != kwEnum && x.kw != kwBit {
			continue
		}
		value := next
		if v := x.sub(kwValue); v != nil && x.kw == kwEnum {
			value = c.number(u, v, math.MinInt32, math.MaxInt32)
		}
		if v := x.sub(kwPosition); v != nil && x.kw == kwBit {
			value = c.number(u, v, 0, math.MaxUint32)
		}
		if derived {
			j, ok := base[x.arg]
			if !ok {
				c.failure(u, x, "is not in the type that this one is derived from")
				continue
			}
			value = baseNames[j].value
		}
		if len(t.names) == 0 || value >= next {
			next = value + 1
		}
		if _, ok := t.index[x.arg]; ok {
			c.failure(u, x, "defined twice")
			continue
		}
		if !c.ifFeatures(u, x) {
			continue
		}
		t.index[x.arg] = len(t.names)
		t.names = append(t.names, namedNumber{x.arg, value})
	}
}

func (c *compiler) number(u *unit, st *stmt, lo, hi int64) int64 {
	v, err := strconv.ParseInt(st.arg, 10, 64)
	if err != nil || v < lo || v > hi {
		c.failure(u, st, "must be a number from %d to %d", lo, hi)
		return 0
	}
	return v
}

func (t *Type) canonicalEnum(text string) (string, *typeError) {
	i, ok := t.index[text]
	if !ok {
		i, ok = t.index[trimSpace(text)]
	}
	if !ok {
		e := t.fail("is not an enum of the type")
		e.hint = "allowed: " + oneOf(t.Names())
		return "", e
	}
	return t.names[i].name, nil
}

// canonicalBits orders the bits by position (RFC 7950 section 9.7.2).
func (t *Type) canonicalBits(text string) (string, *typeError) {
	set := strings.Fields(text)
	at := make([]int, len(set))
	for i, b := range set {
		j, ok := t.index[b]
		if !ok {
			e := t.fail("holds what is not a bit of the type")
			e.hint = "allowed: " + oneOf(t.Names())
			return "", e
		}
		at[i] = j
	}
	sort.Slice(at, func(i, j int) bool { return t.names[at[i]].value < t.names[at[j]].value })
	for i, j := range at {
		if i > 0 && at[i-1] == j {
			return "", t.fail("holds a bit twice")
		}
		set[i] = t.names[j].name
	}
	return strings.Join(set, " "), nil
}
