// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"encoding/xml"
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// maxFilterEntries is up to how many entries of a list are asked for by their keys.
const maxFilterEntries = 20

// Filter returns the content of a subtree <filter> (RFC 6241 section 6) that covers
// all that owned holds and trees declare, with what the comparison needs around it.
// It is empty when there is nothing to ask for. What of owned the schema no longer
// has is left out.
//
// Inside a top-level container the filter is narrowed where that is safe: to
// containers, and to entries of lists by their keys, but not inside an entry, a
// presence container, a choice or an ordered-by user list.
func Filter(s *yang.Schema, owned Inventory, trees ...*yang.Tree) []byte {
	for _, t := range trees {
		owned = Union(owned, Own(Inventory{}, t, nil))
	}
	if owned.root == nil {
		return nil
	}
	f := filterWriter{}
	items := owned.root.items
	for lo := 0; lo < len(items); {
		hi := sameName(items, lo)
		if n := s.Root().Child(items[lo].module, items[lo].name); n != nil && n.Config() {
			f.node(n, items[lo:hi], "", true)
		}
		lo = hi
	}
	return f.b.Bytes()
}

// sameName returns the end of the run of items that instantiate one schema node.
func sameName(items []item, lo int) int {
	hi := lo + 1
	for hi < len(items) && compareNames(&items[hi], items[lo].module, items[lo].name) == 0 {
		hi++
	}
	return hi
}

type filterWriter struct{ b bytes.Buffer }

// node writes the selection of the instances of n that items are.
func (f *filterWriter) node(n *yang.Node, items []item, namespace string, top bool) {
	switch {
	case n.Kind() == yang.KindContainer && narrowable(n, &items[0]):
		f.open(n, namespace, ">")
		kids := items[0].items
		for lo := 0; lo < len(kids); {
			hi := sameName(kids, lo)
			f.node(n.Child(kids[lo].module, kids[lo].name), kids[lo:hi], n.Module().Namespace, false)
			lo = hi
		}
		f.close(n)
	case n.Kind() == yang.KindList && !top && byKeys(n, items):
		for i := range items {
			f.entry(n, &items[i], namespace)
		}
	default:
		f.open(n, namespace, "/>")
	}
}

// narrowable reports whether it is enough to ask for some children of a container.
func narrowable(n *yang.Node, it *item) bool {
	if it.kind != itemPath || n.Presence() || len(it.items) == 0 {
		return false
	}
	for i := range it.items {
		c := n.Child(it.items[i].module, it.items[i].name)
		if c == nil || inCase(c) || c.Kind() != yang.KindContainer && c.Kind() != yang.KindList {
			return false
		}
	}
	return true
}

// byKeys reports whether the entries can be asked for by their keys. Types whose
// values are written with prefixes are not compared reliably by servers.
func byKeys(n *yang.Node, items []item) bool {
	keys := n.Keys()
	if len(items) > maxFilterEntries || n.OrderedByUser() || len(keys) == 0 {
		return false
	}
	for _, k := range keys {
		if !plainKey(k) {
			return false
		}
	}
	for i := range items {
		if items[i].tainted || len(items[i].keys) != len(keys) {
			return false
		}
		for _, v := range items[i].keys {
			if v == "" {
				return false
			}
		}
	}
	return true
}

func (f *filterWriter) entry(n *yang.Node, it *item, namespace string) {
	f.open(n, namespace, ">")
	for i, k := range n.Keys() {
		f.open(k, n.Module().Namespace, ">")
		_ = xml.EscapeText(&f.b, []byte(it.keys[i])) // a bytes.Buffer does not fail
		f.close(k)
	}
	f.close(n)
}

func (f *filterWriter) open(n *yang.Node, namespace, end string) {
	f.b.WriteString("<" + n.Name())
	if ns := n.Module().Namespace; ns != namespace {
		f.b.WriteString(` xmlns="`)
		_ = xml.EscapeText(&f.b, []byte(ns))
		f.b.WriteByte('"')
	}
	f.b.WriteString(end)
}

func (f *filterWriter) close(n *yang.Node) { f.b.WriteString("</" + n.Name() + ">") }

// plainKey reports whether the canonical values of a key are what servers compare.
func plainKey(k *yang.Node) bool {
	for range maxLeafrefs {
		if k == nil || k.Type() == nil {
			return false
		}
		if k.Type().Kind() != yang.TypeLeafref {
			return plainType(k.Type())
		}
		k = k.LeafrefTarget()
	}
	return false
}

// maxLeafrefs is how many leafrefs to leafrefs are followed.
const maxLeafrefs = 8

func plainType(t *yang.Type) bool {
	switch t.Kind() {
	case yang.TypeString, yang.TypeEnumeration, yang.TypeBoolean,
		yang.TypeInt8, yang.TypeInt16, yang.TypeInt32, yang.TypeInt64,
		yang.TypeUint8, yang.TypeUint16, yang.TypeUint32, yang.TypeUint64:
		return true
	case yang.TypeUnion:
		return !slices.ContainsFunc(t.Members(), func(m *yang.Type) bool { return !plainType(m) })
	}
	return false
}
