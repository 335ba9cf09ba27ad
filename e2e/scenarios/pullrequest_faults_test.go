// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"context"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/e2e/world"
)

// Two NFs drift at once, and the forge is down: each says so; when the forge is back one push brings both, and each has
// its pull request.
func TestForgeDownWhileTwoDrift(t *testing.T) {
	g, ctx := scenario(t)
	both := []proposable{smfHeartbeat(), routerMTU()}
	former := map[string]string{}
	for _, c := range both {
		former[c.nf] = head(ctx, c.branch())
	}
	pushes, err := w.Git.CountPushes(world.Repo)
	g.Expect(err).NotTo(HaveOccurred())
	w.Git.Stop()
	// Whatever fails, what comes next needs it.
	t.Cleanup(func() {
		if w.Git.PID() == 0 {
			NewWithT(t).Expect(w.Git.Start(context.WithoutCancel(ctx))).To(Succeed())
		}
	})
	for _, c := range both {
		byHand(ctx, g, c.nf, c.config)
	}
	for _, c := range both {
		nf, err := w.WaitForFunction(ctx, c.nf, "not reported", func(nf *v1alpha1.NetworkFunction) bool {
			return world.Condition(nf, v1alpha1.DriftReportedCondition).Reason == v1alpha1.GitPushFailedReason
		})
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(world.Condition(nf, v1alpha1.DriftReportedCondition).Status).To(Equal(metav1.ConditionFalse))
		g.Expect(c.onNF(ctx, g)).To(Equal(c.actual))
	}

	g.Expect(w.Git.Start(ctx)).To(Succeed())
	for _, c := range both {
		_, pull := c.isProposed(ctx, g)
		g.Expect(commitsSince(ctx, g, former[c.nf], c.branch())).To(Equal(1), c.nf)
		g.Expect(openPullRequests(ctx, g, c.branch())).To(HaveLen(1), c.nf)
		defer c.close(ctx, g, pull)
	}
	seen := pushesTo(g, pushes, both[0].branch())
	g.Expect(seen).To(HaveLen(1))
	g.Expect(seen[0]).To(ContainElement(both[1].branch()), "one push for both")
}

// commitsSince counts those of the operator on a branch that were not there before: on the branch as it was, or on the
// one that Flux follows.
func commitsSince(ctx context.Context, g Gomega, former, branch string) int {
	args := []string{"rev-list", branch, "^" + world.Branch}
	if former != "" {
		args = append(args, "^"+former)
	}
	commits, err := w.GitLog(ctx, args...)
	g.Expect(err).NotTo(HaveOccurred())
	return len(strings.Fields(commits))
}

// The operator dies while it pushes: started again, it does what was not done, and nothing twice.
func TestKilledWhilePushing(t *testing.T) {
	for name, hook := range map[string]stack.GitHook{
		"between commit and push": stack.PreReceive,
		"between push and status": stack.PostReceive,
	} {
		t.Run(name, func(t *testing.T) {
			g, ctx := scenario(t)
			// What was proposed once on the branch needs no further push, so that the value is one of its own.
			c := smfWeightOf(map[stack.GitHook]string{stack.PreReceive: "71", stack.PostReceive: "72"}[hook])
			former, known := head(ctx, c.branch()), pullRequests(ctx, g, c.branch())
			pushes, err := w.Git.CountPushes(world.Repo)
			g.Expect(err).NotTo(HaveOccurred())
			hold, err := w.Git.HoldPush(world.Repo, hook)
			g.Expect(err).NotTo(HaveOccurred())
			t.Cleanup(func() { NewWithT(t).Expect(hold.Release()).To(Succeed()) })

			byHand(ctx, g, c.nf, c.config)
			eventually(ctx, g, func(g Gomega) { g.Expect(hold.Reached()).To(ConsistOf(c.branch())) })
			w.Operator.Kill()
			g.Expect(hold.Release()).To(Succeed())
			g.Expect(head(ctx, c.branch()) == former).To(Equal(hook == stack.PreReceive), "the branch is as it was")
			report, err := w.WaitForDriftReport(ctx, c.nf, "open", func(r *v1alpha1.DriftReport) bool { return r.Status.State == v1alpha1.DriftOpen })
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(report.Status.Git.Commit).To(BeEmpty(), "nobody noted what was pushed")

			g.Expect(restartRouter(ctx)).To(Succeed())
			g.Expect(w.Operator.Start(ctx)).To(Succeed())
			report, pull := c.isProposed(ctx, g)
			g.Expect(report.Status.Git.Commit).To(Equal(head(ctx, c.branch())))
			_, err = w.CountSteady(ctx, 2)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(commitsSince(ctx, g, former, c.branch())).To(Equal(1), "commits")
			g.Expect(len(pushesTo(g, pushes, c.branch()))).To(BeNumerically("<=", 1), "pushes that were taken")
			opened := slices.DeleteFunc(pullRequests(ctx, g, c.branch()), func(n int64) bool { return slices.Contains(known, n) })
			g.Expect(opened).To(ConsistOf(pull.Index), "pull requests")
			c.close(ctx, g, pull)
		})
	}
}

// pullRequests are the numbers of all pull requests of a branch.
func pullRequests(ctx context.Context, g Gomega, branch string) (numbers []int64) {
	all, err := w.Git.PullRequests(ctx, world.Repo, branch)
	g.Expect(err).NotTo(HaveOccurred())
	for _, pull := range all {
		numbers = append(numbers, pull.Index)
	}
	return numbers
}
