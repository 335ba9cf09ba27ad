// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package netconftest is a NETCONF server in the test's own process, what net/http/httptest is for HTTP. It
// really holds candidate, running and startup, on our YANG engine, with locks, edit-config in full,
// validation, confirmed commits, subtree and XPath filters, with-defaults, NMDA, the YANG library,
// get-schema, notifications and subscriptions; it listens on SSH and TLS, and calls home.
//
// What a test needs beyond a device is there too: a [Profile] for devices that differ from what the RFCs
// want, a [Fault] for each way in which a request can go wrong, counts, and edits behind Git's back.
// Thousands of servers fit in a process: a [Model] is shared, and an idle session costs no CPU.
//
// It serves "strowger simulate" as well. It knows nothing of sessions' clients, targets or Kubernetes.
package netconftest
