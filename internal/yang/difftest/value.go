// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"encoding/base64"
	"math/big"
	"math/rand"
	"strings"
	"unicode/utf8"

	"github.com/strowger/strowger/internal/yang"
)

// values makes texts for the leafs of one tree.
type values struct {
	r    *rand.Rand
	tree *yang.Tree
}

// tries is how often a text is made anew when it is not a value of the type.
const tries = 20

// of returns a text that is a value of a type of a node, mostly: leafrefs and
// instance-identifiers point to what is in the tree, if there is such.
func (v *values) of(n *yang.Node, t *yang.Type) string {
	text := ""
	for range tries {
		text = v.once(n, t)
		if t.Accepts(n, text) {
			return text
		}
	}
	return text
}

func (v *values) once(n *yang.Node, t *yang.Type) string {
	switch t.Kind() {
	case yang.TypeDecimal64:
		return v.decimal(t)
	case yang.TypeString:
		return v.text(t)
	case yang.TypeBoolean:
		return pick(v.r, []string{"true", "false"})
	case yang.TypeEnumeration:
		return pick(v.r, t.Names())
	case yang.TypeBits:
		return v.bits(t)
	case yang.TypeBinary:
		return base64.StdEncoding.EncodeToString([]byte(v.length(t)))
	case yang.TypeIdentityref:
		return v.identity(t)
	case yang.TypeUnion:
		return v.of(n, pick(v.r, t.Members()))
	case yang.TypeLeafref:
		return v.reference(n, t)
	case yang.TypeInstanceIdentifier:
		return v.instance()
	case yang.TypeEmpty, yang.TypeUnknown:
		return ""
	}
	return v.number(t)
}

// number picks a number of a range, its ends more often than others.
func (v *values) number(t *yang.Type) string {
	b := pick(v.r, t.Bounds())
	lo, ok1 := new(big.Int).SetString(b.Low, 10)
	hi, ok2 := new(big.Int).SetString(b.High, 10)
	if !ok1 || !ok2 {
		return b.Low
	}
	return v.between(lo, hi).String()
}

func (v *values) between(lo, hi *big.Int) *big.Int {
	width := new(big.Int).Add(new(big.Int).Sub(hi, lo), big.NewInt(1))
	if v.r.Intn(2) == 0 { // few values, so that references meet
		width = big.NewInt(min(width.Int64()&0xF+1, 4))
	}
	switch v.r.Intn(6) {
	case 0:
		return lo
	case 1:
		return hi
	}
	return new(big.Int).Add(lo, new(big.Int).Rand(v.r, width))
}

func (v *values) decimal(t *yang.Type) string {
	b := pick(v.r, t.Bounds())
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.FractionDigits())), nil)
	scaled := func(s string) *big.Int {
		f, _ := new(big.Rat).SetString(s)
		f.Mul(f, new(big.Rat).SetInt(unit))
		return f.Num()
	}
	x := new(big.Rat).SetFrac(v.between(scaled(b.Low), scaled(b.High)), unit)
	return x.FloatString(t.FractionDigits())
}

// text makes a string out of one of its patterns.
func (v *values) text(t *yang.Type) string {
	var candidates []*yang.Pattern
	for _, p := range t.Patterns() {
		if !p.Inverted() {
			candidates = append(candidates, p)
		}
	}
	if len(candidates) == 0 {
		return v.length(t)
	}
	s, ok := matching(v.r, pick(v.r, candidates).Text())
	if !ok {
		return v.length(t)
	}
	return s
}

// length makes a string of an allowed length.
func (v *values) length(t *yang.Type) string {
	n := 1 + v.r.Intn(3)
	if b := t.Bounds(); len(b) > 0 {
		part := pick(v.r, b)
		lo, _ := new(big.Int).SetString(part.Low, 10)
		hi, _ := new(big.Int).SetString(part.High, 10)
		if least := int(lo.Int64()); n < least || v.r.Intn(8) == 0 {
			n = least
		}
		if hi.IsInt64() && int64(n) > hi.Int64() || hi.IsInt64() && hi.Int64() < 300 && v.r.Intn(8) == 0 {
			n = int(hi.Int64())
		}
	}
	const letters = "aab1"
	var b strings.Builder
	for range n {
		b.WriteByte(letters[v.r.Intn(len(letters))])
	}
	return b.String()
}

func (v *values) bits(t *yang.Type) string {
	var set []string
	for _, name := range t.Names() {
		if v.r.Intn(2) == 0 {
			set = append(set, name)
		}
	}
	return strings.Join(set, " ")
}

func (v *values) identity(t *yang.Type) string {
	if len(t.Bases()) == 0 || len(t.Bases()[0].Derived()) == 0 {
		return "none"
	}
	return pick(v.r, t.Bases()[0].Derived()).QName()
}

// reference returns the value of an instance of the target, sometimes one that there is
// not.
func (v *values) reference(n *yang.Node, t *yang.Type) string {
	target := n.LeafrefTargetOf(t)
	if target == nil {
		return "1"
	}
	var all []string
	v.tree.Walk(func(d *yang.Data) bool {
		if d.Node() == target {
			all = append(all, d.Value())
		}
		return true
	})
	if len(all) == 0 || v.r.Intn(20) == 0 {
		if target.Type().Kind() == yang.TypeLeafref && target.Type() == t {
			return "1"
		}
		return v.of(target, target.Type())
	}
	return pick(v.r, all)
}

// instance returns the path of any node of the tree.
func (v *values) instance() string {
	var all []string
	v.tree.Walk(func(d *yang.Data) bool {
		if d.Parent() != nil {
			all = append(all, d.Path())
		}
		return true
	})
	if len(all) == 0 {
		return "/"
	}
	return pick(v.r, all)
}

func pick[T any](r *rand.Rand, list []T) T {
	var none T
	if len(list) == 0 {
		return none
	}
	return list[r.Intn(len(list))]
}

// quote writes a key value in a path; ok is false when no quotes fit.
func quote(s string) (text string, ok bool) {
	switch {
	case !utf8.ValidString(s):
		return "", false
	case !strings.Contains(s, "'"):
		return "'" + s + "'", true
	case !strings.Contains(s, `"`):
		return `"` + s + `"`, true
	}
	return "", false
}
