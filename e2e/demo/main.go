// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Command demo shows the operator at work: it starts the whole stack, lets Flux apply the 5G core of
// examples/5g-core, and tells step by step, with what was really seen, how a commit becomes configuration and how
// drift becomes a commit.
//
// It stays up for kubectl until it is interrupted. With ONESHOT=1 it ends after the last step; the exit status is 0
// when everything was seen. With KUBECONFIG set to a cluster that has Flux, cert-manager and ExternalDNS, and that
// reaches the Git server on this machine's loopback, it uses that cluster.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/strowger/strowger/e2e/world"
)

func main() {
	describe := flag.String("describe-dir", "", "folder for what kubectl describes of NFs that are healthy, drifted, rejected or had a change taken back, and of a rollout, and for a pull request")
	interval := flag.Duration("interval", 10*time.Second, "interval at which NFs are observed")
	dir := flag.String("dir", "", "folder for logs, data and credentials; default: a temporary one")
	resolver := flag.String("dns-resolver", "", "with KUBECONFIG: host:port of the name server that the cluster's ExternalDNS publishes to")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	d := &demo{narrator: newNarrator(os.Stdout), describeDir: *describe, oneshot: os.Getenv("ONESHOT") == "1"}
	err := d.run(ctx, world.Options{Interval: *interval, Dir: *dir, Resolver: *resolver, Log: d.narrator.aside()})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// demo is one run.
type demo struct {
	*narrator
	*world.World
	describeDir string
	oneshot     bool
	commit      string
}

// steps in the order they are told.
var steps = []struct {
	title string
	run   func(*demo, context.Context) error
}{
	{"The example world is committed to Git", (*demo).commitExample},
	{"Every network function becomes Ready", (*demo).becomeReady},
	{"Each network function is reached in its own way", (*demo).transports},
	{"What the router runs, read back by a foreign client", (*demo).readRouter},
	{"The certificate that cert-manager issued is in use", (*demo).showCertificate},
	{"PowerDNS answers for the network functions", (*demo).askDNS},
	{"Somebody changes the router behind Git's back", (*demo).drift},
	{"A network function says itself that it was changed", (*demo).announced},
	{"Where drift is only reported, it is left", (*demo).driftReported},
	{"What may be right becomes a pull request, and is merged", (*demo).adopted},
	{"A pull request is closed, and Git's value comes back", (*demo).refused},
	{"A commit changes the network functions", (*demo).change},
	{"A commit that cannot be is rejected, and reverted", (*demo).reject},
	{"A commit that is valid breaks a network function, and is taken back", (*demo).takenBack},
	{"The operator dies half-way, and the network function takes the change back by itself", (*demo).diesHalfWay},
	{"Both ends of an interface change together, or not at all", (*demo).together},
	{"Nothing changes: what that costs", (*demo).steady},
}

func (d *demo) run(ctx context.Context, opts world.Options) (failed error) {
	d.step("The stack starts")
	var err error
	if d.World, err = world.Start(ctx, opts); err != nil {
		return err
	}
	defer d.stop()
	if err := d.StartOperator(ctx); err != nil {
		return err
	}
	if err := d.showStack(ctx); err != nil {
		return err
	}
	if err := d.tellAll(ctx); err != nil {
		if d.oneshot || ctx.Err() != nil {
			return err
		}
		d.print("\ndemo: " + err.Error())
		defer func() { failed = errors.New("not everything was seen") }()
	} else {
		d.end()
	}
	if d.oneshot {
		return nil
	}
	d.invite()
	<-ctx.Done()
	return nil
}

// stop ends everything, and leaves a cluster that was there before as it was.
func (d *demo) stop() {
	if os.Getenv("KUBECONFIG") != "" {
		if err := d.Leave(context.Background()); err != nil {
			d.print("demo: leaving the cluster: " + err.Error())
		}
	}
	d.Stop()
}

// tellAll goes through the steps until one fails.
func (d *demo) tellAll(ctx context.Context) error {
	for _, step := range steps {
		d.step(step.title)
		if err := step.run(d, ctx); err != nil {
			if ctx.Err() == nil {
				d.block(d.Unready(ctx) + d.Logs(10, "strowger", "simulate", "netconfd"))
			}
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	return nil
}
