// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package scenarios tests the operator on the full stack, from outside: commits go in, and what is on the network
// functions, in Kubernetes, in Git and in DNS is looked at. All scenarios share one stack and one world, and leave
// both as they found them.
package scenarios

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/e2e/world"
)

const (
	// observe is the interval of the NFs in these scenarios.
	observe = 3 * time.Second
	// patience bounds each wait; a wait ends as soon as its condition holds.
	patience = 90 * time.Second
	poll     = 100 * time.Millisecond
)

// w is the world of all scenarios.
var w *world.World

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if testing.Short() {
		fmt.Fprintln(os.Stderr, "e2e/scenarios: EVERY SCENARIO IS SKIPPED because of -short; nothing was tested on the full stack")
		return 0
	}
	// Scenarios delete what they made, so that they never use a cluster of somebody else.
	if err := os.Unsetenv("KUBECONFIG"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	var err error
	if w, err = world.Start(ctx, world.Options{Interval: observe, Log: os.Stderr}); err != nil {
		fmt.Fprintln(os.Stderr, "starting the world:", err)
		return 1
	}
	defer w.Stop()
	if err := configure(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "configuring the world: %v\n%s%s", err, w.Unready(ctx), w.Logs(40, "strowger", "simulate"))
		return 1
	}
	return m.Run()
}

// configure brings the example from its first commit to Ready.
func configure(ctx context.Context) error {
	if err := w.StartOperator(ctx); err != nil {
		return err
	}
	commit, err := w.CommitExample(ctx)
	if err != nil {
		return err
	}
	if err := w.Apply(ctx, commit); err != nil {
		return err
	}
	if err := w.WaitReady(ctx, commit, world.Functions()...); err != nil {
		return err
	}
	return w.WaitForKustomization(ctx, world.Source, commit, true)
}

// scenario waits until the scenarios before have left everything Ready, and prints logs if this one fails.
func scenario(t *testing.T) (*WithT, context.Context) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("\n" + w.Unready(context.Background()) + w.Logs(40, "strowger") + w.Logs(15, "simulate", "netconfd", "kustomize"))
		}
	})
	g := NewWithT(t)
	g.Expect(settled(t.Context())).To(Succeed())
	return g, t.Context()
}

// settled waits until every NF is Ready at the head of the branch.
func settled(ctx context.Context) error {
	head, err := w.Git.Head(ctx, world.Repo, world.Branch)
	if err != nil {
		return err
	}
	if err := w.Reconcile(ctx); err != nil {
		return err
	}
	if err := w.WaitReady(ctx, head, world.Functions()...); err != nil {
		return err
	}
	return w.WaitForKustomization(ctx, world.Source, head, true)
}

// eventually polls until a function's expectations hold.
func eventually(ctx context.Context, g *WithT, f func(g Gomega)) {
	g.THelper()
	g.Eventually(f).WithContext(ctx).WithTimeout(patience).WithPolling(poll).Should(Succeed())
}

// edit commits a replacement in one file and lets Flux look at once.
func edit(ctx context.Context, g *WithT, path, from, to string) (commit string) {
	g.THelper()
	commit, err := w.Edit(ctx, "Scenario: "+strings.TrimSpace(to), path, from, to)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(w.Reconcile(ctx)).To(Succeed())
	return commit
}

// revert undoes a commit and lets Flux look at once.
func revert(ctx context.Context, g *WithT, commit string) (reverting string) {
	g.THelper()
	reverting, err := w.Revert(ctx, commit)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(w.Reconcile(ctx)).To(Succeed())
	return reverting
}

const (
	upf       = `<upf-function xmlns="urn:strowger:example:5gc-upf">%s</upf-function>`
	upfFilter = `<upf-function xmlns="urn:strowger:example:5gc-upf"/>`
	amfFilter = `<amf-function xmlns="urn:strowger:example:5gc-amf"/>`

	interfaces   = `<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">%s</interfaces>`
	routerFilter = `<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"/>` +
		`<system xmlns="urn:ietf:params:xml:ns:yang:ietf-system"/>`
)

// running reads an NF through the foreign client.
func running(ctx context.Context, g Gomega, name, filter string) *world.Element {
	seen, err := w.Devices[name].Read(ctx, filter)
	g.Expect(err).NotTo(HaveOccurred())
	return seen
}

// byHand changes an NF behind Git's back.
func byHand(ctx context.Context, g *WithT, name, config string) {
	g.THelper()
	_, err := w.Devices[name].Edit(ctx, config)
	g.Expect(err).NotTo(HaveOccurred())
}
