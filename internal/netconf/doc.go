// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package netconf is a NETCONF client: sessions (RFC 6241) over SSH (RFC 6242) and TLS (RFC 7589), also where
// the server calls home (RFC 8071), with both framings, a deadline for every RPC, message-id matching and
// pipelining, and errors that say what kind of thing went wrong.
//
// Every operation is a value that is a Method: GetConfig, EditConfig, Lock, Commit, GetData, Action,
// CreateSubscription and so on. Session.Exec sends one and waits for its reply; Session.Start and
// Session.StartAll send without waiting, and Call.Wait waits; Session.ReadData hands large data on while it
// arrives. For what is used most, Session has a method that waits, such as Session.Lock. What a server does
// not announce is refused before anything is sent. Session.Subscribe and Session.Establish deliver events.
//
// A message is taken apart while it arrives: it is scanned once, and only what is kept is copied. An idle
// session has one goroutine, a small buffer and no timer.
//
// It is the only package that sees github.com/Juniper/go-netconf; what that library lacks (chunked
// framing, deadlines, a checked hello, host keys, TLS, notifications) is done here around its types.
//
// It knows nothing of YANG, of plans or of Kubernetes: configuration goes in and comes out as XML.
package netconf
