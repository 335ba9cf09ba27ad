// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Scalars of documents. RFC 7951 section 6 says how each type is written; people write
// YAML as it comes. A type that is written as the document does is preferred, which
// decides between the members of a union (section 6.10); then any type will do. Texts are
// taken as written: a string leaf with the value 1e3 or 0x10 is not a number. Where YAML
// itself is in two minds about a number, the value is refused.

// notation is how a value is written in JSON.
type notation uint8

const (
	asText notation = iota
	asNumber
	asBoolean
	asNull
)

func (v *Doc) notation() notation {
	switch v.Scalar.(type) {
	case nil:
		return asNull
	case bool:
		return asBoolean
	case string:
		return asText
	}
	return asNumber
}

// notation returns how values of the type are written (RFC 7951 section 6).
func (t *Type) notation() notation {
	switch t.kind {
	case TypeInt8, TypeInt16, TypeInt32, TypeUint8, TypeUint16, TypeUint32:
		return asNumber
	case TypeBoolean:
		return asBoolean
	case TypeEmpty:
		return asNull
	}
	return asText
}

// numeric says that values of the type are numbers, whatever their notation.
func (t *Type) numeric() bool { return t.kind >= TypeInt8 && t.kind <= TypeDecimal64 }

// alternative is one of the types that the value of a node may have.
type alternative struct {
	node *Node // on which the type's meaning depends
	typ  *Type
}

// alternatives returns the types that a value may have: unions and leafrefs are followed.
func (n *Node) alternatives(t *Type, out []alternative, depth int) []alternative {
	switch {
	case depth > maxTypeDepth:
	case t.kind == TypeUnion:
		for _, m := range t.members {
			out = n.alternatives(m, out, depth+1)
		}
		return out
	case t.kind == TypeLeafref:
		if target := n.leafrefTarget(t); target != nil {
			return target.alternatives(target.props.typ, out, depth+1)
		}
	}
	return append(out, alternative{n, t})
}

// scalar returns the canonical value of a scalar. as says which of several types it has,
// when its text alone would not: see Data.as.
func (n *Node) scalar(v *Doc) (value string, as uint8, err *typeError) {
	t := n.props.typ
	if t.kind != TypeUnion && t.kind != TypeLeafref {
		value, err = t.scalar(n, v)
		return value, 0, err
	}
	list := n.alternatives(t, nil, 0)
	if len(list) == 1 {
		value, err = list[0].typ.scalar(list[0].node, v)
		return value, 0, err
	}
	for pass := range 2 {
		for i, c := range list {
			if (c.typ.notation() == v.notation()) == (pass == 1) {
				continue
			}
			value, err := c.typ.scalar(c.node, v)
			if err != nil && err.hint == ambiguousHint {
				return "", 0, err
			}
			if err == nil {
				if e := c.typ.eitherWay(list, v); e != nil {
					return "", 0, e
				}
				return value, n.chosen(list, i, value), nil
			}
		}
	}
	_, err = n.canonical(v.written())
	if err == nil {
		err = t.fail("is not a value of any type of the union")
	}
	return "", 0, err
}

// chosen returns Data.as for the alternative i: 0 when the text leads to it anyway.
func (n *Node) chosen(list []alternative, i int, value string) uint8 {
	if n.props.typ.member(n, value) == list[i].typ || i >= 255 {
		return 0
	}
	return uint8(i + 1)
}

// scalar returns the canonical value of a scalar of a type that is no union.
func (t *Type) scalar(n *Node, v *Doc) (string, *typeError) {
	vc := valueContext{node: n, schema: n.Schema()}
	if b, ok := v.Scalar.(bool); ok && t.kind == TypeBoolean {
		return strconv.FormatBool(b), nil
	}
	if !t.numeric() {
		value, err := t.canonical(&vc, v.written())
		if err != nil && t.kind == TypeBoolean {
			err.hint = booleanHint(v, err.hint)
		}
		return value, err
	}
	text := scalarText(v.Scalar)
	if number, ok := v.Scalar.(json.Number); ok {
		if decimal, octal, two := twoReadings(string(number)); two {
			e := t.fail("is %d in YAML 1.1 and %s in YAML 1.2", octal, decimal)
			e.hint = ambiguousHint
			return "", e
		}
	}
	return t.canonical(&vc, text)
}

const ambiguousHint = `write the number that is meant, without zeros before it; or the text in quotes`

// twoReadings says whether a number is octal in YAML 1.1 and decimal in 1.2.
func twoReadings(s string) (decimal string, octal int64, two bool) {
	digits := strings.TrimLeft(s, "+-")
	if len(digits) < 2 || digits[0] != '0' || !decimalDigits(digits) {
		return "", 0, false
	}
	octal, err := strconv.ParseInt(digits, 8, 64)
	decimal = strings.TrimLeft(digits, "0")
	if err != nil || decimal == "" || decimal == strconv.FormatInt(octal, 10) {
		return "", 0, false
	}
	if s[0] == '-' {
		return "-" + decimal, -octal, true
	}
	return decimal, octal, true
}

// eitherWay is the error of a value that is a number in an unusual notation, like 0x10,
// and would be another value of the union as a text.
func (t *Type) eitherWay(list []alternative, v *Doc) *typeError {
	if !t.numeric() || v.text == "" {
		return nil
	}
	for _, c := range list {
		if c.typ.kind != TypeString && c.typ.kind != TypeEnumeration {
			continue
		}
		if _, err := c.typ.scalar(c.node, v); err == nil {
			e := t.fail("is the number %s and the text %q, both of which the union has", scalarText(v.Scalar), v.text)
			e.hint = ambiguousHint
			return e
		}
	}
	return nil
}

// booleanHint explains the words that are booleans in YAML 1.1 only.
func booleanHint(v *Doc, hint string) string {
	s, _ := v.Scalar.(string)
	switch strings.ToLower(s) {
	case "yes", "on", "y":
		return s + " is a boolean in YAML 1.1 only; write true"
	case "no", "off", "n":
		return s + " is a boolean in YAML 1.1 only; write false"
	}
	return hint
}

// written returns a scalar as the document has it.
func (v *Doc) written() string {
	switch s := v.Scalar.(type) {
	case string:
		return s
	case json.Number:
		return string(s)
	}
	if v.text != "" && v.Scalar != nil {
		return v.text
	}
	return scalarText(v.Scalar)
}

// typeOf returns the type of the value: the member of a union, the type of a leafref's
// target; nil of nodes without type.
func (d *Data) typeOf() *Type {
	t := d.node.props.typ
	if d.as > 0 && t != nil {
		if list := d.node.alternatives(t, nil, 0); int(d.as) <= len(list) {
			return list[d.as-1].typ
		}
	}
	if t == nil || t.kind != TypeUnion && t.kind != TypeLeafref {
		return t
	}
	return t.member(d.node, d.value)
}

// accepts says whether the node's type is, or has as a member, a type of the kind.
func (n *Node) accepts(k TypeKind) bool { return n.typeAccepts(n.props.typ, k, 0) }

func (n *Node) typeAccepts(t *Type, k TypeKind, depth int) bool {
	if t.kind == k || depth > maxTypeDepth {
		return t.kind == k
	}
	for _, m := range t.members {
		if n.typeAccepts(m, k, depth+1) {
			return true
		}
	}
	if t.kind == TypeLeafref {
		if target := n.leafrefTarget(t); target != nil {
			return target.typeAccepts(target.props.typ, k, depth+1)
		}
	}
	return false
}

// scalarText returns a scalar as RFC 7951's text.
func scalarText(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case uint64:
		return strconv.FormatUint(x, 10)
	case int:
		return strconv.Itoa(x)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case json.Number:
		s := string(x)
		if strings.ContainsAny(s, "eE") && !strings.ContainsAny(s, "xX") {
			if f, err := strconv.ParseFloat(s, 64); err == nil {
				return strconv.FormatFloat(f, 'f', -1, 64)
			}
		}
		return s
	}
	return fmt.Sprint(v)
}
