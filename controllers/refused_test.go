// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/strowger/strowger/api/v1alpha1"
)

// hostname is the configuration that every refused NF has once it is mended.
const (
	hostnamePath = "/strowger-test-router:system/hostname"
	hostnameYAML = "strowger-test-router:system:\n  hostname: edge-1\n"
)

func hostname(value string) object {
	return object{"strowger-test-router:system": object{"hostname": value}}
}

// refusal is one kind of bad input: how it comes about, what is said about it,
// and what ends it.
type refusal struct {
	name string
	// world breaks what is around the object, before it is created.
	world func(*world)
	// nf breaks the object itself, and creates what it needs.
	nf func(*world, *v1alpha1.NetworkFunction)
	// reason is that of Ready and of the event; says are parts of the message.
	reason string
	says   []string
	// status is kstatus's word: Failed needs a person, InProgress waits or retries.
	status status.Status
	// tried: the NF itself refused, so that it was asked.
	tried bool
	// cure takes the cause away. Nothing else wakes the object.
	cure func(*world, *v1alpha1.NetworkFunction)
}

// test proves that a refusal is told with its reason, place and remedy, that
// nothing reaches the NF, and that the object recovers by itself.
func (c refusal) test(t *testing.T) {
	var before []func(*world)
	if c.world != nil {
		before = append(before, c.world)
	}
	w := newWorld(t, before...)
	nf := w.nf(hostname("edge-1"))
	if c.nf != nil {
		c.nf(w, nf)
	}
	w.create(nf)

	w.Eventually(w.get(nf)).Should(BeRefused(c.reason))
	for _, part := range c.says {
		w.Expect(message(nf, meta.ReadyCondition)).To(ContainSubstring(part))
	}
	w.expectStatus(nf, c.status)
	w.expectEvent(nf, corev1.EventTypeWarning, c.reason)
	if !c.tried {
		w.Expect(w.device.Count("edit-config")).To(BeZero())
		w.Expect(w.device.Count("commit")).To(BeZero())
	}
	w.Expect(w.device.Running().Root().Children()).To(BeEmpty())

	c.cure(w, nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.expectStatus(nf, status.CurrentStatus)
	w.expectEvent(nf, corev1.EventTypeNormal, v1alpha1.SucceededReason)
}

func (c refusal) run(t *testing.T) { t.Run(c.name, c.test) }

func testRefusals(t *testing.T, refusals []refusal) {
	for _, c := range refusals {
		c.run(t)
	}
}
