// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package difftest compares verdicts on documents with those of yanglint (libyang), for
// tests. From a schema and a seed it makes documents that are mostly valid, breaks some of
// them in one way ([Mutators]), and asks both sides whether they are valid configurations.
// Where they must differ, differences_test.go says so, with the sentence of the RFC that
// decides.
//
// It must not know any particular model.
package difftest
