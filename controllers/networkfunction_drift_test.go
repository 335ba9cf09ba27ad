// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"slices"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// report reads the DriftReport of an NF.
func (w *world) report(nf *v1alpha1.NetworkFunction) *v1alpha1.DriftReport {
	w.t.Helper()
	report := &v1alpha1.DriftReport{ObjectMeta: w.meta(nf.Name)}
	w.Expect(k8s.Get(w.t.Context(), client.ObjectKeyFromObject(report), report)).To(Succeed())
	return report
}

// mode is a drift policy that is nothing but a mode.
func mode(m v1alpha1.DriftMode) v1alpha1.DriftPolicy {
	return v1alpha1.DriftPolicy{DriftDefaults: v1alpha1.DriftDefaults{Mode: m}}
}

// differing creates an NF with a drift policy, and waits for it. Its reports belong
// into a GitRepository that nobody answers for: the tests say what became of them.
func (w *world) differing(policy v1alpha1.DriftPolicy) *v1alpha1.NetworkFunction {
	w.t.Helper()
	repo := w.emptyRepository("core")
	repo.Spec.URL = "http://127.0.0.1:1/core.git"
	w.create(repo)
	nf := w.nf(object{"strowger-test-router:system": object{"hostname": "edge-1", "location": "Zurich"}})
	policy.Report.GitRepositoryRef = &v1alpha1.NamespacedReference{Name: "core"}
	nf.Spec.Drift = policy
	w.apply(nf)
	return nf
}

// pushed says in a report that all of it is in Git, as the write-back does.
func (w *world) pushed(nf *v1alpha1.NetworkFunction) {
	w.t.Helper()
	report := w.report(nf)
	w.edit(report, func() { report.Status.Git.Commit, report.Status.Git.Digest = "c0ffee", report.Status.Digest })
}

// decide says in a report what became of its pull request, as the write-back does.
func (w *world) decide(nf *v1alpha1.NetworkFunction, state v1alpha1.PullRequestState) {
	w.t.Helper()
	report := w.report(nf)
	w.edit(report, func() {
		report.Status.Git.Commit, report.Status.Git.Digest = "c0ffee", report.Status.Digest
		report.Status.Git.PullRequest = &v1alpha1.PullRequest{
			Number: 7, URL: "https://git.example.com/core/pulls/7", State: state, Digest: report.Status.ProposedDigest,
		}
	})
}

func TestDriftIsCorrected(t *testing.T) {
	w := newWorld(t)
	nf := w.differing(mode(v1alpha1.DriftModeCorrect))
	w.drift(hostnamePath, "rogue", locationPath, "")
	for range 3 {
		w.reconcile(nf)
	}

	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(w.running(locationPath)).To(Equal("Zurich"))
	w.Expect(w.device.Count("commit")).To(Equal(1))
	report := w.report(nf)
	w.Expect(report.Status.State).To(Equal(v1alpha1.DriftCorrected))
	w.Expect(report.Status.ResolvedTime).NotTo(BeNil())
	w.Expect(report.Status.ProposedDigest).To(BeEmpty())
	w.Expect(report.OwnerReferences).To(ConsistOf(HaveField("UID", nf.UID)))
	w.Expect(report.Status.Entries).To(HaveLen(2))
	w.Expect(report.Status.Entries[0]).To(And(
		HaveField("Path", hostnamePath), HaveField("Operation", "Modify"), HaveField("Class", v1alpha1.DriftDeclared),
		HaveField("Desired", "edge-1"), HaveField("Actual", "rogue"),
		HaveField("Origin.Layer", "local"), HaveField("Action", v1alpha1.DriftCorrect),
		HaveField("FirstSeen", Equal(report.Status.ObservedTime)), HaveField("LastSeen.IsZero()", false)))
	w.Expect(report.Status.Entries[1]).To(And(HaveField("Path", locationPath), HaveField("Operation", "Delete")))
	w.Expect(report.Status.Git).To(And(HaveField("Repository", w.namespace+"/core"), HaveField("Branch", "drift/"+w.namespace+"/edge-1")))

	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue())
	w.expectStatus(nf, status.CurrentStatus)
	w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.DriftedReason)
	w.expectEvent(nf, corev1.EventTypeNormal, v1alpha1.DriftCorrectedReason)
}

func TestDriftIsReported(t *testing.T) {
	w := newWorld(t)
	nf := w.differing(mode(v1alpha1.DriftModeReport))
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	report := w.report(nf)
	w.pushed(nf)
	for range 3 {
		w.reconcile(nf)
	}

	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
	w.Expect(w.device.Count("edit-config")).To(BeZero())
	again := w.report(nf)
	w.Expect(again.Status.State).To(Equal(v1alpha1.DriftOpen))
	w.Expect(again.Status.Entries).To(Equal(report.Status.Entries), "the same drift is reported once")
	w.Expect(again.Status.Git.Digest).To(Equal(report.Status.Digest))
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(conditions.GetReason(nf, v1alpha1.InSyncCondition)).To(Equal(v1alpha1.DriftedReason))
	w.Expect(message(nf, v1alpha1.InSyncCondition)).To(And(ContainSubstring(hostnamePath), ContainSubstring("rogue"), ContainSubstring("edge-1")))
	w.Expect(nf.Status.Drift).To(And(HaveField("Entries", BeNumerically("==", 1)), HaveField("First", HaveLen(1)), HaveField("ReportRef.Name", "edge-1")))
	w.Expect(nf.Status.Drift.Git).To(HaveField("Commit", "c0ffee"))
	w.expectStatus(nf, status.CurrentStatus)

	// Another drift is to be written again, and keeps when the first was seen; it is
	// over once the NF says what Git says.
	w.drift(locationPath, "Basel")
	w.reconcile(nf)
	another := w.report(nf).Status
	w.Expect(another.Entries).To(HaveLen(2))
	w.Expect(another.Entries[0].FirstSeen).To(Equal(report.Status.Entries[0].FirstSeen))
	w.Expect(another.Git.Digest).NotTo(Equal(another.Digest))
	w.drift(hostnamePath, "edge-1", locationPath, "Zurich")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.State).To(Equal(v1alpha1.DriftGone))
	w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue())

	// A new revision of the leaf is no drift: it is committed whatever the policy says.
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-2")) })
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(hostnamePath)).To(Equal("edge-2"))
	w.Eventually(func() v1alpha1.DriftState { return w.report(nf).Status.State }).Should(Equal(v1alpha1.DriftGone))
}

func TestDriftIsIgnored(t *testing.T) {
	w := newWorld(t)
	nf := w.differing(mode(v1alpha1.DriftModeIgnore))
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)

	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
	w.Expect(w.device.Count("edit-config")).To(BeZero())
	w.Expect(k8s.Get(t.Context(), client.ObjectKeyFromObject(nf), &v1alpha1.DriftReport{})).NotTo(Succeed())
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue())
}

// TestDriftRules: one leaf is corrected, one reported, one ignored, each once.
func TestDriftRules(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(object{
		"strowger-test-router:system":    object{"hostname": "edge-1", "location": "Zurich"},
		"strowger-test-router:interface": []any{object{"name": "n3", "type": "ethernet", "mtu": 9000}},
	})
	nf.Spec.Drift = v1alpha1.DriftPolicy{
		Report: v1alpha1.DriftReportTarget{Mode: "None"},
		DriftDefaults: v1alpha1.DriftDefaults{Rules: []v1alpha1.DriftRule{
			{Path: "/strowger-test-router:interface/mtu", Operations: []string{"Modify"}, Action: v1alpha1.DriftReportOnly},
			{Path: locationPath, Action: v1alpha1.DriftIgnore},
		}},
	}
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())

	w.drift(hostnamePath, "rogue", locationPath, "Basel", n3Path+"/mtu", "1500")
	w.reconcile(nf)
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(w.running(locationPath)).To(Equal("Basel"))
	w.Expect(w.running(n3Path + "/mtu")).To(Equal("1500"))
	w.Expect(nf.Status.Drift.First).To(ConsistOf(ContainSubstring(n3Path + "/mtu")))
	w.Expect(conditions.GetReason(nf, v1alpha1.InSyncCondition)).To(Equal(v1alpha1.DriftedReason))
	commits := w.device.Count("commit")

	w.reconcile(nf)
	w.reconcile(nf)
	w.Expect(w.device.Count("commit")).To(Equal(commits))
	w.Expect(w.report(nf).Status.Entries).To(ConsistOf(HaveField("Path", n3Path+"/mtu")))
	w.Expect(w.report(nf).Status.Git).To(BeNil())

	// The rule is for Modify only: what is deleted is put back.
	w.drift(n3Path+"/mtu", "")
	w.reconcile(nf)
	w.Expect(w.running(n3Path + "/mtu")).To(Equal("9000"))
}

// TestUndeclaredConfigurationIsNoDrift: it belongs to somebody else.
func TestUndeclaredConfigurationIsNoDrift(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(router(object{"name": "n3", "type": "ethernet"}))
	w.apply(nf)

	w.drift(n3Path+"/mtu", "1500", n6Path+"/type", "ethernet", locationPath, "Basel")
	w.reconcile(nf)
	w.Expect(w.device.Requests()).To(Equal([]string{"get-config"}))
	w.Expect(w.running(n3Path + "/mtu")).To(Equal("1500"))
	w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue())
}

// TestDriftFindsItsRepository through the labels that Flux puts on what it applies.
func TestDriftFindsItsRepository(t *testing.T) {
	w := newWorld(t)
	w.create(w.emptyRepository("core"))
	flux := &kustomizev1.Kustomization{
		ObjectMeta: w.meta("core"),
		Spec: kustomizev1.KustomizationSpec{
			Interval: w.router.Spec.RetryInterval, Path: "./clusters/demo", Prune: true,
			SourceRef: kustomizev1.CrossNamespaceSourceReference{Kind: "GitRepository", Name: "core"},
		},
	}
	w.create(flux)
	w.editStatus(flux, func() {
		flux.Status.LastAttemptedRevision = "main@sha1:0123456789"
		flux.Status.Inventory = &kustomizev1.ResourceInventory{Entries: []kustomizev1.ResourceRef{
			{ID: w.namespace + "_edge-1_nf.strowger.dev_NetworkFunction", Version: "v1alpha1"},
		}}
	})
	nf := w.nf(hostname("edge-1"))
	nf.Labels = map[string]string{
		"kustomize.toolkit.fluxcd.io/name": flux.Name, "kustomize.toolkit.fluxcd.io/namespace": flux.Namespace,
	}
	nf.Spec.Drift.Report.Branch = "refs/heads/found/{name}"[len("refs/heads/"):]
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(nf.Status.LastAppliedRevision).To(Equal("main@sha1:0123456789"))

	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status).To(And(HaveField("Revision", "main@sha1:0123456789"),
		HaveField("Git.Repository", w.namespace+"/core"), HaveField("Git.Branch", "found/edge-1")))
}

// TestDriftWithoutARepository is reported in the cluster, and says what is missing.
func TestDriftWithoutARepository(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)

	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(w.report(nf).Status).To(And(HaveField("State", v1alpha1.DriftCorrected), HaveField("Git", BeNil())))
	w.Expect(conditions.GetReason(nf, v1alpha1.DriftReportedCondition)).To(Equal(v1alpha1.GitSourceUnknownReason))
	w.Expect(message(nf, v1alpha1.DriftReportedCondition)).To(ContainSubstring("spec.drift.report.gitRepositoryRef"))
	w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.GitSourceUnknownReason)
	w.Eventually(w.get(nf)).Should(BeReady())

	// Once it is known, the report goes there.
	w.create(w.emptyRepository("core"))
	w.edit(nf, func() {
		nf.Spec.Drift.Report.GitRepositoryRef = &v1alpha1.NamespacedReference{Name: "core"}
	})
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Eventually(func() *v1alpha1.GitReport { return w.report(nf).Status.Git }).Should(HaveField("Repository", w.namespace+"/core"))
}

// TestDriftOfMixedActionsIsToldOnce: what is corrected stays in the report until it
// is in Git, and leaves it then, without anything to be written again. The report
// stays open for what is only reported.
func TestDriftOfMixedActionsIsToldOnce(t *testing.T) {
	w := newWorld(t)
	nf := w.differing(v1alpha1.DriftPolicy{DriftDefaults: v1alpha1.DriftDefaults{
		Mode:  v1alpha1.DriftModeCorrect,
		Rules: []v1alpha1.DriftRule{{Path: locationPath, Action: v1alpha1.DriftReportOnly}},
	}})
	w.drift(hostnamePath, "rogue", locationPath, "Basel")
	for range 3 {
		w.reconcile(nf)
	}

	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(w.running(locationPath)).To(Equal("Basel"))
	w.Expect(w.device.Count("commit")).To(Equal(1))
	report := w.report(nf)
	w.Expect(report.Status.State).To(Equal(v1alpha1.DriftOpen))
	w.Expect(report.Status.Entries).To(ConsistOf(HaveField("Path", hostnamePath), HaveField("Path", locationPath)))
	w.Expect(nf.Status.Drift.Entries).To(BeNumerically("==", 1))

	w.pushed(nf)
	w.Eventually(func() []v1alpha1.DriftEntry { return w.report(nf).Status.Entries }).Should(ConsistOf(HaveField("Path", locationPath)), "woken by the commit")
	report = w.report(nf)
	w.Expect(report.Status.Git.Digest).To(Equal(report.Status.Digest))
	drifted := corev1.EventTypeWarning + " " + v1alpha1.DriftedReason
	w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.DriftedReason)
	w.Consistently(func() int {
		return len(slices.DeleteFunc(w.events(nf), func(e string) bool { return e != drifted }))
	}).Should(Equal(1))
}

// TestNothingIsLostBeforeItIsInGit: what was corrected is in the report with what
// drifted since, as long as Git has not heard of it.
func TestNothingIsLostBeforeItIsInGit(t *testing.T) {
	w := newWorld(t)
	nf := w.differing(mode(v1alpha1.DriftModeCorrect))
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.drift(locationPath, "Basel")
	w.reconcile(nf)
	w.Expect(w.running(locationPath)).To(Equal("Zurich"))
	w.Expect(w.report(nf).Status.Entries).To(ConsistOf(
		And(HaveField("Path", hostnamePath), HaveField("Actual", "rogue")), And(HaveField("Path", locationPath), HaveField("Actual", "Basel"))))

	w.pushed(nf)
	w.drift(locationPath, "Bern")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.Entries).To(ConsistOf(HaveField("Actual", "Bern")))
}

// TestSameDriftAgain is another occurrence: it is written to Git again, where the
// branch of the one before may be merged or deleted.
func TestSameDriftAgain(t *testing.T) {
	w := newWorld(t)
	nf := w.differing(mode(v1alpha1.DriftModeCorrect))
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.decide(nf, v1alpha1.PullRequestClosed)

	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(w.report(nf).Status.Git).To(Equal(&v1alpha1.GitReport{Repository: w.namespace + "/core", Branch: "drift/" + w.namespace + "/edge-1"}))
}
