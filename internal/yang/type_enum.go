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
// among its base's, with their numbers (RFC 7950 sections 9.6.3 and 9.7.3). What an
// if-feature removes keeps its number.
func (c *compiler) namedNumbers(u *unit, st *stmt, t *Type, derived bool) {
	r := namedReader{c: c, u: u, base: *t, derived: derived, seen: map[string]bool{}, used: map[int64]string{}}
	t.names, t.index = []namedNumber{}, map[string]int{}
	for i := range st.subs {
		x := &st.subs[i]
		if x.kw != kwEnum && x.kw != kwBit || !r.read(x) || !c.ifFeatures(u, x) {
			continue
		}
		t.index[x.arg] = len(t.names)
		t.names = append(t.names, namedNumber{x.arg, r.value})
	}
}

// namedReader numbers enums or bits one after the other.
type namedReader struct {
	c       *compiler
	u       *unit
	base    Type // what is restricted, if derived
	derived bool
	seen    map[string]bool
	used    map[int64]string
	next    int64 // the number after the highest one so far
	value   int64 // of the one read last
}

// read checks one statement and finds its number.
func (r *namedReader) read(x *stmt) bool {
	if r.seen[x.arg] {
		r.c.failure(r.u, x, "defined twice")
		return false
	}
	r.seen[x.arg] = true
	if x.kw == kwEnum && (x.arg == "" || strings.TrimSpace(x.arg) != x.arg) {
		r.c.failure(r.u, x, "the name is empty, or begins or ends with a blank (RFC 7950 section 9.6.4)")
	}
	most, number := int64(math.MaxInt32), kwValue
	least := int64(math.MinInt32)
	if x.kw == kwBit {
		least, most, number = 0, math.MaxUint32, kwPosition
	}
	given := x.sub(number)
	r.value = r.next
	if given != nil {
		r.value = r.c.number(r.u, given, least, most)
	}
	if r.derived {
		return r.restricts(x, given)
	}
	if r.value > most {
		r.c.failure(r.u, x, "needs a %s statement: the one before has the highest there is", number)
		return false
	}
	if other, ok := r.used[r.value]; ok {
		r.c.failure(r.u, x, "has the %s %d of %q", number, r.value, other)
	}
	if len(r.used) == 0 || r.value >= r.next {
		r.next = r.value + 1
	}
	r.used[r.value] = x.arg
	return true
}

// restricts takes the number from the type that is restricted.
func (r *namedReader) restricts(x, given *stmt) bool {
	i, ok := r.base.index[x.arg]
	if !ok {
		r.c.failure(r.u, x, "is not in the type that this one is derived from")
		return false
	}
	if v := r.base.names[i].value; given != nil && v != r.value {
		r.c.failure(r.u, given, "differs from %d in the type that this one is derived from", v)
	}
	r.value = r.base.names[i].value
	return true
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
