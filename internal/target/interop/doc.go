// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package interop holds the tests of the NETCONF client and of the pool against a server that nobody here
// wrote: Debian's netconfd behind OpenSSH.
package interop
