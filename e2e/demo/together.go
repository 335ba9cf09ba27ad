// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

const (
	// rolloutName is the example's NetworkFunctionRollout, over both ends of N4.
	rolloutName = "n4"
	// refusing is the member that refuses.
	refusing = "upf-zrh-1"
)

// ends of N4.
func ends() []string { return []string{"smf-zrh-1", "upf-zrh-1", "upf-zrh-2"} }

// together changes both ends of N4 while one of them refuses, and again when it does not.
func (d *demo) together(ctx context.Context) (err error) {
	if err := d.addRollout(ctx); err != nil {
		return err
	}
	before, err := d.heartbeats(ctx)
	if err != nil {
		return err
	}
	if err := d.Devices[refusing].Refuse(ctx, "commit", "the PFCP stack is restarting"); err != nil {
		return err
	}
	d.tell("from now on %s refuses each commit; it still takes and validates edits", refusing)
	if err := d.changeHeartbeats(ctx); err != nil {
		return err
	}
	if err := d.showRefusal(ctx, before); err != nil {
		return err
	}
	if err := d.Devices[refusing].Obey(ctx); err != nil {
		return err
	}
	d.tell("%s takes commits again", refusing)
	return d.showAgain(ctx)
}

// addRollout commits the rollout and waits until all members belong to it.
func (d *demo) addRollout(ctx context.Context) (err error) {
	if d.commit, err = d.Edit(ctx, "Change both ends of N4 together", "clusters/demo/kustomization.yaml", "- ../../nf\n", "- ../../nf\n- ../../rollouts\n"); err != nil {
		return err
	}
	if err := d.Apply(ctx, d.commit); err != nil {
		return err
	}
	d.tell("commit %s applies rollouts/n4.yaml: strategy Atomic, over the SMF and both UPFs", world.Short(d.commit))
	_, err = d.WaitForRollout(ctx, rolloutName, "all members up to date", func(r *v1alpha1.NetworkFunctionRollout) bool { return upToDate(r, "") })
	return err
}

// upToDate says that a rollout is at rest, and all ends have what Git says; with a commit, that it was rolled out.
func upToDate(r *v1alpha1.NetworkFunctionRollout, commit string) bool {
	return r.Status.Phase == v1alpha1.RolloutIdle && int(r.Status.Total) == len(ends()) && r.Status.Done == r.Status.Total &&
		strings.HasSuffix(r.Status.Revision, commit)
}

// heartbeats reads the interval on each end through the foreign client.
func (d *demo) heartbeats(ctx context.Context) (map[string]string, error) {
	seen := map[string]string{}
	for _, name := range ends() {
		function, _, _ := strings.Cut(name, "-")
		running, err := d.Devices[name].Read(ctx, fmt.Sprintf(`<%s-function xmlns="urn:strowger:example:5gc-%[1]s"><ep-n4/></%[1]s-function>`, function))
		if err != nil {
			return nil, err
		}
		seen[name] = running.Value(function+"-function", "ep-n4", "heartbeat-interval")
		d.tell("%s  ncclient reads running of %s: heartbeat-interval = %s", stamp(time.Now()), name, seen[name])
	}
	return seen, nil
}

// changeHeartbeats changes both ends in one commit.
func (d *demo) changeHeartbeats(ctx context.Context) (err error) {
	const message = "PFCP heartbeat each 15 s"
	d.commit, err = d.EditAll(ctx, message,
		world.Replacement{Path: "layers/smf-base.yaml", From: "heartbeat-interval: 30", To: "heartbeat-interval: 15"},
		world.Replacement{Path: "layers/upf-base.xml", From: "<heartbeat-interval>20<", To: "<heartbeat-interval>15<"},
	)
	if err != nil {
		return err
	}
	d.tell("%s  commit %s %q in the layers of the SMF and of the UPFs", stamp(time.Now()), world.Short(d.commit), message)
	return d.Reconcile(ctx)
}

// showRefusal waits until the rollout was taken back and compares.
func (d *demo) showRefusal(ctx context.Context, before map[string]string) error {
	failed, err := d.WaitForRollout(ctx, rolloutName, "taken back", func(r *v1alpha1.NetworkFunctionRollout) bool {
		return r.Status.Phase == v1alpha1.RolloutFailed
	})
	if err != nil {
		return err
	}
	d.tell("%s  rollout %s ended: %s", stamp(time.Now()), failed.Status.ID, failed.Status.Phase)
	d.block(failed.Status.Reason)
	if err := d.showMembers(ctx); err != nil {
		return err
	}
	after, err := d.heartbeats(ctx)
	if err != nil {
		return err
	}
	for name, value := range before {
		if after[name] != value {
			return fmt.Errorf("%s has heartbeat-interval %s, and had %s: not all stayed as they were", name, after[name], value)
		}
	}
	if err := d.nothingLeft(ctx, ends()...); err != nil {
		return err
	}
	return d.describeObject(ctx, "networkfunctionrollout", rolloutName, "rollout-failed")
}

// showAgain asks for the rollout again and sees all ends change.
func (d *demo) showAgain(ctx context.Context) error {
	if err := d.kubectl(ctx, "annotate", "--overwrite", "-n", world.Namespace, "networkfunctionrollout/"+rolloutName,
		"reconcile.fluxcd.io/requestedAt="+time.Now().Format(time.RFC3339Nano)); err != nil {
		return err
	}
	done, err := d.WaitForRollout(ctx, rolloutName, "all members changed", func(r *v1alpha1.NetworkFunctionRollout) bool { return upToDate(r, d.commit) })
	if err != nil {
		return err
	}
	if s := done.Status; s.StartedTime != nil && s.CompletedTime != nil {
		d.tell("%s  begun  %s", stamp(s.StartedTime.Local()), s.ID)
		d.tell("%s  the last member is confirmed, %s later", stamp(s.CompletedTime.Local()), milliseconds(s.CompletedTime.Sub(s.StartedTime.Time)))
	}
	after, err := d.heartbeats(ctx)
	if err != nil {
		return err
	}
	for name, value := range after {
		if value != "15" {
			return fmt.Errorf("%s has heartbeat-interval %s after the rollout", name, value)
		}
	}
	if err := d.showMembers(ctx); err != nil {
		return err
	}
	if err := d.WaitReady(ctx, d.commit, world.Functions()...); err != nil {
		return err
	}
	if err := d.nothingLeft(ctx, ends()...); err != nil {
		return err
	}
	return d.describeObject(ctx, "networkfunctionrollout", rolloutName, "rollout")
}

func (d *demo) showMembers(ctx context.Context) error {
	if err := d.kubectl(ctx, "get", "networkfunctionrollouts", "-n", world.Namespace); err != nil {
		return err
	}
	const columns = `{range .status.members[*]}{.name}{"\t"}{.state}{"\t"}{.message}{"\n"}{end}`
	output, err := d.Kubectl(ctx, "get", "networkfunctionrollout", rolloutName, "-n", world.Namespace, "-o", "jsonpath="+columns)
	if err != nil {
		return err
	}
	d.print("   its members:")
	d.block(output)
	return nil
}

// describeObject writes what kubectl describes of an object into the folder that was asked for.
func (d *demo) describeObject(ctx context.Context, kind, name, as string) error {
	if d.describeDir == "" {
		return nil
	}
	output, err := d.Kubectl(ctx, "describe", kind, name, "-n", world.Namespace)
	if err != nil {
		return err
	}
	if err := d.keep(as+".txt", output); err != nil {
		return err
	}
	d.tell("kubectl describe %s %s: %s", kind, name, filepath.Join(d.describeDir, as+".txt"))
	return nil
}
