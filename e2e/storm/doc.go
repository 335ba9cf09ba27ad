// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package storm has very many network functions drift at once, on a real API
// server, a real forge and simulated devices, and counts what the operator makes
// of it: pushes, time and memory.
//
// It looks at the operator from outside only: at its process, at what reaches the
// forge, and at what is then in Git.
package storm
