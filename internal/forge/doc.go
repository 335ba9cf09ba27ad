// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package forge opens, updates, closes and reads pull requests, and sets commit
// statuses, on GitHub, GitLab and Gitea (Forgejo is the same).
//
// A Forge is one repository with one credential. Every call does a few bounded
// requests and no retry: what can be tried again says so in its error, with the
// time to wait where the forge named one. Repeating a call after a crash gives
// the same: a pull request that is open already is returned, one that is closed
// already stays so.
//
// Only branches of the repository itself are seen, no forks.
package forge
