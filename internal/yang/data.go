// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"strconv"
	"strings"
)

// Data is a node of a data tree: a container, a list entry, a leaf, a leaf-list entry,
// an anydata or anyxml. Lists and leaf-lists have no node of their own: their entries
// are children of the node around them.
type Data struct {
	node   *Node
	parent *Data
	value  string  // canonical; of anydata and anyxml its content as JSON
	below  *branch // nil of most nodes, which are leafs
	layer  *Layer
	line   int32
	taint  bool
	dflt   bool // see Default
	// as is which of several types the value has, where its text would lead to another:
	// 1 is the first of node.alternatives. 0: the first one that the text is a value of.
	as uint8
}

// branch is what only a node with children has. It is apart from the node, which keeps leafs
// small: they are most of a tree.
type branch struct {
	kids  []*Data
	index map[entryID]*Data // entries of long lists that keep their order
}

// entryID identifies an entry of a list or leaf-list among the children of its parent.
type entryID struct {
	order int32
	id    string
}

// manyEntries is the length from which lists that keep their order are indexed.
const manyEntries = 16

// Node returns the schema node.
func (d *Data) Node() *Node { return d.node }

// Parent returns the node above; of a top-level node the root, of the root nil.
func (d *Data) Parent() *Data { return d.parent }

// Children returns the nodes below in canonical order: keys first, then in schema order;
// entries of a list by key values, or in the user's order. The slice must not be changed.
func (d *Data) Children() []*Data {
	if d.below == nil {
		return nil
	}
	return d.below.kids
}

// Value returns the canonical value of a leaf or leaf-list entry, "" for other nodes. Of
// anydata and anyxml it is the content as JSON text.
func (d *Data) Value() string { return d.value }

// Origin returns where the node was declared.
func (d *Data) Origin() Origin { return Origin{Layer: d.layer, Line: int(d.line)} }

// Tainted says that the value must not be shown: it comes from a secret, or the model says
// that it is one, see [Node.Secret].
func (d *Data) Tainted() bool { return d.taint || d.node.flags&flagSecret != 0 }

// FromSecret says that the value comes from a secret, which tells it from all others: it is
// to be recognised wherever it turns up. What the model calls secret may be "true".
func (d *Data) FromSecret() bool { return d.taint }

// Default says that nobody configured the value: the device which sent it marked it so
// (RFC 6243 section 6), or the node is an implied one, see [Data.Implied].
func (d *Data) Default() bool { return d.dflt }

// Leaf says whether the node has a value: leaf, leaf-list entry, anydata, anyxml.
func (d *Data) Leaf() bool {
	switch d.node.def.kind {
	case KindLeaf, KindLeafList, KindAnyData, KindAnyXML:
		return true
	}
	return false
}

// Child returns the child that is a container, leaf, anydata or anyxml, or the first
// entry of a list or leaf-list; nil when there is none. Module "" stands for the node's
// own module.
func (d *Data) Child(module, name string) *Data {
	n := d.node.Child(module, name)
	if n == nil {
		return nil
	}
	return d.first(n)
}

// Entries returns the entries of a list or leaf-list below d. The slice must not be
// changed.
func (d *Data) Entries(module, name string) []*Data {
	n := d.node.Child(module, name)
	if n == nil {
		return nil
	}
	lo, hi := d.span(n)
	return d.Children()[lo:hi:hi]
}

// Instances returns all children that are instances of a schema node.
func (d *Data) Instances(n *Node) []*Data {
	lo, hi := d.span(n)
	return d.Children()[lo:hi:hi]
}

// Entry returns the entry of a list below d with the canonical key values, or the entry
// of a leaf-list with the value; nil when there is none.
func (d *Data) Entry(module, name string, keys ...string) *Data {
	n := d.node.Child(module, name)
	if n == nil || len(keys) == 0 {
		return nil
	}
	return d.entry(n, keys)
}

// Keys returns the key values of a list entry, in the order of the key statement.
func (d *Data) Keys() []string {
	n := len(d.node.props.keys)
	if n == 0 || d.node.def.kind != KindList {
		return nil
	}
	out := make([]string, 0, n)
	for _, k := range d.Children() {
		if k.node.flags&flagKey == 0 {
			break
		}
		out = append(out, k.value)
	}
	return out
}

// span returns where the instances of a schema node are among the children.
func (d *Data) span(n *Node) (lo, hi int) {
	kids := d.Children()
	lo = sort.Search(len(kids), func(i int) bool { return kids[i].node.order >= n.order })
	hi = lo
	if lo < len(kids) && kids[lo].node == n {
		hi = lo + sort.Search(len(kids)-lo, func(i int) bool { return kids[lo+i].node.order > n.order })
	}
	return lo, hi
}

func (d *Data) first(n *Node) *Data {
	if lo, hi := d.span(n); lo < hi {
		return d.Children()[lo]
	}
	return nil
}

// entry finds a list entry by keys or a leaf-list entry by value.
func (d *Data) entry(n *Node, keys []string) *Data {
	lo, hi := d.span(n)
	kids := d.Children()
	if lo == hi {
		return nil
	}
	if n.keepOrder() {
		id := strings.Join(keys, "\x00")
		if index := d.index(); index != nil && hi-lo >= manyEntries {
			return index[entryID{n.order, id}]
		}
		for _, k := range kids[lo:hi] {
			if k.id() == id {
				return k
			}
		}
		return nil
	}
	i := lo + sort.Search(hi-lo, func(i int) bool { return kids[lo+i].compareKeys(keys) >= 0 })
	if i < hi && kids[i].compareKeys(keys) == 0 {
		return kids[i]
	}
	return nil
}

// id identifies an entry within its list.
func (d *Data) id() string {
	if d.node.def.kind == KindList {
		switch len(d.node.props.keys) {
		case 0:
			return ""
		case 1:
			if len(d.Children()) > 0 {
				return d.Children()[0].value
			}
			return ""
		}
		return strings.Join(d.Keys(), "\x00")
	}
	return d.value
}

func (d *Data) compareKeys(keys []string) int {
	if d.node.def.kind != KindList {
		return compareValues(d.value, keys[0])
	}
	kids := d.Children()
	for i, k := range keys {
		v := ""
		if i < len(kids) {
			v = kids[i].value
		}
		if c := compareValues(v, k); c != 0 {
			return c
		}
	}
	return 0
}

// compareEntries orders two instances of one schema node.
func compareEntries(a, b *Data) int {
	if a.node.def.kind != KindList {
		return compareValues(a.value, b.value)
	}
	ka, kb := a.Children(), b.Children()
	for i := range a.node.props.keys {
		if i >= len(ka) || i >= len(kb) {
			return len(ka) - len(kb)
		}
		if c := compareValues(ka[i].value, kb[i].value); c != 0 {
			return c
		}
	}
	return 0
}

// compareValues is the order of entries: integers first, by value, then all other texts.
func compareValues(a, b string) int {
	ia, ib := integerText(a), integerText(b)
	if ia && ib {
		na, nb := a[0] == '-', b[0] == '-'
		switch {
		case na && !nb:
			return -1
		case nb && !na:
			return 1
		case na:
			a, b = b, a
		}
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	}
	switch {
	case ia:
		return -1
	case ib:
		return 1
	}
	return strings.Compare(a, b)
}

// integerText says whether a text is an integer in canonical form.
func integerText(s string) bool {
	if s != "" && s[0] == '-' {
		s = s[1:]
		if s == "0" {
			return false
		}
	}
	if s == "" || s[0] == '0' && len(s) > 1 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Path returns the instance path: module names at the top and where they change, list
// entries by their keys, leaf-list entries by value. It holds key values as they are:
// an identity, not for people to see; see [Data.RedactedPath].
func (d *Data) Path() string { return d.pathText(false) }

// RedactedPath is Path with the digests of tainted key values in their place.
func (d *Data) RedactedPath() string { return d.pathText(true) }

func (d *Data) pathText(redact bool) string {
	var b strings.Builder
	d.writePath(&b, redact)
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// writePath writes the path and returns the module of the last step.
func (d *Data) writePath(b *strings.Builder, redact bool) *Module {
	if d.parent == nil {
		return d.node.rootPath(b)
	}
	m := d.parent.writePath(b, redact)
	b.WriteByte('/')
	if d.node.mod != m {
		b.WriteString(d.node.mod.Name)
		b.WriteByte(':')
	}
	b.WriteString(d.node.def.name)
	value := func(name string, k *Data) {
		b.WriteByte('[')
		b.WriteString(name)
		b.WriteByte('=')
		v := k.value
		if redact && k.Tainted() {
			v = RedactedValue(v)
		}
		quote(b, v)
		b.WriteByte(']')
	}
	switch {
	case d.node.def.kind == KindLeafList && d.node.flags&flagConfig != 0:
		value(".", d)
	case d.node.def.kind == KindList && len(d.node.props.keys) > 0:
		// While an entry is being decoded its keys may stand anywhere.
		left := len(d.node.props.keys)
		kids := d.Children()
		for i := 0; i < len(kids) && left > 0; i++ {
			if k := kids[i]; k.node.flags&flagKey != 0 {
				value(k.node.def.name, k)
				left--
			}
		}
	case d.node.def.kind == KindList || d.node.def.kind == KindLeafList:
		lo, _ := d.parent.span(d.node)
		for i, k := range d.parent.Children()[lo:] {
			if k == d {
				b.WriteString("[" + strconv.Itoa(i+1) + "]")
			}
		}
	}
	return d.node.mod
}

// RedactedValue returns what is shown in place of a tainted value: "sha256:" and the
// first 12 hexadecimal digits of its digest.
func RedactedValue(value string) string {
	sum := sha256.Sum256([]byte(value))
	return "sha256:" + hex.EncodeToString(sum[:])[:12]
}

// Implied returns a child that d does not have, as it would be if it was there by
// default (RFC 7950 sections 7.5.1, 7.6.1 and 7.7.2): it knows its parent, but is not
// among its children. It has the origin of d.
func (d *Data) Implied(n *Node, value string) *Data {
	return &Data{node: n, parent: d, value: value, layer: d.layer, line: d.line, dflt: true}
}

// ValueType returns the type that the value belongs to: of a union the member, of a
// leafref the type of its target; nil for nodes without type.
func (d *Data) ValueType() *Type {
	return d.typeOf()
}

// HasCase says whether any node of a case of a choice in d exists (RFC 7950 section
// 7.9): an empty container without presence does not count.
func (d *Data) HasCase(c *Node) bool {
	for _, n := range c.DataChildren() {
		for _, k := range d.Instances(n) {
			if !k.Vacant() {
				return true
			}
		}
	}
	return false
}

// Shown returns the value, or its digest when it is tainted.
func (d *Data) Shown() string {
	if d.Tainted() {
		return RedactedValue(d.value)
	}
	return d.value
}
