// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"code.gitea.io/sdk/gitea"
	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

const (
	smf       = `<smf-function xmlns="urn:strowger:example:5gc-smf">%s</smf-function>`
	smfFilter = `<smf-function xmlns="urn:strowger:example:5gc-smf"><ep-n4/><upf/></smf-function>`
)

// proposable is a change by hand that the policy of its NF has proposed in Git.
type proposable struct {
	nf string
	// config is what is sent to the NF.
	config string
	// path of the leaf, what Git declares, and what config says.
	path, desired, actual string
	// file declares it, as a line with from; to is what the pull request makes of that.
	file, from, to string
	// filter and at find the leaf on the NF.
	filter string
	at     []string
}

// smfWeight is declared in the object itself, below an entry of a list.
func smfWeight() proposable { return smfWeightOf("70") }

func smfWeightOf(weight string) proposable {
	return proposable{
		nf: "smf-zrh-1", config: fmt.Sprintf(smf, "<upf><name>upf-zrh-2</name><weight>"+weight+"</weight></upf>"),
		path:    "/strowger-5gc-smf:smf-function/upf[name='upf-zrh-2']/weight",
		desired: "50", actual: weight,
		file: "nf/smf-zrh-1.yaml", from: "weight: 50", to: "weight: " + weight,
		filter: smfFilter, at: []string{"smf-function", "upf[name=upf-zrh-2]", "weight"},
	}
}

// smfHeartbeat is declared in a file that is a layer.
func smfHeartbeat() proposable {
	return proposable{
		nf: "smf-zrh-1", config: fmt.Sprintf(smf, "<ep-n4><heartbeat-interval>45</heartbeat-interval></ep-n4>"),
		path:    "/strowger-5gc-smf:smf-function/ep-n4/heartbeat-interval",
		desired: "30", actual: "45",
		file: "layers/smf-base.yaml", from: "heartbeat-interval: 30", to: "heartbeat-interval: 45",
		filter: smfFilter, at: []string{"smf-function", "ep-n4", "heartbeat-interval"},
	}
}

// routerMTU is of the device that is not ours; a rule has it proposed, while other drift of the router is corrected.
func routerMTU() proposable {
	return proposable{
		nf: "n6-router-1", config: fmt.Sprintf(interfaces,
			`<interface><name>n6</name><ipv4 xmlns="urn:ietf:params:xml:ns:yang:ietf-ip"><mtu>1400</mtu></ipv4></interface>`),
		path:    "/ietf-interfaces:interfaces/interface[name='n6']/ietf-ip:ipv4/mtu",
		desired: "1500", actual: "1400",
		file: "nf/n6-router-1.yaml", from: "mtu: 1500", to: "mtu: 1400",
		filter: routerFilter, at: []string{"interfaces", "interface[name=n6]", "ipv4", "mtu"},
	}
}

func (p proposable) branch() string { return "drift/core5g/" + p.nf }

// report is where the report is committed.
func (p proposable) report() string { return "drift/core5g/" + p.nf + ".yaml" }

// onNF is the leaf's value on the NF, as the foreign client reads it.
func (p proposable) onNF(ctx context.Context, g Gomega) string {
	return running(ctx, g, p.nf, p.filter).Value(p.at...)
}

// proposed changes the NF by hand and waits for the pull request.
func (p proposable) proposed(ctx context.Context, g *WithT) (*v1alpha1.DriftReport, *gitea.PullRequest) {
	g.THelper()
	byHand(ctx, g, p.nf, p.config)
	return p.isProposed(ctx, g)
}

// isProposed waits until the change is in an open pull request that could be merged.
func (p proposable) isProposed(ctx context.Context, g *WithT) (*v1alpha1.DriftReport, *gitea.PullRequest) {
	g.THelper()
	report, pull, err := w.WaitForProposal(ctx, p.nf)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(pull.State).To(Equal(gitea.StateOpen))
	g.Expect(pull.Head.Name).To(Equal(p.branch()))
	g.Expect(pull.Base.Name).To(Equal(world.Branch))
	g.Expect(paths(report)).To(ContainElement(p.path))
	g.Expect(p.onNF(ctx, g)).To(Equal(p.actual), "nothing is corrected before it is decided")
	return report, pull
}

// merge merges a pull request, and waits until Flux has applied that, without being asked by anybody but the forge,
// and the NF is found to be as Git says. The test ends with the commit reverted.
func (p proposable) merge(ctx context.Context, t *testing.T, g *WithT, pull *gitea.PullRequest) (commit string) {
	t.Helper()
	commit, err := w.Git.MergePullRequest(ctx, world.Repo, pull.Index)
	g.Expect(err).NotTo(HaveOccurred())
	revertLater(t, commit)
	_, err = w.WaitForDriftReport(ctx, p.nf, "adopted", func(r *v1alpha1.DriftReport) bool {
		return r.Status.State == v1alpha1.DriftAdopted
	})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(w.WaitReady(ctx, commit, p.nf)).To(Succeed())
	g.Expect(p.onNF(ctx, g)).To(Equal(p.actual), "what was adopted is on the NF")
	return commit
}

// revertLater undoes a commit when the test ends, however it ends.
func revertLater(t *testing.T, commit string) {
	t.Helper()
	t.Cleanup(func() {
		ctx, g := context.WithoutCancel(t.Context()), NewWithT(t)
		revert(ctx, g, commit)
		g.Expect(settled(ctx)).To(Succeed())
	})
}

// close closes a pull request without merging it and waits until Git's value is back on the NF.
func (p proposable) close(ctx context.Context, g *WithT, pull *gitea.PullRequest) {
	g.THelper()
	g.Expect(w.Git.ClosePullRequest(ctx, world.Repo, pull.Index)).To(Succeed())
	_, err := w.WaitForDriftReport(ctx, p.nf, "corrected", func(r *v1alpha1.DriftReport) bool {
		return r.Status.State == v1alpha1.DriftCorrected
	})
	g.Expect(err).NotTo(HaveOccurred())
	eventually(ctx, g, func(g Gomega) { g.Expect(p.onNF(ctx, g)).To(Equal(p.desired)) })
}

func paths(report *v1alpha1.DriftReport) []string {
	var all []string
	for _, e := range report.Status.Entries {
		all = append(all, e.Path)
	}
	return all
}

// head is the commit of a branch; empty if there is no such branch.
func head(ctx context.Context, branch string) string {
	commit, err := w.Git.Head(ctx, world.Repo, branch)
	if err != nil {
		return ""
	}
	return commit
}

// heads are the commits of all branches but that of the hydrated layers, by name.
func heads(ctx context.Context, g Gomega) map[string]string {
	output, err := w.GitLog(ctx, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads")
	g.Expect(err).NotTo(HaveOccurred())
	all := map[string]string{}
	for line := range strings.Lines(output) {
		if name, commit, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != hydratedBranch {
			all[name] = commit
		}
	}
	return all
}

const hydratedBranch = "strowger/hydrated"

// changed says of each file that differs between two commits how many lines were added and removed, as "1+ 1-".
func changed(ctx context.Context, g Gomega, from, to string) map[string]string {
	output, err := w.GitLog(ctx, "diff", "--numstat", from, to)
	g.Expect(err).NotTo(HaveOccurred())
	all := map[string]string{}
	for line := range strings.Lines(output) {
		if f := strings.Fields(line); len(f) == 3 {
			all[f[2]] = f[0] + "+ " + f[1] + "-"
		}
	}
	return all
}

// pushesTo selects the pushes that moved a branch.
func pushesTo(g Gomega, pushes func() ([][]string, error), branch string) (found [][]string) {
	all, err := pushes()
	g.Expect(err).NotTo(HaveOccurred())
	for _, push := range all {
		if slices.Contains(push, branch) {
			found = append(found, push)
		}
	}
	return found
}

// openPullRequests of a branch.
func openPullRequests(ctx context.Context, g Gomega, branch string) (open []*gitea.PullRequest) {
	all, err := w.Git.PullRequests(ctx, world.Repo, branch)
	g.Expect(err).NotTo(HaveOccurred())
	for _, pull := range all {
		if pull.State == gitea.StateOpen {
			open = append(open, pull)
		}
	}
	return open
}
