// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Digest returns "sha256:…" over names and values in canonical order. Equal digests
// mean equal data, wherever it was declared; containers without presence that hold
// nothing do not count.
func (t *Tree) Digest() string { return t.root.Digest() }

// Digest returns the digest of a subtree.
func (d *Data) Digest() string {
	h := sha256.New()
	buf := d.encode(make([]byte, 0, 4096), func(b []byte) []byte {
		h.Write(b)
		return b[:0]
	})
	h.Write(buf)
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// encode appends the node and its subtree to b, in a form that no other data has, and
// flushes b when it is long.
func (d *Data) encode(b []byte, flush func([]byte) []byte) []byte {
	if d.node.mod != nil {
		b = field(b, d.node.mod.Name)
	}
	b = field(b, d.node.def.name)
	b = field(b, d.value)
	for _, k := range d.Children() {
		if !k.Vacant() {
			b = k.encode(append(b, '('), flush)
		}
	}
	if b = append(b, ')'); len(b) > 3072 {
		b = flush(b)
	}
	return b
}

func field(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// Vacant says that the node is a container without presence that holds nothing.
func (d *Data) Vacant() bool {
	if d.node.def.kind != KindContainer || d.node.props.presence {
		return false
	}
	for _, k := range d.Children() {
		if !k.Vacant() {
			return false
		}
	}
	return true
}
