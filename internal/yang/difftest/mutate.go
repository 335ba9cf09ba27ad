// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"encoding/xml"
	"math/rand"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Mutator breaks a document in one way, or tries to: whether the result is still valid is
// what both sides are asked.
type Mutator struct {
	Name  string
	apply func(m *mutation) bool // false: there is nothing to break in this way
}

// mutation is a document being broken.
type mutation struct {
	values
	root *element
}

// Mutate breaks a document, and returns it with the name of what was done; "" when nothing
// of it could be broken.
func Mutate(r *rand.Rand, t *yang.Tree, doc []byte) (broken []byte, name string) {
	root, err := parse(t.Root().Node(), doc)
	if err != nil {
		return doc, ""
	}
	m := &mutation{values: values{r: r, tree: t}, root: root}
	for range tries {
		if x := pick(r, Mutators); x.apply(m) {
			return root.bytes(), x.Name
		}
	}
	return doc, ""
}

// Mutators are all ways to break a document.
var Mutators = []Mutator{
	{"value of any kind", (*mutation).anyValue},
	{"value of any kind", (*mutation).anyValue},
	{"value out of bounds", (*mutation).outOfBounds},
	{"value against a pattern", (*mutation).character},
	{"unknown enum, bit or identity", (*mutation).unknownName},
	{"other valid value", (*mutation).otherValue},
	{"other valid value", (*mutation).otherValue},
	{"reference to something else", (*mutation).dangling},
	{"removed", (*mutation).remove},
	{"removed", (*mutation).remove},
	{"mandatory removed", (*mutation).removeMandatory},
	{"key removed", (*mutation).removeKey},
	{"leaf twice", (*mutation).leafTwice},
	{"entry twice", (*mutation).entryTwice},
	{"entry twice with another key", (*mutation).entryCopied},
	{"leaf-list entries added", (*mutation).leafListGrown},
	{"entries removed", (*mutation).entriesRemoved},
	{"node added", (*mutation).added},
	{"node of another case", (*mutation).otherCase},
	{"state", (*mutation).state},
	{"unknown element", (*mutation).unknownElement},
	{"other namespace", (*mutation).otherNamespace},
	{"no namespace", (*mutation).noNamespace},
	{"text in a container", (*mutation).textInContainer},
	{"element in a leaf", (*mutation).elementInLeaf},
	{"in another place", (*mutation).moved},
	{"in another order", (*mutation).shuffled},
	{"comment or CDATA", (*mutation).comment},
	{"attribute", (*mutation).attribute},
	{"not well formed", (*mutation).malformed},
}

func isLeaf(e *element) bool { return e.node.Type() != nil }

// leaf picks a leaf whose type is accepted.
func (m *mutation) leaf(accept func(*yang.Type) bool) *element {
	all := m.root.places(func(e *element) bool { return isLeaf(e) && accept(e.node.Type()) })
	if len(all) == 0 {
		return nil
	}
	return pick(m.r, all).element()
}

func anyType(*yang.Type) bool { return true }

// oddities are texts at the edges of the lexical forms of RFC 7950 section 9.
var oddities = []string{"", " ", "0", "-0", "+0", "-1", "+5", "007", "0x10", "1_000", " 5 ", "\n5\n", "5 5", "1.0", "1.", ".5",
	"-.5", "1.500", "1e3", "00.10", "1.0000000000000000001", "127", "128", "-128", "-129", "255", "256", "32768", "65535", "65536",
	"2147483647", "2147483648", "-2147483649", "4294967295", "4294967296", "9223372036854775807", "9223372036854775808",
	"-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "99999999999999999999",
	"true", "false", "TRUE", " true", "none", "AQI=", "AQI", "A QI=", "AQ==\n", "====", "AQ=I", "*", "a", "A", "é", "\u4e2d\U0001F600",
	"\ufffd", "\u2028", "a b", "a\tb", "/", "//", "/nope", "/*", "nope:nope", ":", "a:", "min", "max", "::1", "1.2.3.4", "2026-01-01"}

func (m *mutation) anyValue() bool {
	e := m.leaf(anyType)
	if e == nil {
		return false
	}
	e.text = pick(m.r, oddities)
	return true
}

func bounded(t *yang.Type) bool { return len(t.Bounds()) > 0 }

func (m *mutation) outOfBounds() bool {
	e := m.leaf(bounded)
	if e == nil {
		return false
	}
	t := e.node.Type()
	b := pick(m.r, t.Bounds())
	switch t.Kind() {
	case yang.TypeString:
		e.text = strings.Repeat(pick(m.r, []string{"a", "é", "1"}), pick(m.r, []int{0, 1, 2, 5, 8, 9, 17, 33, 65, 257}))
	case yang.TypeBinary:
		e.text = strings.Repeat("QUFB", pick(m.r, []int{0, 1, 2, 3, 6}))
	case yang.TypeDecimal64:
		e.text = pick(m.r, []string{b.Low, b.High, b.High + "1", b.Low + "1", b.High + "0", "-" + b.High})
	default:
		e.text = pick(m.r, []string{plus(b.High, 1), plus(b.Low, -1), b.Low, b.High})
	}
	return true
}

func stringy(t *yang.Type) bool { return t.Kind() == yang.TypeString || t.Kind() == yang.TypeUnion }

// character changes, adds or removes a character.
func (m *mutation) character() bool {
	e := m.leaf(stringy)
	if e == nil {
		return false
	}
	text := []rune(e.text)
	at := m.r.Intn(len(text) + 1)
	with := pick(m.r, []string{"a", "Z", "0", "9", "-", ".", ":", "/", " ", "\n", "_", "é", "%", "@", "", "$", "^", "\\", "x"})
	to := at
	if m.r.Intn(2) == 0 && at < len(text) {
		to++
	}
	e.text = string(text[:at]) + with + string(text[to:])
	return true
}

func named(t *yang.Type) bool {
	return len(t.Names()) > 0 || t.Kind() == yang.TypeIdentityref || t.Kind() == yang.TypeBoolean
}

func (m *mutation) unknownName() bool {
	e := m.leaf(named)
	if e == nil {
		return false
	}
	names := e.node.Type().Names()
	e.text = pick(m.r, append([]string{e.text + "x", "nope", strings.ToUpper(e.text), e.text + " " + e.text, " " + e.text, e.text + " nope",
		strings.Join(names, " "), strings.Join(names, "\n")}, names...))
	return true
}

func (m *mutation) otherValue() bool {
	e := m.leaf(anyType)
	if e == nil {
		return false
	}
	m.set(e, m.of(e.node, e.node.Type()))
	return true
}

// set writes a canonical value into a leaf, with the namespace declarations it needs.
func (m *mutation) set(e *element, value string) {
	d := yang.NewTree(m.tree.Schema()).Root().Implied(e.node, value)
	text, spaces := d.XMLValue()
	e.text, e.attrs = text, withoutPrefixes(e.attrs)
	for _, ns := range spaces {
		e.attrs = append(e.attrs, xml.Attr{Name: xml.Name{Space: "xmlns", Local: ns.Prefix}, Value: ns.URI})
	}
}

// withoutPrefixes returns attributes without declarations of prefixes.
func withoutPrefixes(attrs []xml.Attr) []xml.Attr {
	var out []xml.Attr
	for _, a := range attrs {
		if a.Name.Space == "" {
			out = append(out, a)
		}
	}
	return out
}

func (m *mutation) dangling() bool {
	e := m.leaf(refers)
	if e == nil {
		return false
	}
	if e.node.Type().Kind() == yang.TypeInstanceIdentifier {
		e.text = strings.Replace(e.text, "'", "'x", 1)
		return true
	}
	e.text = pick(m.r, []string{"1", "2", e.text + "1", "nope"})
	return true
}
