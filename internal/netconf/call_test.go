// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Several requests are one write, and their replies find them.
func TestStartAll(t *testing.T) {
	client, server := connect(t)
	counted := &countingConn{Conn: client}
	if err := server.WriteMessage([]byte(goodHello)); err != nil {
		t.Fatal(err)
	}
	s, err := NewSession(t.Context(), counted, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Abort()
	if _, err := server.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	server.SetFraming(Chunked)
	go func() {
		var ids []string
		for range 3 {
			ids = append(ids, server.request())
		}
		server.send(replyWith(ids[0], "<ok/>"))
		server.send(replyWith(ids[1], "<rpc-error><error-tag>in-use</error-tag></rpc-error>"))
		server.send(replyWith(ids[2], "<data>x</data>"))
	}()
	before := counted.writes.Load()
	calls, err := s.StartAll(t.Context(), Lock{CandidateStore}, DiscardChanges{}, GetConfig{Source: Running})
	if err != nil || len(calls) != 3 {
		t.Fatalf("%d calls, %v", len(calls), err)
	}
	if n := counted.writes.Load() - before; n != 1 {
		t.Errorf("%d writes", n)
	}
	if reply, err := calls[2].Wait(t.Context()); err != nil || !strings.Contains(string(reply.Data()), ">x<") {
		t.Errorf("get-config: %v", err)
	}
	if _, err := calls[1].Wait(t.Context()); !HasTag(err, TagInUse) || !strings.Contains(err.Error(), "discard-changes") {
		t.Errorf("discard-changes: %v", err)
	}
	if reply, err := calls[0].Wait(t.Context()); err != nil || !reply.OK {
		t.Errorf("lock: %v", err)
	}
	if calls, err := s.StartAll(t.Context()); err != nil || len(calls) != 0 {
		t.Errorf("nothing: %v, %v", calls, err)
	}
}

type countingConn struct {
	net.Conn
	writes atomic.Int64
}

func (c *countingConn) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// A trace shows all messages, hellos and broken ones included, without their framing.
func TestTrace(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	see := func(d Direction, message []byte) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, d.String()+" "+string(message))
	}
	s, server := establishedWith(t, goodHello, Options{Trace: see})
	go func() {
		server.send(replyWith(server.request(), "<data><a/></data>"))
		server.send(replyWith(server.request(), "<ok/>"))
		server.request()
		server.send("<broken")
	}()
	for i := range 3 {
		s.SetTrace(see)
		if i == 1 {
			s.SetTrace(nil)
		}
		_, _ = s.Exec(t.Context(), RawMethod("<get/>"))
	}
	<-s.Done()
	s.Abort()
	mu.Lock()
	defer mu.Unlock()
	want := []string{
		"received " + goodHello,
		"sent " + rpcOpen + `1"><get/></rpc>`, "received " + replyWith("1", "<data><a/></data>"),
		"sent " + rpcOpen + `3"><get/></rpc>`, "received <broken",
	}
	if len(seen) != len(want)+1 || !strings.Contains(seen[0], "sent <?xml") || !slices.Equal(seen[1:], want) {
		t.Errorf("seen:\n%s", strings.Join(seen, "\n"))
	}
}

// A server that answers, with whatever, is alive; one that does not loses the session.
func TestKeepalive(t *testing.T) {
	s, server := establishedWith(t, goodHello, Options{Keepalive: 20 * time.Millisecond})
	server.send(replyWith(server.request(), "<ok/>"))
	server.send(replyWith(server.request(), "<rpc-error><error-tag>access-denied</error-tag></rpc-error>"))
	server.request()
	<-s.Done()
	if !errors.Is(s.Err(), ErrTimeout) {
		t.Errorf("got %v", s.Err())
	}
}
