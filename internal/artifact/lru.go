// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"container/list"

	"github.com/opencontainers/go-digest"
)

// lru keeps contents up to a number of bytes. It is not synchronised.
type lru struct {
	limit, bytes int64
	order        list.List // of *entry, the most recently used first
	byDigest     map[digest.Digest]*list.Element
}

type entry struct {
	digest  digest.Digest
	content *content
}

func (l *lru) get(d digest.Digest) *content {
	el := l.byDigest[d]
	if el == nil {
		return nil
	}
	l.order.MoveToFront(el)
	return el.Value.(*entry).content
}

func (l *lru) add(d digest.Digest, c *content) {
	if l.byDigest == nil {
		l.byDigest = map[digest.Digest]*list.Element{}
	}
	if l.byDigest[d] != nil {
		return
	}
	l.byDigest[d] = l.order.PushFront(&entry{digest: d, content: c})
	l.bytes += c.bytes
	for l.bytes > l.limit && l.order.Len() > 1 {
		oldest := l.order.Back()
		e := oldest.Value.(*entry)
		l.order.Remove(oldest)
		delete(l.byDigest, e.digest)
		l.bytes -= e.content.bytes
	}
}
