// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// objects is the number of objects of a kind in the manager's metrics whose Ready is of a status and reason.
func objects(kind, ready, reason string) float64 {
	families, err := metrics.Registry.Gather()
	if err != nil {
		return -1
	}
	want := map[string]string{"kind": kind, "ready": ready, "reason": reason}
	for _, family := range families {
		if family.GetName() != "strowger_objects" {
			continue
		}
	metrics:
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if want[label.GetName()] != label.GetValue() {
					continue metrics
				}
			}
			return m.GetGauge().GetValue()
		}
	}
	return 0
}

// TestLostSession: that an NF is gone is seen when it goes, not at the next interval, and counted.
func TestLostSession(t *testing.T) {
	w := newWorld(t, func(w *world) { w.router.Spec.Interval = metav1.Duration{Duration: time.Hour} })
	w.apply(w.nf(hostname("edge-1")))
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.Eventually(func() float64 { return objects("Target", "True", "Succeeded") }).Should(BeNumerically(">=", 1))

	w.device.Close()
	w.Eventually(w.get(w.router)).Should(BeRefused("Unreachable"))
	w.Eventually(func() float64 { return objects("Target", "False", "Unreachable") }).Should(BeNumerically(">=", 1))
}

// TestNFWarns: what an NF says of a change that it takes is told.
func TestNFWarns(t *testing.T) {
	w := newWorld(t)
	w.device.Fail("edit-config", netconftest.RPCError{Tag: "operation-failed", Severity: "warning", Message: "the license ends tomorrow"})
	nf := w.nf(hostname("edge-1"))
	w.apply(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.expectEvent(nf, "Warning", "NFWarning")
	var list corev1.EventList
	w.Expect(k8s.List(t.Context(), &list, client.InNamespace(w.namespace))).To(Succeed())
	w.Expect(list.Items).To(ContainElement(HaveField("Message", ContainSubstring("edit-config: the license ends tomorrow"))))
}
