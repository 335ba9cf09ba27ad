// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package netconf is a NETCONF client: sessions (RFC 6241) over SSH (RFC 6242) with both framings, a
// deadline for every RPC, message-id matching and pipelining, verified host keys, and errors that say
// what kind of thing went wrong.
//
// It is the only package that sees github.com/Juniper/go-netconf; what that library lacks (chunked
// framing, deadlines, a checked hello, host keys) is done here around its types.
//
// It knows nothing of YANG, of plans or of Kubernetes: configuration goes in and comes out as XML.
package netconf
