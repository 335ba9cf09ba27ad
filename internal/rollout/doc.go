// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package rollout decides in which order several network functions are changed, and
// what is done when one of them fails: when a rollout begins, which of its members may
// change now, what is awaited, and how it ends.
//
// It is pure: it must not know Kubernetes, NETCONF, contexts, clocks or loggers, and
// the same input always gives the same decision. The time, what the members say and
// whether checks hold come in as values.
package rollout
