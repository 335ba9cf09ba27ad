// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// Rehearsal is what the last device of a lane was asked, in order, in a change that is
// kept and in one that is reverted.
type Rehearsal struct{ Kept, Reverted []string }

// undisturbed is a run in which nothing goes wrong. It notes what the device was asked.
func undisturbed(name string, c change, asked *[]string) Fault {
	return Fault{fault{name: name, change: c, do: func(ctx context.Context, l *lane) error {
		if err := l.ensureRunning(ctx); err != nil {
			return err
		}
		s, ok := l.last().(*simulated)
		if ok {
			s.ResetRequests()
		}
		if err := l.declare(ctx); err != nil || !ok {
			return err
		}
		if err := l.settle(ctx); err != nil {
			return err
		}
		*asked = s.Requests()
		return nil
	}}}
}

// last is the device that faults befall.
func (l *lane) last() device { return l.devices[len(l.devices)-1] }

// simulator is the device that faults befall, where they can.
func (l *lane) simulator() (*simulated, error) {
	s, ok := l.last().(*simulated)
	if !ok {
		return nil, errors.New("the device is not simulated")
	}
	return s, nil
}

// repeats says how often an operation is asked for at least that is polled; how often it is
// in all, the clock says.
func repeats(operation string) (most int, polled bool) {
	most, polled = map[string]int{"get": 1, "get-config": 2}[operation]
	return most, polled
}

// Dropped cuts the connection at each request of the rehearsal, in each of the ways: before
// it is served, when it was served but not answered, or when it was answered. Of a change
// whose gate fails only from an operation on: up to the commit it is like any other.
func Dropped(seen Rehearsal, from string, ways ...netconftest.Action) []Fault {
	out := cut(seen.Kept, "", gated(), "", ways)
	return append(out, cut(seen.Reverted, from, bad(), " (gate fails)", ways)...)
}

func cut(asked []string, from string, c change, suffix string, ways []netconftest.Action) []Fault {
	var out []Fault
	count, begun := map[string]int{}, from == ""
	for _, operation := range asked {
		count[operation]++
		begun = begun || operation == from
		if most, polled := repeats(operation); !begun || polled && count[operation] > most {
			continue
		}
		for _, way := range ways {
			out = append(out, befalls(netconftest.Fault{Operation: operation, Nth: count[operation], Do: way}, c, suffix))
		}
	}
	return out
}

// befalls is a fault of one request.
func befalls(what netconftest.Fault, c change, suffix string) Fault {
	name := fmt.Sprintf("%s at %s %d%s", what.Do, what.Operation, what.Nth, suffix)
	return Fault{fault{name: name, change: c, do: func(ctx context.Context, l *lane) error {
		s, err := l.simulator()
		if err != nil {
			return err
		}
		if err := l.ensureRunning(ctx); err != nil {
			return err
		}
		s.Inject(what)
		defer s.ClearFaults()
		if err := l.declare(ctx); err != nil {
			return err
		}
		return l.await(ctx, l.opts.Reach, func(context.Context) (string, error) {
			if len(s.Faults()) > 0 {
				return "the request was not sent", nil
			}
			return "", nil
		})
	}}}
}

// Refused has one NF refuse what a change needs.
func Refused(operation string) Fault {
	f := befalls(netconftest.Fault{
		Operation: operation, Nth: 1, Do: netconftest.AnswerErrors,
		Errors: []netconftest.RPCError{{Type: "application", Tag: "operation-failed", Message: "the cell is being serviced"}},
	}, gated(), "")
	f.change = perhaps(f.change)
	return f
}

// Unreachable is an NF that cannot be reached any more once it has the change, until it
// would have reverted it.
func Unreachable() Fault {
	c := perhaps(gated())
	c.confirm = 6 * time.Second
	return Fault{fault{name: "unreachable after its commit, until it reverts", change: c, do: func(ctx context.Context, l *lane) error {
		s, err := l.simulator()
		if err != nil {
			return err
		}
		if err := l.ensureRunning(ctx); err != nil {
			return err
		}
		committing := "commit"
		if s.kind == RunningOnly {
			committing = "edit-config"
		}
		away := make(chan struct{})
		s.whenDropped(sync.OnceFunc(func() {
			s.Inject(netconftest.Fault{Operation: "connect", Nth: 1, Do: netconftest.DropBefore, Times: -1})
			close(away)
		}))
		defer s.whenDropped(nil)
		defer s.ClearFaults()
		s.Inject(netconftest.Fault{Operation: committing, Nth: 1, Do: netconftest.DropWithin})
		if err := l.declare(ctx); err != nil {
			return err
		}
		select {
		case <-away:
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(l.opts.Reach):
			return errors.New("it was not committed")
		}
		return pause(ctx, c.confirm+time.Second)
	}}}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
