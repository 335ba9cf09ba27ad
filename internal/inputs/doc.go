// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package inputs reads the objects that expressions use, with the rights it is
// given, and wakes those who read them when they change.
//
// It knows any kind of object, and must not know what is done with them.
package inputs
