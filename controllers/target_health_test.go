// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/controllers"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// targets is the number of Targets of the world whose Ready is of a status and reason, as the metrics count them.
func (w *world) targets(ready, reason string) float64 {
	elected := make(chan struct{})
	close(elected)
	registry := prometheus.NewPedanticRegistry()
	w.Expect(registry.Register(&controllers.Readiness{Reader: client.NewNamespacedClient(k8s, w.namespace), Elected: elected})).To(Succeed())
	families, err := registry.Gather()
	w.Expect(err).NotTo(HaveOccurred())
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if labels := m.GetLabel(); labels[0].GetValue() == "Target" && labels[1].GetValue() == ready && labels[2].GetValue() == reason {
				return m.GetGauge().GetValue()
			}
		}
	}
	return 0
}

// TestLostSession: that an NF is gone is seen when it goes, not at the next interval, and counted.
func TestLostSession(t *testing.T) {
	w := newWorld(t, func(w *world) { w.router.Spec.Interval = metav1.Duration{Duration: time.Hour} })
	w.apply(w.nf(hostname("edge-1")))
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.Expect(w.targets("True", "Succeeded")).To(BeEquivalentTo(1))

	w.device.Close()
	w.Eventually(w.get(w.router)).Should(BeRefused("Unreachable"))
	w.Expect(w.targets("False", "Unreachable")).To(BeEquivalentTo(1))
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
