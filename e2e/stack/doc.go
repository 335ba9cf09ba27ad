// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package stack runs what Strowger works with as real processes on one machine: a Kubernetes control plane,
// Flux, cert-manager, ExternalDNS with PowerDNS, a Gitea and NETCONF servers.
//
// Nothing is downloaded as a binary. [Tools] builds the Go programs once per version from the modules under
// tools/, each of which is a Go module of its own so that the operator's go.mod stays small; PowerDNS, OpenSSH
// and netconfd are Debian packages, which `make deps` installs.
//
// [StartControlPlane] gives a controller test its API server; [Start] gives a scenario the whole stack. Every
// process listens on the loopback interface only, logs into a folder, and ends with the process that started it.
package stack
