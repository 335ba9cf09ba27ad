// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package sourcecontroller pins the source-controller that the stack builds and runs.
package sourcecontroller

import _ "github.com/fluxcd/source-controller"
