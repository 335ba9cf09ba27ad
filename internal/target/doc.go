// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package target is what the rest of Strowger sees of a network function (NF): a pool with one session
// and one queue per NF, and what is done with it - learn its facts, fetch its YANG modules, observe its
// configuration, apply a plan as one transaction that counts only when it was read back, or as one that the NF
// takes back unless it is confirmed, hear of changes that others made, and show the messages that pass, without
// secrets.
//
// It is the only package that sees internal/netconf. It knows nothing of Kubernetes, and it decides
// nothing: when to observe, what to apply and what to do after an error is its callers' business.
package target
