// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// fileCache keeps files by hash, up to a bound; what is over it empties the cache.
type fileCache struct {
	max int64

	mu    sync.Mutex
	size  int64
	files map[plumbing.Hash][]byte
}

func newFileCache(limit int64) *fileCache {
	return &fileCache{max: limit, files: map[plumbing.Hash][]byte{}}
}

func (c *fileCache) get(h plumbing.Hash) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	data, ok := c.files[h]
	return data, ok
}

func (c *fileCache) put(h plumbing.Hash, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.files[h]; ok || int64(len(data)) > c.max {
		return
	}
	if c.size+int64(len(data)) > c.max {
		c.size, c.files = 0, map[plumbing.Hash][]byte{}
	}
	c.size += int64(len(data))
	c.files[h] = data
}
