// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Peers are NETCONF clients that others wrote in Go, as hack/bench measures them; see
// package client for what they are told. It is a module of its own, for what they need is
// nothing that the operator needs.
package main

import (
	"fmt"
	"os"

	"github.com/strowger/strowger/hack/bench/client"
)

func main() {
	clients := map[string]client.Client{
		"go-netconf": {Dial: dialGoNetconf},
		"scrapligo":  {Dial: dialScrapligo},
	}
	c, ok := clients[os.Args[len(os.Args)-1]]
	if !ok {
		fmt.Fprintln(os.Stderr, "peers: which client? go-netconf or scrapligo")
		os.Exit(2)
	}
	if err := c.Serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}
