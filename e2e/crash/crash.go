// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what happens, how often, and with which devices.
type Options struct {
	// Lanes go on side by side, with Parallel runs at a time; one of each if 0.
	Lanes    []Lane
	Parallel int
	// Only are the names of faults that are tried; all if nil.
	Only *regexp.Regexp
	// Seed of what is random.
	Seed uint64
	// Rounds repeats everything; 0 is once. Duration ends it when that is over; 0 never.
	Rounds   int
	Duration time.Duration
	// Log takes a line for each run; nothing is shown if nil.
	Log io.Writer
	// Dir takes logs and data; a temporary folder if empty.
	Dir string
	// Patience bounds each wait for a change to end. Default 90 seconds.
	Patience time.Duration
	// Reach bounds the wait for a fault to happen. Default 45 seconds.
	Reach time.Duration
}

// Lane is a number of NFs that faults befall, one after the other.
type Lane struct {
	Name  string
	Kinds []Kind
	// Atomic changes them together, by a NetworkFunctionRollout.
	Atomic bool
	// Faults of each round.
	Faults func(seen Rehearsal, dice *rand.Rand) []Fault
}

// Fault is something that goes wrong in a run.
type Fault struct{ fault }

// fault is the inside of a Fault.
type fault struct {
	name   string
	change change
	// tears: others edit the device in this run.
	tears bool
	// alone: no other lane may run meanwhile, since what all need is taken away.
	alone bool
	// do declares the change and makes the fault happen. Its error says why it did not.
	do func(context.Context, *lane) error
	// after puts back what do changed, when the run was judged; nil: nothing.
	after func(*lane)
}

// Run makes all faults happen. What it starts has ended when it returns. The error says
// that it could not be tried; what went wrong in a run is in the report.
func Run(ctx context.Context, opts Options) (*Report, error) {
	opts.Log = quiet(opts.Log)
	if opts.Patience == 0 {
		opts.Patience = 90 * time.Second
	}
	if opts.Reach == 0 {
		opts.Reach = 45 * time.Second
	}
	f, err := startField(ctx, opts, netconfds(opts.Lanes))
	if err != nil {
		return nil, err
	}
	defer f.stop()
	r := &runner{field: f, report: &Report{}, turns: make(chan struct{}, cmp.Or(opts.Parallel, len(opts.Lanes)))}
	if opts.Duration > 0 {
		r.until = time.Now().Add(opts.Duration)
	}
	var all sync.WaitGroup
	errs := make([]error, len(opts.Lanes))
	for i := range opts.Lanes {
		l, err := r.lane(&opts.Lanes[i])
		if err != nil {
			return nil, err
		}
		all.Go(func() { errs[i] = r.run(ctx, l, &opts.Lanes[i]) })
	}
	all.Wait()
	return r.report, errors.Join(errs...)
}

func netconfds(lanes []Lane) int {
	n := 0
	for _, l := range lanes {
		for _, kind := range l.Kinds {
			if kind == Netconfd {
				n++
			}
		}
	}
	return n
}

// runner runs lanes.
type runner struct {
	*field
	report *Report
	until  time.Time
	turns  chan struct{} // one place for each run that may be under way
	// everybody is held for reading by each run, and for writing by one that must be alone.
	everybody sync.RWMutex
	outages   atomic.Int64
}

// lane starts the devices, one lane after the other: netconfd's are shared out.
func (r *runner) lane(of *Lane) (*lane, error) {
	l := &lane{field: r.field, name: of.Name, namespace: "crash-" + strings.ReplaceAll(of.Name, " ", "-"), kinds: of.Kinds, atomic: of.Atomic}
	for _, kind := range of.Kinds {
		d, err := r.newDevice(kind)
		if err != nil {
			return nil, err
		}
		l.devices = append(l.devices, d)
	}
	return l, nil
}

// run has one lane go through its rounds.
func (r *runner) run(ctx context.Context, l *lane, of *Lane) error {
	defer l.close()
	if err := r.open(ctx, l); err != nil {
		return fmt.Errorf("lane %s: bringing the first configuration to its NFs: %w", l.name, err)
	}
	var seen Rehearsal
	r.once(ctx, l, undisturbed("nothing", gated(), &seen.Kept).fault)
	r.once(ctx, l, undisturbed("nothing (gate fails)", bad(), &seen.Reverted).fault)
	dice := rand.New(rand.NewPCG(r.opts.Seed, lot(l.name)))
	for round := 0; round < max(1, r.opts.Rounds); round++ {
		for _, f := range of.Faults(seen, dice) {
			if r.over(ctx) {
				return ctx.Err()
			}
			if r.opts.Only == nil || r.opts.Only.MatchString(f.name) {
				r.once(ctx, l, f.fault)
			}
		}
	}
	return nil
}

func (r *runner) open(ctx context.Context, l *lane) error {
	r.turns <- struct{}{}
	defer func() { <-r.turns }()
	return l.open(ctx)
}

func (r *runner) over(ctx context.Context) bool {
	return ctx.Err() != nil || !r.until.IsZero() && time.Now().After(r.until)
}

// once makes one fault happen in a lane, waits for the end, and judges it.
func (r *runner) once(ctx context.Context, l *lane, f fault) {
	r.turns <- struct{}{}
	defer func() { <-r.turns }()
	if f.alone {
		r.everybody.Lock()
		defer r.everybody.Unlock()
		defer r.outages.Add(1)
	} else {
		r.everybody.RLock()
		defer r.everybody.RUnlock()
	}
	// An operator looks for an API server that was away only every half minute: what comes
	// next shall not wait for that.
	if n := r.outages.Load(); n != l.outages {
		l.outages = n
		l.operator.Kill()
	}
	began := time.Now()
	l.change = f.change
	var violations []string
	missed := f.do(ctx, l)
	if missed != nil {
		violations = append(violations, "it did not happen: "+missed.Error())
	}
	if err := l.ensureRunning(ctx); err != nil {
		violations = append(violations, err.Error())
	}
	if err := l.settle(ctx); err != nil {
		violations = append(violations, "it does not come to an end: "+err.Error())
	}
	became, more := l.judge(ctx, f)
	violations = append(violations, more...)
	if f.after != nil {
		f.after(l)
	}
	if ctx.Err() != nil {
		return // what was seen while everything ends says nothing
	}
	r.report.add(f.name, l.name, became, missed == nil, violations)
	if became == endedNew {
		l.before = l.declared
	}
	r.say("%-16s %-44s %-8s %5.1fs  %v", l.name, f.name, became, time.Since(began).Seconds(), violations)
}

// lot gives each lane dice of its own, whatever other lanes there are.
func lot(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // it never fails
	return h.Sum64()
}
