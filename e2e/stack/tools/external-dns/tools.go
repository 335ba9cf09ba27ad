// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package externaldns pins the external-dns that the stack builds and runs.
package externaldns

import _ "sigs.k8s.io/external-dns"
