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

// TestDeletion removes from the NF what the object owns, or leaves it there.
func TestDeletion(t *testing.T) {
	for _, c := range []struct {
		name   string
		policy v1alpha1.DeletionPolicy
		left   string
	}{
		{"Delete", v1alpha1.DeletionPolicyDelete, ""},
		{"Orphan", v1alpha1.DeletionPolicyOrphan, "edge-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.drift(locationPath, "Zurich")
			nf := w.nf(hostname("edge-1"))
			nf.Spec.DeletionPolicy = c.policy
			w.create(nf)
			w.Eventually(w.get(nf)).Should(BeReady())
			w.Expect(nf.Finalizers).To(ContainElement(v1alpha1.Finalizer))

			w.delete(nf)
			w.expectGone(nf)
			w.Expect(w.running(hostnamePath)).To(Equal(c.left))
			w.Expect(w.running(locationPath)).To(Equal("Zurich"))
		})
	}
}

// TestDeletionWhileTheNFIsAway waits for it, and says so.
func TestDeletionWhileTheNFIsAway(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.device.Close()

	w.delete(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.DeletionFailedReason))
	w.Expect(message(nf, meta.ReadyCondition)).To(And(ContainSubstring(w.device.Addr), ContainSubstring("Orphan")))
	w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.DeletionFailedReason)

	w.restart()
	w.expectGone(nf)
	w.Expect(w.running(hostnamePath)).To(BeEmpty())
}

// TestDeletionBecomesOrphan frees an object whose NF never comes back.
func TestDeletionBecomesOrphan(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.device.Close()
	w.delete(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.DeletionFailedReason))

	w.edit(nf, func() { nf.Spec.DeletionPolicy = v1alpha1.DeletionPolicyOrphan })
	w.expectGone(nf)
}

// TestDeletionOfWhatWasNeverApplied needs no NF.
func TestDeletionOfWhatWasNeverApplied(t *testing.T) {
	w := newWorld(t, func(w *world) { w.device.Close() })
	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.UnreachableReason))
	w.delete(nf)
	w.expectGone(nf)
}

// TestDeletionWhileSuspended still removes the configuration.
func TestDeletionWhileSuspended(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.edit(nf, func() { nf.Spec.Suspend = true })
	w.delete(nf)
	w.expectGone(nf)
	w.Expect(w.running(hostnamePath)).To(BeEmpty())
}

// TestDeletionWhileTheTargetIsSuspended waits: nobody may talk to the NF.
func TestDeletionWhileTheTargetIsSuspended(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("edge-1"))
	w.apply(nf)
	w.edit(w.router, func() { w.router.Spec.Suspend = true })
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.SuspendedReason))
	w.device.ResetRequests()

	w.delete(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.DeletionFailedReason))
	w.Expect(message(nf, meta.ReadyCondition)).To(ContainSubstring("suspended"))
	w.Expect(w.device.Requests()).To(BeEmpty())

	w.edit(w.router, func() { w.router.Spec.Suspend = false })
	w.expectGone(nf)
	w.Expect(w.running(hostnamePath)).To(BeEmpty())
}

// TestMoveAndDeletionOfTheOldTarget: the old Target is kept until the
// configuration has left its NF.
func TestMoveAndDeletionOfTheOldTarget(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())

	w.device.Close()
	w.edit(nf, func() { nf.Spec.TargetRef.Name = "nowhere" })
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.TargetNotFoundReason))
	w.delete(w.router)
	w.Consistently(func() bool { w.get(w.router)(); return w.router.DeletionTimestamp.IsZero() }).Should(BeFalse())
	w.Expect(w.router.Finalizers).NotTo(BeEmpty())

	w.restart()
	w.delete(nf)
	w.expectGone(nf)
	w.Expect(w.running(hostnamePath)).To(BeEmpty())
	w.expectGone(w.router)
}

// TestDeletionAfterARefusal: what the NF refused was never owned, so that what it
// had before stays.
func TestDeletionAfterARefusal(t *testing.T) {
	for _, operation := range []string{"edit-config", "commit"} {
		t.Run(operation, func(t *testing.T) {
			w := newWorld(t)
			w.drift(hostnamePath, "by-hand")
			for range 5 { // Whatever wakes the object, it is refused again.
				w.device.Fail(operation, refusedByNF)
			}
			nf := w.nf(object{"strowger-test-router:system": object{"hostname": "edge-1", "location": "Zurich"}})
			nf.Spec.RetryInterval = nf.Spec.Interval
			w.Eventually(w.get(w.router)).Should(BeReady())
			w.create(nf)
			w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.RPCErrorReason))
			w.reconcile(nf)
			w.Expect(nf).To(BeRefused(v1alpha1.RPCErrorReason))
			w.device.ClearFaults()

			w.delete(nf)
			w.expectGone(nf)
			w.Expect(w.running(hostnamePath)).To(Equal("by-hand"))
		})
	}
}
