// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package netconftest is a NETCONF server in the test's own process, what net/http/httptest is for HTTP:
// it listens on SSH, and it really holds candidate, running and startup, on our YANG engine, with locks,
// edit-config in full, validation, confirmed commits, the YANG library and get-schema. What a test needs
// beyond a device is there too: request counts, scripted errors, and edits behind Git's back.
//
// It serves "strowger simulate" as well. It knows nothing of sessions' clients, targets or Kubernetes.
package netconftest
