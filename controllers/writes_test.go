// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
)

// writeCounter keeps what managers write to the API server, and may cut writes off.
type writeCounter struct {
	mu    sync.Mutex
	made  []string
	fails map[string]func() bool
}

// count notes each request of a client that is not a read.
func (c *writeCounter) count(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodGet {
			if c.note(r.Method + " " + r.URL.Path) {
				return nil, io.ErrUnexpectedEOF
			}
		}
		return next.RoundTrip(r)
	})
}

// note keeps a write and says whether it fails.
func (c *writeCounter) note(write string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made = append(c.made, write)
	for path, fails := range c.fails {
		if strings.HasSuffix(write, path) && fails() {
			return true
		}
	}
	return false
}

// fail has writes to a path fail as long as a condition holds.
func (c *writeCounter) fail(path string, while func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fails == nil {
		c.fails = map[string]func() bool{}
	}
	c.fails[path] = while
}

// of returns the writes to objects of a namespace, in their order.
func (c *writeCounter) of(namespace string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, w := range c.made {
		if strings.Contains(w, "/namespaces/"+namespace+"/") {
			out = append(out, w)
		}
	}
	return out
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
