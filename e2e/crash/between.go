// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/crash"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// aftermath is what follows when the operator died between two members.
type aftermath int

const (
	// backAtOnce: it is started again.
	backAtOnce aftermath = iota
	// backLate: when the other NFs have reverted by themselves.
	backLate
	// refusing: then too, and one of those refuses the change from then on.
	refusing
)

// Between has the operator die when the last member of a rollout has passed a step, and no
// other has.
func Between(step crash.Step, then aftermath) Fault {
	f := fault{
		name:   fmt.Sprintf("killed between two members at %s%s", step, []string{"", ", back after the NFs' time is up", ", and one refuses then"}[then]),
		change: gated(),
	}
	if then != backAtOnce {
		f.change.confirm = briefly
	}
	held := netconftest.Fault{Operation: "commit", Nth: 1, Do: netconftest.Hold}
	switch step {
	case crash.RolloutMemberPrepared:
		held.Operation = "edit-config"
	case crash.RolloutMemberConfirmed:
		held.Nth = 2
	case crash.RolloutMemberReverted:
		f.change, held.Operation = bad(), "cancel-commit"
	}
	f.do = func(ctx context.Context, l *lane) error {
		l.operator.Kill()
		if err := l.declare(ctx); err != nil {
			return err
		}
		others, err := l.others()
		if err != nil {
			return err
		}
		for _, s := range others {
			s.Inject(held)
			defer s.ClearFaults()
		}
		if err := l.start(ctx, at(step, 0)); err != nil {
			return err
		}
		if err := l.dies(ctx, l.opts.Reach); err != nil {
			l.operator.Kill()
			return err
		}
		for _, s := range others {
			s.ClearFaults()
		}
		return l.follow(ctx, then, others[0])
	}
	return Fault{f}
}

// others are the devices of a lane but the last.
func (l *lane) others() ([]*simulated, error) {
	var out []*simulated
	for _, d := range l.devices[:len(l.devices)-1] {
		s, ok := d.(*simulated)
		if !ok {
			return nil, fmt.Errorf("the device %s is not simulated", d.access().addr)
		}
		out = append(out, s)
	}
	return out, nil
}

// follow has happen what follows on the operator's death.
func (l *lane) follow(ctx context.Context, then aftermath, one *simulated) error {
	if then == backAtOnce {
		return l.start(ctx)
	}
	if err := l.await(ctx, l.opts.Reach, l.undecided); err != nil {
		return err
	}
	if then == refusing {
		one.Inject(netconftest.Fault{
			Operation: "edit-config", Times: -1, Do: netconftest.AnswerErrors,
			Errors: []netconftest.RPCError{{Type: "application", Tag: "operation-failed", Message: "the cell is being serviced"}},
		})
	}
	if err := l.start(ctx); err != nil || then != refusing {
		return err
	}
	return l.await(ctx, l.opts.Reach, func(ctx context.Context) (string, error) {
		r, err := l.rollout(ctx)
		if err == nil && r.Status.Phase != v1alpha1.RolloutReverting && r.Status.Phase != v1alpha1.RolloutFailed {
			return fmt.Sprintf("the rollout is %s, although a member refuses", r.Status.Phase), nil
		}
		return "", err
	})
}
