// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package proposal turns drift reports into what is to stand on branches of the
// repository that declared the configuration: the report files, and the edits of
// the declaring files that make Git say what the network functions say.
//
// It reads the repository through an interface and does no other I/O; the same
// repository and reports always give the same bytes. It must not know the cluster,
// a forge, or how anything is pushed.
package proposal
