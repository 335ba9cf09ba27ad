// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"io"
	"sync"
)

// maxAhead bounds what is read ahead of a request that is held.
const maxAhead = 1 << 20

// input is what a session reads: the connection itself, until somebody wants to know when it ends while
// nobody reads. From then on a goroutine reads ahead.
type input struct {
	r     io.Reader
	ahead *readAhead

	stalls  bool   // hold back what comes after the hello until more comes
	tail    []byte // the last bytes of the hello, to find its end
	held    []byte // what is held back
	waiting bool   // for the bytes that release it
}

func (i *input) Read(p []byte) (int, error) {
	if i.waiting {
		next := make([]byte, 1)
		if _, err := io.ReadFull(i.source(), next); err != nil {
			return 0, err
		}
		i.held, i.waiting = append(i.held, next...), false
	}
	if len(i.held) > 0 {
		n := copy(p, i.held)
		i.held = i.held[n:]
		return n, nil
	}
	n, err := i.source().Read(p)
	if i.stalls && n > 0 {
		n = i.stall(p[:n])
	}
	return n, err
}

func (i *input) source() io.Reader {
	if i.ahead != nil {
		return i.ahead
	}
	return i.r
}

// ended returns a channel that is closed when the connection ends. Only the reader may call it.
func (i *input) ended(spawn func(func())) <-chan struct{} {
	if i.ahead == nil {
		i.ahead = &readAhead{over: make(chan struct{})}
		i.ahead.changed.L = &i.ahead.mu
		spawn(func() { i.ahead.fill(i.r) })
	}
	return i.ahead.over
}

// stall keeps back what follows the end of the hello; it returns how much of p is left.
func (i *input) stall(p []byte) int {
	seen := append(i.tail, p...)
	end := bytes.Index(seen, []byte(endOfMessage))
	if end < 0 {
		i.tail = bytes.Clone(seen[max(0, len(seen)-len(endOfMessage)+1):])
		return len(p)
	}
	end += len(endOfMessage) - len(i.tail)
	i.stalls, i.tail = false, nil
	i.held = bytes.Clone(p[end:])
	i.waiting = len(i.held) > 0
	return end
}

// close ends reading ahead; the connection is closed already, or will be.
func (i *input) close() {
	if i.ahead != nil {
		i.ahead.close()
	}
}

// readAhead is a pipe with a bounded buffer.
type readAhead struct {
	mu      sync.Mutex
	changed sync.Cond
	buffer  []byte
	err     error
	over    chan struct{}
}

func (a *readAhead) fill(r io.Reader) {
	defer close(a.over)
	part := make([]byte, 4096)
	for {
		n, err := r.Read(part)
		a.mu.Lock()
		a.buffer = append(a.buffer, part[:n]...)
		if a.err == nil {
			a.err = err
		}
		a.changed.Broadcast()
		for a.err == nil && len(a.buffer) > maxAhead {
			a.changed.Wait()
		}
		err = a.err
		a.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (a *readAhead) Read(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.buffer) == 0 && a.err == nil {
		a.changed.Wait()
	}
	if len(a.buffer) == 0 {
		return 0, a.err
	}
	n := copy(p, a.buffer)
	a.buffer = a.buffer[n:]
	a.changed.Broadcast()
	return n, nil
}

func (a *readAhead) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.err = io.ErrClosedPipe
	}
	a.changed.Broadcast()
}
