// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"slices"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// gate is an object whose data decides about changes.
func (w *world) gate(open string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: w.meta("gate"), Data: map[string]string{"open": open}}
}

// gated is a NetworkFunction whose changes the object of gate decides about.
func (w *world) gated(config any) *v1alpha1.NetworkFunction {
	nf := w.nf(config)
	nf.Spec.Inputs = []v1alpha1.Input{{Name: "gate", Ref: v1alpha1.ObjectReference{APIVersion: "v1", Kind: "ConfigMap", Name: "gate"}}}
	nf.Spec.Commit = v1alpha1.CommitPolicy{
		ConfirmTimeout: metav1.Duration{Duration: time.Minute}, Attempts: 1,
		Checks: []v1alpha1.Check{{Name: "open", Expr: "inputs.gate.data.open == 'yes'"}},
	}
	return nf
}

func (w *world) opens(gate *corev1.ConfigMap, open string) {
	w.edit(gate, func() { gate.Data["open"] = open })
}

// pending waits until a change of the NF is on the device and its checks are awaited.
func (w *world) pending(nf *v1alpha1.NetworkFunction) {
	w.t.Helper()
	w.Eventually(func() v1alpha1.CommitStep {
		w.get(nf)()
		if nf.Status.PendingCommit == nil || len(nf.Status.PendingCommit.Checks) == 0 {
			return ""
		}
		return nf.Status.PendingCommit.Step
	}).Should(Equal(v1alpha1.StepGating))
}

// kept lists the Secrets that hold what was applied, or undoes it.
func (w *world) kept() []corev1.Secret {
	var list corev1.SecretList
	w.Expect(k8s.List(w.t.Context(), &list, client.InNamespace(w.namespace), client.HasLabels{"nf.strowger.dev/networkfunction"})).To(Succeed())
	return list.Items
}

func profile(w *world, p netconftest.Profile) {
	w.device.Close()
	w.device = w.serve(netconftest.Options{Profile: p})
	w.knownHosts = w.secret("known-hosts", map[string]string{"known_hosts": w.device.KnownHosts()})
	w.router = w.target("router", w.device)
}

// devices are kinds of them, and by which method each is changed.
var devices = []struct {
	name    string
	profile netconftest.Profile
	method  v1alpha1.CommitMethod
}{
	{"confirmed-commit 1.1", netconftest.Profile{}, v1alpha1.MethodPersistent},
	{"confirmed-commit 1.0", netconftest.Profile{ConfirmedCommit10Only: true}, v1alpha1.MethodSession},
	{"no confirmed-commit", netconftest.Profile{NoConfirmedCommit: true, Startup: true}, v1alpha1.MethodReverse},
	{"running only", netconftest.Profile{NoCandidate: true, Startup: true}, v1alpha1.MethodReverse},
	{"loses validated commits", netconftest.Profile{LosesValidatedCommits: true}, v1alpha1.MethodPersistent},
}

// TestChangeIsConfirmedWhenItsChecksHold, on every kind of device, and not before.
func TestChangeIsConfirmedWhenItsChecksHold(t *testing.T) {
	for _, d := range devices {
		t.Run(d.name, func(t *testing.T) {
			w := newWorld(t, func(w *world) { profile(w, d.profile) })
			gate := w.gate("no")
			w.create(gate)
			nf := w.gated(hostname("edge-1"))
			w.create(nf)

			w.pending(nf)
			p := nf.Status.PendingCommit
			w.Expect(p.Method).To(Equal(d.method))
			w.Expect(p.PersistID).To(HavePrefix("strowger/" + w.namespace + "/edge-1/"))
			w.Expect(p.Checks[0].Message).NotTo(BeEmpty())
			w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
			w.Expect(w.device.CommitPending()).To(Equal(d.method != v1alpha1.MethodReverse))
			w.Eventually(func() string { w.get(nf)(); return conditions.GetReason(nf, meta.ReadyCondition) }).Should(Equal(v1alpha1.GatePendingReason))
			w.Expect(nf.Status.LastAppliedDigest).To(BeEmpty())
			if d.profile.Startup {
				w.Expect(w.device.Startup().Get(hostnamePath)).To(BeNil(), "not saved before it is final")
			}

			w.opens(gate, "yes")
			w.Eventually(w.get(nf)).Should(BeReady())
			w.Expect(nf.Status.PendingCommit).To(BeNil())
			w.Expect(w.device.CommitPending()).To(BeFalse())
			w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
			if d.profile.Startup {
				w.Expect(w.device.Startup().Get(hostnamePath)).NotTo(BeNil())
			}
			w.Expect(nf.Status.History).To(HaveLen(1))
			w.Expect(nf.Status.History[0].Outcome).To(Equal(v1alpha1.OutcomeApplied))
			w.Expect(nf.Status.Guarantees.Method).To(Equal(d.method))
			w.Expect(nf.Status.Guarantees.SelfReverting).To(Equal(d.method != v1alpha1.MethodReverse))
			w.Expect(w.kept()).To(HaveLen(1), "what was applied is kept, and nothing else")
		})
	}
}

// TestChangeIsTakenBackWhenItsChecksDoNotHold in time, on every kind of device, and not
// tried again by itself.
func TestChangeIsTakenBackWhenItsChecksDoNotHold(t *testing.T) {
	for _, d := range devices {
		t.Run(d.name, func(t *testing.T) {
			w := newWorld(t, func(w *world) { profile(w, d.profile) })
			gate := w.gate("yes")
			w.create(gate)
			nf := w.gated(hostname("edge-1"))
			nf.Spec.Commit.ConfirmTimeout.Duration = 3 * time.Second
			w.create(nf)
			w.Eventually(w.get(nf)).Should(BeReady())
			good := nf.Status.LastAppliedDigest

			w.opens(gate, "no")
			w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-2")) })
			w.Eventually(func() string { w.get(nf)(); return conditions.GetReason(nf, meta.StalledCondition) }).Should(Equal(v1alpha1.GateFailedReason))
			w.Expect(conditions.GetMessage(nf, meta.ReadyCondition)).To(And(ContainSubstring("open: "), ContainSubstring("read back"), ContainSubstring("not again before a new commit")))
			w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
			w.Expect(w.device.CommitPending()).To(BeFalse())
			w.Expect(w.device.LockHolder("candidate") + w.device.LockHolder("running")).To(BeZero())
			w.Expect(nf.Status.PendingCommit).To(BeNil())
			w.Expect(nf.Status.LastAppliedDigest).To(Equal(good))
			w.Expect(nf.Status.History[0].Outcome).To(Equal(v1alpha1.OutcomeReverted))
			w.Expect(nf.Status.Failed.Attempts).To(Equal(int32(1)))
			w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.GateFailedReason)

			// Another run does nothing; a request does, and so does a new commit.
			w.device.ResetRequests()
			w.edit(gate, func() { gate.Data["other"] = "changed" })
			w.Consistently(func() int { return w.device.Count("commit") }, "500ms").Should(BeZero())
			w.opens(gate, "yes")
			w.edit(nf, func() { nf.SetAnnotations(map[string]string{meta.ReconcileRequestAnnotation: "again"}) })
			w.Eventually(w.get(nf)).Should(BeReady())
			w.Expect(w.running(hostnamePath)).To(Equal("edge-2"))
			w.Expect(nf.Status.Failed).To(BeNil())
		})
	}
}

// TestGateMustHoldForAWhile, without a break.
func TestGateMustHoldForAWhile(t *testing.T) {
	w := newWorld(t)
	w.create(w.gate("yes"))
	nf := w.gated(hostname("edge-1"))
	nf.Spec.Commit.StabilityWindow.Duration = 2 * time.Second
	w.create(nf)
	w.pending(nf)
	w.Expect(nf.Status.PendingCommit.HeldSince).NotTo(BeNil())
	w.Expect(nf.Status.PendingCommit.Checks[0].Holds).To(BeTrue())
	held := nf.Status.PendingCommit.HeldSince.Time
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(nf.Status.LastAppliedTime.Add(time.Second).Sub(held)).To(BeNumerically(">=", 2*time.Second))
}

// TestNewCommitReplacesAPendingChange: the old one is taken back first.
func TestNewCommitReplacesAPendingChange(t *testing.T) {
	w := newWorld(t)
	gate := w.gate("no")
	w.create(gate)
	nf := w.gated(hostname("edge-1"))
	w.create(nf)
	w.pending(nf)
	first := nf.Status.PendingCommit.PersistID

	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-2")) })
	w.Eventually(func() string {
		w.get(nf)()
		if nf.Status.PendingCommit == nil {
			return first
		}
		return nf.Status.PendingCommit.PersistID
	}).ShouldNot(Equal(first))
	w.opens(gate, "yes")
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(hostnamePath)).To(Equal("edge-2"))
	w.Expect(nf.Status.History).To(HaveLen(2))
	w.Expect(nf.Status.History[1].Outcome).To(Equal(v1alpha1.OutcomeReverted))
	w.Expect(nf.Status.History[1].Reason).To(ContainSubstring("Git says something else"))
}

// TestDeletionTakesAPendingChangeBack before the rest is removed.
func TestDeletionTakesAPendingChangeBack(t *testing.T) {
	w := newWorld(t)
	w.create(w.gate("no"))
	nf := w.gated(hostname("edge-1"))
	w.create(nf)
	w.pending(nf)
	w.delete(nf)
	w.Eventually(func() bool { return apierrors.IsNotFound(k8s.Get(t.Context(), client.ObjectKeyFromObject(nf), nf)) }).Should(BeTrue())
	w.Expect(w.device.CommitPending()).To(BeFalse())
	w.Expect(w.device.Running().Get(hostnamePath)).To(BeNil())
}

// TestRollbackToAPastRevision until Git says something new.
func TestRollbackToAPastRevision(t *testing.T) {
	w := newWorld(t)
	repo := w.gitRepository("core", "main@sha1:1111111aaa", map[string]string{"edge.yaml": "strowger-test-router:system:\n  hostname: edge-1\n"})
	nf := w.nf(hostname("edge-1"))
	nf.Spec.Config = []v1alpha1.ConfigLayer{layer("base", "core", "edge.yaml")}
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.publish(repo, "main@sha1:2222222bbb", map[string]string{"edge.yaml": "strowger-test-router:system:\n  hostname: edge-2\n  location: Bern\n"})
	w.Eventually(func() string { w.get(nf)(); return nf.Status.LastAppliedRevision }).Should(Equal("main@sha1:2222222bbb"))

	w.edit(nf, func() { nf.SetAnnotations(map[string]string{v1alpha1.RollbackAnnotation: "0000000"}) })
	w.Eventually(func() string { w.get(nf)(); return conditions.GetReason(nf, meta.StalledCondition) }).Should(Equal(v1alpha1.SnapshotMissingReason))
	w.Expect(conditions.GetMessage(nf, meta.ReadyCondition)).To(ContainSubstring("main@sha1:1111111aaa"))

	w.edit(nf, func() { nf.SetAnnotations(map[string]string{v1alpha1.RollbackAnnotation: "1111111"}) })
	w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-1"))
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.device.Running().Get(locationPath)).To(BeNil())
	w.Expect(conditions.GetMessage(nf, v1alpha1.AppliedCondition)).To(ContainSubstring("ROLLED BACK to main@sha1:1111111aaa"))
	w.Expect(conditions.GetMessage(nf, meta.ReadyCondition)).To(ContainSubstring("ROLLED BACK"))
	w.Expect(conditions.GetReason(nf, v1alpha1.InSyncCondition)).To(Equal(v1alpha1.RolledBackReason))
	w.Expect(nf.Status.History[0].Outcome).To(Equal(v1alpha1.OutcomeRolledBack))
	w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.RolledBackReason)
	w.edit(nf, func() { nf.Annotations[meta.ReconcileRequestAnnotation] = "once more" })
	w.Eventually(func() string { w.get(nf)(); return nf.Status.LastHandledReconcileAt }).Should(Equal("once more"))
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"), "as long as Git says nothing new")

	w.publish(repo, "main@sha1:3333333ccc", map[string]string{"edge.yaml": "strowger-test-router:system:\n  hostname: edge-3\n"})
	w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-3"))
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(nf.Status.Rollback).To(BeNil())
	w.Expect(nf.Annotations).NotTo(HaveKey(v1alpha1.RollbackAnnotation))
}

// TestHistoryIsBounded, and what was applied is kept no longer than it.
func TestHistoryIsBounded(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("edge-0"))
	limit := int32(2)
	nf.Spec.HistoryLimit = &limit
	w.create(nf)
	for _, name := range []string{"edge-1", "edge-2", "edge-3"} {
		w.Eventually(w.get(nf)).Should(BeReady())
		w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname(name)) })
		w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal(name))
	}
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(nf.Status.History).To(HaveLen(2))
	w.Eventually(func() []string {
		var names []string
		for _, s := range w.kept() {
			names = append(names, s.Name)
		}
		slices.Sort(names)
		return names
	}).Should(ConsistOf(nf.Status.History[0].Snapshot, nf.Status.History[1].Snapshot))
}

// TestAnotherChangeWaitsOnTheSameDevice until the pending one has ended.
func TestAnotherChangeWaitsOnTheSameDevice(t *testing.T) {
	w := newWorld(t)
	gate := w.gate("no")
	w.create(gate)
	nf := w.gated(hostname("edge-1"))
	w.create(nf)
	w.pending(nf)
	other := w.nf(router(object{"name": "n3", "type": "ethernet"}))
	other.Name = "edge-2"
	w.create(other)
	w.Eventually(func() string { w.get(other)(); return conditions.GetReason(other, meta.ReadyCondition) }).Should(Equal(v1alpha1.ChangePendingReason))
	w.opens(gate, "yes")
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Eventually(w.get(other)).Should(BeReady())
}
