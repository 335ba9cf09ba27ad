// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/strowger/strowger/e2e/crash"
)

const (
	// membersTogether is how many NFs are changed as one, linkDelay how long a byte takes
	// to each of them, and from it.
	membersTogether = 50
	linkDelay       = 20 * time.Millisecond
)

// changeTable says how long a change of many NFs takes that is made everywhere or nowhere,
// with the operator and a real API server as processes.
func changeTable() *table {
	return &table{
		name: "change", title: "Change as a transaction",
		columns: []string{"Ours"},
		rows: []row{
			{fmt.Sprintf("atomic rollout over %d NFs behind links of %s, start to last confirm: time, the operator's memory", membersTogether, linkDelay),
				[]cell{together(membersTogether, func(r crash.TogetherResult) time.Duration { return r.Confirmed })}, limit{time: 2 * time.Second}},
			{"the same, until its status and those of all members say so",
				[]cell{together(membersTogether, func(r crash.TogetherResult) time.Duration { return r.Completed })}, limit{}},
			{"the same, over one NF", []cell{together(1, func(r crash.TogetherResult) time.Duration { return r.Completed })}, limit{}},
		},
		notes: []string{
			"From the start in the rollout's status until the last NF has answered the commit that confirms. Each byte takes as",
			"long as said in either direction. Memory is the operator's largest resident set. The NFs are simulated on the same",
			"machine, and there are no checks to wait for. The round trips of a single change are in the table of NETCONF.",
		},
	}
}

// together measures an atomic rollout once, however many runs are asked for: what it takes
// is far longer to set up than to do.
func together(functions int, of func(crash.TogetherResult) time.Duration) cell {
	return func(ctx context.Context, _ int) (figure, error) {
		result, err := crash.Together(ctx, crash.TogetherOptions{Functions: functions, Delay: linkDelay})
		if err != nil {
			return figure{}, err
		}
		return figure{Time: of(result), Peak: result.PeakMemory}, nil
	}
}
