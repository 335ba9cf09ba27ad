// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"context"
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/controllers"
)

// TestDependencies are waited for, and wake those that wait.
func TestDependencies(t *testing.T) {
	testRefusals(t, []refusal{
		{
			name:   "missing dependency",
			nf:     dependsOn("smf"),
			reason: v1alpha1.DependencyNotReadyReason,
			says:   []string{"NetworkFunction", "/smf", "spec.dependsOn", "does not exist"},
			status: status.InProgressStatus,
			cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.create(w.smf(router())) },
		},
		{
			name: "dependency that is not ready",
			nf: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.create(w.smf(router(object{"name": "n4"})))
				nf.Spec.RetryInterval = nf.Spec.Interval
				dependsOn("smf")(w, nf)
			},
			reason: v1alpha1.DependencyNotReadyReason,
			says:   []string{"NetworkFunction", "/smf", "not ready"},
			status: status.InProgressStatus,
			cure: func(w *world, _ *v1alpha1.NetworkFunction) {
				smf := w.smf(nil)
				w.edit(smf, func() { smf.Spec.Config[0] = w.inline("local", router(object{"name": "n4", "type": "loopback"})) })
			},
		},
		{
			name:   "dependency on itself",
			nf:     dependsOn("edge-1"),
			reason: v1alpha1.InvalidSpecReason,
			says:   []string{"spec.dependsOn", "itself"},
			status: status.FailedStatus,
			cure: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.edit(nf, func() { nf.Spec.DependsOn = nil })
			},
		},
		{
			name: "dependency in another namespace",
			nf: func(_ *world, nf *v1alpha1.NetworkFunction) {
				nf.Spec.DependsOn = []v1alpha1.NamespacedReference{{Name: "smf", Namespace: "default"}}
			},
			reason: v1alpha1.CrossNamespaceReason,
			says:   []string{"NetworkFunction default/smf", "--allow-cross-namespace-refs"},
			status: status.FailedStatus,
			cure: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.edit(nf, func() { nf.Spec.DependsOn = nil })
			},
		},
	})
}

func dependsOn(name string) func(*world, *v1alpha1.NetworkFunction) {
	return func(_ *world, nf *v1alpha1.NetworkFunction) {
		nf.Spec.DependsOn = []v1alpha1.NamespacedReference{{Name: name}}
	}
}

// smf is a second NetworkFunction of the same device.
func (w *world) smf(config any) *v1alpha1.NetworkFunction {
	nf := w.nf(config)
	nf.Name = "smf"
	return nf
}

// TestSuspend: nothing happens until it ends, not even on request.
func TestSuspend(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("edge-1"))
	w.apply(nf)

	w.edit(nf, func() {
		nf.Spec.Suspend = true
		nf.Spec.Config[0] = w.inline("local", hostname("edge-2"))
		nf.Annotations = map[string]string{meta.ReconcileRequestAnnotation: "now"}
	})
	w.Consistently(func() int { return w.device.Count("") }).Should(BeZero())
	w.get(nf)()
	w.Expect(nf.Status.LastHandledReconcileAt).NotTo(Equal("now"))

	w.edit(nf, func() { nf.Spec.Suspend = false })
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(hostnamePath)).To(Equal("edge-2"))
	w.Expect(nf.Status.LastHandledReconcileAt).To(Equal("now"))
}

// TestChangeDuringARun: what is committed belongs to the generation the run began
// with, and the status says so until the new one is committed too.
func TestChangeDuringARun(t *testing.T) {
	w := newWorld(t)
	release := w.device.Hold("commit")
	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.Eventually(func() int { return w.device.Count("commit") }).Should(Equal(1))
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-2")) })
	release()
	w.Eventually(func() int64 { w.get(nf)(); return nf.Status.ObservedGeneration }).Should(BeNumerically("==", 2))
	w.Expect(w.running(hostnamePath)).To(Equal("edge-2"))
	w.Expect(nf).To(BeReady())
	w.expectStatus(nf, status.CurrentStatus)
}

// TestUnchangedNFCostsOneGetConfig per run, and no write to the API server.
func TestUnchangedNFCostsOneGetConfig(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(router(object{"name": "n3", "type": "ethernet"}))
	w.apply(nf)

	// Drift leaves a DriftReport behind, which must not be written again either.
	w.drift(n3Path+"/type", "loopback")
	w.reconcile(nf)
	report := w.report(nf)
	w.Expect(report.Status.State).To(Equal(v1alpha1.DriftCorrected))
	w.reconcile(nf)

	// Exactly one get-config for each run.
	w.device.ResetRequests()
	for range 3 {
		w.reconcile(nf)
	}
	w.Expect(w.device.Requests()).To(Equal([]string{"get-config", "get-config", "get-config"}))

	// No write while the intervals go by again and again.
	everySecond := metav1.Duration{Duration: time.Second}
	w.edit(w.router, func() { w.router.Spec.Interval = everySecond })
	w.edit(nf, func() { nf.Spec.Interval = everySecond })
	w.reconcile(nf)
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.device.ResetRequests()
	objects := []client.Object{nf, w.router, report}
	before := w.versions(objects...)
	w.Eventually(func() int { return w.device.Count("get-config") }).Should(BeNumerically(">=", 3))
	w.Expect(w.versions(objects...)).To(Equal(before))
	w.Expect(w.device.Requests()).To(HaveEach(Or(Equal("get-config"), Equal("get"))), "the Target's own checks ask for the module set")
}

// TestRestartOfTheManager costs neither an edit nor a write to the API server, and
// nothing looks unready because the new manager has yet to load its schemas.
func TestRestartOfTheManager(t *testing.T) {
	for name, library := range map[string]*v1alpha1.TargetSchema{
		"schema from the NF":    nil,
		"schema from a library": {LibraryRef: v1alpha1.NamespacedReference{Name: "router"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(w *world) {
				w.create(w.library(map[string]string{routerFile: routerModule(t)}))
				w.router.Spec.Schema = library
			})
			nf := w.nf(hostname("edge-1"))
			w.apply(nf)
			before := w.versions(nf, w.router)

			ctx, stop := context.WithCancel(t.Context())
			stopped, err := startManager(ctx, ctrl.Options{
				Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{w.namespace: {}}},
				Controller: config.Controller{SkipNameValidation: new(true)},
			}, controllers.CallHomeOptions{})
			w.Expect(err).NotTo(HaveOccurred())
			w.Eventually(func() int { return w.device.Count("get-config") }).Should(BeNumerically(">=", 1))
			w.Consistently(func() []string { return w.versions(nf, w.router) }).Should(Equal(before))
			w.Expect(w.device.Count("edit-config")).To(BeZero())
			stop()
			w.Expect(<-stopped).To(Succeed())
		})
	}
}

// versions are the resourceVersions of objects, and how many events there are.
func (w *world) versions(objects ...client.Object) []string {
	w.t.Helper()
	var out []string
	for _, o := range objects {
		w.Expect(k8s.Get(w.t.Context(), client.ObjectKeyFromObject(o), o)).To(Succeed())
		out = append(append(out, o.GetResourceVersion()), w.events(o)...)
	}
	return out
}

// TestChangeOfALabel that an expression uses is acted upon at once, although it
// makes no new generation.
func TestChangeOfALabel(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("${nf.labels.site}"))
	nf.Labels = map[string]string{"site": "zurich"}
	w.apply(nf)
	w.Expect(w.running(hostnamePath)).To(Equal("zurich"))

	w.edit(nf, func() { nf.Labels["site"] = "basel" })
	w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("basel"))
}
