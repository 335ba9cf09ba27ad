// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

type object = map[string]any

const (
	locationPath = "/strowger-test-router:system/location"
	secretPath   = "/strowger-test-router:system/radius-secret"
	n3Path       = "/strowger-test-router:interface[name='n3']"
	n6Path       = "/strowger-test-router:interface[name='n6']"
)

// refusedByNF is an answer of the device that nobody expects.
var refusedByNF = netconftest.RPCError{Type: "application", Tag: "operation-failed", Message: "not now"}

// router is a configuration with the interfaces given.
func router(interfaces ...object) object {
	return object{"strowger-test-router:interface": interfaces}
}

func TestInlineLayerIsCommittedAndReadBack(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(router(object{"name": "n3", "type": "ethernet", "mtu": 9000}))
	w.create(nf)

	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(nf.Status.LastAppliedDigest).NotTo(BeEmpty())
	w.Expect(nf.Status.Inventory.Count).To(BeNumerically(">", 0))
	w.Expect(w.running(n3Path + "/mtu")).To(Equal("9000"))
	w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue())
	w.Expect(conditions.Has(nf, meta.StalledCondition)).To(BeFalse())
	w.expectStatus(nf, status.CurrentStatus)
}

// TestLayersOfArtifactsAreMerged in order, whatever their format, and each value
// is known by the layer, file, line and revision it came from.
func TestLayersOfArtifactsAreMerged(t *testing.T) {
	w := newWorld(t)
	w.gitRepository("core", "main@sha1:1", map[string]string{
		"base.yaml": "strowger-test-router:system:\n  hostname: base\n  location: base\n  radius-secret: base-base\n",
		"site.json": `{"strowger-test-router:system": {"hostname": "site", "location": "site"}}`,
	})
	w.gitRepository("local", "v2@sha1:2", map[string]string{
		"edge.xml": `<system xmlns="urn:strowger:test:router"><hostname>${nf.name}</hostname></system>`,
	})
	nf := w.nf(router(object{"name": "n3", "type": "ethernet"}))
	nf.Spec.Drift = v1alpha1.DriftPolicy{DriftDefaults: v1alpha1.DriftDefaults{Mode: v1alpha1.DriftModeReport}, Report: v1alpha1.DriftReportTarget{Mode: "None"}}
	nf.Spec.Config = append([]v1alpha1.ConfigLayer{
		layer("base", "core", "base.yaml"), layer("site", "core", "site.json"), layer("edge", "local", "edge.xml"),
	}, nf.Spec.Config...)
	w.create(nf)

	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(w.running(locationPath)).To(Equal("site"))
	w.Expect(w.running(secretPath)).To(Equal("base-base"))
	w.Expect(w.running(n3Path + "/type")).To(Equal("ethernet"))
	w.Expect(nf.Status.LastAppliedRevision).To(Equal("main@sha1:1"))
	w.Expect(nf.Status.LastAttemptedRevision).To(Equal("main@sha1:1"))

	w.drift(hostnamePath, "other", locationPath, "other", secretPath, "other-other", n3Path+"/type", "loopback")
	w.reconcile(nf)
	report := w.report(nf)
	origins := map[string]string{}
	for _, e := range report.Status.Entries {
		origins[e.Path] = e.Origin.String()
	}
	w.Expect(origins[hostnamePath]).To(And(ContainSubstring("edge"), ContainSubstring("edge.xml:1"), ContainSubstring("v2@sha1:2")))
	w.Expect(origins[locationPath]).To(And(ContainSubstring("site"), ContainSubstring("site.json:1"), ContainSubstring("main@sha1:1")))
	w.Expect(origins[secretPath]).To(And(ContainSubstring("base"), ContainSubstring("base.yaml:4"), ContainSubstring("main@sha1:1")))
	w.Expect(origins[n3Path+"/type"]).To(ContainSubstring("local"))
}

// TestNewArtifactIsAppliedAtOnce, long before the interval ends.
func TestNewArtifactIsAppliedAtOnce(t *testing.T) {
	w := newWorld(t)
	repo := w.gitRepository("core", "main@sha1:1", map[string]string{"edge.yaml": hostnameYAML})
	nf := w.nf(hostname("edge-1"))
	nf.Spec.Config = []v1alpha1.ConfigLayer{layer("base", "core", "edge.yaml")}
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())

	w.publish(repo, "main@sha1:2", map[string]string{"edge.yaml": "strowger-test-router:system:\n  hostname: edge-2\n"})
	w.Eventually(func() string { w.get(nf)(); return nf.Status.LastAppliedRevision }).Should(Equal("main@sha1:2"))
	w.Expect(w.running(hostnamePath)).To(Equal("edge-2"))
	w.expectEvent(nf, corev1.EventTypeNormal, v1alpha1.SucceededReason)
}

// TestWhatGitNoLongerSaysIsRemoved, and what it never said stays.
func TestWhatGitNoLongerSaysIsRemoved(t *testing.T) {
	w := newWorld(t)
	w.drift(locationPath, "Zurich", n6Path+"/type", "ethernet", n6Path+"/mtu", "1500")
	n3 := object{"name": "n3", "type": "ethernet", "mtu": 9000, "vlan": []int{10, 20}}
	n4 := object{"name": "n4", "type": "ethernet"}
	nf := w.nf(router(n3, n4, object{"name": "n6", "type": "ethernet", "address": "192.0.2.1/24"}))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(n6Path + "/address")).To(Equal("192.0.2.1/24"))
	w.drift(n3Path+"/address", "198.51.100.1/24")

	w.edit(nf, func() {
		nf.Spec.Config[0] = w.inline("local", router(object{"name": "n3", "type": "ethernet", "vlan": []int{20}}))
	})
	w.Eventually(w.get(nf)).Should(BeReady())
	running := w.device.Running()
	w.Expect(running.Get(n3Path + "/mtu")).To(BeNil())
	w.Expect(running.Get(n3Path + "/vlan[.='10']")).To(BeNil())
	w.Expect(running.Get(n3Path + "/vlan[.='20']")).NotTo(BeNil())
	w.Expect(running.Get("/strowger-test-router:interface[name='n4']")).To(BeNil(), "created by us and declared no more")
	w.Expect(running.Get(n6Path + "/address")).To(BeNil())
	// Of others: a leaf, an entry that was there before, and a leaf in our entry.
	w.Expect(w.running(locationPath)).To(Equal("Zurich"))
	w.Expect(w.running(n6Path + "/mtu")).To(Equal("1500"))
	w.Expect(w.running(n3Path + "/address")).To(Equal("198.51.100.1/24"))
}

// TestChangeOfTargetMovesTheConfiguration to the new NF, away from the old one.
func TestChangeOfTargetMovesTheConfiguration(t *testing.T) {
	w := newWorld(t)
	w.drift(locationPath, "Zurich")
	other := w.serve(netconftest.Options{})
	t.Cleanup(other.Close)
	w.edit(w.knownHosts, func() {
		w.knownHosts.StringData = map[string]string{"known_hosts": w.device.KnownHosts() + other.KnownHosts()}
	})
	w.create(w.target("other", other))
	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())

	w.edit(nf, func() { nf.Spec.TargetRef.Name = "other" })
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(other.Running().Get(hostnamePath)).NotTo(BeNil())
	w.Expect(w.running(hostnamePath)).To(BeEmpty())
	w.Expect(w.running(locationPath)).To(Equal("Zurich"))
	w.Expect(nf.Status.Inventory.Target).To(Equal(w.namespace + "/other"))

	// The old target is needed no more, the new one is.
	w.delete(w.router)
	w.expectGone(w.router)
}

// TestRevertOfAFailedChange: what was committed by a run that failed afterwards is
// no drift once Git goes back, whatever the policy says.
func TestRevertOfAFailedChange(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("edge-1"))
	nf.Spec.RetryInterval = nf.Spec.Interval
	nf.Spec.Drift = v1alpha1.DriftPolicy{DriftDefaults: v1alpha1.DriftDefaults{Mode: v1alpha1.DriftModeReport}}
	w.apply(nf)

	w.device.Delay("get-config", time.Millisecond) // The observation goes well,
	w.device.Fail("get-config", refusedByNF)       // and what was committed is not read back.
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-2")) })
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.RPCErrorReason))
	w.Expect(w.running(hostnamePath)).To(Equal("edge-2"))

	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-1")) })
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue())
	w.Expect(k8s.Get(t.Context(), client.ObjectKeyFromObject(nf), &v1alpha1.DriftReport{})).To(MatchError(apierrors.IsNotFound, "IsNotFound"))
}

// TestStartupIsSavedLater: a run that failed between its commit and the copy to
// startup is made up for.
func TestStartupIsSavedLater(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.device.Close()
		w.device = w.serve(netconftest.Options{Addr: w.device.Addr, Profile: netconftest.Profile{Startup: true}})
	})
	w.device.Fail("copy-config", refusedByNF)
	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.RPCErrorReason)

	w.Eventually(w.get(nf)).Should(BeReady())
	startup := w.device.Startup().Get(hostnamePath)
	w.Expect(startup).NotTo(BeNil())
	w.Expect(startup.Value()).To(Equal("edge-1"))
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(w.device.Count("commit")).To(Equal(1))
}
