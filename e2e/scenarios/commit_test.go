// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"context"
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// A change of a NetworkFunction's own object reaches the NF through the Kustomization.
func TestCommitOfAnObject(t *testing.T) {
	g, ctx := scenario(t)
	before, err := w.Operations("upf-zrh-1")
	g.Expect(err).NotTo(HaveOccurred())
	journey, err := w.Follow(ctx, func(ctx context.Context) (string, error) {
		return w.Edit(ctx, "Scenario: sessions", "nf/upf-zrh-1.yaml", "maximum-sessions: 200000", "maximum-sessions: 210000")
	}, "upf-zrh-1")
	g.Expect(err).NotTo(HaveOccurred())
	t.Logf("from Flux artifact ready to configuration committed on the NF: %s", journey.Since("upf-zrh-1"))

	g.Expect(running(ctx, g, "upf-zrh-1", upfFilter).Value("upf-function", "maximum-sessions")).To(Equal("210000"))
	after, err := w.Operations("upf-zrh-1")
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(after["edit-config"]-before["edit-config"]).To(Equal(1), "edits")
	g.Expect(after["commit"]-before["commit"]).To(Equal(1), "commits")
	revert(ctx, g, journey.Commit)
}

// A change of a layer in the repository reaches every NF that uses it, without a change of any object.
func TestCommitOfALayer(t *testing.T) {
	g, ctx := scenario(t)
	generation := func(name string) int64 {
		nf, err := w.NetworkFunction(ctx, name)
		g.Expect(err).NotTo(HaveOccurred())
		return nf.Generation
	}
	before := generation("upf-zrh-1")
	journey, err := w.Follow(ctx, func(ctx context.Context) (string, error) {
		return w.Edit(ctx, "Scenario: heartbeat", "layers/upf-base.xml", "<heartbeat-interval>30<", "<heartbeat-interval>15<")
	}, "upf-zrh-1", "upf-zrh-2")
	g.Expect(err).NotTo(HaveOccurred())
	for _, name := range []string{"upf-zrh-1", "upf-zrh-2"} {
		t.Logf("from Flux artifact ready to configuration committed on %s: %s", name, journey.Since(name))
		g.Expect(running(ctx, g, name, upfFilter).Value("upf-function", "ep-n4", "heartbeat-interval")).To(Equal("15"))
	}
	g.Expect(generation("upf-zrh-1")).To(Equal(before), "the object was not changed")
	revert(ctx, g, journey.Commit)
}

// What YANG does not allow stays off the NF, says where it is, and goes away with the commit.
func TestRejectedCommit(t *testing.T) {
	for name, c := range map[string]struct{ from, to, reason, path string }{
		"unknown node": {"maximum-sessions: 200000", "max-sessions: 200000", v1alpha1.UnknownNodeReason, "max-sessions"},
		"out of range": {"mtu: 1500 ", "mtu: 99 ", v1alpha1.InvalidValueReason, "/strowger-5gc-upf:upf-function/interface[name='n6']/mtu"},
	} {
		t.Run(name, func(t *testing.T) {
			g, ctx := scenario(t)
			before, err := w.Operations("upf-zrh-1")
			g.Expect(err).NotTo(HaveOccurred())
			bad := edit(ctx, g, "nf/upf-zrh-1.yaml", c.from, c.to)
			eventually(ctx, g, func(g Gomega) {
				nf, err := w.NetworkFunction(ctx, "upf-zrh-1")
				g.Expect(err).NotTo(HaveOccurred())
				ready := world.Condition(nf, "Ready")
				g.Expect(ready.Status).To(Equal(metav1.ConditionFalse))
				g.Expect(ready.Reason).To(Equal(c.reason))
				g.Expect(ready.Message).To(And(ContainSubstring(c.path), ContainSubstring("local")))
				g.Expect(world.Condition(nf, "Stalled").Status).To(Equal(metav1.ConditionTrue))
				g.Expect(events(ctx, g, "upf-zrh-1", c.reason)).NotTo(BeEmpty())
			})
			after, err := w.Operations("upf-zrh-1")
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(after["edit-config"]).To(Equal(before["edit-config"]), "nothing was sent")
			good := revert(ctx, g, bad)
			g.Expect(w.WaitReady(ctx, good, "upf-zrh-1")).To(Succeed())
		})
	}
}

// events of an NF with a reason.
func events(ctx context.Context, g Gomega, name, reason string) []corev1.Event {
	var list corev1.EventList
	g.Expect(w.Client.List(ctx, &list, client.InNamespace(world.Namespace))).To(Succeed())
	var found []corev1.Event
	for _, e := range list.Items {
		if e.InvolvedObject.Kind == "NetworkFunction" && e.InvolvedObject.Name == name && e.Reason == reason {
			found = append(found, e)
		}
	}
	return found
}
