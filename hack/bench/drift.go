// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/strowger/strowger/e2e/storm"
)

// pollInterval of the NF whose change is not announced.
const pollInterval = 5 * time.Second

// driftTable says how long a change on an NF takes to be in Git, for one and for
// very many, with the operator, a real API server and a real forge as processes.
func driftTable() *table {
	return &table{
		name: "drift", title: "Drift on its way to Git",
		columns: []string{"Ours"},
		rows: []row{
			{"a change that the NF announces, to the pushed branch", []cell{stormy(storm.Options{Functions: 1}, pushed)}, limit{time: 2 * time.Second}},
			{fmt.Sprintf("the same, polled every %s", pollInterval), []cell{stormy(storm.Options{Functions: 1, Poll: pollInterval}, pushed)}, limit{time: pollInterval + 2*time.Second}},
			{"1,000 NFs at once, on a branch for all: pushes, time, the operator's memory", []cell{stormy(storm.Options{Functions: 1000, Branch: "drift/{namespace}"}, pushes)}, limit{trips: 10, time: time.Minute, live: 512 << 20}},
			{"the same, with a branch for each", []cell{stormy(storm.Options{Functions: 1000}, pushes)}, limit{trips: 10, live: 512 << 20}},
		},
		notes: []string{"Time from the change on the NF until the commit is noted in the DriftReport; memory is the operator's largest resident set."},
	}
}

// stormy measures a storm once, however many runs are asked for: what it takes is
// far longer than what varies.
func stormy(o storm.Options, of func(storm.Result) figure) cell {
	return func(ctx context.Context, _ int) (figure, error) {
		result, err := storm.Run(ctx, o)
		if err != nil {
			return figure{}, err
		}
		return of(result), nil
	}
}

func pushed(r storm.Result) figure { return figure{Time: r.Reported} }

func pushes(r storm.Result) figure {
	return figure{Kind: trips, Units: r.Pushes, Time: r.Reported, Live: r.PeakMemory}
}
