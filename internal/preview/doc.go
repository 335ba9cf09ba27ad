// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package preview asks a running operator what NetworkFunctions would change that are
// not merged yet: "strowger diff -f". For each it creates an object of mode Plan that
// stands in for the one in the cluster, waits for its status, and deletes it. So a
// pipeline needs the Kubernetes API only, and neither credentials of an NF nor a way to
// it.
//
// It must not know how a plan is made, NETCONF or YANG.
package preview
