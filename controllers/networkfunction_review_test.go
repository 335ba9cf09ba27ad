// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"
	"time"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
)

// TestDriftPolicyIsInherited: what the NetworkFunction does not say, its Target says.
func TestDriftPolicyIsInherited(t *testing.T) {
	adopt := []v1alpha1.DriftRule{{Path: hostnamePath, Action: v1alpha1.DriftAdopt}}
	report := []v1alpha1.DriftRule{{Path: hostnamePath, Action: v1alpha1.DriftReportOnly}}
	hour, day := &metav1.Duration{Duration: time.Hour}, &metav1.Duration{Duration: 24 * time.Hour}
	for _, c := range []struct {
		name        string
		own, shared v1alpha1.DriftDefaults
		action      v1alpha1.DriftAction
		review      *metav1.Duration
	}{
		{"manager", v1alpha1.DriftDefaults{}, v1alpha1.DriftDefaults{}, v1alpha1.DriftCorrect, nil},
		{"target", v1alpha1.DriftDefaults{}, v1alpha1.DriftDefaults{Mode: v1alpha1.DriftModeReport}, v1alpha1.DriftReportOnly, nil},
		{"own mode", v1alpha1.DriftDefaults{Mode: v1alpha1.DriftModeReview}, v1alpha1.DriftDefaults{Mode: v1alpha1.DriftModeReport}, v1alpha1.DriftAdopt, day},
		{"own rule", v1alpha1.DriftDefaults{Rules: adopt}, v1alpha1.DriftDefaults{Rules: report}, v1alpha1.DriftAdopt, nil},
		{"rule of the target", v1alpha1.DriftDefaults{Mode: v1alpha1.DriftModeReport}, v1alpha1.DriftDefaults{Rules: adopt, ReviewTimeout: hour}, v1alpha1.DriftAdopt, hour},
		{"own time", v1alpha1.DriftDefaults{Mode: v1alpha1.DriftModeReview, ReviewTimeout: hour}, v1alpha1.DriftDefaults{ReviewTimeout: day}, v1alpha1.DriftAdopt, hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(w *world) { w.router.Spec.Drift = c.shared })
			nf := w.differing(v1alpha1.DriftPolicy{DriftDefaults: c.own})
			w.drift(hostnamePath, "rogue")
			w.reconcile(nf)
			got := w.report(nf).Status
			w.Expect(got.Entries).To(ConsistOf(HaveField("Action", c.action)))
			w.Expect(got.ProposedDigest != "").To(Equal(c.action == v1alpha1.DriftAdopt))
			if c.review == nil {
				w.Expect(got.DecideBy).To(BeNil())
			} else {
				w.Expect(got.DecideBy.Time).To(BeTemporally("==", got.ObservedTime.Add(c.review.Duration)))
			}
		})
	}
}

// TestAClosedProposalIsPutBack, and nothing before.
func TestAClosedProposalIsPutBack(t *testing.T) {
	w := newWorld(t)
	nf := w.differing(mode(v1alpha1.DriftModeReview))
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.decide(nf, v1alpha1.PullRequestOpen)
	w.reconcile(nf)
	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
	w.Expect(w.device.Count("edit-config")).To(BeZero())
	w.Expect(message(nf, v1alpha1.InSyncCondition)).To(And(ContainSubstring("proposed by pull request https://git.example.com/core/pulls/7"), ContainSubstring("to be decided by")))
	w.Expect(nf).To(BeReady())

	// A decision on another proposal is none on this one.
	report := w.report(nf)
	w.edit(report, func() {
		report.Status.Git.PullRequest.State, report.Status.Git.PullRequest.Digest = v1alpha1.PullRequestClosed, "sha256:other"
	})
	w.reconcile(nf)
	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))

	w.decide(nf, v1alpha1.PullRequestClosed)
	w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-1"), "woken by the decision")
	w.Eventually(func() v1alpha1.DriftState { return w.report(nf).Status.State }).Should(Equal(v1alpha1.DriftCorrected))
	w.Expect(w.device.Count("commit")).To(Equal(1))
	w.expectEvent(nf, corev1.EventTypeNormal, v1alpha1.DriftRejectedReason)

	// The same once more is another occurrence, which nobody decided on.
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
	w.Expect(w.report(nf).Status).To(And(HaveField("State", v1alpha1.DriftOpen), HaveField("Git.PullRequest", BeNil())))
}

// TestARejectedProposalThatCannotBePutBackYet is put back later: the decision stays.
func TestARejectedProposalThatCannotBePutBackYet(t *testing.T) {
	w := newWorld(t)
	nf := w.differing(mode(v1alpha1.DriftModeReview))
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	for range 100 {
		w.device.Fail("edit-config", refusedByNF)
	}
	w.decide(nf, v1alpha1.PullRequestClosed)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.RPCErrorReason))
	w.Expect(w.report(nf).Status.State).To(Equal(v1alpha1.DriftOpen))
	w.device.ClearFaults()
	w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-1"))
	w.Eventually(func() v1alpha1.DriftState { return w.report(nf).Status.State }).Should(Equal(v1alpha1.DriftCorrected))
}

// TestAMergedProposalWaitsForGit: the NF stays as it is until Git says the same.
func TestAMergedProposalWaitsForGit(t *testing.T) {
	w := newWorld(t)
	policy := mode(v1alpha1.DriftModeReview)
	nf := w.differing(policy)
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.decide(nf, v1alpha1.PullRequestMerged)
	w.Eventually(func() string { w.get(nf)(); return message(nf, v1alpha1.InSyncCondition) }).Should(ContainSubstring("is merged: waiting for Flux to apply it"))
	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))

	w.edit(nf, func() {
		nf.Spec.Config[0] = w.inline("local", object{"strowger-test-router:system": object{"hostname": "rogue", "location": "Zurich"}})
	})
	w.Eventually(func() v1alpha1.DriftState { return w.report(nf).Status.State }).Should(Equal(v1alpha1.DriftAdopted))
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue())
	w.Expect(w.device.Count("edit-config")).To(BeZero())
	w.expectEvent(nf, corev1.EventTypeNormal, v1alpha1.DriftAdoptedReason)
}

// TestAMergeThatIsSeenLate: Flux applied it before anybody saw it on the forge.
func TestAMergeThatIsSeenLate(t *testing.T) {
	w := newWorld(t)
	nf := w.differing(mode(v1alpha1.DriftModeReview))
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.decide(nf, v1alpha1.PullRequestOpen)
	w.edit(nf, func() {
		nf.Spec.Config[0] = w.inline("local", object{"strowger-test-router:system": object{"hostname": "rogue", "location": "Zurich"}})
	})
	w.Eventually(func() v1alpha1.DriftState { return w.report(nf).Status.State }).Should(Equal(v1alpha1.DriftGone))
	w.decide(nf, v1alpha1.PullRequestMerged)
	w.Eventually(func() v1alpha1.DriftState { return w.report(nf).Status.State }).Should(Equal(v1alpha1.DriftAdopted))
}

// TestAMergeThatDidNotHelp: what Git applied since leaves the same drift, which is
// proposed anew.
func TestAMergeThatDidNotHelp(t *testing.T) {
	w := newWorld(t)
	nf := w.differing(mode(v1alpha1.DriftModeReview))
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.decide(nf, v1alpha1.PullRequestMerged)
	w.Eventually(func() string { w.get(nf)(); return message(nf, v1alpha1.InSyncCondition) }).Should(ContainSubstring("waiting for Flux"))

	w.edit(nf, func() {
		nf.Spec.Config[0] = w.inline("local", object{"strowger-test-router:system": object{"hostname": "edge-1", "location": "Bern"}})
	})
	w.Eventually(func() *v1alpha1.PullRequest { return w.report(nf).Status.Git.PullRequest }).Should(BeNil())
	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
	w.Expect(w.running(locationPath)).To(Equal("Bern"))
	w.Expect(w.report(nf).Status).To(And(HaveField("State", v1alpha1.DriftOpen), HaveField("ProposedDigest", Not(BeEmpty())), HaveField("Git.Digest", BeEmpty())))
}

// TestAMergeOnItsWay: Flux says which revision it is at before it has applied it. What
// still differs then is no new drift.
func TestAMergeOnItsWay(t *testing.T) {
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
	at := func(attempted, applied string) {
		w.editStatus(flux, func() {
			flux.Status.LastAttemptedRevision, flux.Status.LastAppliedRevision = attempted, applied
			flux.Status.Inventory = &kustomizev1.ResourceInventory{Entries: []kustomizev1.ResourceRef{
				{ID: w.namespace + "_edge-1_nf.strowger.dev_NetworkFunction", Version: "v1alpha1"},
			}}
		})
	}
	at("main@sha1:1", "main@sha1:1")
	nf := w.nf(hostname("edge-1"))
	nf.Labels = map[string]string{"kustomize.toolkit.fluxcd.io/name": flux.Name, "kustomize.toolkit.fluxcd.io/namespace": flux.Namespace}
	nf.Spec.Drift = mode(v1alpha1.DriftModeReview)
	w.apply(nf)
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.decide(nf, v1alpha1.PullRequestMerged)
	w.Eventually(func() string { w.get(nf)(); return message(nf, v1alpha1.InSyncCondition) }).Should(ContainSubstring("waiting for Flux"))

	at("main@sha1:2", "main@sha1:1")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.Git.PullRequest).NotTo(BeNil())
	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
	at("main@sha1:2", "main@sha1:2")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.Git.PullRequest).To(BeNil(), "it is applied, and the NF still differs")
	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
}

// TestAReviewEnds: what nobody decided in time is put back.
func TestAReviewEnds(t *testing.T) {
	w := newWorld(t)
	policy := mode(v1alpha1.DriftModeReview)
	policy.ReviewTimeout = &metav1.Duration{Duration: 3 * time.Second}
	nf := w.differing(policy)
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.DecideBy).NotTo(BeNil())
	w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-1"), "nothing else wakes it for an hour")
	w.Eventually(func() v1alpha1.DriftState { return w.report(nf).Status.State }).Should(Equal(v1alpha1.DriftCorrected))
	w.expectEvent(nf, corev1.EventTypeNormal, v1alpha1.ReviewExpiredReason)
}

// TestBreakGlass: nothing is corrected in the window; what was changed in it is
// proposed when it ends, what is changed later is corrected.
func TestBreakGlass(t *testing.T) {
	w := newWorld(t)
	nf := w.differing(mode(v1alpha1.DriftModeCorrect))
	w.edit(nf, func() { nf.Spec.Drift.SuspendUntil = &metav1.Time{Time: time.Now().Add(time.Hour)} })
	w.drift(hostnamePath, "rogue")
	w.reconcile(nf)
	w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
	w.Expect(w.report(nf).Status).To(And(HaveField("Entries", ConsistOf(HaveField("Action", v1alpha1.DriftReportOnly))), HaveField("ProposedDigest", BeEmpty())))

	// It ends by itself, with another change just before.
	w.edit(nf, func() { nf.Spec.Drift.SuspendUntil = &metav1.Time{Time: time.Now().Add(5 * time.Second)} })
	w.reconcile(nf)
	w.drift(locationPath, "Basel")
	w.Eventually(func() []v1alpha1.DriftEntry { return w.report(nf).Status.Entries }).Should(ConsistOf(
		And(HaveField("Path", hostnamePath), HaveField("Action", v1alpha1.DriftAdopt)),
		And(HaveField("Path", locationPath), HaveField("Action", v1alpha1.DriftAdopt))), "nothing else wakes it for an hour")
	w.Expect(w.report(nf).Status.DecideBy).To(BeNil())
	w.Expect(w.device.Count("edit-config")).To(BeZero())

	w.drift(secretPath, "leave-me-alone", hostnamePath, "edge-1", locationPath, "Zurich")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.State).To(Equal(v1alpha1.DriftGone))
	w.drift(hostnamePath, "late")
	w.reconcile(nf)
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
}

// TestWhatIsLeftAsFoundSurvivesOtherChanges in Git; a change of the leaf itself is applied.
func TestWhatIsLeftAsFoundSurvivesOtherChanges(t *testing.T) {
	for _, m := range []v1alpha1.DriftMode{v1alpha1.DriftModeReport, v1alpha1.DriftModeReview} {
		t.Run(string(m), func(t *testing.T) {
			w := newWorld(t)
			nf := w.differing(mode(m))
			config := func(hostname, location string) func() {
				return func() {
					nf.Spec.Config[0] = w.inline("local", object{"strowger-test-router:system": object{"hostname": hostname, "location": location}})
				}
			}
			w.drift(hostnamePath, "rogue")
			w.reconcile(nf)
			seen := w.report(nf).Status

			w.edit(nf, config("edge-1", "Bern"))
			w.Eventually(w.get(nf)).Should(BeReady())
			w.Expect(w.running(locationPath)).To(Equal("Bern"))
			w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
			w.Expect(conditions.GetReason(nf, v1alpha1.InSyncCondition)).To(Equal(v1alpha1.DriftedReason))
			w.reconcile(nf)
			w.Expect(w.running(hostnamePath)).To(Equal("rogue"))
			w.Expect(w.report(nf).Status.Entries).To(Equal(seen.Entries))
			w.Expect(w.report(nf).Status.State).To(Equal(v1alpha1.DriftOpen))

			w.edit(nf, config("edge-2", "Bern"))
			w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-2"))
			w.Eventually(func() v1alpha1.DriftState { return w.report(nf).Status.State }).Should(Equal(v1alpha1.DriftGone))
		})
	}
}

// TestNothingIsWrittenAboutTheSameDrift, however often it is seen.
func TestNothingIsWrittenAboutTheSameDrift(t *testing.T) {
	for _, m := range []v1alpha1.DriftMode{v1alpha1.DriftModeReport, v1alpha1.DriftModeReview, v1alpha1.DriftModeCorrect} {
		t.Run(string(m), func(t *testing.T) {
			w := newWorld(t)
			policy := mode(m)
			policy.Unmanaged = &v1alpha1.UnmanagedPolicy{}
			nf := w.differing(policy)
			w.drift(hostnamePath, "rogue", secretPath, "not-declared")
			w.reconcile(nf)
			state := v1alpha1.PullRequestOpen
			if m == v1alpha1.DriftModeReport {
				state = ""
			}
			if w.pushed(nf); state != "" {
				w.decide(nf, state)
			}
			w.reconcile(nf)
			w.edit(nf, func() { nf.Spec.Interval = metav1.Duration{Duration: 100 * time.Millisecond} })
			version := func() [2]string { return [2]string{w.get(nf)().GetResourceVersion(), w.report(nf).ResourceVersion} }
			w.Eventually(func() bool { // what the change of the interval brought is over, and what the write-back has to say
				before := version()
				w.looks(2 * intervals)
				return version() == before
			}).Should(BeTrue())
			before, commits := version(), w.device.Count("commit")
			w.looks(intervals)
			w.Expect(version()).To(Equal(before))
			w.Expect(w.device.Count("commit")).To(Equal(commits))
		})
	}
}
