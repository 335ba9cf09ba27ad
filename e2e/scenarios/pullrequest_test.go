// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"fmt"
	"testing"

	"code.gitea.io/sdk/gitea"
	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// A change by hand becomes a pull request; merged, Git says what the NF says, and nothing else happens, on the NF or in
// Git.
func TestMergeAdopts(t *testing.T) {
	for name, c := range map[string]proposable{
		"value of the object":       smfWeight(),
		"value of a layer":          smfHeartbeat(),
		"netconfd, by a rule alone": routerMTU(),
	} {
		t.Run(name, func(t *testing.T) {
			g, ctx := scenario(t)
			base := head(ctx, world.Branch)
			edits := editsOf(g, c.nf)
			pushes, err := w.Git.CountPushes(world.Repo)
			g.Expect(err).NotTo(HaveOccurred())

			report, pull := c.proposed(ctx, g)
			expectProposal(g, c, report, pull)
			merged := c.merge(ctx, t, g, pull)
			g.Expect(changed(ctx, g, base, merged)).To(And(HaveLen(2), HaveKeyWithValue(c.file, "1+ 1-"), HaveKey(c.report())))
			g.Expect(w.Git.Show(ctx, world.Repo, merged, c.file)).To(ContainSubstring(c.to))
			g.Expect(events(ctx, g, c.nf, v1alpha1.DriftAdoptedReason)).NotTo(BeEmpty())

			before := heads(ctx, g)
			_, err = w.CountSteady(ctx, 2)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(heads(ctx, g)).To(And(Equal(before), HaveKeyWithValue(world.Branch, merged)), "no further commit")
			g.Expect(len(pushesTo(g, pushes, c.branch()))).To(BeNumerically("<=", 1),
				"pushes of the proposal: none where its branch holds the same from before")
			g.Expect(openPullRequests(ctx, g, c.branch())).To(BeEmpty())
			if edits >= 0 {
				g.Expect(editsOf(g, c.nf)-edits).To(Equal(1), "only the edit by hand")
			}
		})
	}
}

// editsOf counts the edits that a simulated NF received; -1 of the one that keeps no such count.
func editsOf(g Gomega, name string) int {
	if w.Devices[name].Service == nil {
		return -1
	}
	operations, err := w.Operations(name)
	g.Expect(err).NotTo(HaveOccurred())
	return operations["edit-config"]
}

// expectProposal looks at what a person sees of a proposal of one leaf.
func expectProposal(g *WithT, c proposable, report *v1alpha1.DriftReport, pull *gitea.PullRequest) {
	g.THelper()
	g.Expect(pull.Poster.UserName).To(Equal(w.Git.Username))
	g.Expect(pull.Title).To(ContainSubstring("core5g/" + c.nf))
	g.Expect(world.Shown(pull.Body)).To(ContainSubstring(
		fmt.Sprintf("| %s | %s | %s | %s:%d | Paula Planner", c.path, c.desired, c.actual, c.file, report.Status.Entries[0].Origin.Line)))
	var labels []string
	for _, label := range pull.Labels {
		labels = append(labels, label.Name)
	}
	g.Expect(labels).To(ConsistOf("drift"))

	g.Expect(report.Status.Git.PullRequest.URL).To(Equal(pull.HTMLURL))
	g.Expect(report.Status.Git.PullRequest.Inexpressible).To(BeZero())
	g.Expect(report.Status.Entries).To(HaveLen(1))
	entry := report.Status.Entries[0]
	g.Expect(entry.Action).To(Equal(v1alpha1.DriftAdopt))
	g.Expect(entry.Class).To(Equal(v1alpha1.DriftDeclared))
	g.Expect(entry.Desired).To(Equal(c.desired))
	g.Expect(entry.Actual).To(Equal(c.actual))
	g.Expect(entry.Origin).NotTo(BeNil())
	g.Expect(entry.Origin.File).To(Equal(c.file))
	g.Expect(entry.Origin.Line).To(BeNumerically(">", 0))
	g.Expect(entry.Origin.Author).To(ContainSubstring("Paula Planner"), "who wrote the line")
}

// Closed without a merge, Git's values are put back. What a file cannot say, because an expression does, is named.
func TestCloseCorrects(t *testing.T) {
	g, ctx := scenario(t)
	c := smfWeight()
	before, edits := head(ctx, world.Branch), editsOf(g, c.nf)
	address := []string{"smf-function", "ep-n4", "local-address"}
	declared := running(ctx, g, c.nf, smfFilter).Value(address...)
	c.config = fmt.Sprintf(smf, "<ep-n4><local-address>10.20.4.99</local-address></ep-n4>"+
		"<upf><name>upf-zrh-2</name><weight>70</weight></upf>")
	report, pull := c.proposed(ctx, g)
	g.Expect(report.Status.Count).To(BeEquivalentTo(2))
	g.Expect(report.Status.Git.PullRequest.Inexpressible).To(BeEquivalentTo(1))
	g.Expect(world.Shown(pull.Body)).To(ContainSubstring("inputs.site.data['smf-zrh-1.n4']"), "what computes the address")

	c.close(ctx, g, pull)
	g.Expect(running(ctx, g, c.nf, smfFilter).Value(address...)).To(Equal(declared))
	g.Expect(events(ctx, g, c.nf, v1alpha1.DriftRejectedReason)).NotTo(BeEmpty())
	g.Expect(head(ctx, world.Branch)).To(Equal(before), "the branch that Flux follows")
	g.Expect(editsOf(g, c.nf)-edits).To(Equal(2), "the edit by hand and its correction")
	_, err := w.CountSteady(ctx, 2)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(openPullRequests(ctx, g, c.branch())).To(BeEmpty(), "it is not proposed again")
	g.Expect(editsOf(g, c.nf)-edits).To(Equal(2), "nor corrected again")
}

// The commit that is applied carries the state of the NFs that ask for it.
func TestCommitStatus(t *testing.T) {
	g, ctx := scenario(t)
	api, err := w.Git.API(ctx)
	g.Expect(err).NotTo(HaveOccurred())
	commit := head(ctx, world.Branch)
	eventually(ctx, g, func(g Gomega) {
		statuses, _, err := api.ListStatuses("operator", "core-network", commit, gitea.ListStatusesOption{})
		g.Expect(err).NotTo(HaveOccurred())
		states := map[string]gitea.StatusState{}
		for _, s := range statuses {
			if _, newer := states[s.Context]; !newer {
				states[s.Context] = s.State
			}
		}
		g.Expect(states).To(Equal(map[string]gitea.StatusState{"strowger/core5g/smf-zrh-1": gitea.StatusSuccess}))
	})
}
