// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package interop holds the tests of plans against implementations that nobody here
// wrote: Debian's netconfd, which applies them, and libyang, which reads their edits.
package interop
