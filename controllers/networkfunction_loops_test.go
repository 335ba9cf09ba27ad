// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/forge"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

const (
	radiusSecretPath = "/strowger-test-router:system/radius-secret"
	vlanPath         = "/strowger-test-router:interface[name='b']/vlan"
)

// intervals is for how many of them nothing must be written.
const intervals = 15

// temper is a kind of device.
type temper struct {
	name   string
	traits []string
	// echoes is how many of everything's values it keeps in another form.
	echoes int32
}

// tempers are devices that say what they were told in their own ways.
var tempers = []temper{
	{name: "plain"},
	{name: "hash", traits: []string{"hashes-passwords"}, echoes: 1},
	{name: "default", traits: []string{"adds-defaults"}},
	{name: "no default", traits: []string{"trims-defaults"}},
	{name: "reorder", traits: []string{"reorders"}},
	{name: "forms", traits: []string{"rewrites-values", "rewrites-prefixes"}},
	{name: "canonicalise", traits: []string{"lowercases"}, echoes: 3},
	{name: "all, without a candidate", echoes: 3,
		traits: []string{"running-only", "adds-defaults", "hashes-passwords", "reorders", "rewrites-prefixes", "rewrites-values", "lowercases"}},
	{name: "as netconfd", traits: []string{"netconfd", "hashes-passwords", "lowercases"}, echoes: 3},
}

// everything has a value for each of a device's habits.
func everything() object {
	return object{
		"strowger-test-router:system": object{"hostname": "Edge-1", "location": "Zurich", "radius-secret": "Correct-Horse"},
		"strowger-test-router:interface": []any{
			object{"name": "b", "type": "ethernet", "enabled": true, "mtu": 9000, "vlan": []any{20, 3, 100}},
			object{"name": "a", "type": "loopback"},
		},
	}
}

// temperedWorld has a device of a temper, and an NF with all of everything that is
// looked at again and again.
func temperedWorld(t *testing.T, m temper) (*world, *v1alpha1.NetworkFunction) {
	t.Helper()
	w := newWorld(t, func(w *world) {
		profile, err := netconftest.ProfileOf(m.traits...)
		w.Expect(err).NotTo(HaveOccurred())
		w.device.Close()
		w.device = w.serve(netconftest.Options{Addr: w.device.Addr, Profile: profile})
	})
	nf := w.nf(everything())
	nf.Spec.Interval = metav1.Duration{Duration: 100 * time.Millisecond}
	return w, nf
}

// looks waits until the device was looked at some more times.
func (w *world) looks(times int) {
	w.t.Helper()
	before := w.device.Count("get-config")
	w.Eventually(func() int { return w.device.Count("get-config") - before }).Should(BeNumerically(">=", times))
}

// expectQuiet waits until what was begun is over, and makes sure that from then on
// nothing is written: not to the NF, not to the API, not to Git, not to the forge.
func (w *world) expectQuiet(git *gitServer, pulls *fakeForge) {
	w.t.Helper()
	w.looks(3)
	written := func() string {
		commits := w.device.Count("edit-config") + w.device.Count("commit") + w.device.Count("copy-config") + w.device.Count("lock")
		return fmt.Sprintf("NF %d\nAPI %s\nGit %s\nForge %d", commits, strings.Join(writes.of(w.namespace), "\n"), git.git(git.bare, "for-each-ref"), pulls.total())
	}
	// What a run writes last is on its way when the device was asked last.
	w.Eventually(func() bool {
		before := written()
		w.looks(3)
		return written() == before
	}).Should(BeTrue(), written())
	before := written()
	w.looks(intervals)
	w.Expect(written()).To(Equal(before))
}

// TestNoLoops: whatever a device makes of what it was told, and whatever is done about
// drift, nothing is written once it was dealt with.
func TestNoLoops(t *testing.T) {
	for _, m := range tempers {
		for _, mode := range []v1alpha1.DriftMode{v1alpha1.DriftModeCorrect, v1alpha1.DriftModeReport, v1alpha1.DriftModeReview} {
			t.Run(m.name+"/"+string(mode), func(t *testing.T) {
				w, nf := temperedWorld(t, m)
				git := newGitServer(t)
				pulls := onForge.add(w.gitSource(git).Spec.URL)
				nf.Spec.Drift.Mode = mode
				nf.Spec.Drift.Report.GitRepositoryRef = &v1alpha1.NamespacedReference{Name: "core"}
				w.create(nf)
				w.Eventually(w.get(nf)).Should(BeReady())
				w.Expect(conditions.IsTrue(nf, v1alpha1.InSyncCondition)).To(BeTrue())
				w.Expect(echoes(nf)).To(Equal(m.echoes))
				w.expectQuiet(git, pulls)
				w.Expect(apiReports(w)).To(BeEmpty(), "what a device makes of what it was told is no drift")

				commits := w.device.Count("edit-config")
				w.drift(locationPath, "basel", vlanPath+"[.='3']", "", radiusSecretPath, "somebody-else")
				w.Eventually(func() []v1alpha1.DriftReport { return apiReports(w) }).Should(HaveLen(1))
				if mode == v1alpha1.DriftModeCorrect {
					w.Eventually(func() v1alpha1.DriftState { return w.report(nf).Status.State }).Should(Equal(v1alpha1.DriftCorrected))
				}
				w.expectQuiet(git, pulls)
				w.Expect(w.report(nf).Status.Entries).To(HaveLen(3))

				corrections := 0
				switch mode {
				case v1alpha1.DriftModeCorrect:
					corrections = 1
				case v1alpha1.DriftModeReview:
					w.Expect(w.device.Count("edit-config")).To(Equal(commits), "nobody decided yet")
					w.Expect(pulls.openPulls()).To(HaveLen(1))
					for _, p := range pulls.openPulls() {
						pulls.decide(p.Number, forge.Closed)
					}
					w.Eventually(func() v1alpha1.DriftState { return w.report(nf).Status.State }).Should(Equal(v1alpha1.DriftCorrected))
					w.expectQuiet(git, pulls)
					corrections = 1
				}
				w.Expect(w.device.Count("edit-config") - commits).To(Equal(corrections))
				w.Eventually(w.get(nf)).Should(BeReady())
				w.Expect(echoes(nf)).To(Equal(m.echoes))
			})
		}
	}
}

// total is how often something was written.
func (f *fakeForge) total() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	total := 0
	for _, n := range f.writes {
		total += n
	}
	return total
}

func echoes(nf *v1alpha1.NetworkFunction) int32 {
	if nf.Status.Echoes == nil {
		return 0
	}
	return nf.Status.Echoes.Count
}

func apiReports(w *world) []v1alpha1.DriftReport {
	w.t.Helper()
	var list v1alpha1.DriftReportList
	w.Expect(k8s.List(w.t.Context(), &list, client.InNamespace(w.namespace))).To(Succeed())
	return list.Items
}

// TestEchoesFollowGitAndTheNF: only the form that came back for the value that Git says
// is no drift.
func TestEchoesFollowGitAndTheNF(t *testing.T) {
	w, nf := temperedWorld(t, temper{traits: []string{"hashes-passwords", "lowercases"}})
	nf.Spec.Interval = metav1.Duration{Duration: time.Hour}
	w.apply(nf)
	w.Expect(echoes(nf)).To(Equal(int32(3)))
	first := nf.Status.Echoes.Data
	w.Expect(string(first)).NotTo(ContainSubstring("Horse"))

	// Somebody sets another password.
	w.drift(radiusSecretPath, "somebody-else")
	w.reconcile(nf)
	w.Expect(w.device.Count("edit-config")).To(Equal(1))
	w.Expect(w.running(radiusSecretPath)).To(Equal("correct-horse"))
	w.Expect(nf.Status.Echoes.Data).To(Equal(first))

	// Git says another: it is sent, and what it becomes replaces what was known.
	w.device.ResetRequests()
	config := everything()
	config["strowger-test-router:system"] = object{"hostname": "Edge-1", "radius-secret": "Battery-Staple"}
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", config) })
	w.reconcile(nf)
	w.Expect(w.running(radiusSecretPath)).To(Equal("battery-staple"))
	w.Expect(w.device.Count("edit-config")).To(Equal(1))
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(echoes(nf)).To(Equal(int32(2)), "the location is no longer declared")
	w.Expect(nf.Status.Echoes.Data).NotTo(Equal(first))

	// Another NF knows nothing of it.
	other := w.serve(netconftest.Options{})
	t.Cleanup(other.Close)
	elsewhere := w.target("elsewhere", other)
	elsewhere.Spec.SSH.KnownHostsSecretRef = nil
	elsewhere.Spec.SSH.InsecureSkipHostKeyVerification = true
	w.create(elsewhere)
	w.Eventually(w.get(elsewhere)).Should(BeReady())
	w.edit(nf, func() { nf.Spec.TargetRef.Name = "elsewhere" })
	w.Eventually(func() *v1alpha1.Inventory { w.get(nf)(); return nf.Status.Inventory }).
		Should(HaveValue(HaveField("Target", HaveSuffix("/elsewhere"))))
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(nf.Status.Echoes).To(BeNil())
}

// TestEchoesAfterACrash: between a commit and the status that tells of it, the manager
// may end. What the NF made of what was sent is no loss then, nor drift later.
func TestEchoesAfterACrash(t *testing.T) {
	w, nf := temperedWorld(t, temper{traits: []string{"hashes-passwords", "lowercases"}})
	nf.Spec.Interval = metav1.Duration{Duration: time.Hour}
	var refused atomic.Int32
	const crashes = 3
	writes.fail("/namespaces/"+w.namespace+"/networkfunctions/edge-1/status", func() bool {
		return w.device.Count("commit") > 0 && refused.Add(1) <= crashes
	})
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(refused.Load()).To(BeNumerically(">", crashes))
	w.Expect(echoes(nf)).To(Equal(int32(3)))
	w.Expect(nf.Status.Echoes.Data).To(HaveLen(5+3*24), "nothing is left of the tries")

	w.reconcile(nf)
	w.device.ResetRequests()
	w.reconcile(nf)
	w.Expect(w.device.Count("edit-config")).To(BeZero())
	w.Expect(apiReports(w)).To(BeEmpty())
}
