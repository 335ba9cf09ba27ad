// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package drift says what is done about differences between Git and a network
// function: it turns a plan made at an unchanged revision, and what nobody
// declared, into entries with an action each, seen from the NF.
//
// It is pure: it must not know Kubernetes, Git, NETCONF, contexts, clocks or
// loggers, and the same input always gives the same bytes. What depends on time
// or on people, such as a review that is over or a proposal that was turned down,
// comes in as values. It never sees a value that came from a Secret: the plan has
// put a digest in its place.
package drift
