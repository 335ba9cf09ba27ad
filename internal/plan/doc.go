// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package plan says what must be changed on a network function: it compares the
// intended with the observed configuration, keeps to what Strowger owns, and gives
// the result as one value, the [Plan]. Dry-run, apply, drift, rollback and the
// command line all show that same value.
//
// It is pure: it must not know Kubernetes, NETCONF sessions, contexts, clocks or
// loggers, and the same input always gives the same bytes. Values that came from a
// Secret are in a plan's exported fields, its text and its JSON only as digests;
// only [Plan.EditConfig] and [Apply] use the real ones.
package plan
