// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package world builds the small 5G core of examples/5g-core on a running stack: simulated network functions, a
// netconfd, the Git repository that Flux applies, the Secrets that are made at start, and the operator as a process
// with the rights that config/rbac gives it.
//
// The demo narrates this world and the scenarios test it; both see it only from outside: through the Kubernetes
// API, Git, DNS and a foreign NETCONF client.
package world
