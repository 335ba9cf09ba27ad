// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package gitreport writes a drift report as one commit on a branch of the Git
// repository that declared the configuration, with the credentials of the Flux
// GitRepository that reads it, and finds that GitRepository in the first place.
//
// It never writes to the branch Flux reconciles, never forces a push, and never
// pushes the same content twice. It fetches one commit without its files where
// the server allows that (partial clone), writes objects rather than a work
// tree, and leaves nothing on disk.
//
// It must not know what drift is or how it was found: it takes leaves that are
// redacted already, and has neither logger nor events.
package gitreport
