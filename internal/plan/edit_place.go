// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Where entries of ordered-by user lists go in an edit.

// sort puts entries of ordered-by user lists in the order their places refer to:
// what goes first, then what is created or moved, one after the other.
func (e *editNode) sort() {
	for lo := 0; lo < len(e.kids); {
		n := e.kids[lo].data.Node()
		hi := lo + 1
		for hi < len(e.kids) && e.kids[hi].data.Node() == n {
			hi++
		}
		if n.OrderedByUser() {
			slices.SortStableFunc(e.kids[lo:hi], func(a, b *editNode) int { return cmp.Compare(a.turn(), b.turn()) })
		}
		lo = hi
	}
	for _, c := range e.kids {
		c.sort()
	}
}

func (e *editNode) turn() int {
	switch {
	case e.change == nil:
		return 0
	case e.change.Op == Delete:
		return -1
	}
	return e.change.Turn
}

// insertAttrs adds yang:insert with yang:key or yang:value (RFC 7950 sections 7.7.9
// and 7.8.6).
func (w *editWriter) insertAttrs(c *Change, attrs []xmlAttr) []xmlAttr {
	p := c.Insert
	attrs = append(attrs, xmlAttr{"yang:insert", string(p.Where)})
	if p.anchor == nil {
		return attrs
	}
	n := p.anchor.Node()
	if n.Kind() == yang.KindLeafList {
		text, prefixes := p.anchor.XMLValue()
		attrs = w.declare(p.anchor, attrs, prefixes)
		return append(attrs, xmlAttr{"yang:value", text})
	}
	var predicates strings.Builder
	for _, k := range n.Keys() {
		d := p.anchor.Child(k.Module().Name, k.Name())
		if d == nil {
			w.fail(fmt.Errorf("edit %s: the entry has no key %q", p.anchor.RedactedPath(), k.Name()))
			return attrs
		}
		text, prefixes := d.XMLValue()
		attrs = w.declare(d, attrs, prefixes)
		if strings.Contains(text, "'") && strings.Contains(text, `"`) {
			w.fail(fmt.Errorf("edit %s: a key with both kinds of quotes cannot be referred to", p.anchor.RedactedPath()))
		}
		predicates.WriteString(predicate(keyPrefix(n)+":"+k.Name(), text))
	}
	attrs = w.declare(p.anchor, attrs, []yang.XMLNS{{Prefix: keyPrefix(n), URI: n.Module().Namespace}})
	return append(attrs, xmlAttr{"yang:key", predicates.String()})
}

// keyPrefix is the module's own prefix, unless this edit uses it for something else.
func keyPrefix(n *yang.Node) string {
	switch p := n.Module().Prefix; p {
	case "nc", "yang", "":
		return "m"
	default:
		return p
	}
}
