// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package kustomizecontroller pins the kustomize-controller that the stack builds and runs.
package kustomizecontroller

import _ "github.com/fluxcd/kustomize-controller"
