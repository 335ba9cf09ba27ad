// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// gated is the NF whose changes stay only if its interfaces are up with them.
const gated = "upf-zrh-2"

// A change that is valid, and takes an interface down, is on the NF until its checks failed, and then the NF has what
// it had. Git goes back by itself then, and a good change stays.
func TestChangeThatFailsItsChecksIsTakenBack(t *testing.T) {
	g, ctx := scenario(t)
	bad := misplaced(ctx, g, "113")
	pending := awaitPending(ctx, g)
	g.Expect(pending.Method).To(Equal(v1alpha1.MethodPersistent))
	g.Expect(pending.PersistID).To(HavePrefix("strowger/" + world.Namespace + "/" + gated + "/"))
	g.Expect(vlanOfN3(ctx, g)).To(Equal("113"), "the NF holds the change while it is checked")
	holding, err := w.Devices[gated].Holding(ctx)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(holding.CommitPending).To(BeTrue(), "it is still to be confirmed")

	nf := awaitEnd(ctx, g, bad, v1alpha1.OutcomeReverted)
	g.Expect(vlanOfN3(ctx, g)).To(Equal("103"))
	g.Expect(nf.Status.History[0].Reason).To(ContainSubstring("interfaces-up"))
	g.Expect(nf.Status.Failed).NotTo(BeNil())
	g.Expect(nf.Status.Failed.RetryTime).To(BeNil(), "one attempt was allowed")
	eventually(ctx, g, func(g Gomega) {
		nf, err := w.NetworkFunction(ctx, gated)
		g.Expect(err).NotTo(HaveOccurred())
		applied := world.Condition(nf, v1alpha1.AppliedCondition)
		g.Expect(applied.Status).To(Equal(metav1.ConditionFalse))
		g.Expect(applied.Reason).To(Equal(v1alpha1.GateFailedReason))
		g.Expect(applied.Message).To(ContainSubstring("interfaces-up"))
		g.Expect(events(ctx, g, gated, v1alpha1.GateFailedReason)).NotTo(BeEmpty())
	})
	expectNothingLeft(ctx, g, gated)

	good := revert(ctx, g, bad)
	g.Expect(w.WaitReady(ctx, good, gated)).To(Succeed())
	better := edit(ctx, g, "nf/upf-zrh-2.yaml", "maximum-sessions: 100000", "maximum-sessions: 130000")
	nf = awaitEnd(ctx, g, better, v1alpha1.OutcomeApplied)
	g.Expect(nf.Status.History[0].Author).To(ContainSubstring("Paula Planner"), "who made the commit")
	g.Expect(nf.Status.Guarantees).To(HaveValue(Equal(v1alpha1.Guarantees{
		Method: v1alpha1.MethodPersistent, Transaction: true, Validated: true, SelfReverting: true, Exclusive: true, Saved: true,
	})))
	g.Expect(running(ctx, g, gated, upfFilter).Value("upf-function", "maximum-sessions")).To(Equal("130000"))
	revert(ctx, g, better)
}

// An operator that is killed while a change is checked, and started again, goes on where it was: what holds is
// confirmed, what does not is taken back.
func TestOperatorIsKilledWhileAChangeIsChecked(t *testing.T) {
	g, ctx := scenario(t)
	bad := misplaced(ctx, g, "114")
	pending := awaitPending(ctx, g)
	w.Operator.Kill()
	g.Expect(vlanOfN3(ctx, g)).To(Equal("114"), "nobody took it back yet")
	g.Expect(restartRouter(ctx)).To(Succeed()) // see TestOperatorCrash
	g.Expect(w.Operator.Start(ctx)).To(Succeed())

	// On a slow machine the NF may be first; then the change is tried again, and fails its checks as before.
	nf := awaitEnd(ctx, g, bad, v1alpha1.OutcomeReverted)
	g.Expect(vlanOfN3(ctx, g)).To(Equal("103"))
	t.Logf("begun at %s by the one, ended at %s by the other: %s", pending.StartedTime.Format(time.TimeOnly),
		nf.Status.History[0].Time.Local().Format(time.TimeOnly), nf.Status.History[0].Reason)
	expectNothingLeft(ctx, g, gated)
	good := revert(ctx, g, bad)
	g.Expect(w.WaitReady(ctx, good, gated)).To(Succeed())
}

// While there is no operator the NF takes a change back by itself, and the next operator knows it.
func TestNFTakesAChangeBackWithoutAnOperator(t *testing.T) {
	g, ctx := scenario(t)
	bad := misplaced(ctx, g, "115")
	pending := awaitPending(ctx, g)
	w.Operator.Kill()
	eventually(ctx, g, func(g Gomega) {
		holding, err := w.Devices[gated].Holding(ctx)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(holding.Nothing()).To(BeTrue(), "%+v", holding)
	})
	g.Expect(vlanOfN3(ctx, g)).To(Equal("103"))
	t.Logf("begun at %s, to end at %s", pending.StartedTime.Format(time.TimeOnly), pending.Deadline.Format(time.TimeOnly))

	g.Expect(restartRouter(ctx)).To(Succeed())
	g.Expect(w.Operator.Start(ctx)).To(Succeed())
	awaitEnd(ctx, g, bad, v1alpha1.OutcomeExpired)
	good := revert(ctx, g, bad)
	g.Expect(w.WaitReady(ctx, good, gated)).To(Succeed())
	g.Expect(vlanOfN3(ctx, g)).To(Equal("103"))
	expectNothingLeft(ctx, g, gated)
}

// misplaced commits a VLAN for N3 that the modules allow and the switch does not have.
func misplaced(ctx context.Context, g *WithT, vlan string) (commit string) {
	g.THelper()
	const port = "        - name: n3\n"
	return edit(ctx, g, "nf/upf-zrh-2.yaml", port, port+"          vlan-id: "+vlan+"\n")
}

// awaitPending waits until the NF holds a change whose check was seen not to hold.
func awaitPending(ctx context.Context, g *WithT) *v1alpha1.PendingCommit {
	g.THelper()
	nf, err := w.WaitForFunction(ctx, gated, "a change whose check does not hold", func(nf *v1alpha1.NetworkFunction) bool {
		p := nf.Status.PendingCommit
		return p != nil && p.Step == v1alpha1.StepGating && len(p.Checks) > 0 && !p.Checks[0].Holds
	})
	g.Expect(err).NotTo(HaveOccurred())
	return nf.Status.PendingCommit
}

// awaitEnd waits until the change of a commit ended in a way.
func awaitEnd(ctx context.Context, g *WithT, commit string, outcome v1alpha1.Outcome) *v1alpha1.NetworkFunction {
	g.THelper()
	nf, err := w.WaitForFunction(ctx, gated, string(outcome), func(nf *v1alpha1.NetworkFunction) bool {
		for _, e := range nf.Status.History {
			if e.Outcome == outcome && world.Commit(e.Revision) == commit {
				return true
			}
		}
		return false
	})
	g.Expect(err).NotTo(HaveOccurred())
	return nf
}

func vlanOfN3(ctx context.Context, g Gomega) string {
	return running(ctx, g, gated, upfFilter).Value("upf-function", "interface[name=n3]", "vlan-id")
}

// expectNothingLeft waits until NFs hold no lock, edit or unconfirmed commit.
func expectNothingLeft(ctx context.Context, g *WithT, names ...string) {
	g.THelper()
	for _, name := range names {
		eventually(ctx, g, func(g Gomega) {
			holding, err := w.Devices[name].Holding(ctx)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(holding.Nothing()).To(BeTrue(), "%s: %+v", name, holding)
		})
	}
}
