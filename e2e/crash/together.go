// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/strowger/strowger/e2e/stack"
)

// TogetherOptions describe an atomic rollout in which nothing goes wrong.
type TogetherOptions struct {
	// Functions is the number of NFs.
	Functions int
	// Delay of the link to each of them, in either direction.
	Delay time.Duration
	// Dir takes logs and data; a temporary folder if empty.
	Dir string
	// Patience bounds each wait. Default 5 minutes.
	Patience time.Duration
}

// TogetherResult is what was seen.
type TogetherResult struct {
	// Confirmed is the time from the start of the rollout, as its status says, until the last
	// NF has answered the commit that confirms; Completed until its status says that it ended.
	Confirmed, Completed time.Duration
	// PeakMemory of the operator's process in bytes.
	PeakMemory int64
}

// Together changes NFs as one transaction, and measures that. Each NF was configured before.
func Together(ctx context.Context, o TogetherOptions) (r TogetherResult, err error) {
	if o.Patience == 0 {
		o.Patience = 5 * time.Minute
	}
	f, err := startField(ctx, Options{Dir: o.Dir, Log: quiet(nil), Patience: o.Patience, Reach: o.Patience}, 0)
	if err != nil {
		return r, err
	}
	defer f.stop()
	l := &lane{field: f, name: "together", namespace: "crash-together", atomic: true, quietFor: 3 * time.Second}
	defer l.close()
	for range o.Functions {
		d, err := f.newDevice(Persistent)
		if err != nil {
			return r, err
		}
		far, err := newLink(ctx, d.access().addr, o.Delay)
		if err != nil {
			return r, err
		}
		defer func() { _ = far.Close() }()
		l.devices, l.links = append(l.devices, d), append(l.links, far)
	}
	if err := l.open(ctx); err != nil {
		return r, fmt.Errorf("bringing the first configuration to the NFs: %w", err)
	}
	l.change = plain()
	if err := l.declare(ctx); err != nil {
		return r, err
	}
	if err := l.settle(ctx); err != nil {
		return r, err
	}
	if became, violations := l.judge(ctx, fault{}); became != endedNew || len(violations) > 0 {
		return r, fmt.Errorf("the rollout ended %q: %q", became, violations)
	}
	rollout, err := l.rollout(ctx)
	if err != nil {
		return r, err
	}
	s := rollout.Status
	if s.StartedTime == nil || s.CompletedTime == nil {
		return r, errors.New("the rollout does not say when it started and when it was complete")
	}
	r.Completed = s.CompletedTime.Sub(s.StartedTime.Time)
	for _, d := range l.devices {
		r.Confirmed = max(r.Confirmed, d.(*simulated).lastCommit().Sub(s.StartedTime.Time)+o.Delay)
	}
	r.PeakMemory, err = stack.PeakMemory(l.operator.PID())
	return r, err
}
