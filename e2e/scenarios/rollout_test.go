// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// rolloutName is the example's NetworkFunctionRollout, over both ends of N4.
const rolloutName = "n4"

// endsOfN4 are its members.
func endsOfN4() []string { return []string{"smf-zrh-1", "upf-zrh-1", "upf-zrh-2"} }

// Whatever step one of them refuses, the SMF and both UPFs stay as they were; when it does not any more, and it is
// asked for again, all change.
func TestAtomicRollout(t *testing.T) {
	g, ctx := scenario(t)
	rollouts := edit(ctx, g, "clusters/demo/kustomization.yaml", "- ../../nf\n", "- ../../nf\n- ../../rollouts\n")
	g.Expect(w.WaitForKustomization(ctx, world.Source, rollouts, true)).To(Succeed())
	awaitRollout(ctx, g, "at rest", func(r *v1alpha1.NetworkFunctionRollout) bool {
		return r.Status.Phase == v1alpha1.RolloutIdle && int(r.Status.Total) == len(endsOfN4()) && r.Status.Done == r.Status.Total
	})
	for _, refused := range []string{"edit-config", "commit"} {
		t.Run("one refuses "+refused, func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(heartbeats(ctx, g)).To(HaveEach("30"))
			const refusing = "upf-zrh-1"
			g.Expect(w.Devices[refusing].Refuse(ctx, refused, "the PFCP stack is restarting")).To(Succeed())
			t.Cleanup(func() { _ = w.Devices[refusing].Obey(context.WithoutCancel(ctx)) })
			commit, err := w.EditAll(ctx, "Scenario: both ends of N4",
				world.Replacement{Path: "layers/smf-base.yaml", From: "heartbeat-interval: 30", To: "heartbeat-interval: 15"},
				world.Replacement{Path: "layers/upf-base.xml", From: "<heartbeat-interval>30<", To: "<heartbeat-interval>15<"},
			)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(w.Reconcile(ctx)).To(Succeed())

			failed := awaitRollout(ctx, g, "failed", func(r *v1alpha1.NetworkFunctionRollout) bool {
				return r.Status.Phase == v1alpha1.RolloutFailed
			})
			g.Expect(failed.Status.Reason).To(And(ContainSubstring(refusing), ContainSubstring("the PFCP stack is restarting")))
			g.Expect(heartbeats(ctx, g)).To(HaveEach("30"), "all stay as they were")
			expectNothingLeft(ctx, g, endsOfN4()...)

			g.Expect(w.Devices[refusing].Obey(ctx)).To(Succeed())
			_, err = w.Kubectl(ctx, "annotate", "--overwrite", "-n", world.Namespace, "networkfunctionrollout/"+rolloutName,
				"reconcile.fluxcd.io/requestedAt="+time.Now().Format(time.RFC3339Nano))
			g.Expect(err).NotTo(HaveOccurred())
			done := awaitRollout(ctx, g, "done", func(r *v1alpha1.NetworkFunctionRollout) bool {
				return r.Status.Phase == v1alpha1.RolloutIdle && r.Status.Done == r.Status.Total && world.Commit(r.Status.Revision) == commit
			})
			g.Expect(done.Status.ID).NotTo(Equal(failed.Status.ID))
			g.Expect(heartbeats(ctx, g)).To(HaveEach("15"), "all changed")
			g.Expect(w.WaitReady(ctx, commit, world.Functions()...)).To(Succeed())
			for _, name := range endsOfN4() {
				nf, err := w.NetworkFunction(ctx, name)
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(nf.Status.History[0].Rollout).To(Equal(rolloutName), name)
				g.Expect(nf.Status.History[0].Outcome).To(Equal(v1alpha1.OutcomeApplied), name)
				g.Expect(world.Commit(nf.Status.History[0].Revision)).To(Equal(commit), "what changed %s", name)
			}
			expectNothingLeft(ctx, g, endsOfN4()...)

			back := revert(ctx, g, commit)
			g.Expect(w.WaitReady(ctx, back, world.Functions()...)).To(Succeed())
		})
	}
	revert(ctx, g, rollouts)
	eventually(ctx, g, func(g Gomega) {
		_, err := w.Rollout(ctx, rolloutName)
		g.Expect(err).To(MatchError(ContainSubstring("not found")))
	})
}

func awaitRollout(ctx context.Context, g *WithT, what string, ok func(*v1alpha1.NetworkFunctionRollout) bool) *v1alpha1.NetworkFunctionRollout {
	g.THelper()
	rollout, err := w.WaitForRollout(ctx, rolloutName, what, ok)
	g.Expect(err).NotTo(HaveOccurred())
	return rollout
}

// heartbeats are the PFCP heartbeat intervals of both ends of N4, by the foreign client.
func heartbeats(ctx context.Context, g Gomega) map[string]string {
	seen := map[string]string{}
	for _, name := range endsOfN4() {
		function, _, _ := strings.Cut(name, "-")
		filter := fmt.Sprintf(`<%s-function xmlns="urn:strowger:example:5gc-%[1]s"><ep-n4/></%[1]s-function>`, function)
		seen[name] = running(ctx, g, name, filter).Value(function+"-function", "ep-n4", "heartbeat-interval")
	}
	return seen
}
