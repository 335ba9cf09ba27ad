// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kuberecorder "k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// eventOnChange tells a failure once, and once that it is over.
func eventOnChange(r kuberecorder.EventRecorder, obj interface {
	client.Object
	conditions.Getter
}, before *metav1.Condition) {
	after := conditions.Get(obj, meta.ReadyCondition)
	if before != nil && before.Status == after.Status && before.Reason == after.Reason && before.Message == after.Message {
		return
	}
	kind := corev1.EventTypeNormal
	if after.Status != metav1.ConditionTrue {
		kind = corev1.EventTypeWarning
	}
	r.Event(obj, kind, after.Reason, after.Message)
}
