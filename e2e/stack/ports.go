// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Ports are taken from below the range that Linux hands to outgoing connections: a port that was free a moment
// ago stays free unless another server takes it.
const (
	lowestPort  = 20000
	highestPort = 32000
	portTries   = 200
)

// handedOut are the ports that were returned: who got one may not listen on it yet.
var handedOut sync.Map

// freePort returns a port that no server listens on, neither over TCP nor over UDP, and that nobody else in this
// process got.
func freePort() (int, error) {
	for range portTries {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		if _, taken := handedOut.LoadOrStore(port, true); !taken && isFree(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port between %d and %d in %d tries", lowestPort, highestPort, portTries)
}

// freeAddrs returns n different loopback addresses whose ports are free.
func freeAddrs(n int) ([]string, error) {
	addrs := make([]string, 0, n)
	for len(addrs) < n {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		addrs = append(addrs, loopback(port))
	}
	return addrs, nil
}

func loopback(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

func isFree(port int) bool {
	tcp, err := net.Listen("tcp", loopback(port))
	if err != nil {
		return false
	}
	defer func() { _ = tcp.Close() }()
	udp, err := net.ListenPacket("udp", loopback(port))
	if err != nil {
		return false
	}
	return udp.Close() == nil
}
