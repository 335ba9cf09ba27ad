// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/runtime/conditions/check"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gcustom"
	gtypes "github.com/onsi/gomega/types"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// events are type and reason of all events of an object.
func (w *world) events(o client.Object) []string {
	var list corev1.EventList
	w.Expect(k8s.List(w.t.Context(), &list, client.InNamespace(w.namespace))).To(Succeed())
	var out []string
	for _, e := range list.Items {
		if e.InvolvedObject.UID == o.GetUID() {
			out = append(out, e.Type+" "+e.Reason)
		}
	}
	return out
}

// expectEvent waits for an event, which is written beside the status.
func (w *world) expectEvent(o client.Object, kind, reason string) {
	w.t.Helper()
	w.Eventually(func() []string { return w.events(o) }).Should(ContainElement(kind + " " + reason))
}

// expectStatus checks what kstatus and Flux's own rules make of the conditions.
// They are written before the rest of the status, hence the second look.
func (w *world) expectStatus(o conditions.Getter, want status.Status) {
	w.t.Helper()
	checker := check.NewChecker(k8s, &check.Conditions{NegativePolarity: []string{meta.StalledCondition, meta.ReconcilingCondition}})
	w.Eventually(func(g Gomega) {
		fail, warn := checker.Check(w.t.Context(), o)
		g.Expect(fail).NotTo(HaveOccurred())
		g.Expect(warn).NotTo(HaveOccurred())
		u, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
		g.Expect(err).NotTo(HaveOccurred())
		result, err := status.Compute(&unstructured.Unstructured{Object: u})
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(result.Status).To(Equal(want), result.Message)
	}).Should(Succeed())
}

// expectGone waits until an object was let go.
func (w *world) expectGone(o client.Object) {
	w.t.Helper()
	w.Eventually(func() bool {
		return apierrors.IsNotFound(k8s.Get(w.t.Context(), client.ObjectKeyFromObject(o), o))
	}).Should(BeTrue())
}

// message is what a condition says.
func message(o conditions.Getter, condition string) string {
	return conditions.GetMessage(o, condition)
}

// BeReady matches objects that are Ready at their present generation.
func BeReady() gtypes.GomegaMatcher {
	return gcustom.MakeMatcher(func(o client.Object) (bool, error) {
		c := conditions.Get(o.(conditions.Getter), meta.ReadyCondition)
		return c != nil && c.Status == metav1.ConditionTrue && observed(o, c), nil
	}).WithTemplate("Expected to be ready:\n{{format .Actual.GetConditions 1}}")
}

// BeRefused matches objects that are not Ready for a reason.
func BeRefused(reason string) gtypes.GomegaMatcher {
	return gcustom.MakeMatcher(func(o client.Object) (bool, error) {
		c := conditions.Get(o.(conditions.Getter), meta.ReadyCondition)
		return c != nil && c.Status == metav1.ConditionFalse && c.Reason == reason && observed(o, c), nil
	}).WithTemplate("Expected to be refused as {{.Data}}:\n{{format .Actual.GetConditions 1}}", reason)
}

// observed: the status is that of the present generation. The conditions are
// written before the rest of the status.
func observed(o client.Object, c *metav1.Condition) bool {
	var generation int64
	switch o := o.(type) {
	case *v1alpha1.NetworkFunction:
		generation = o.Status.ObservedGeneration
	case *v1alpha1.Target:
		generation = o.Status.ObservedGeneration
	case *v1alpha1.YANGLibrary:
		generation = o.Status.ObservedGeneration
	}
	return generation == o.GetGeneration() && c.ObservedGeneration == generation
}
