// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"fmt"
	"net"
	"sync"
	"testing"

	mdns "github.com/miekg/dns"
)

// nameServer answers what tests tell it to.
type nameServer struct {
	Addr   string
	server *mdns.Server
	mu     sync.Mutex
	zone   map[string][]mdns.RR
}

func newNameServer() (*nameServer, error) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for DNS: %w", err)
	}
	n := &nameServer{Addr: conn.LocalAddr().String(), zone: map[string][]mdns.RR{}}
	n.server = &mdns.Server{PacketConn: conn, Handler: mdns.HandlerFunc(n.answer)}
	go func() { _ = n.server.ActivateAndServe() }()
	return n, nil
}

func (n *nameServer) answer(w mdns.ResponseWriter, q *mdns.Msg) {
	reply := new(mdns.Msg)
	reply.SetReply(q)
	n.mu.Lock()
	for _, rr := range n.zone[q.Question[0].Name] {
		if rr.Header().Rrtype == q.Question[0].Qtype {
			reply.Answer = append(reply.Answer, rr)
		}
	}
	n.mu.Unlock()
	_ = w.WriteMsg(reply)
}

// add publishes a record in zone-file form.
func (n *nameServer) add(t *testing.T, record string) {
	t.Helper()
	rr, err := mdns.NewRR(record)
	if err != nil {
		t.Fatal(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.zone[rr.Header().Name] = append(n.zone[rr.Header().Name], rr)
}

// Close stops answering.
func (n *nameServer) Close() { _ = n.server.Shutdown() }
