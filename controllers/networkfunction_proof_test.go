// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"fmt"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gstruct"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
)

const (
	routerIDPath = "/strowger-test-router:routing/router-id"
	vrfPath      = "/strowger-test-router:routing/vrf"
	n3VLAN       = n3Path + "/vlan[.='10']"
)

// routing is a configuration of one node of the router's routing container.
func routing(name string, value any) object {
	return object{"strowger-test-router:routing": object{name: value}}
}

func ethernet(name string, more ...any) object {
	entry := object{"name": name, "type": "ethernet"}
	for i := 0; i < len(more); i += 2 {
		entry[more[i].(string)] = more[i+1]
	}
	return entry
}

// TestReferenceToWhatOnlyTheNFHas is no error, within a top-level node and across them.
func TestReferenceToWhatOnlyTheNFHas(t *testing.T) {
	w := newWorld(t)
	w.drift(n6Path+"/type", "ethernet")
	nf := w.nf(router(ethernet("n3", "parent", "n6")))
	nf.Spec.Config = append(nf.Spec.Config, w.inline("routing", routing("passive", []string{"n3", "n6"})))
	w.create(nf)

	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(n3Path + "/parent")).To(Equal("n6"))
	w.Expect(nf.Status.Violations).To(BeNil())
	w.Expect(message(nf, v1alpha1.ValidatedCondition)).To(Equal("The intended tree is valid"))
}

// TestEntryThatOnlyTheNFHasWhole: mandatory leaves and conditions within a list entry
// are the NF's as well as ours.
func TestEntryThatOnlyTheNFHasWhole(t *testing.T) {
	for kind, says := range map[string]string{"ethernet": "", "loopback": "only Ethernet has a speed"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			w.drift(n6Path+"/type", kind)
			nf := w.nf(router(object{"name": "n6", "speed": 1000}))
			w.create(nf)
			if says == "" {
				w.Eventually(w.get(nf)).Should(BeReady())
				w.Expect(w.running(n6Path + "/speed")).To(Equal("1000"))
				return
			}
			w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ConstraintViolatedReason))
			w.Expect(nf.Status.Violations.First).To(ConsistOf(And(
				HaveField("Path", n6Path+"/speed"), HaveField("Message", ContainSubstring(says)))))
			w.Expect(w.device.Count("edit-config")).To(BeZero())
		})
	}
}

// TestEveryViolationIsListed, bounded and counted, and nothing is sent.
func TestEveryViolationIsListed(t *testing.T) {
	const wrong = 30
	w := newWorld(t)
	var passive []string
	for i := range wrong {
		passive = append(passive, fmt.Sprintf("gone-%02d", i))
	}
	nf := w.nf(routing("passive", passive))
	w.create(nf)

	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ConstraintViolatedReason))
	w.expectStatus(nf, status.FailedStatus)
	w.Expect(nf.Status.Violations.Count).To(BeNumerically("==", wrong))
	w.Expect(nf.Status.Violations.First).To(HaveLen(20))
	w.Expect(nf.Status.Violations.First[0]).To(gstruct.MatchFields(gstruct.IgnoreExtras, gstruct.Fields{
		"Path":     Equal("/strowger-test-router:routing/passive[.='gone-00']"),
		"Rule":     ContainSubstring("/r:interface/r:name"),
		"Position": MatchRegexp(`^strowger-test-router.*\.yang:\d+$`),
		"Message":  ContainSubstring("gone-00"),
		"Origin":   ContainSubstring("local"),
		"Tag":      Equal("data-missing"),
		"AppTag":   Equal("instance-required"),
	}))
	w.Expect(message(nf, meta.ReadyCondition)).To(And(
		ContainSubstring("gone-00"), ContainSubstring("and 25 more; see status.violations")))
	w.Expect(w.device.Count("edit-config")).To(BeZero())

	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", routing("router-id", "192.0.2.1")) })
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(nf.Status.Violations).To(BeNil())
}

// TestRuleAcrossTopLevelNodes is decided by what the NF holds in the one that no layer
// declares.
func TestRuleAcrossTopLevelNodes(t *testing.T) {
	for name, c := range map[string]struct {
		location string
		config   object
		says     string
	}{
		"forbids":  {"Moon", router(ethernet("n3", "vlan", []int{10})), "no VLANs there"},
		"permits":  {"Zurich", router(ethernet("n3", "vlan", []int{10})), ""},
		"lacks":    {"", routing("vrf", "blue"), "a VRF needs a location"},
		"is given": {"Zurich", routing("vrf", "blue"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if c.location != "" {
				w.drift(locationPath, c.location)
			}
			nf := w.nf(c.config)
			w.create(nf)
			if c.says == "" {
				w.Eventually(w.get(nf)).Should(BeReady())
				return
			}
			w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ConstraintViolatedReason))
			w.Expect(message(nf, meta.ReadyCondition)).To(And(ContainSubstring(c.says), ContainSubstring("strowger-test-router")))
			w.Expect(nf.Status.Violations.Count).To(BeNumerically("==", 1))
			w.Expect(w.device.Count("edit-config")).To(BeZero())
		})
	}
}

// TestRuleOfWhatOthersConfigured below a top-level node that no layer declares or refers
// to is kept.
func TestRuleOfWhatOthersConfigured(t *testing.T) {
	w := newWorld(t)
	w.drift(n6Path+"/type", "ethernet", n6Path+"/vlan[.='10']", "10")
	nf := w.nf(object{"strowger-test-router:system": object{"location": "Moon"}})
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ConstraintViolatedReason))
	w.Expect(nf.Status.Violations.First).To(ConsistOf(And(
		HaveField("Path", n6Path+"/vlan[.='10']"), HaveField("Origin", "the NF"), HaveField("Message", ContainSubstring("no VLANs there")))))
	w.Expect(w.device.Count("edit-config")).To(BeZero())

	w.drift(n6Path+"/vlan[.='10']", "")
	w.reconcile(nf)
	w.Expect(nf).To(BeReady())
}

// TestProofWithoutTheNF: what is wrong in Git alone is told while the NF is down; what
// the NF may cure waits for it, and says so.
func TestProofWithoutTheNF(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.create(w.library(map[string]string{routerFile: routerModule(w.t)}))
		w.router.Spec.Schema = &v1alpha1.TargetSchema{LibraryRef: v1alpha1.NamespacedReference{Name: "router"}}
	})
	w.drift(n6Path+"/type", "ethernet")
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.device.Close()

	nf := w.nf(router(ethernet("n3", "vlan", []int{4000})))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ConstraintViolatedReason))
	w.Expect(message(nf, meta.ReadyCondition)).To(ContainSubstring("VLAN 4000 is reserved"))

	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", router(ethernet("n3", "parent", "n6"))) })
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.UnreachableReason))
	validated := conditions.Get(nf, v1alpha1.ValidatedCondition)
	w.Expect(validated.Status).To(Equal(metav1.ConditionUnknown))
	w.Expect(validated.Reason).To(Equal(v1alpha1.NotProvedReason))
	w.Expect(validated.Message).To(And(ContainSubstring("the NF must hold"), ContainSubstring("n6"), ContainSubstring("/parent")))
	w.Expect(nf.Status.Violations.Count).To(BeNumerically("==", 1))
	w.expectStatus(nf, status.InProgressStatus)

	w.restart()
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(conditions.IsTrue(nf, v1alpha1.ValidatedCondition)).To(BeTrue())
	w.Expect(nf.Status.Violations).To(BeNil())
}

// TestWhatOthersLeftWrong does not keep us from configuring beside it, but we do not
// break what was right.
func TestWhatOthersLeftWrong(t *testing.T) {
	w := newWorld(t)
	w.drift(vrfPath, "blue") // without a location: this NF does not mind
	nf := w.nf(routing("router-id", "192.0.2.1"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(routerIDPath)).To(Equal("192.0.2.1"))

	w.edit(nf, func() {
		nf.Spec.Config = append(nf.Spec.Config, w.inline("interfaces", router(ethernet("n3"))))
	})
	w.Eventually(w.get(nf)).Should(BeReady())
	w.drift(n6Path+"/type", "ethernet", n6Path+"/parent", "n3")
	w.edit(nf, func() { nf.Spec.Config = nf.Spec.Config[:1] })
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ConstraintViolatedReason))
	w.Expect(nf.Status.Violations.Count).To(BeNumerically("==", 1))
	w.Expect(nf.Status.Violations.First[0].Path).To(Equal(n6Path + "/parent"))
	w.Expect(nf.Status.Violations.First[0].Origin).To(Equal("the NF"))
	w.Expect(w.running(n3Path + "/type")).To(Equal("ethernet"))
}

// TestCorrectionIsProved: Git's value is not put back where that would break what was
// configured meanwhile.
func TestCorrectionIsProved(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(router(ethernet("n3", "vlan", []int{10})))
	nf.Spec.Drift.Report.Mode = "None"
	w.apply(nf)
	w.drift(n3VLAN, "", locationPath, "Moon")

	w.reconcile(nf)
	w.Expect(nf).To(BeRefused(v1alpha1.ConstraintViolatedReason))
	w.Expect(conditions.IsFalse(nf, v1alpha1.InSyncCondition)).To(BeTrue())
	w.Expect(nf.Status.Violations.First).To(ConsistOf(HaveField("Message", ContainSubstring("no VLANs there"))))
	w.Expect(w.device.Count("edit-config")).To(BeZero())

	w.drift(locationPath, "Zurich")
	w.reconcile(nf)
	w.Expect(nf).To(BeReady())
	w.Expect(w.device.Running().Get(n3VLAN)).NotTo(BeNil())
	w.Expect(nf.Status.Violations).To(BeNil())
}

// TestRefusedRemovalIsExplained by the rules of the modules; it goes on once it can.
func TestRefusedRemovalIsExplained(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(router(ethernet("n3")))
	w.apply(nf)
	w.drift(n6Path+"/type", "ethernet", n6Path+"/parent", "n3")

	w.delete(nf)
	w.Eventually(w.get(nf)).Should(HaveField("Status.Violations", Not(BeNil())))
	w.Expect(nf.Status.Violations.First).To(ConsistOf(And(
		HaveField("Path", n6Path+"/parent"), HaveField("Rule", ContainSubstring("/r:interface/r:name")), HaveField("Origin", "the NF"))))
	w.Expect(message(nf, meta.ReadyCondition)).To(And(
		ContainSubstring("the NF refused"), ContainSubstring("it would break"), ContainSubstring("deletionPolicy")))

	w.drift(n6Path+"/parent", "")
	w.expectGone(nf)
	w.Expect(w.device.Running().Get(n3Path)).To(BeNil())
}

// TestProofCostsOneRequest per change at most, and none when nothing changed.
func TestProofCostsOneRequest(t *testing.T) {
	w := newWorld(t)
	w.drift(locationPath, "Zurich")
	nf := w.nf(routing("vrf", "blue"))
	w.apply(nf)
	for range 2 {
		w.reconcile(nf)
	}
	w.Expect(w.device.Requests()).To(Equal([]string{"get-config", "get-config"}))

	w.device.ResetRequests()
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", routing("vrf", "red")) })
	w.Eventually(w.get(nf)).Should(BeReady())
	before := w.device.Requests()[:2]
	w.Expect(before).To(Equal([]string{"get-config", "get-config"}), "what is owned, then what the proof needs")
	w.Expect(w.device.Count("get-config")).To(BeNumerically("==", 3), "and once to read back")
}
