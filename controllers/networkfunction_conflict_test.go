// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
)

// TestTwoObjectsForOneValue: the older one keeps it, the younger one waits for it; each
// may have its part of one list entry.
func TestTwoObjectsForOneValue(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(router(ethernet("n3", "mtu", 9000)))
	w.apply(nf)
	// The times of creation are whole seconds; then names decide, and edge-1 is before smf.
	younger := w.smf(router(object{"name": "n3", "mtu": 1500, "vlan": []int{10}}))
	w.create(younger)

	w.Eventually(w.get(younger)).Should(BeRefused(v1alpha1.PathConflictReason))
	w.Expect(message(younger, meta.ReadyCondition)).To(And(
		ContainSubstring(w.namespace+"/edge-1"), ContainSubstring(n3Path+"/mtu"), Not(ContainSubstring("vlan"))))
	w.expectStatus(younger, status.FailedStatus)
	w.Expect(w.running(n3Path + "/mtu")).To(Equal("9000"))
	w.Expect(w.device.Count("edit-config")).To(BeZero())

	// Given up by the older one, the value is the younger one's at once.
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", router(ethernet("n3"))) })
	w.Eventually(w.get(younger)).Should(BeReady())
	w.Expect(w.running(n3Path + "/mtu")).To(Equal("1500"))
	w.Expect(w.running(n3Path + "/type")).To(Equal("ethernet"))
	w.reconcile(nf)
	w.Expect(nf).To(BeReady())
	w.Expect(w.running(n3Path + "/mtu")).To(Equal("1500"))
}

// TestReferenceToWhatAnotherObjectDeclares is refused until that one is applied, which
// is noticed at once.
func TestReferenceToWhatAnotherObjectDeclares(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(routing("passive", []string{"n4"}))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ConstraintViolatedReason))

	w.create(w.smf(router(ethernet("n4"))))
	w.Eventually(w.get(nf)).Should(BeReady())
}
