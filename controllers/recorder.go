// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	"github.com/fluxcd/pkg/runtime/events"
	"k8s.io/apimachinery/pkg/runtime"
	kuberecorder "k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
)

// eventBacklog is how many events may wait for Flux's notification-controller.
const eventBacklog = 4096

// recorder tells Kubernetes of events, and Flux's notification-controller behind its
// back: that one is asked again and again while it is away, for which nothing that
// happens on an NF must wait.
type recorder struct {
	kuberecorder.EventRecorder
	flux    kuberecorder.EventRecorder
	waiting chan func()
}

// newRecorder makes a recorder; without an address only Kubernetes is told.
func newRecorder(mgr ctrl.Manager, address string) (kuberecorder.EventRecorder, error) {
	//nolint:staticcheck // What Flux's libraries take is this one.
	own := mgr.GetEventRecorderFor(controllerName)
	if address == "" {
		return own, nil
	}
	flux, err := events.NewRecorderForScheme(mgr.GetScheme(), &kuberecorder.FakeRecorder{}, mgr.GetLogger(), address, controllerName)
	if err != nil {
		return nil, fmt.Errorf("setting up events to %s: %w", address, err)
	}
	r := &recorder{EventRecorder: own, flux: flux, waiting: make(chan func(), eventBacklog)}
	return r, mgr.Add(r)
}

// Start sends what waits until ctx ends. It makes recorder a manager.Runnable.
func (r *recorder) Start(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case send := <-r.waiting:
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				send()
			}()
			select {
			case <-ctx.Done(): // the manager does not wait for one that is away either
				return nil
			case <-ended:
			}
		}
	}
}

// NeedLeaderElection is false: replicas that wait have events too.
func (r *recorder) NeedLeaderElection() bool { return false }

// Event is of record.EventRecorder.
func (r *recorder) Event(object runtime.Object, kind, reason, message string) {
	r.AnnotatedEventf(object, nil, kind, reason, "%s", message)
}

// Eventf is of record.EventRecorder.
func (r *recorder) Eventf(object runtime.Object, kind, reason, format string, args ...any) {
	r.AnnotatedEventf(object, nil, kind, reason, format, args...)
}

// AnnotatedEventf is of record.EventRecorder. What finds no room is told to Kubernetes
// only.
func (r *recorder) AnnotatedEventf(object runtime.Object, annotations map[string]string, kind, reason, format string, args ...any) {
	r.EventRecorder.AnnotatedEventf(object, annotations, kind, reason, format, args...)
	object = object.DeepCopyObject()
	select {
	case r.waiting <- func() { r.flux.AnnotatedEventf(object, annotations, kind, reason, format, args...) }:
	default:
	}
}
