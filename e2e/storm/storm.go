// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package storm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/stack"
)

// Options of a storm.
type Options struct {
	// Functions is the number of network functions.
	Functions int
	// Poll is the interval at which the NFs are looked at, which then announce nothing; 0: they announce their changes.
	Poll time.Duration
	// Branch that drift is reported on; the default of the API if empty.
	Branch string
	// Dir takes logs and data; a temporary folder if empty.
	Dir string
	// Log shows what is started and how far it is; nothing is shown if nil.
	Log io.Writer
	// Patience bounds each wait. Default 5 minutes.
	Patience time.Duration
}

// Result is what was seen.
type Result struct {
	Functions int
	// Configured is the time from the first object to the last NF that is Ready.
	Configured time.Duration
	// Drifted is how long it took to change all devices.
	Drifted time.Duration
	// Reported is the time from the first change to the last report in Git.
	Reported time.Duration
	// Pushes that the forge received.
	Pushes int
	// Branches and Commits that hold the reports.
	Branches, Commits int
	// PeakMemory of the operator's process, in bytes.
	PeakMemory int64
	// PushesAfter and WritesAfter are pushes and changes of objects once all was
	// reported, while every NF was looked at again.
	PushesAfter, WritesAfter int
}

// Run has opts.Functions network functions drift at once. What it starts has ended
// when it returns.
func Run(ctx context.Context, opts Options) (Result, error) {
	if opts.Patience == 0 {
		opts.Patience = 5 * time.Minute
	}
	if opts.Log == nil {
		opts.Log = io.Discard
	}
	f, err := start(ctx, opts)
	if f != nil {
		defer f.Stop()
	}
	if err != nil {
		return Result{}, err
	}
	result := Result{Functions: opts.Functions}
	for _, step := range []func(context.Context, *Result) error{f.configure, f.drift, f.count, f.lookAgain} {
		if err := step(ctx, &result); err != nil {
			return result, err
		}
	}
	return result, nil
}

// configure declares the network functions and waits until each is Ready.
func (f *field) configure(ctx context.Context, r *Result) error {
	began := time.Now()
	if err := f.declare(ctx); err != nil {
		return err
	}
	err := f.wait(ctx, "NetworkFunctions to be Ready", func(ctx context.Context) (int, error) {
		var list v1alpha1.NetworkFunctionList
		if err := f.client.List(ctx, &list, client.InNamespace(namespace)); err != nil {
			return 0, fmt.Errorf("listing NetworkFunctions: %w", err)
		}
		return count(list.Items, ready), nil
	})
	if err != nil {
		return err
	}
	r.Configured = time.Since(began)
	if f.opts.Poll > 0 {
		return nil
	}
	return f.wait(ctx, "devices to have somebody listening", func(ctx context.Context) (int, error) {
		devices, err := f.devices(ctx)
		return count(devices, func(d *device) bool { return d.Subscriptions > 0 }), err
	})
}

// drift changes every device, and waits until each report is in Git.
func (f *field) drift(ctx context.Context, r *Result) error {
	began := time.Now()
	if err := f.changeDevices(ctx); err != nil {
		return err
	}
	r.Drifted = time.Since(began)
	err := f.wait(ctx, "DriftReports to be in Git", func(ctx context.Context) (int, error) {
		var list v1alpha1.DriftReportList
		if err := f.client.List(ctx, &list, client.InNamespace(namespace)); err != nil {
			return 0, fmt.Errorf("listing DriftReports: %w", err)
		}
		return count(list.Items, reported), nil
	})
	if err != nil {
		return err
	}
	r.Reported = time.Since(began)
	pushes, err := f.pushes()
	if err != nil {
		return err
	}
	r.Pushes = len(pushes)
	return f.wait(ctx, "NetworkFunctions to tell of it", func(ctx context.Context) (int, error) {
		var list v1alpha1.NetworkFunctionList
		if err := f.client.List(ctx, &list, client.InNamespace(namespace)); err != nil {
			return 0, fmt.Errorf("listing NetworkFunctions: %w", err)
		}
		return count(list.Items, told), nil
	})
}

// count looks into the repository: the reports must all be there, each once.
func (f *field) count(ctx context.Context, r *Result) error {
	branches, err := f.Git.Read(ctx, repository, "for-each-ref", "--format=%(refname:short)", "refs/heads/drift/")
	if err != nil {
		return err
	}
	names := strings.Fields(branches)
	r.Branches = len(names)
	commits, err := f.Git.Read(ctx, repository, "rev-list", "--count", "--branches=drift/*", "^"+baseBranch)
	if err != nil {
		return err
	}
	if _, err := fmt.Sscan(commits, &r.Commits); err != nil {
		return fmt.Errorf("counting the commits: %w", err)
	}
	return f.expectReports(ctx)
}

// expectReports makes sure that each report is on its branch.
func (f *field) expectReports(ctx context.Context) error {
	files := map[string]map[string]bool{}
	var missing []error
	for i := range f.opts.Functions {
		branch := strings.NewReplacer("{namespace}", namespace, "{name}", functionName(i)).Replace(f.branch())
		if files[branch] == nil {
			names, err := f.Git.Read(ctx, repository, "ls-tree", "-r", "--name-only", branch)
			if err != nil {
				return err
			}
			files[branch] = map[string]bool{}
			for name := range strings.Lines(names) {
				files[branch][strings.TrimSpace(name)] = true
			}
		}
		if report := "drift/" + namespace + "/" + functionName(i) + ".yaml"; !files[branch][report] {
			missing = append(missing, fmt.Errorf("branch %s has no %s", branch, report))
		}
	}
	return errors.Join(missing...)
}

// lookAgain has every NF looked at once more; nothing may come of it.
func (f *field) lookAgain(ctx context.Context, r *Result) error {
	before, err := f.versions(ctx)
	if err != nil {
		return err
	}
	seen, err := f.observations(ctx)
	if err != nil {
		return err
	}
	err = f.wait(ctx, "devices to be looked at again", func(ctx context.Context) (int, error) {
		now, err := f.observations(ctx)
		if err != nil {
			return 0, err
		}
		again := 0
		for name, n := range now {
			if n > seen[name] {
				again++
			}
		}
		return again, nil
	})
	if err != nil {
		return err
	}
	after, err := f.versions(ctx)
	if err != nil {
		return err
	}
	for name, version := range after {
		if before[name] != version {
			r.WritesAfter++
		}
	}
	pushes, err := f.pushes()
	if err != nil {
		return err
	}
	r.PushesAfter = len(pushes) - r.Pushes
	r.PeakMemory, err = stack.PeakMemory(f.operator.PID())
	return err
}

// wait polls until all network functions are counted.
func (f *field) wait(ctx context.Context, what string, counted func(context.Context) (int, error)) error {
	ctx, cancel := context.WithTimeout(ctx, f.opts.Patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	said := time.Now()
	for n := 0; ; {
		now, err := counted(ctx)
		switch {
		case err == nil:
			n = now
		case ctx.Err() == nil:
			return err
		}
		if n >= f.opts.Functions {
			return nil
		}
		if time.Since(said) > 5*time.Second {
			said = time.Now()
			_, _ = fmt.Fprintf(f.opts.Log, "%d of %d %s\n", n, f.opts.Functions, what)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %d %s: %w; there are %d (logs in %s)", f.opts.Functions, what, ctx.Err(), n, f.Dir)
		case <-tick.C:
		}
	}
}

func count[T any](items []T, ok func(*T) bool) int {
	n := 0
	for i := range items {
		if ok(&items[i]) {
			n++
		}
	}
	return n
}

// observations counts the get-config requests of each device.
func (f *field) observations(ctx context.Context) (map[string]int, error) {
	devices, err := f.devices(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]int, len(devices))
	for _, d := range devices {
		out[d.Name] = d.Requests["get-config"]
	}
	return out, nil
}

// changeDevices changes one leaf on each device behind everybody's back.
func (f *field) changeDevices(ctx context.Context) error {
	const body = `<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><cell xmlns="urn:strowger:storm:cell"><power>7</power></cell></config>`
	_, err := f.ask(ctx, http.MethodPatch, "/devices/*/running", body)
	return err
}
