// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Command soak kills the operator, and breaks all around it, for as long as it is told,
// and prints what became of the network functions. It fails where one was left with a part
// of a change, or with what a change left behind.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"syscall"
	"time"

	"github.com/strowger/strowger/e2e/crash"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := soak(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func soak(ctx context.Context) error {
	opts := crash.Options{Log: os.Stderr, Lanes: crash.Long()}
	flag.DurationVar(&opts.Duration, "duration", 0, "begin no further run after that time; 0: never")
	flag.IntVar(&opts.Rounds, "runs", 1, "rounds of everything with all devices; with -duration as many as fit")
	flag.Uint64Var(&opts.Seed, "seed", uint64(time.Now().UnixNano()), "seed of all that is random")
	flag.IntVar(&opts.Parallel, "parallel", 4, "runs at a time")
	flag.StringVar(&opts.Dir, "dir", "", "folder for logs and data; a temporary one, removed at the end, if empty")
	lanes := flag.String("lanes", "", "regular expression of the names of lanes; all if empty")
	faults := flag.String("faults", "", "regular expression of the names of faults; all if empty")
	flag.Parse()
	if err := choose(&opts, *lanes, *faults); err != nil {
		return err
	}
	if opts.Duration > 0 {
		opts.Rounds = 1 << 30
	}
	fmt.Printf("-seed %d\n", opts.Seed)
	report, err := crash.Run(ctx, opts)
	if report == nil {
		return err
	}
	if len(report.Violations) > 0 {
		err = errors.Join(err, fmt.Errorf("%d violations", len(report.Violations)))
	}
	return errors.Join(report.Write(os.Stdout), err)
}

// choose keeps the lanes and faults that are asked for.
func choose(opts *crash.Options, lanes, faults string) error {
	lane, err := regexp.Compile(lanes)
	if err != nil {
		return fmt.Errorf("-lanes: %w", err)
	}
	if opts.Only, err = regexp.Compile(faults); err != nil {
		return fmt.Errorf("-faults: %w", err)
	}
	opts.Lanes = slices.DeleteFunc(opts.Lanes, func(l crash.Lane) bool { return !lane.MatchString(l.Name) })
	if len(opts.Lanes) == 0 {
		return fmt.Errorf("-lanes %s: there is none", lanes)
	}
	return nil
}
