// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"context"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/e2e/world"
)

// What is applied stands in full on a branch of its own: the difference of two commits there is the change on the NF.
func TestHydratedLayerIsCommitted(t *testing.T) {
	g, ctx := scenario(t)
	const name, path = "upf-zrh-1", "core5g/upf-zrh-1.yaml"
	before := hydratedCommit(ctx, g, name, path, "200000")
	commit := edit(ctx, g, "nf/upf-zrh-1.yaml", "maximum-sessions: 200000", "maximum-sessions: 230000")
	g.Expect(w.WaitReady(ctx, commit, name)).To(Succeed())
	after := hydratedCommit(ctx, g, name, path, "230000")
	g.Expect(w.GitLog(ctx, "diff", "--unified=0", before, after, "--", path)).To(
		And(ContainSubstring("200000"), ContainSubstring("230000"), Not(ContainSubstring("heartbeat-interval"))))
	revert(ctx, g, commit)
}

// hydratedCommit waits until the branch holds the NF's configuration with a number of sessions, and its status says so.
func hydratedCommit(ctx context.Context, g *WithT, name, path, sessions string) (commit string) {
	g.THelper()
	eventually(ctx, g, func(g Gomega) {
		nf, err := w.NetworkFunction(ctx, name)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(nf.Status.Hydrated).NotTo(BeNil())
		commit = nf.Status.Hydrated.Commit
		g.Expect(commit).To(Equal(head(ctx, hydratedBranch)))
		content, err := w.Git.Show(ctx, world.Repo, commit, path)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(string(content)).To(MatchRegexp(`maximum-sessions"?: "?` + sessions))
	})
	return commit
}
