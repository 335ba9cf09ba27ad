// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"
)

// link passes connections on to a device, and each byte after a delay, in either direction.
type link struct {
	net.Listener
	to    string
	delay time.Duration
}

func newLink(ctx context.Context, to string, delay time.Duration) (*link, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the link to %s: %w", to, err)
	}
	l := &link{Listener: listener, to: to, delay: delay}
	go l.serve()
	return l, nil
}

func (l *link) serve() {
	for {
		near, err := l.Accept()
		if err != nil {
			return // closed
		}
		far, err := net.Dial("tcp", l.to)
		if err != nil {
			_ = near.Close()
			continue
		}
		go l.carry(near, far)
		go l.carry(far, near)
	}
}

// carry passes on what one side sends. What is under way holds up nothing behind it.
func (l *link) carry(from io.Reader, to io.WriteCloser) {
	type parcel struct {
		due  time.Time
		data []byte
	}
	road := make(chan parcel, 1024)
	go func() {
		defer func() { _ = to.Close() }()
		for p := range road {
			time.Sleep(time.Until(p.due))
			_, _ = to.Write(p.data) // the other direction ends when nobody reads
		}
	}()
	defer close(road)
	for {
		data := make([]byte, 16<<10)
		n, err := from.Read(data)
		if err != nil {
			return
		}
		road <- parcel{time.Now().Add(l.delay), data[:n]}
	}
}
