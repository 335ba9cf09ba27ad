// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"code.gitea.io/sdk/gitea"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// reviewed is the NF whose drift is proposed, and left until somebody decides.
const reviewed = "smf-zrh-1"

const (
	smfEdit   = `<smf-function xmlns="urn:strowger:example:5gc-smf"><upf><name>upf-zrh-2</name><weight>%s</weight></upf></smf-function>`
	smfFilter = `<smf-function xmlns="urn:strowger:example:5gc-smf"><upf/></smf-function>`
)

// adopted changes the SMF by hand and merges the pull request that comes of it.
func (d *demo) adopted(ctx context.Context) error {
	pull, err := d.proposed(ctx, "70", "50")
	if err != nil {
		return err
	}
	d.command("pull request "+fmt.Sprint(pull.Index), pull.Title+"\n\n"+world.Shown(pull.Body))
	if err := d.keep("pullrequest.md", "# "+pull.Title+"\n\n"+pull.Body+"\n"); err != nil {
		return err
	}
	diff, err := d.GitLog(ctx, "diff", world.Branch+"..."+pull.Head.Name, "--", "nf")
	if err != nil {
		return err
	}
	d.command("git diff "+world.Branch+"..."+pull.Head.Name+" -- nf", diff)
	before, err := d.Operations(reviewed)
	if err != nil {
		return err
	}

	started := time.Now()
	if d.commit, err = d.Git.MergePullRequest(ctx, world.Repo, pull.Index); err != nil {
		return err
	}
	d.tell("%s merges it: commit %s", d.Git.PlannerUsername, world.Short(d.commit))
	if _, err := d.decided(ctx, v1alpha1.DriftAdopted); err != nil {
		return err
	}
	if err := d.WaitReady(ctx, d.commit, reviewed); err != nil {
		return err
	}
	d.tell("Flux applied it and the DriftReport is Adopted, %.1f s after the merge", time.Since(started).Seconds())
	after, err := d.Operations(reviewed)
	if err != nil {
		return err
	}
	if written := after["edit-config"] - before["edit-config"]; written != 0 {
		return fmt.Errorf("%s was edited %d times for what it has already", reviewed, written)
	}
	d.tell("Git says what %s says; nothing was sent to it", reviewed)
	return d.kubectl(ctx, "get", "driftreport", reviewed, "-n", world.Namespace)
}

// refused changes the SMF again and closes the pull request.
func (d *demo) refused(ctx context.Context) error {
	pull, err := d.proposed(ctx, "10", "70")
	if err != nil {
		return err
	}
	started := time.Now()
	if err := d.Git.ClosePullRequest(ctx, world.Repo, pull.Index); err != nil {
		return err
	}
	d.tell("%s closes it", d.Git.PlannerUsername)
	if _, err := d.decided(ctx, v1alpha1.DriftCorrected); err != nil {
		return err
	}
	weight, err := d.weight(ctx)
	if err != nil {
		return err
	}
	if weight != "70" {
		return fmt.Errorf("%s has weight %s after its pull request was closed", reviewed, weight)
	}
	d.tell("weight = %s on %s again, the DriftReport is Corrected, %.1f s after it was closed", weight, reviewed, time.Since(started).Seconds())
	head, err := d.Git.Head(ctx, world.Repo, world.Branch)
	if err != nil {
		return err
	}
	if head != d.commit {
		return fmt.Errorf("branch %s moved to %s although nothing was merged", world.Branch, world.Short(head))
	}
	return d.kubectl(ctx, "get", "driftreport", reviewed, "-n", world.Namespace)
}

// proposed changes one leaf of the SMF by hand and waits for the pull request.
func (d *demo) proposed(ctx context.Context, weight, declared string) (*gitea.PullRequest, error) {
	session, sent, err := d.Devices[reviewed].EditTimed(ctx, fmt.Sprintf(smfEdit, weight))
	if err != nil {
		return nil, err
	}
	d.tell("session %d of ncclient: upf-zrh-2 has weight %s on %s, Git says %s", session, weight, reviewed, declared)
	report, pull, err := d.WaitForProposal(ctx, reviewed)
	if err != nil {
		return nil, err
	}
	d.tell("pull request after %.1f s: %s", time.Since(sent).Seconds(), report.Status.Git.PullRequest.URL)
	seen, err := d.weight(ctx)
	if err != nil {
		return nil, err
	}
	if seen != weight {
		return nil, fmt.Errorf("%s has weight %s before anybody decided", reviewed, seen)
	}
	d.tell("%s is left as it is until somebody decides, at the latest at %s", reviewed, report.Status.DecideBy.Local().Format(time.DateTime))
	return pull, nil
}

// decided waits until the drift of the SMF is over as it should be.
func (d *demo) decided(ctx context.Context, state v1alpha1.DriftState) (*v1alpha1.DriftReport, error) {
	return d.WaitForDriftReport(ctx, reviewed, string(state), func(r *v1alpha1.DriftReport) bool { return r.Status.State == state })
}

// weight is that of the second UPF, as a foreign client reads it from the SMF.
func (d *demo) weight(ctx context.Context) (string, error) {
	running, err := d.Devices[reviewed].Read(ctx, smfFilter)
	if err != nil {
		return "", err
	}
	return running.Value("smf-function", "upf[name=upf-zrh-2]", "weight"), nil
}

// keep writes a file into the folder that was asked for.
func (d *demo) keep(name, content string) error {
	if d.describeDir == "" {
		return nil
	}
	if err := os.MkdirAll(d.describeDir, 0o755); err != nil {
		return fmt.Errorf("making the folder for descriptions: %w", err)
	}
	if err := os.WriteFile(filepath.Join(d.describeDir, name), []byte(content), 0o644); err != nil {
		return fmt.Errorf("writing a description: %w", err)
	}
	return nil
}
