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

// drifting creates an NF whose drift is reported in Git, and waits for it.
func (w *world) drifting(git *gitServer, policy v1alpha1.DriftPolicy) *v1alpha1.NetworkFunction {
	w.t.Helper()
	w.gitSource(git)
	nf := w.nf(object{"strowger-test-router:system": object{"hostname": "edge-1", "location": "Zurich"}})
	policy.Report.GitRepositoryRef = &v1alpha1.NamespacedReference{Name: "core"}
	nf.Spec.Drift = policy
	w.apply(nf)
	return nf
}

func TestDriftIsCorrected(t *testing.T) {
	w := newWorld(t)
	git := newGitServer(t)
	nf := w.drifting(git, v1alpha1.DriftPolicy{Mode: v1alpha1.DriftCorrect})
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
	w.Expect(report.OwnerReferences).To(ConsistOf(HaveField("UID", nf.UID)))
	w.Expect(report.Status.Entries).To(HaveLen(2))
	w.Expect(report.Status.Entries[0]).To(And(
		HaveField("Path", hostnamePath), HaveField("Operation", "Modify"),
		HaveField("Desired", "edge-1"), HaveField("Actual", "rogue"),
		HaveField("Origin", ContainSubstring("local")), HaveField("Action", v1alpha1.DriftCorrect)))
	w.Expect(report.Status.Entries[1]).To(And(HaveField("Path", locationPath), HaveField("Operation", "Delete")))

	branch := "drift/" + w.namespace + "/edge-1"
	w.Expect(git.commits(branch)).To(Equal(1))
	w.Expect(git.log(branch)).To(And(ContainSubstring(hostnamePath), ContainSubstring("rogue"), ContainSubstring("NetworkFunction: "+w.namespace+"/edge-1")))
	w.Expect(report.Status.Git).To(And(HaveField("Branch", branch), HaveField("Commit", git.head(branch))))
	w.Expect(git.commits("main")).To(Equal(1))

	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue())
	w.Expect(conditions.IsTrue(nf, v1alpha1.DriftReportedCondition)).To(BeTrue())
	w.expectStatus(nf, status.CurrentStatus)
	w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.DriftedReason)
	w.expectEvent(nf, corev1.EventTypeNormal, v1alpha1.DriftCorrectedReason)
	w.expectEvent(nf, corev1.EventTypeNormal, v1alpha1.GitPushedReason)
}

func TestDriftIsReported(t *testing.T) {
	w := newWorld(t)
	git := newGitServer(t)
	nf := w.drifting(git, v1alpha1.DriftPolicy{Mode: v1alpha1.DriftReportOnly})
	branch := "drift/" + w.namespace + "/edge-1"
	w.drift(hostnamePath, "rogue")
	for range 4 {
		w.reconcile(nf)
	}

	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
	w.Expect(w.device.Count("edit-config")).To(BeZero())
	w.Expect(git.commits(branch)).To(Equal(1), "the same drift is pushed once")
	w.Expect(w.report(nf).Status.State).To(Equal(v1alpha1.DriftOpen))
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(conditions.GetReason(nf, v1alpha1.InSyncCondition)).To(Equal(v1alpha1.DriftedReason))
	w.Expect(message(nf, v1alpha1.InSyncCondition)).To(And(ContainSubstring(hostnamePath), ContainSubstring("rogue"), ContainSubstring("edge-1")))
	w.Expect(nf.Status.Drift).To(And(HaveField("Entries", BeNumerically("==", 1)), HaveField("First", HaveLen(1)), HaveField("ReportRef.Name", "edge-1")))
	w.expectStatus(nf, status.CurrentStatus)

	// Another drift is another report; and it is over once the NF says what Git says.
	w.drift(locationPath, "Basel")
	w.reconcile(nf)
	w.Expect(git.commits(branch)).To(Equal(2))
	w.drift(hostnamePath, "edge-1", locationPath, "Zurich")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.State).To(Equal(v1alpha1.DriftGone))
	w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue())
	w.Expect(git.commits(branch)).To(Equal(2))

	// A new revision is no drift: it is committed whatever the policy says.
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-2")) })
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(hostnamePath)).To(Equal("edge-2"))
	w.Eventually(func() v1alpha1.DriftState { return w.report(nf).Status.State }).Should(Equal(v1alpha1.DriftGone))
}

func TestDriftIsIgnored(t *testing.T) {
	w := newWorld(t)
	git := newGitServer(t)
	nf := w.drifting(git, v1alpha1.DriftPolicy{Mode: v1alpha1.DriftIgnore})
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)

	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
	w.Expect(w.device.Count("edit-config")).To(BeZero())
	w.Expect(k8s.Get(t.Context(), client.ObjectKeyFromObject(nf), &v1alpha1.DriftReport{})).NotTo(Succeed())
	w.Expect(git.commits("drift/" + w.namespace + "/edge-1")).To(BeZero())
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
		Rules: []v1alpha1.DriftRule{
			{Path: "/strowger-test-router:interface/mtu", Operations: []string{"Modify"}, Action: v1alpha1.DriftReportOnly},
			{Path: locationPath, Action: v1alpha1.DriftIgnore},
		},
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
	git := newGitServer(t)
	w.gitSource(git)
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
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(nf.Status.LastAppliedRevision).To(Equal("main@sha1:0123456789"))

	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.Expect(git.commits("drift/" + w.namespace + "/edge-1")).To(Equal(1))
	w.Expect(w.report(nf).Status.Revision).To(Equal("main@sha1:0123456789"))
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
	w.Expect(w.report(nf).Status.State).To(Equal(v1alpha1.DriftCorrected))
	w.Expect(conditions.GetReason(nf, v1alpha1.DriftReportedCondition)).To(Equal(v1alpha1.GitSourceUnknownReason))
	w.Expect(message(nf, v1alpha1.DriftReportedCondition)).To(ContainSubstring("spec.drift.report.gitRepositoryRef"))
	w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.GitSourceUnknownReason)
	w.Eventually(w.get(nf)).Should(BeReady())
}

// TestGitPushRefused is a condition of its own, which neither stops a correction
// nor makes the NF unready, and the push is made once Git takes it, without
// anything else to wake the object.
func TestGitPushRefused(t *testing.T) {
	wrongPassword := func(w *world, _ *gitServer) { w.gitPassword("no-such-passw0rd") }
	rightPassword := func(w *world, _ *gitServer) { w.gitPassword(gitPassword) }
	protect := func(_ *world, git *gitServer) { git.refuse("the branch is protected") }
	unprotect := func(_ *world, git *gitServer) { git.accept() }
	for _, c := range []struct {
		name        string
		mode        v1alpha1.DriftMode
		cause, cure func(*world, *gitServer)
		says        string
		left        string
	}{
		{"protected branch", v1alpha1.DriftReportOnly, protect, unprotect, "the branch is protected", "rogue"},
		{"protected branch while correcting", v1alpha1.DriftCorrect, protect, unprotect, "the branch is protected", "edge-1"},
		{"wrong password", v1alpha1.DriftReportOnly, wrongPassword, rightPassword, "credentials", "rogue"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			git := newGitServer(t)
			branch := "drift/" + w.namespace + "/edge-1"
			nf := w.drifting(git, v1alpha1.DriftPolicy{Mode: c.mode})
			c.cause(w, git)
			w.drift(hostnamePath, "rogue")
			w.reconcile(nf)

			w.Expect(conditions.GetReason(nf, v1alpha1.DriftReportedCondition)).To(Equal(v1alpha1.GitPushFailedReason))
			w.Expect(message(nf, v1alpha1.DriftReportedCondition)).To(And(ContainSubstring(branch), ContainSubstring(w.namespace+"/core"), ContainSubstring(c.says)))
			w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.GitPushFailedReason)
			w.Expect(nf).To(BeReady())
			w.Expect(w.running(hostnamePath)).To(Equal(c.left))
			w.Expect(git.commits(branch)).To(BeZero())

			c.cure(w, git)
			w.Eventually(func() bool { w.get(nf)(); return conditions.IsTrue(nf, v1alpha1.DriftReportedCondition) }).Should(BeTrue())
			w.Expect(git.commits(branch)).To(Equal(1))
			w.Expect(git.log(branch)).To(ContainSubstring("rogue"))
			w.expectEvent(nf, corev1.EventTypeNormal, v1alpha1.GitPushedReason)
		})
	}
}

// TestDriftOfMixedActionsIsToldOnce: what is corrected leaves the report, which
// stays open for what is only reported, and Git hears of both in one commit.
func TestDriftOfMixedActionsIsToldOnce(t *testing.T) {
	w := newWorld(t)
	git := newGitServer(t)
	nf := w.drifting(git, v1alpha1.DriftPolicy{
		Mode:  v1alpha1.DriftCorrect,
		Rules: []v1alpha1.DriftRule{{Path: locationPath, Action: v1alpha1.DriftReportOnly}},
	})
	w.drift(hostnamePath, "rogue", locationPath, "Basel")
	for range 3 {
		w.reconcile(nf)
	}

	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(w.running(locationPath)).To(Equal("Basel"))
	w.Expect(w.device.Count("commit")).To(Equal(1))
	report := w.report(nf)
	w.Expect(report.Status.State).To(Equal(v1alpha1.DriftOpen))
	w.Expect(report.Status.Entries).To(ConsistOf(HaveField("Path", locationPath)))

	branch := "drift/" + w.namespace + "/edge-1"
	w.Expect(git.commits(branch)).To(Equal(1))
	w.Expect(git.log(branch)).To(And(ContainSubstring("rogue"), ContainSubstring("Basel")))
	drifted := corev1.EventTypeWarning + " " + v1alpha1.DriftedReason
	w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.DriftedReason)
	w.Consistently(func() int {
		return len(slices.DeleteFunc(w.events(nf), func(e string) bool { return e != drifted }))
	}).Should(Equal(1))
}

// TestSameDriftAgain is another occurrence: it is in Git even if the branch of the
// one before was deleted.
func TestSameDriftAgain(t *testing.T) {
	w := newWorld(t)
	git := newGitServer(t)
	nf := w.drifting(git, v1alpha1.DriftPolicy{Mode: v1alpha1.DriftCorrect})
	branch := "drift/" + w.namespace + "/edge-1"
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.Expect(git.commits(branch)).To(Equal(1))
	git.git(git.bare, "branch", "-D", branch)

	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(git.commits(branch)).To(Equal(1))
	w.Expect(w.report(nf).Status.Git.Commit).To(Equal(git.head(branch)))
}
