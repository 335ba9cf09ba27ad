// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

const (
	// Patience bounds every wait; each ends as soon as its condition holds.
	Patience = 2 * time.Minute
	waitPoll = 100 * time.Millisecond
)

// Wait polls until the condition reports nothing missing. The condition's error ends the wait at once; when the time
// is up the error says what was missing last.
func (w *World) Wait(ctx context.Context, what string, missing func(context.Context) (string, error)) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	ticker := time.NewTicker(waitPoll)
	defer ticker.Stop()
	last := "nothing"
	for {
		now, err := missing(ctx)
		if err != nil {
			return fmt.Errorf("waiting for %s: %w; last seen: %s", what, err, last)
		}
		if now == "" {
			return nil
		}
		// What is seen when the time is up is that the time is up.
		if ctx.Err() == nil {
			last = now
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w; last seen: %s", what, context.Cause(ctx), last)
		case <-ticker.C:
		}
	}
}

// NetworkFunction reads one of the example's.
func (w *World) NetworkFunction(ctx context.Context, name string) (*v1alpha1.NetworkFunction, error) {
	nf := &v1alpha1.NetworkFunction{}
	if err := w.Client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: name}, nf); err != nil {
		return nil, fmt.Errorf("reading NetworkFunction %s: %w", name, err)
	}
	return nf, nil
}

// WaitForFunction waits until a NetworkFunction satisfies a condition.
func (w *World) WaitForFunction(ctx context.Context, name, what string, ok func(*v1alpha1.NetworkFunction) bool) (*v1alpha1.NetworkFunction, error) {
	var seen *v1alpha1.NetworkFunction
	err := w.Wait(ctx, fmt.Sprintf("NetworkFunction %s: %s", name, what), func(ctx context.Context) (string, error) {
		nf, err := w.NetworkFunction(ctx, name)
		if err != nil {
			return err.Error(), nil
		}
		if seen = nf; ok(nf) {
			return "", nil
		}
		return describeConditions(nf.Status.Conditions), nil
	})
	return seen, err
}

// WaitReady waits until every named NetworkFunction is Ready at its present generation, and has applied the commit
// if one is given.
func (w *World) WaitReady(ctx context.Context, commit string, names ...string) error {
	for _, name := range names {
		_, err := w.WaitForFunction(ctx, name, "Ready", func(nf *v1alpha1.NetworkFunction) bool {
			return IsReady(nf) && strings.HasSuffix(nf.Status.LastAppliedRevision, commit)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// WaitForReport waits until the DriftReport of an NF is in a state, and, where it reports, was pushed to Git.
func (w *World) WaitForReport(ctx context.Context, name string, state v1alpha1.DriftState) (*v1alpha1.DriftReport, error) {
	return w.WaitForDriftReport(ctx, name, string(state), func(r *v1alpha1.DriftReport) bool {
		return r.Status.State == state && r.Status.Git != nil && r.Status.Git.Commit != ""
	})
}

// IsReady tells whether an NF is Ready at its present generation.
func IsReady(nf *v1alpha1.NetworkFunction) bool {
	ready := apimeta.FindStatusCondition(nf.Status.Conditions, meta.ReadyCondition)
	return ready != nil && ready.Status == metav1.ConditionTrue &&
		ready.ObservedGeneration == nf.Generation && nf.Status.ObservedGeneration == nf.Generation
}

// Condition finds a condition of an NF; its zero value if there is none.
func Condition(nf *v1alpha1.NetworkFunction, kind string) metav1.Condition {
	if c := apimeta.FindStatusCondition(nf.Status.Conditions, kind); c != nil {
		return *c
	}
	return metav1.Condition{}
}

// Unready lists the conditions of the NFs that are not Ready.
func (w *World) Unready(ctx context.Context) string {
	var out strings.Builder
	for _, name := range Functions() {
		nf, err := w.NetworkFunction(ctx, name)
		if err == nil && IsReady(nf) {
			continue
		}
		fmt.Fprintf(&out, "--- NetworkFunction %s\n", name)
		if err != nil {
			fmt.Fprintln(&out, err)
			continue
		}
		fmt.Fprintln(&out, describeConditions(nf.Status.Conditions))
	}
	return out.String()
}

// Logs returns the last lines of the logs whose names start with one of the prefixes; all if none is given.
func (w *World) Logs(lines int, prefixes ...string) string {
	paths, err := filepath.Glob(filepath.Join(w.Dir, "logs", "*.log"))
	if err != nil {
		return err.Error()
	}
	sort.Strings(paths)
	var out strings.Builder
	for _, path := range paths {
		if !hasPrefix(filepath.Base(path), prefixes) {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			content = []byte(err.Error())
		}
		all := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
		fmt.Fprintf(&out, "--- %s\n%s\n", filepath.Base(path), strings.Join(all[max(0, len(all)-lines):], "\n"))
	}
	return out.String()
}

func hasPrefix(name string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return len(prefixes) == 0
}
