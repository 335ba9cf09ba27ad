// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"time"

	"github.com/strowger/strowger/internal/crash"
)

// The changes of runs. The time to confirm is long where the operator has to come back in
// it, and short where it is waited for that it passes.
func gated() change { return change{gated: true, confirm: 40 * time.Second} }
func plain() change { return change{confirm: 40 * time.Second} }
func bad() change   { return change{gated: true, bad: true, confirm: briefly} }

// perhaps is a change that may be given up.
func perhaps(c change) change {
	c.mayEndOld = true
	return c
}

// KillAt has the operator die at a step, after it passed that step so often, of the change
// that reaches it.
func KillAt(step crash.Step, after int) Fault {
	f := fault{name: "killed at " + string(step), change: gated()}
	if after > 0 {
		f.name += fmt.Sprintf(", %d later", after)
	}
	switch step {
	case crash.PlainCommitted:
		f.change = plain()
	case crash.DecidedToRevert, crash.Reverted, crash.RolloutDecidedToRevert, crash.RolloutMemberReverted:
		f.change = bad()
	}
	f.do = func(ctx context.Context, l *lane) error {
		l.operator.Kill()
		if err := l.declare(ctx); err != nil {
			return err
		}
		if err := l.start(ctx, at(step, after)); err != nil {
			return err
		}
		if err := l.dies(ctx, l.opts.Reach); err != nil {
			l.operator.Kill()
			return err
		}
		return l.start(ctx)
	}
	return Fault{f}
}

// KillAfter kills the operator, which is at its work, at that time after a change was
// declared.
func KillAfter(d time.Duration, of string) Fault {
	f := fault{name: "killed at a random time, " + of, change: gated()}
	switch of {
	case "plain":
		f.change = plain()
	case "gate fails":
		f.change = bad()
	}
	f.do = func(ctx context.Context, l *lane) error {
		if err := l.ensureRunning(ctx); err != nil {
			return err
		}
		if err := l.declare(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d):
		}
		l.operator.Kill()
		return l.start(ctx)
	}
	return Fault{f}
}
