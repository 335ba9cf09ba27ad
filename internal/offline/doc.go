// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package offline is the commands that work on files alone, before anything is merged:
// "strowger validate" judges documents by YANG modules, "strowger diff" compares two. It
// adds files, flags and reports to the packages yang, validate and plan, which do the
// work in the operator too. It must know neither Kubernetes nor devices.
package offline
