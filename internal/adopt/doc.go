// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package adopt edits the files that declare configuration so that they say what
// the network function says: in the very lines, with everything around them kept
// byte for byte. It also finds the manifest that declares an inline layer.
//
// It is pure: it must not know Kubernetes clients, contexts, clocks or loggers, and
// it reads files through an [io/fs.FS] only. What cannot be edited without changing
// anything else is refused with a sentence that says what to do by hand; every edit
// is checked by reading the result again.
package adopt
