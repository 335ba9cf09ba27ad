// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/strowger/strowger/api/v1alpha1"
)

func location(value string) object {
	return object{"strowger-test-router:system": object{"location": value}}
}

// dependent is a pair: the second depends on the first.
func (w *world) dependent() (first, second *v1alpha1.NetworkFunction) {
	w.t.Helper()
	first = w.nf(hostname("edge-1"))
	w.create(first)
	w.Eventually(w.get(first)).Should(BeReady())
	second = w.smf(location("Zurich"))
	second.Spec.DependsOn = []v1alpha1.NamespacedReference{{Name: first.Name}}
	w.create(second)
	w.Eventually(w.get(second)).Should(BeReady())
	return first, second
}

// TestDeletionInReverseOrder, whichever is deleted first; the end of one wakes the other.
func TestDeletionInReverseOrder(t *testing.T) {
	w := newWorld(t)
	first, second := w.dependent()
	release := w.device.Hold("edit-config")
	w.delete(first)
	w.Eventually(w.get(first)).Should(BeRefused(v1alpha1.DependentsRemainReason))
	w.delete(second)
	w.Eventually(func() string { w.get(first)(); return message(first, meta.ReadyCondition) }).Should(And(
		ContainSubstring("being deleted"), ContainSubstring(w.namespace+"/smf")))
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	release()
	w.expectGone(second)
	w.Expect(w.running(locationPath)).To(BeEmpty())
	w.expectGone(first)
	w.Expect(w.running(hostnamePath)).To(BeEmpty())
	w.Expect(w.events(first)).NotTo(ContainElement("Warning " + v1alpha1.DeletionFailedReason))
}

// TestDeletionWithDependentsThatStay goes on after a while, and says so.
func TestDeletionWithDependentsThatStay(t *testing.T) {
	w := newWorld(t)
	first, second := w.dependent()
	w.delete(first)
	w.Eventually(w.get(first)).Should(BeRefused(v1alpha1.DependentsRemainReason))
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.expectGone(first)
	w.Expect(w.running(hostnamePath)).To(BeEmpty())
	w.Expect(w.running(locationPath)).To(Equal("Zurich"))
	w.expectEvent(first, corev1.EventTypeWarning, v1alpha1.DependentsRemainReason)
	w.reconcile(second)
	w.Expect(second).To(BeRefused(v1alpha1.DependencyNotReadyReason))
}

// TestDeletionOfACircle ends, although each depends on the other.
func TestDeletionOfACircle(t *testing.T) {
	w := newWorld(t)
	first, second := w.dependent()
	w.edit(first, func() { first.Spec.DependsOn = []v1alpha1.NamespacedReference{{Name: second.Name}} })
	w.delete(first)
	w.delete(second)
	w.expectGone(first)
	w.expectGone(second)
	w.Expect(w.running(hostnamePath) + w.running(locationPath)).To(BeEmpty())
}

// TestDeletionOfAnOrphan waits for nobody: nothing is removed from the NF.
func TestDeletionOfAnOrphan(t *testing.T) {
	w := newWorld(t)
	first, _ := w.dependent()
	w.edit(first, func() { first.Spec.DeletionPolicy = v1alpha1.DeletionPolicyOrphan })
	w.delete(first)
	w.expectGone(first)
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(w.events(first)).NotTo(ContainElement("Warning " + v1alpha1.DependentsRemainReason))
}
