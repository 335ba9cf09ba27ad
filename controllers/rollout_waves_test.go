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
	"github.com/strowger/strowger/internal/yang"
)

func TestWavesChangeOneAfterTheOther(t *testing.T) {
	w := newSeveral(t, []string{"canary", "edge", "edge", "other"})
	fleet := w.rollout(v1alpha1.RolloutWaves, wave("canary", 1), wave("edge", 2))
	w.begin(fleet)
	w.expectStatus(fleet, status.CurrentStatus)

	letCanary := w.devices[0].Hold("commit")
	letEdge := w.devices[1].Hold("commit")
	w.change("new")
	w.Eventually(w.at(fleet)).Should(Equal("Progressing False Progressing: Released Waiting Waiting Waiting"))
	w.Expect(message(fleet, meta.ReadyCondition)).To(HavePrefix("Wave 1 of 3: 0 of 1 members done"))
	w.Eventually(w.get(w.nfs[1])).Should(BeRefused(v1alpha1.WaitingForRolloutReason))
	w.expectStatus(fleet, status.InProgressStatus)
	w.Consistently(w.holding).Should(Equal("old old old old"))

	letCanary()
	w.Eventually(w.holding).Should(Equal("new old new old"))
	w.Eventually(w.at(fleet)).Should(Equal("Progressing False Progressing: Applied Released Applied Waiting"))
	w.Consistently(w.holding).Should(Equal("new old new old"))

	letEdge()
	w.Eventually(w.at(fleet)).Should(HavePrefix("Idle True"))
	w.Expect(w.holding()).To(Equal("new new new new"))
	w.Expect(fleet.Status.Done).To(BeNumerically("==", 4))
	w.expectStatus(fleet, status.CurrentStatus)
	w.expectEvent(fleet, corev1.EventTypeNormal, v1alpha1.SucceededReason)
	for _, nf := range w.nfs {
		w.Eventually(w.get(nf)).Should(BeReady())
	}
}

func TestWavesStopAtAFailure(t *testing.T) {
	w := newSeveral(t, []string{"canary", "edge", "edge"})
	fleet := w.rollout(v1alpha1.RolloutWaves, wave("canary", 1), wave("edge", 1))
	w.begin(fleet)
	w.devices[1].Fail("commit", refusedByNF)
	w.change("new")
	w.Eventually(w.at(fleet)).Should(Equal("Failed False RolloutFailed: Applied Failed Waiting"))
	w.Expect(message(fleet, meta.ReadyCondition)).To(And(ContainSubstring("nf-1"), ContainSubstring("not now")))
	w.expectStatus(fleet, status.FailedStatus)
	w.expectEvent(fleet, corev1.EventTypeWarning, v1alpha1.RolloutFailedReason)
	// The members that wait do not keep anybody waiting for them.
	w.Eventually(w.get(w.nfs[2])).Should(BeRefused(v1alpha1.RolloutFailedReason))
	w.expectStatus(w.nfs[2], status.FailedStatus)
	w.Consistently(w.holding).Should(Equal("new old old"))

	w.edit(fleet, func() { fleet.SetAnnotations(map[string]string{meta.ReconcileRequestAnnotation: "again"}) })
	w.Eventually(w.at(fleet)).Should(HavePrefix("Idle True"))
	w.Expect(w.holding()).To(Equal("new new new"))
	w.Expect(fleet.Status.LastHandledReconcileAt).To(Equal("again"))
}

// TestWavesRevert brings back what was changed before the failure, and a new commit
// takes it forward again.
func TestWavesRevert(t *testing.T) {
	w := newSeveral(t, []string{"canary", "edge"})
	fleet := w.rollout(v1alpha1.RolloutWaves, wave("canary", 1), wave("edge", 1))
	fleet.Spec.OnFailure = "Revert"
	w.begin(fleet)
	w.devices[1].Fail("commit", refusedByNF)
	w.change("new")
	w.Eventually(w.at(fleet)).Should(Equal("Failed False RolloutFailed: Reverted Failed"))
	w.Expect(w.holding()).To(Equal("old old"))

	w.change("newer", 1)
	w.Eventually(w.holding).Should(Equal("new newer"))
	w.Eventually(w.at(fleet)).Should(HavePrefix("Idle True"))
	w.get(w.nfs[0])()
	w.Expect(w.nfs[0].Annotations).NotTo(HaveKey(v1alpha1.RollbackAnnotation))
}

func TestWavesPause(t *testing.T) {
	w := newSeveral(t, []string{"canary", "edge"})
	canary := wave("canary", 1)
	canary.Pause = metav1.Duration{Duration: 4 * time.Second}
	fleet := w.rollout(v1alpha1.RolloutWaves, canary, wave("edge", 1))
	w.begin(fleet)
	w.change("new")
	w.Eventually(func() *metav1.Time { w.get(fleet)(); return fleet.Status.PausedUntil }).ShouldNot(BeNil())
	w.Expect(w.holding()).To(Equal("new old"))
	w.Consistently(w.holding).Should(Equal("new old"))
	w.Eventually(w.holding).Should(Equal("new new"))
}

// TestSuspendedRolloutHoldsItsMembers until it goes on, or is no more.
func TestSuspendedRolloutHoldsItsMembers(t *testing.T) {
	w := newSeveral(t, []string{"edge", "edge"})
	fleet := w.rollout(v1alpha1.RolloutWaves)
	fleet.Spec.Suspend = true
	w.begin(fleet)
	w.change("new")
	w.Eventually(w.at(fleet)).Should(Equal("Idle False Suspended: Waiting Waiting"))
	w.Consistently(w.holding).Should(Equal("old old"))
	w.delete(fleet)
	w.Eventually(w.holding).Should(Equal("new new"))
	w.expectGone(fleet)
}

// TestOlderRolloutHasTheMember that two select.
func TestOlderRolloutHasTheMember(t *testing.T) {
	w := newSeveral(t, []string{"edge", "edge"})
	older := w.rollout(v1alpha1.RolloutWaves)
	w.begin(older)
	younger := w.rollout(v1alpha1.RolloutWaves)
	younger.Name = "younger" // which comes second also where both are of the same second
	w.create(younger)
	w.Eventually(w.at(younger)).Should(ContainSubstring("False RolloutConflict"))
	w.Expect(message(younger, meta.ReadyCondition)).To(ContainSubstring("NetworkFunction nf-0 belongs to NetworkFunctionRollout fleet"))
	w.expectStatus(younger, status.FailedStatus)
	w.change("new")
	w.Eventually(w.holding).Should(Equal("new new"))

	w.delete(older)
	w.Eventually(w.at(younger)).Should(HavePrefix("Idle True"))
}

// TestWavesAreChecked before the next one begins.
func TestWavesAreChecked(t *testing.T) {
	w := newSeveral(t, []string{"canary", "edge"})
	canary := wave("canary", 1)
	canary.CheckTimeout = metav1.Duration{Duration: time.Minute}
	canary.Checks = []v1alpha1.RolloutCheck{{Check: v1alpha1.Check{
		Name: "located", Get: locationPath, Expr: "members.size() == 1 && members.all(m, m.ready && m.values.exists(v, v == 'Zurich'))",
	}}}
	fleet := w.rollout(v1alpha1.RolloutWaves, canary, wave("edge", 1))
	w.begin(fleet)
	w.change("new")
	w.Eventually(func() string { w.get(fleet)(); return message(fleet, meta.ReadyCondition) }).Should(And(HavePrefix("Wave 1 of 2: done; its checks are awaited"), ContainSubstring("located")))
	w.Consistently(w.holding).Should(Equal("new old"))
	w.Expect(w.devices[0].Edit(func(running *yang.Tree) error {
		_, err := running.Set(locationPath, "Zurich", yang.Origin{}, false)
		return err
	})).To(Succeed())
	w.Eventually(w.at(fleet)).Should(HavePrefix("Idle True"))
	w.Expect(w.holding()).To(Equal("new new"))
}

// TestWavesWhoseChecksFail stop there.
func TestWavesWhoseChecksFail(t *testing.T) {
	w := newSeveral(t, []string{"canary", "edge"})
	canary := wave("canary", 1)
	canary.CheckTimeout = metav1.Duration{Duration: 2 * time.Second}
	canary.Checks = []v1alpha1.RolloutCheck{{Check: v1alpha1.Check{Name: "never", Expr: "members.exists(m, m.name == 'nobody')"}}}
	fleet := w.rollout(v1alpha1.RolloutWaves, canary, wave("edge", 1))
	w.begin(fleet)
	w.change("new")
	w.Eventually(w.at(fleet)).Should(Equal("Failed False RolloutFailed: Applied Waiting"))
	w.Expect(message(fleet, meta.ReadyCondition)).To(ContainSubstring("the checks of wave canary did not hold within 2s"))
	w.Consistently(w.holding).Should(Equal("new old"))
}

// TestRolloutWithAWrongCheck says so before anything begins.
func TestRolloutWithAWrongCheck(t *testing.T) {
	w := newSeveral(t, []string{"edge"})
	fleet := w.rollout(v1alpha1.RolloutAtomic)
	fleet.Spec.Checks = []v1alpha1.RolloutCheck{{Check: v1alpha1.Check{Name: "wrong", Expr: "members.size()"}}}
	w.create(fleet)
	w.Eventually(w.at(fleet)).Should(ContainSubstring("False InvalidSpec"))
	w.Expect(message(fleet, meta.ReadyCondition)).To(ContainSubstring("check wrong of spec.checks"))
	w.expectStatus(fleet, status.FailedStatus)
	w.change("new")
	w.Eventually(w.get(w.nfs[0])).Should(BeRefused(v1alpha1.WaitingForRolloutReason))
	w.Consistently(w.holding).Should(Equal("old"))
}
