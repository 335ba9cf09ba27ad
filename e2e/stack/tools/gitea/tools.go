// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package gitea pins the Git forge that the stack builds and runs.
package gitea

import _ "code.gitea.io/gitea"
