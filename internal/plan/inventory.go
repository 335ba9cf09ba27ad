// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// Inventory is what Strowger owns on an NF: every declared leaf, leaf-list entry,
// list entry and presence container; list keys belong to their entry. It knows
// no schema, so it outlives a change of modules. The zero Inventory owns nothing.
// It is immutable. Values that came from a Secret are in it only as digests.
type Inventory struct {
	root *item
}

type itemKind uint8

const (
	itemPath     itemKind = iota // a non-presence container: only leads to what is owned
	itemLeaf                     // leaf, anydata, anyxml
	itemValue                    // leaf-list entry; keys holds its value
	itemEntry                    // list entry
	itemPresence                 // presence container
)

// item is one node of an inventory.
type item struct {
	module, name string
	kind         itemKind
	// created: it was not on the NF before it was declared.
	created bool
	// tainted: the value came from a Secret. For entries: a key did, and keys holds
	// digests.
	tainted  bool
	keys     []string
	keyNames []string // as long as keys, for list entries
	hashed   bool     // some item below has digests for keys
	items    []item   // sorted by compareItems
}

func (it *item) owned() bool { return it.kind != itemPath }

// Own returns the inventory after intended has been applied to an NF that was seen
// as observed before: what intended declares. List entries and presence containers
// that observed does not have are marked as created; the mark of prev is kept for
// what is still there. A nil observed means unknown: only prev's marks are kept.
func Own(prev Inventory, intended, observed *yang.Tree) Inventory {
	if intended == nil {
		return Inventory{}
	}
	o := owner{known: observed != nil}
	var seen *yang.Data
	if observed != nil {
		seen = observed.Root()
	}
	root := &item{}
	o.children(root, intended.Root(), seen, prev.root)
	return Inventory{root: root}
}

type owner struct{ known bool }

func (o *owner) children(into *item, in, seen *yang.Data, prev *item) {
	children := in.Children()
	entry := in.Node().Kind() == yang.KindList
	into.items = make([]item, 0, len(children))
	var node *yang.Node
	var like item // what all entries of one node have in common
	s, mine := siblings{of: seen}, itemCursor{it: prev}
	if seen != nil {
		s.rest = seen.Children()
	}
	var planned configuration
	for _, c := range children {
		if n := c.Node(); n != node {
			node, like = n, itemOf(n)
		}
		if !planned.has(node) {
			continue
		}
		if like.kind == itemLeaf && entry && node.IsKey() {
			continue
		}
		it := like
		it.tainted = c.Tainted() || like.kind == itemEntry && taintedKeys(c)
		it.keys = identity(c, it.tainted)
		if it.tainted && it.keys != nil {
			into.hashed = true
		}
		if k := like.kind; k == itemPath || k == itemEntry || k == itemPresence {
			was, old := s.find(c), mine.find(c)
			it.created = k != itemPath && (o.known && was == nil || old != nil && old.created)
			o.children(&it, c, was, old)
			if k == itemPath && len(it.items) == 0 {
				continue
			}
		}
		into.items = append(into.items, it)
	}
	if !slices.IsSortedFunc(into.items, compareItemValues) {
		slices.SortFunc(into.items, compareItemValues)
	}
}

func compareItemValues(a, b item) int { return compareItems(&a, &b) }

// itemOf returns an item for instances of n.
func itemOf(n *yang.Node) item {
	it := item{module: n.Module().Name, name: n.Name(), kind: itemLeaf}
	switch n.Kind() {
	case yang.KindContainer:
		it.kind = itemPath
		if n.Presence() {
			it.kind = itemPresence
		}
	case yang.KindLeafList:
		it.kind = itemValue
	case yang.KindList:
		it.kind = itemEntry
		for _, k := range n.Keys() {
			it.keyNames = append(it.keyNames, k.Name())
		}
	}
	return it
}

// identity returns what tells d from its siblings of the same name: its key values
// or its value, as digests when hashed.
func identity(d *yang.Data, hashed bool) []string {
	var keys []string
	switch d.Node().Kind() {
	case yang.KindList:
		keys = d.Keys()
	case yang.KindLeafList:
		keys = []string{d.Value()}
	}
	if !hashed || keys == nil {
		return keys
	}
	out := make([]string, len(keys))
	for i, k := range keys {
		sum := sha256.Sum256([]byte(k))
		out[i] = hex.EncodeToString(sum[:16])
	}
	return out
}

// taintedKeys reports whether a key of a list entry came from a Secret.
func taintedKeys(entry *yang.Data) bool {
	for _, k := range entry.Children() {
		if !k.Node().IsKey() {
			break // keys come first
		}
		if k.Tainted() {
			return true
		}
	}
	return false
}

func compareItems(a, b *item) int {
	if c := compareNames(a, b.module, b.name); c != 0 {
		return c
	}
	if a.tainted != b.tainted && (a.kind == itemEntry || a.kind == itemValue) {
		if a.tainted {
			return 1
		}
		return -1
	}
	return slices.Compare(a.keys, b.keys)
}

func compareNames(a *item, module, name string) int {
	if a.name != name {
		return cmp.Compare(a.name, name)
	}
	return cmp.Compare(a.module, module)
}

// find returns the item for d below it, nil when it is not owned.
func (it *item) find(d *yang.Data) *item {
	if it == nil || len(it.items) == 0 {
		return nil
	}
	n := d.Node()
	like := item{module: n.Module().Name, name: n.Name()}
	switch n.Kind() {
	case yang.KindList:
		like.kind = itemEntry
	case yang.KindLeafList:
		like.kind = itemValue
	}
	if like.kind != itemPath && it.hashed {
		like.keys, like.tainted = identity(d, true), true
		if f := it.search(&like); f != nil {
			return f
		}
		like.tainted = false
	}
	like.keys = identity(d, false)
	return it.search(&like)
}

// itemCursor finds items in the order they mostly are asked for.
type itemCursor struct {
	it   *item
	next int
}

func (o *itemCursor) find(d *yang.Data) *item {
	if o.it == nil || len(o.it.items) == 0 {
		return nil
	}
	if o.next < len(o.it.items) && !o.it.hashed {
		if it := &o.it.items[o.next]; it.is(d) {
			o.next++
			return it
		}
	}
	it := o.it.find(d)
	for i := o.next; it != nil && i < min(o.next+near, len(o.it.items)); i++ {
		if it == &o.it.items[i] {
			o.next = i + 1
			break
		}
	}
	return it
}

// is reports whether the item, which has no digests, is the one for d.
func (it *item) is(d *yang.Data) bool {
	n := d.Node()
	if it.name != n.Name() || it.module != n.Module().Name {
		return false
	}
	switch n.Kind() {
	case yang.KindLeafList:
		return len(it.keys) == 1 && it.keys[0] == d.Value()
	case yang.KindList:
		kids := d.Children()
		for i, k := range it.keys {
			if i >= len(kids) || !kids[i].Node().IsKey() || kids[i].Value() != k {
				return false
			}
		}
		return it.kind == itemEntry
	}
	return it.kind != itemEntry && it.kind != itemValue
}

func (it *item) search(like *item) *item {
	lo, hi := 0, len(it.items)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if compareItems(&it.items[mid], like) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(it.items) && compareItems(&it.items[lo], like) == 0 {
		return &it.items[lo]
	}
	return nil
}

// in returns the instance of the item below parent, nil when there is none.
func (it *item) in(parent *yang.Data) *yang.Data {
	switch {
	case parent == nil:
		return nil
	case it.kind != itemEntry && it.kind != itemValue:
		return parent.Child(it.module, it.name)
	case !it.tainted:
		return parent.Entry(it.module, it.name, it.keys...)
	}
	for _, d := range parent.Entries(it.module, it.name) {
		if slices.Equal(identity(d, true), it.keys) {
			return d
		}
	}
	return nil
}
