// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package action finds the RPCs and YANG actions of a schema by the names people give
// them, checks their input and writes them as they are sent (RFC 7950 sections 7.14 and
// 7.15).
//
// It is pure, and must not know when an action is done, or how it gets to the NF.
package action
