// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// gated is the NF whose changes stay only if its interfaces are up with them.
const gated = "upf-zrh-2"

// misplace puts N3 of the second UPF into a VLAN that the modules allow and the switch does not have.
func (d *demo) misplace(ctx context.Context, vlan string) (commit string, err error) {
	const port = "        - name: n3\n"
	message := gated + ": N3 in VLAN " + vlan
	if commit, err = d.Edit(ctx, message, "nf/"+gated+".yaml", port, port+"          vlan-id: "+vlan+"\n"); err != nil {
		return "", err
	}
	d.tell("commit %s %q: valid by the YANG modules, but the switch has no such VLAN", world.Short(commit), message)
	return commit, d.Reconcile(ctx)
}

// takenBack commits what is valid and does not work, and sees it taken back.
func (d *demo) takenBack(ctx context.Context) error {
	before, err := d.showVLAN(ctx, "before")
	if err != nil {
		return err
	}
	bad, err := d.misplace(ctx, "113")
	if err != nil {
		return err
	}
	if err := d.showPending(ctx, "113"); err != nil {
		return err
	}
	if err := d.describe(ctx, gated, "pending"); err != nil {
		return err
	}
	nf, err := d.WaitForFunction(ctx, gated, "the change taken back", func(nf *v1alpha1.NetworkFunction) bool {
		return nf.Status.PendingCommit == nil && ended(nf, bad, v1alpha1.OutcomeReverted)
	})
	if err != nil {
		return err
	}
	d.tell("%s  its check did not hold in time: taken back. Ready=%s %s:", stamp(time.Now()), world.Condition(nf, "Ready").Status, world.Condition(nf, "Ready").Reason)
	d.block(world.Condition(nf, v1alpha1.AppliedCondition).Message)
	if err := d.isBack(ctx, before); err != nil {
		return err
	}
	if err := d.showHistory(ctx, gated); err != nil {
		return err
	}
	if err := d.kubectl(ctx, "events", "-n", world.Namespace, "--for", "networkfunction/"+gated); err != nil {
		return err
	}
	if err := d.describe(ctx, gated, "reverted"); err != nil {
		return err
	}
	return d.undo(ctx, bad)
}

// diesHalfWay kills the operator while the NF holds a change that is not confirmed.
func (d *demo) diesHalfWay(ctx context.Context) error {
	before, err := d.showVLAN(ctx, "before")
	if err != nil {
		return err
	}
	bad, err := d.misplace(ctx, "114")
	if err != nil {
		return err
	}
	if err := d.showPending(ctx, "114"); err != nil {
		return err
	}
	pid := d.Operator.PID()
	d.Operator.Kill()
	d.tell("%s  kill -9 %d: the operator is gone", stamp(time.Now()), pid)
	if err := d.Wait(ctx, gated+" to take the change back by itself", func(ctx context.Context) (string, error) {
		holding, err := d.Devices[gated].Holding(ctx)
		if err == nil && holding.CommitPending {
			return "its commit is still to be confirmed", nil
		}
		return "", err
	}); err != nil {
		return err
	}
	d.tell("%s  nobody confirmed in time: %s took it back by itself, with no operator there", stamp(time.Now()), gated)
	if err := d.isBack(ctx, before); err != nil {
		return err
	}
	if err := d.resurrect(ctx); err != nil {
		return err
	}
	if _, err := d.WaitForFunction(ctx, gated, "the change noted as expired", func(nf *v1alpha1.NetworkFunction) bool {
		return ended(nf, bad, v1alpha1.OutcomeExpired)
	}); err != nil {
		return err
	}
	d.tell("%s  started again (pid %d), it found what it had begun in the status, asked the NF, and knows that it expired", stamp(time.Now()), d.Operator.PID())
	if err := d.describe(ctx, gated, "expired"); err != nil {
		return err
	}
	if err := d.undo(ctx, bad); err != nil {
		return err
	}
	return d.showHistory(ctx, gated)
}

// resurrect starts the operator after it was killed. netconfd restarts with it: 2.13 corrupts its heap when one process
// hands out its modules ietf-netconf and yuma123-netconf-types a second time, which a new operator asks for.
func (d *demo) resurrect(ctx context.Context) error {
	if d.Netconfd != nil {
		server := d.Netconfd.Servers[0]
		server.Stop()
		if err := server.Start(ctx); err != nil {
			return err
		}
	}
	return d.Operator.Start(ctx)
}

// ended says that the change of a commit is in the history with an outcome.
func ended(nf *v1alpha1.NetworkFunction, commit string, outcome v1alpha1.Outcome) bool {
	for _, e := range nf.Status.History {
		if e.Outcome == outcome && world.Commit(e.Revision) == commit {
			return true
		}
	}
	return false
}

// showVLAN reads the VLAN of N3 through the foreign client.
func (d *demo) showVLAN(ctx context.Context, when string) (string, error) {
	running, err := d.Devices[gated].Read(ctx, upfFilter)
	if err != nil {
		return "", err
	}
	vlan := running.Value("upf-function", "interface[name=n3]", "vlan-id")
	d.tell("%s  ncclient reads running of %s, %s: vlan-id of n3 = %s", stamp(time.Now()), gated, when, vlan)
	return vlan, nil
}

// showPending waits until the NF holds the change and its check was seen not to hold, and shows both.
func (d *demo) showPending(ctx context.Context, vlan string) error {
	nf, err := d.WaitForFunction(ctx, gated, "a change whose check does not hold", func(nf *v1alpha1.NetworkFunction) bool {
		p := nf.Status.PendingCommit
		return p != nil && p.Step == v1alpha1.StepGating && len(p.Checks) > 0 && !p.Checks[0].Holds
	})
	if err != nil {
		return err
	}
	pending := nf.Status.PendingCommit
	d.tell("%s  committed to be confirmed, as %s", stamp(time.Now()), pending.PersistID)
	d.tell("check %s: %s", pending.Checks[0].Name, pending.Checks[0].Message)
	d.tell("unless it holds, the NF takes the change back at %s", stamp(pending.Deadline.Local()))
	seen, err := d.showVLAN(ctx, "meanwhile")
	if err != nil {
		return err
	}
	if seen != vlan {
		return fmt.Errorf("%s has VLAN %s, and was to hold the change to %s", gated, seen, vlan)
	}
	return nil
}

// isBack compares what the NF has with what it had, and sees that nothing is left open on it.
func (d *demo) isBack(ctx context.Context, vlan string) error {
	seen, err := d.showVLAN(ctx, "after")
	if err != nil {
		return err
	}
	if seen != vlan {
		return fmt.Errorf("%s has VLAN %s, and had %s before", gated, seen, vlan)
	}
	return d.nothingLeft(ctx, gated)
}

// nothingLeft sees that NFs hold no lock, edit or unconfirmed commit.
func (d *demo) nothingLeft(ctx context.Context, names ...string) error {
	for _, name := range names {
		holding, err := d.Devices[name].Holding(ctx)
		if err != nil {
			return err
		}
		if !holding.Nothing() {
			return fmt.Errorf("%s was left with %+v", name, holding)
		}
	}
	d.tell("no lock, no edited candidate, no pending commit is left")
	return nil
}

// undo reverts a commit in Git and waits until the NF is Ready again.
func (d *demo) undo(ctx context.Context, bad string) (err error) {
	if d.commit, err = d.Revert(ctx, bad); err != nil {
		return err
	}
	if err := d.Reconcile(ctx); err != nil {
		return err
	}
	if err := d.WaitReady(ctx, d.commit, gated); err != nil {
		return err
	}
	d.tell("git revert %s: %s is Ready again", world.Short(bad), gated)
	return nil
}

// showHistory lists the changes of an NF, the last one first.
func (d *demo) showHistory(ctx context.Context, name string) error {
	nf, err := d.NetworkFunction(ctx, name)
	if err != nil {
		return err
	}
	d.print("   status.history of " + name + ":")
	for _, e := range nf.Status.History {
		line := fmt.Sprintf("%s  %-10s %s  %s", e.Time.Local().Format(time.TimeOnly), e.Outcome, world.Short(world.Commit(e.Revision)), e.Summary)
		if e.Author != "" {
			line += ", by " + e.Author
		}
		d.block(line)
		if e.Reason != "" {
			d.block("          " + e.Reason)
		}
	}
	return nil
}
