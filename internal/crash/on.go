// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

//go:build crashpoints

package crash

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// Variable names the step to die at, and after a colon how often it is passed before:
// "rollout-member-confirmed:2" dies at the third member.
const Variable = "STROWGER_CRASH_AT"

var passed atomic.Int64

// At kills the process with SIGKILL, which nothing can catch, if it is the step that
// Variable names.
func At(s Step) {
	name, after, _ := strings.Cut(os.Getenv(Variable), ":")
	if name != string(s) {
		return
	}
	if n, _ := strconv.ParseInt(after, 10, 64); passed.Add(1) <= n {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // it takes a moment
}
