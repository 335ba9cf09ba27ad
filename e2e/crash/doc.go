// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package crash kills the operator in the middle of changes, cuts its connections, takes
// its API server away and has others edit the same NFs, and looks at what each NF then
// holds: all that was declared before, or all that is declared now, with no lock, no
// pending commit and no forgotten Secret left behind.
//
// The operator is a process of its own, built so that it can be told at which step of a
// change to die. It is looked at from outside only: at how its process ends, at the API,
// and at the devices.
package crash
