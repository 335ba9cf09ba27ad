// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/e2e/world"
)

const (
	interfaceEdit = `<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"><interface><name>n6</name>%s</interface></interfaces>`
	upfEdit       = `<upf-function xmlns="urn:strowger:example:5gc-upf">%s</upf-function>`
	upfFilter     = `<upf-function xmlns="urn:strowger:example:5gc-upf"/>`
)

// drift changes the router by hand and sees Git told and the change undone.
func (d *demo) drift(ctx context.Context) error {
	drift, err := d.DriftByHand(ctx, router, fmt.Sprintf(interfaceEdit, "<description>moved by hand</description><enabled>false</enabled>"))
	if err != nil {
		return err
	}
	d.tell("session %d of ncclient: interface n6 is switched off and has another description", drift.Session)
	report, err := d.WaitForReport(ctx, router, v1alpha1.DriftCorrected)
	if err != nil {
		return err
	}
	d.tell("seen, committed to branch %s and corrected after %.1f s", report.Status.Git.Branch, drift.Corrected.Sub(drift.Sent).Seconds())
	if err := d.showDriftCommit(ctx, report); err != nil {
		return err
	}
	if err := d.kubectl(ctx, "get", "driftreports", "-n", world.Namespace); err != nil {
		return err
	}
	running, err := d.Devices[router].Read(ctx, routerFilter)
	if err != nil {
		return err
	}
	n6 := running.Find("interfaces", "interface[name=n6]")
	d.tell("read back through ncclient: n6 enabled=%s description=%q", n6.Value("enabled"), n6.Value("description"))
	if n6.Value("enabled") == "false" || n6.Value("description") != "to the UPFs" {
		return fmt.Errorf("the drift of %s was not corrected", router)
	}
	return d.kubectl(ctx, "events", "-n", world.Namespace, "--for", "networkfunction/"+router)
}

// showDriftCommit shows the commit as the Git server has it.
func (d *demo) showDriftCommit(ctx context.Context, report *v1alpha1.DriftReport) error {
	branch := report.Status.Git.Branch
	head, err := d.Git.Head(ctx, world.Repo, branch)
	if err != nil {
		return err
	}
	if head != report.Status.Git.Commit {
		return fmt.Errorf("branch %s is at %s, the DriftReport says %s", branch, head, report.Status.Git.Commit)
	}
	log, err := d.GitLog(ctx, "log", "-1", branch)
	if err != nil {
		return err
	}
	d.command("git log -1 "+branch, log)
	show, err := d.GitLog(ctx, "show", "--format=", branch)
	if err != nil {
		return err
	}
	d.command("git show "+branch, show)
	return nil
}

// driftReported changes an NF whose policy is to report only.
func (d *demo) driftReported(ctx context.Context) error {
	const name = "upf-zrh-2"
	session, err := d.Devices[name].Edit(ctx, fmt.Sprintf(upfEdit, "<maximum-sessions>500</maximum-sessions>"))
	if err != nil {
		return err
	}
	d.tell("session %d: %s takes 500 sessions at most, Git says 100000", session, name)
	report, err := d.WaitForReport(ctx, name, v1alpha1.DriftOpen)
	if err != nil {
		return err
	}
	d.tell("committed to branch %s: %s", report.Status.Git.Branch, world.Short(report.Status.Git.Commit))
	running, err := d.Devices[name].Read(ctx, upfFilter)
	if err != nil {
		return err
	}
	if seen := running.Value("upf-function", "maximum-sessions"); seen != "500" {
		return fmt.Errorf("%s was to be left alone, and has maximum-sessions %s", name, seen)
	}
	nf, err := d.NetworkFunction(ctx, name)
	if err != nil {
		return err
	}
	d.tell("InSync of %s: %s", name, world.Condition(nf, v1alpha1.InSyncCondition).Message)
	if err := d.kubectl(ctx, "get", "driftreports", "-n", world.Namespace); err != nil {
		return err
	}
	if err := d.describe(ctx, name, "drifted"); err != nil {
		return err
	}
	if _, err := d.Devices[name].Edit(ctx, fmt.Sprintf(upfEdit, "<maximum-sessions>100000</maximum-sessions>")); err != nil {
		return err
	}
	if _, err := d.WaitForReport(ctx, name, v1alpha1.DriftGone); err != nil {
		return err
	}
	d.tell("put back by hand; the DriftReport says that the drift is gone")
	return nil
}

// change makes two commits and takes the time from artifact to NF.
func (d *demo) change(ctx context.Context) error {
	const name = "upf-zrh-1"
	for _, c := range []struct{ message, path, from, to, leaf string }{
		{"upf-zrh-1: 250000 sessions", "nf/upf-zrh-1.yaml", "maximum-sessions: 200000", "maximum-sessions: 250000", "maximum-sessions"},
		{"UPFs: PFCP heartbeat each 20 s", "layers/upf-base.xml", "<heartbeat-interval>30<", "<heartbeat-interval>20<", "ep-n4/heartbeat-interval"},
	} {
		names := []string{name}
		if strings.HasPrefix(c.path, "layers/") {
			names = append(names, "upf-zrh-2")
		}
		journey, err := d.Follow(ctx, func(ctx context.Context) (string, error) {
			return d.Edit(ctx, c.message, c.path, c.from, c.to)
		}, names...)
		if err != nil {
			return err
		}
		d.commit = journey.Commit
		d.tell("commit %s %q in %s", world.Short(d.commit), c.message, c.path)
		for _, name := range names {
			running, err := d.Devices[name].Read(ctx, upfFilter)
			if err != nil {
				return err
			}
			value := running.Value(append([]string{"upf-function"}, strings.Split(c.leaf, "/")...)...)
			if !strings.Contains(c.to, value) || value == "" {
				return fmt.Errorf("%s has %s %q after the commit", name, c.leaf, value)
			}
			d.tell("%s: %s = %s; from Flux artifact ready to configuration committed on the NF: %.2f s", name, c.leaf, value, journey.Since(name).Seconds())
			nf, err := d.NetworkFunction(ctx, name)
			if err != nil {
				return err
			}
			if !ended(nf, d.commit, v1alpha1.OutcomeApplied) {
				return fmt.Errorf("the history of %s does not say that it was changed by %s: %+v", name, world.Short(d.commit), nf.Status.History)
			}
		}
	}
	if err := d.showHistory(ctx, name); err != nil {
		return err
	}
	return d.WaitReady(ctx, d.commit, world.Functions()...)
}

// reject commits what no UPF can be and takes it back.
func (d *demo) reject(ctx context.Context) error {
	const name = "upf-zrh-1"
	before, err := d.NetworkFunction(ctx, name)
	if err != nil {
		return err
	}
	for _, c := range []struct{ message, from, to string }{
		{"upf-zrh-1: a small MTU", "mtu: 1500 ", "mtu: 99 "},
		{"upf-zrh-1: a leaf that is not there", "maximum-sessions: 250000", "max-sessions: 250000"},
	} {
		bad, err := d.Edit(ctx, c.message, "nf/upf-zrh-1.yaml", c.from, c.to)
		if err != nil {
			return err
		}
		if err := d.Reconcile(ctx); err != nil {
			return err
		}
		d.tell("commit %s %q: %s instead of %s", world.Short(bad), c.message, strings.TrimSpace(c.to), strings.TrimSpace(c.from))
		rejected, err := d.WaitForFunction(ctx, name, "rejected", func(nf *v1alpha1.NetworkFunction) bool {
			return nf.Generation != before.Generation && world.Condition(nf, "Stalled").Status == metav1.ConditionTrue &&
				nf.Status.ObservedGeneration == nf.Generation
		})
		if err != nil {
			return err
		}
		ready := world.Condition(rejected, "Ready")
		d.tell("Ready=%s %s: nothing was sent to the NF", ready.Status, ready.Reason)
		d.block(ready.Message)
		if rejected.Status.LastAppliedDigest != before.Status.LastAppliedDigest {
			return fmt.Errorf("%s was changed by a commit that was rejected", name)
		}
		if err := d.describe(ctx, name, "rejected"); err != nil {
			return err
		}
		if d.commit, err = d.Revert(ctx, bad); err != nil {
			return err
		}
		if err := d.Reconcile(ctx); err != nil {
			return err
		}
		if err := d.WaitReady(ctx, d.commit, name); err != nil {
			return err
		}
		d.tell("git revert %s: Ready again by itself", world.Short(bad))
		if before, err = d.NetworkFunction(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// steady counts what an interval without any change costs.
func (d *demo) steady(ctx context.Context) error {
	if err := d.WaitReady(ctx, d.commit, world.Functions()...); err != nil {
		return err
	}
	count, err := d.CountSteady(ctx, 3)
	if err != nil {
		return err
	}
	d.tell("%d reconciliations of NetworkFunctions, by the operator's count", count.Reconciliations)
	d.tell("%d NETCONF requests: %s at the simulated NFs, %d at netconfd, by their counts", count.Requests(), count.ByOperation(), count.Router)
	d.tell("%d writes to the Kubernetes API by the operator's count, %d to kinds of nf.strowger.dev by the API server's", count.OperatorWrites, count.ServedWrites)
	if count.Requests() != count.Reconciliations || count.Operations["get-config"]+count.Router != count.Requests() || count.OperatorWrites+count.ServedWrites > 0 {
		return fmt.Errorf("an unchanged NF costs more than one get-config and no write: %+v", count)
	}
	return nil
}

// describe writes what kubectl describes of an NF into the folder that was asked for.
func (d *demo) describe(ctx context.Context, name, as string) error {
	return d.describeObject(ctx, "networkfunction", name, as)
}

// invite says how to look around.
func (d *demo) invite() {
	d.print(fmt.Sprintf(`
Everything stays up until Ctrl-C. In another terminal:

  export KUBECONFIG=%s PATH=$PATH:%[6]s
  kubectl get strowger -n %[2]s
  kubectl describe networkfunction upf-zrh-1 -n %[2]s
  kubectl get gitrepositories,kustomizations,certificates,dnsendpoints -n %[2]s
  git clone http://%[3]s:%[4]s@%[5]s`, d.KubeconfigPath, world.Namespace, d.Git.PlannerUsername, d.Git.PlannerPassword,
		strings.TrimPrefix(d.Git.RepoURL(world.Repo), "http://"), d.toolFolder()))
	d.print(fmt.Sprintf("  # push a change to %s; the forge tells Flux at once. To have it looked at by hand", world.Branch))
	d.print(fmt.Sprintf("  kubectl annotate gitrepository %s -n %s --overwrite reconcile.fluxcd.io/requestedAt=$(date +%%s)", world.Source, world.Namespace))
	d.print(fmt.Sprintf("  # pull requests: %s/%s/pulls, with the user and the password of that address", d.Git.URL, world.Repo))
	d.print(fmt.Sprintf("\nLogs are in %s/logs.", d.Dir))
}

// toolFolder makes a folder with kubectl under its usual name, for those who have none.
func (d *demo) toolFolder() string {
	dir := filepath.Join(d.Dir, "tools")
	if err := os.MkdirAll(dir, 0o755); err == nil {
		_ = os.Symlink(d.Tools[stack.ToolKubectl], filepath.Join(dir, "kubectl"))
	}
	return dir
}
