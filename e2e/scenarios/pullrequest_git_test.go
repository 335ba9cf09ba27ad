// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// Somebody edits the same leaf in Git while it is proposed: Git wins, and the pull request is closed.
func TestGitWinsOverAProposal(t *testing.T) {
	g, ctx := scenario(t)
	c := smfHeartbeat()
	_, pull := c.proposed(ctx, g)
	commit := edit(ctx, g, c.file, c.from, "heartbeat-interval: 60")
	revertLater(t, commit)
	g.Expect(w.WaitReady(ctx, commit, c.nf)).To(Succeed())
	eventually(ctx, g, func(g Gomega) {
		g.Expect(c.onNF(ctx, g)).To(Equal("60"))
		seen, err := w.Git.PullRequest(ctx, world.Repo, pull.Index)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(string(seen.State)).To(Equal("closed"))
		g.Expect(seen.HasMerged).To(BeFalse())
	})
	_, err := w.WaitForDriftReport(ctx, c.nf, "over", func(r *v1alpha1.DriftReport) bool { return r.Status.State != v1alpha1.DriftOpen })
	g.Expect(err).NotTo(HaveOccurred())
}

// Somebody edits another leaf of the file that a proposal changes: it reaches the NF, what is proposed stays there,
// and the pull request holds both and can be merged.
func TestProposalIsBroughtForward(t *testing.T) {
	g, ctx := scenario(t)
	c := smfWeight()
	_, pull := c.proposed(ctx, g)
	first := head(ctx, c.branch())
	commit := edit(ctx, g, c.file, "weight: 100", "weight: 90")
	revertLater(t, commit)
	other := func(g Gomega) string {
		return running(ctx, g, c.nf, smfFilter).Value("smf-function", "upf[name=upf-zrh-1]", "weight")
	}
	eventually(ctx, g, func(g Gomega) {
		g.Expect(other(g)).To(Equal("90"), "what was changed in Git")
		g.Expect(c.onNF(ctx, g)).To(Equal(c.actual), "what waits for its decision")
		_, err := w.GitLog(ctx, "merge-base", "--is-ancestor", commit, c.branch())
		g.Expect(err).NotTo(HaveOccurred(), "the branch has the edit")
		seen, err := w.Git.PullRequest(ctx, world.Repo, pull.Index)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(seen.Mergeable).To(BeTrue())
	})
	_, err := w.GitLog(ctx, "merge-base", "--is-ancestor", first, c.branch())
	g.Expect(err).NotTo(HaveOccurred(), "the branch was not pushed by force")
	g.Expect(openPullRequests(ctx, g, c.branch())).To(HaveLen(1))

	merged := c.merge(ctx, t, g, pull)
	g.Expect(changed(ctx, g, commit, merged)).To(HaveKeyWithValue(c.file, "1+ 1-"))
	g.Expect(w.Git.Show(ctx, world.Repo, merged, c.file)).To(And(ContainSubstring("weight: 90"), ContainSubstring(c.to)))
	g.Expect(other(g)).To(Equal("90"))
}
