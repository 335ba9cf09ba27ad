// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kuberecorder "k8s.io/client-go/tools/record"

	"github.com/strowger/strowger/api/v1alpha1"
)

// silent is a notification-controller that does not answer until it is let.
type silent struct {
	kuberecorder.EventRecorder
	asked, answer chan string
}

// AnnotatedEventf waits for the answer.
func (s *silent) AnnotatedEventf(o runtime.Object, _ map[string]string, _, reason, _ string, _ ...any) {
	s.asked <- o.(*v1alpha1.NetworkFunction).Name + " " + reason
	<-s.answer
}

// Whoever tells of events waits for nobody: neither for an answer, nor for room, nor when the manager stops.
func TestRecorderWaitsForNobody(t *testing.T) {
	kubernetes := kuberecorder.NewFakeRecorder(2 * eventBacklog)
	flux := &silent{asked: make(chan string), answer: make(chan string)}
	r := &recorder{EventRecorder: kubernetes, flux: flux, waiting: make(chan func(), eventBacklog)}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error)
	go func() { stopped <- r.Start(ctx) }()

	nf := &v1alpha1.NetworkFunction{ObjectMeta: metav1.ObjectMeta{Name: "amf"}}
	r.Event(nf, corev1.EventTypeNormal, "First", "one")
	nf.Name = "changed since"
	if got := <-flux.asked; got != "amf First" {
		t.Errorf("asked about %q", got)
	}
	for range eventBacklog + 10 {
		r.Eventf(nf, corev1.EventTypeNormal, "More", "%d", 2)
	}
	if got := len(kubernetes.Events); got != eventBacklog+11 {
		t.Errorf("Kubernetes was told of %d events", got)
	}
	flux.answer <- ""
	if got := <-flux.asked; got != "changed since More" {
		t.Errorf("asked about %q", got)
	}
	cancel()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	close(flux.answer)
}
