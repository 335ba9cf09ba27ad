// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package gitreport writes drift reports, and the edits that adopt them, as commits on
// branches of the Git repository that declared the configuration: one commit a branch,
// one push for all. It uses the credentials of the Flux GitRepository that reads the
// repository, and finds that GitRepository in the first place. It also lets the
// repository be read, and tells who wrote a line.
//
// It never writes to the branch Flux reconciles, never forces a push, never writes over
// what a person committed to a branch, and never pushes the same content twice. It
// fetches one commit without its files where the server allows that (partial clone) and
// files when they are read, writes objects rather than a work tree, and leaves nothing
// on disk.
//
// It must not know what drift is or how it was found, which files declare what, how they
// are edited, or what a forge and its pull requests are: it takes leaves that are
// redacted already and files as they are to be, and has neither logger nor events.
package gitreport
