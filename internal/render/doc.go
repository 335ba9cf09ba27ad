// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package render hydrates configuration layers and merges them into one intended
// data tree. The ${…} expressions of a layer are CEL over a [Scope] of values; what
// comes from a tainted value is tainted itself.
//
// It is pure: it must not know Kubernetes clients, contexts, clocks or loggers. The
// same layers, schema and scope give the same result, errors included. No error and
// no printed form of anything here holds a tainted value.
package render
