// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package notificationcontroller pins the notification-controller that the stack builds and runs.
package notificationcontroller

import _ "github.com/fluxcd/notification-controller"
