// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

func TestAtomicRolloutChangesAll(t *testing.T) {
	w := newSeveral(t, []string{"smf", "upf", "upf"})
	fleet := w.rollout(v1alpha1.RolloutAtomic)
	w.begin(fleet)
	w.change("new")
	w.Eventually(w.holding).Should(Equal("new new new"))
	w.Eventually(w.at(fleet)).Should(Equal("Idle True Succeeded: Applied Applied Applied"))
	w.expectStatus(fleet, status.CurrentStatus)
	w.expectEvent(fleet, corev1.EventTypeNormal, v1alpha1.SucceededReason)
	for i, nf := range w.nfs {
		w.Eventually(w.get(nf)).Should(BeReady())
		w.Expect(nf.Status.History[0].Outcome).To(Equal(v1alpha1.OutcomeApplied))
		w.Expect(nf.Status.History[0].Rollout).To(Equal("fleet"))
		w.Expect(w.devices[i].Count("commit")).To(Equal(2), "a confirmed commit, and its confirmation")
	}
	w.clean()
}

// TestAtomicRolloutOfWhichOneRefuses leaves all as they were, wherever it refuses.
func TestAtomicRolloutOfWhichOneRefuses(t *testing.T) {
	for _, operation := range []string{"edit-config", "validate", "commit"} {
		t.Run(operation, func(t *testing.T) {
			w := newSeveral(t, []string{"smf", "upf", "upf"})
			fleet := w.rollout(v1alpha1.RolloutAtomic)
			w.begin(fleet)
			w.devices[1].Fail(operation, refusedByNF)
			w.change("new")
			w.Eventually(w.at(fleet)).Should(HavePrefix("Failed False RolloutFailed"))
			w.Expect(message(fleet, meta.ReadyCondition)).To(And(
				ContainSubstring("nf-1"), ContainSubstring("not now"), ContainSubstring("all 3 members are as they were")))
			w.expectStatus(fleet, status.FailedStatus)
			w.Consistently(w.holding).Should(Equal("old old old"))
			w.clean()
			for _, nf := range w.nfs {
				w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.RolloutFailedReason))
			}

			// Git goes back, and everything is well.
			w.change("old")
			w.Eventually(w.at(fleet)).Should(HavePrefix("Idle True"))
			w.Expect(w.holding()).To(Equal("old old old"))
			w.change("newer")
			w.Eventually(w.holding).Should(Equal("newer newer newer"))
			w.Eventually(w.at(fleet)).Should(HavePrefix("Idle True"))
		})
	}
}

// TestAtomicRolloutAfterARequest tries again what failed.
func TestAtomicRolloutAfterARequest(t *testing.T) {
	w := newSeveral(t, []string{"smf", "upf"})
	fleet := w.rollout(v1alpha1.RolloutAtomic)
	w.begin(fleet)
	w.devices[0].Fail("validate", refusedByNF)
	w.change("new")
	w.Eventually(w.at(fleet)).Should(HavePrefix("Failed False RolloutFailed"))
	w.edit(fleet, func() { fleet.SetAnnotations(map[string]string{meta.ReconcileRequestAnnotation: "again"}) })
	w.Eventually(w.holding).Should(Equal("new new"))
	w.Eventually(w.at(fleet)).Should(HavePrefix("Idle True"))
}

// TestAtomicRolloutWithoutAMember that cannot be reached in time changes none.
func TestAtomicRolloutWithoutAMember(t *testing.T) {
	w := newSeveral(t, []string{"smf", "upf"})
	fleet := w.rollout(v1alpha1.RolloutAtomic)
	fleet.Spec.PrepareTimeout = metav1.Duration{Duration: 2 * time.Second}
	w.begin(fleet)
	release := w.devices[1].Hold("lock")
	defer release()
	w.change("new")
	w.Eventually(w.at(fleet)).Should(HavePrefix("Preparing False Progressing"))
	w.devices[1].Close()
	w.Eventually(w.at(fleet)).Should(HavePrefix("Failed False RolloutFailed"))
	w.Expect(message(fleet, meta.ReadyCondition)).To(And(ContainSubstring("nf-1: not within 2s"), ContainSubstring("as they were")))
	w.Expect(w.devices[0].Running().Get(hostnamePath).Value()).To(Equal("old"))
}

// TestAtomicRolloutIsCutOff at each phase: it ends alike everywhere, and the change,
// whose fault it was not, arrives in the end.
func TestAtomicRolloutIsCutOff(t *testing.T) {
	for _, c := range []struct {
		phase   v1alpha1.RolloutPhase
		outcome []v1alpha1.Outcome
	}{
		{v1alpha1.RolloutPreparing, []v1alpha1.Outcome{v1alpha1.OutcomeApplied, v1alpha1.OutcomeReverted, v1alpha1.OutcomeApplied}},
		{v1alpha1.RolloutCommitting, []v1alpha1.Outcome{v1alpha1.OutcomeApplied, v1alpha1.OutcomeReverted, v1alpha1.OutcomeApplied}},
		{v1alpha1.RolloutGating, []v1alpha1.Outcome{v1alpha1.OutcomeApplied, v1alpha1.OutcomeApplied}},
		{v1alpha1.RolloutConfirming, []v1alpha1.Outcome{v1alpha1.OutcomeApplied, v1alpha1.OutcomeApplied}},
	} {
		t.Run(string(c.phase), func(t *testing.T) {
			w := newSeveral(t, []string{"smf", "upf", "upf"})
			fleet := w.rollout(v1alpha1.RolloutAtomic)
			w.begin(fleet)
			lost := w.cut(fleet, c.phase, 2, func() bool { return true })
			w.change("new")
			w.Eventually(w.holding).Should(Equal("new new new"))
			w.Eventually(w.at(fleet)).Should(Equal("Idle True Succeeded: Applied Applied Applied"))
			w.Expect(lost()).To(BeTrue(), "the write that was to be lost was never made")
			w.clean()
			for _, nf := range w.nfs {
				w.Eventually(w.get(nf)).Should(BeReady())
				var outcomes []v1alpha1.Outcome
				for _, e := range nf.Status.History {
					outcomes = append(outcomes, e.Outcome)
				}
				w.Expect(outcomes).To(Equal(c.outcome), nf.Name)
			}
		})
	}
}

// TestAtomicRolloutWhoseConfirmationIsRefused goes back also where it was final.
func TestAtomicRolloutWhoseConfirmationIsRefused(t *testing.T) {
	w := newSeveral(t, []string{"smf", "upf", "upf"})
	fleet := w.rollout(v1alpha1.RolloutAtomic)
	w.begin(fleet)
	w.devices[1].Inject(netconftest.Fault{Operation: "commit", Nth: 2, Times: -1, Do: netconftest.AnswerErrors, Errors: []netconftest.RPCError{refusedByNF}})
	w.change("new")
	w.Eventually(w.at(fleet)).Should(HavePrefix("Failed False RolloutFailed"))
	w.Expect(w.holding()).To(Equal("old old old"))
	w.Expect(w.devices[1].Count("commit")).To(BeNumerically(">=", 2))
	w.clean()
}

// TestAtomicRolloutWhoseMemberGoesBack after it was decided that all stay: it is changed
// once more.
func TestAtomicRolloutWhoseMemberGoesBack(t *testing.T) {
	w := newSeveral(t, []string{"smf", "upf"})
	fleet := w.rollout(v1alpha1.RolloutAtomic)
	w.begin(fleet)
	restarted := w.cut(fleet, v1alpha1.RolloutGating, 1, func() bool {
		w.devices[1].Restart()
		return false
	})
	w.change("new")
	w.Eventually(w.at(fleet)).Should(Equal("Idle True Succeeded: Applied Applied"))
	w.Expect(restarted()).To(BeTrue())
	w.Expect(w.holding()).To(Equal("new new"))
	w.clean()
}

// TestAtomicRolloutOnOtherMethods: where an NF cannot revert by itself, or only as long
// as the session lasts, all go back all the same.
func TestAtomicRolloutOnOtherMethods(t *testing.T) {
	for name, profile := range map[string]netconftest.Profile{
		"no confirmed commit":  {NoConfirmedCommit: true},
		"confirmed commit 1.0": {ConfirmedCommit10Only: true},
		"no candidate":         {NoCandidate: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newSeveralOn(t, profile, []string{"smf", "upf"})
			fleet := w.rollout(v1alpha1.RolloutAtomic)
			w.begin(fleet)
			cut := w.cut(fleet, v1alpha1.RolloutGating, 2, func() bool { return true })
			w.change("new")
			w.Eventually(w.holding).Should(Equal("new new"))
			w.Eventually(w.at(fleet)).Should(HavePrefix("Idle True"))
			w.Expect(cut()).To(BeTrue())

			w.edit(fleet, func() {
				fleet.Spec.Checks = []v1alpha1.RolloutCheck{{Check: v1alpha1.Check{Name: "never", Expr: "members.exists(m, m.name == 'nobody')"}}}
				fleet.Spec.ConfirmTimeout = metav1.Duration{Duration: 3 * time.Second}
			})
			w.change("newer")
			w.Eventually(w.holding).Should(Equal("newer newer"))
			w.Eventually(w.at(fleet)).Should(HavePrefix("Failed False RolloutFailed"))
			w.Expect(message(fleet, meta.ReadyCondition)).To(ContainSubstring("never"))
			w.Expect(w.holding()).To(Equal("new new"))
			w.clean()
		})
	}
}

// TestAtomicRolloutWaitsForAllChecks, those of members and its own, and takes all back
// when one does not hold in time.
func TestAtomicRolloutWaitsForAllChecks(t *testing.T) {
	w := newSeveral(t, []string{"smf", "upf", "upf"})
	w.edit(w.nfs[1], func() {
		w.nfs[1].Spec.Commit.Checks = []v1alpha1.Check{{Name: "located", Get: locationPath, Expr: "values.exists(v, v == 'Zurich')"}}
	})
	fleet := w.rollout(v1alpha1.RolloutAtomic)
	fleet.Spec.ConfirmTimeout = metav1.Duration{Duration: 5 * time.Second}
	fleet.Spec.Checks = []v1alpha1.RolloutCheck{{Check: v1alpha1.Check{Name: "all-ready", Expr: "members.size() == 3 && members.all(m, m.ready)"}}}
	w.begin(fleet)
	w.change("new")
	w.Eventually(w.at(fleet)).Should(HavePrefix("Gating False Progressing"))
	w.Eventually(w.holding).Should(Equal("new new new"))
	w.Eventually(w.at(fleet)).Should(HavePrefix("Failed False RolloutFailed"))
	w.Expect(message(fleet, meta.ReadyCondition)).To(And(ContainSubstring("nf-1: 1 of 1 checks do not hold: located"), ContainSubstring("as they were")))
	w.Expect(w.holding()).To(Equal("old old old"))
	w.clean()

	w.Expect(w.devices[1].Edit(func(running *yang.Tree) error {
		_, err := running.Set(locationPath, "Zurich", yang.Origin{}, false)
		return err
	})).To(Succeed())
	w.change("newer")
	w.Eventually(w.at(fleet)).Should(Equal("Idle True Succeeded: Applied Applied Applied"))
	w.Expect(w.holding()).To(Equal("newer newer newer"))
	w.clean()
}

// TestAtomicRolloutGoesBackWhenItCan: a member that is away when all are to go back is
// waited for, and that is said.
func TestAtomicRolloutGoesBackWhenItCan(t *testing.T) {
	w := newSeveral(t, []string{"smf", "upf"})
	fleet := w.rollout(v1alpha1.RolloutAtomic)
	fleet.Spec.ConfirmTimeout = metav1.Duration{Duration: 4 * time.Second}
	fleet.Spec.Checks = []v1alpha1.RolloutCheck{{Check: v1alpha1.Check{Name: "never", Expr: "members.exists(m, m.name == 'nobody')"}}}
	w.begin(fleet)
	w.change("new")
	w.Eventually(w.holding).Should(Equal("new new"))
	away := w.devices[1]
	away.Close()
	w.Eventually(w.at(fleet)).Should(HavePrefix("Reverting False RolloutFailed: Reverted"))
	w.Expect(message(fleet, meta.ReadyCondition)).To(ContainSubstring("not all members are back yet: nf-1"))
	w.expectStatus(fleet, status.InProgressStatus)
	w.Expect(w.devices[0].Running().Get(hostnamePath).Value()).To(Equal("old"))

	// It comes back with a change that nobody confirmed, which is saved.
	w.devices[1] = w.serve(netconftest.Options{Addr: away.Addr, Running: away.Running()})
	t.Cleanup(w.devices[1].Close)
	w.Eventually(w.at(fleet)).Should(Equal("Failed False RolloutFailed: Reverted Reverted"))
	w.Expect(w.holding()).To(Equal("old old"))
	w.clean()
}

// TestAtomicRolloutIsSuspended, or deleted, before it is decided that the change stays:
// it goes.
func TestAtomicRolloutIsSuspended(t *testing.T) {
	for name, end := range map[string]func(*several, *v1alpha1.NetworkFunctionRollout){
		"suspended": func(w *several, o *v1alpha1.NetworkFunctionRollout) { w.edit(o, func() { o.Spec.Suspend = true }) },
		"deleted": func(w *several, o *v1alpha1.NetworkFunctionRollout) {
			for _, nf := range w.nfs { // or it would change by itself as soon as the rollout is gone
				w.edit(nf, func() { nf.Spec.Suspend = true })
			}
			w.delete(o)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newSeveral(t, []string{"smf", "upf"})
			fleet := w.rollout(v1alpha1.RolloutAtomic)
			fleet.Spec.Checks = []v1alpha1.RolloutCheck{{Check: v1alpha1.Check{Name: "never", Expr: "members.exists(m, m.name == 'nobody')"}}}
			w.begin(fleet)
			w.change("new")
			w.Eventually(w.holding).Should(Equal("new new"))
			end(w, fleet)
			w.Eventually(w.holding).Should(Equal("old old"))
			if name == "deleted" {
				w.expectGone(fleet)
			} else {
				w.Eventually(w.at(fleet)).Should(Equal("Idle False Suspended: Reverted Reverted"))
			}
			w.Consistently(w.holding).Should(Equal("old old"))
			w.clean()
		})
	}
}

// TestAtomicRolloutOfWhatDependsOnEachOther: a dependency that is changed in the same
// transaction is not waited for.
func TestAtomicRolloutOfWhatDependsOnEachOther(t *testing.T) {
	w := newSeveral(t, []string{"smf", "upf"}, func(i int, nf *v1alpha1.NetworkFunction) {
		if i == 0 {
			nf.Spec.DependsOn = []v1alpha1.NamespacedReference{{Name: "nf-1"}}
		}
	})
	fleet := w.rollout(v1alpha1.RolloutAtomic)
	w.begin(fleet)
	w.change("new")
	w.Eventually(w.holding).Should(Equal("new new"))
	w.Eventually(w.at(fleet)).Should(HavePrefix("Idle True"))
	for _, nf := range w.nfs {
		w.Eventually(w.get(nf)).Should(BeReady())
	}
	w.clean()
}

// TestAtomicRolloutWhoseMemberIsLost after it was decided that all stay, and does not
// come back in time: all go back, also where it was final, and the lost one when it can.
func TestAtomicRolloutWhoseMemberIsLost(t *testing.T) {
	w := newSeveral(t, []string{"smf", "upf"})
	fleet := w.rollout(v1alpha1.RolloutAtomic)
	fleet.Spec.ConfirmTimeout = metav1.Duration{Duration: 4 * time.Second}
	w.begin(fleet)
	lost := w.devices[1]
	closed := w.cut(fleet, v1alpha1.RolloutGating, 1, func() bool {
		lost.Close()
		return false
	})
	w.change("new")
	w.Eventually(w.at(fleet)).Should(HavePrefix("Confirming False Progressing"))
	w.Eventually(w.at(fleet)).Should(HavePrefix("Reverting False RolloutFailed: Reverted"))
	w.Expect(closed()).To(BeTrue())
	w.Expect(w.devices[0].Running().Get(hostnamePath).Value()).To(Equal("old"))

	w.devices[1] = w.serve(netconftest.Options{Addr: lost.Addr, Running: lost.Running()})
	t.Cleanup(w.devices[1].Close)
	w.Eventually(w.at(fleet)).Should(HavePrefix("Failed False RolloutFailed"))
	w.Expect(w.holding()).To(Equal("old old"))
	w.clean()
}
