// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"

	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
)

// TestUnmanagedConfigurationIsReported if that is asked for, and never touched. What
// another NetworkFunction declares on the same NF is managed.
func TestUnmanagedConfigurationIsReported(t *testing.T) {
	w := newWorld(t)
	policy := mode(v1alpha1.DriftModeCorrect)
	policy.Unmanaged = &v1alpha1.UnmanagedPolicy{Paths: []string{"/strowger-test-router:system", "/strowger-test-router:interface"}}
	nf := w.differing(policy)
	other := w.nf(router(object{"name": "n3", "type": "ethernet"}))
	other.Name = "edge-2"
	w.create(other)
	w.Eventually(w.get(other)).Should(BeReady())
	w.reconcile(nf)
	w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue())
	commits := w.device.Count("commit")

	w.drift(secretPath, "somebody-elses", n3Path+"/mtu", "1500", n3Path+"/enabled", "true", n6Path+"/type", "loopback")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.Entries).To(HaveExactElements(
		And(HaveField("Path", n3Path+"/mtu"), HaveField("Actual", "1500"), HaveField("Operation", "Create"), HaveField("Class", v1alpha1.DriftUnmanaged), HaveField("Action", v1alpha1.DriftReportOnly), HaveField("Origin", BeNil())),
		And(HaveField("Path", n6Path), HaveField("Actual", "")),
		And(HaveField("Path", secretPath), HaveField("Actual", HavePrefix("sha256:"))),
	))
	w.Expect(w.running(secretPath)).To(Equal("somebody-elses"))
	w.Expect(w.device.Count("commit")).To(Equal(commits))
	w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue(), "nothing that is declared differs")
	w.Expect(message(nf, v1alpha1.InSyncCondition)).To(And(ContainSubstring("nobody declares"), ContainSubstring(n6Path)))
	w.Expect(nf.Status.Drift.Entries).To(BeNumerically("==", 3))

	// A change in Git touches none of it.
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-9")) })
	w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-9"))
	w.Expect(w.running(secretPath)).To(Equal("somebody-elses"))

	// Once somebody declares it, it is no drift.
	w.edit(other, func() {
		other.Spec.Config[0] = w.inline("local", router(object{"name": "n3", "type": "ethernet", "mtu": 1500}, object{"name": "n6", "type": "loopback"}))
	})
	w.Eventually(w.get(other)).Should(BeReady())
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.Entries).To(ConsistOf(HaveField("Path", secretPath)))
	w.drift(secretPath, "")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.State).To(Equal(v1alpha1.DriftGone))
}

// TestAClosedProposalOfUnmanagedConfiguration is left alone: it is reported, and not
// proposed again, also after what was declared was put back.
func TestAClosedProposalOfUnmanagedConfiguration(t *testing.T) {
	w := newWorld(t)
	policy := mode(v1alpha1.DriftModeReview)
	policy.Unmanaged = &v1alpha1.UnmanagedPolicy{}
	nf := w.differing(policy)
	w.drift(hostnamePath, "rogue", secretPath, "somebody-elses")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.Entries).To(HaveEach(HaveField("Action", v1alpha1.DriftAdopt)))
	w.decide(nf, v1alpha1.PullRequestClosed)
	w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-1"))
	for range 3 {
		w.reconcile(nf)
	}
	w.Expect(w.running(secretPath)).To(Equal("somebody-elses"))
	w.Expect(w.report(nf).Status).To(And(HaveField("State", v1alpha1.DriftOpen), HaveField("ProposedDigest", BeEmpty()),
		HaveField("Entries", ConsistOf(And(HaveField("Path", secretPath), HaveField("Action", v1alpha1.DriftReportOnly))))))
}
