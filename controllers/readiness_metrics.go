// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/prometheus/client_golang/prometheus"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// readiness counts objects by the state of their Ready condition, when somebody asks for metrics: how many are not
// well, and why, without a label per object. It asks the cache, and only where the controllers run.
type readiness struct {
	cached  client.Reader
	elected <-chan struct{}
	objects *prometheus.Desc
}

func newReadiness(mgr ctrl.Manager) *readiness {
	return &readiness{cached: mgr.GetClient(), elected: mgr.Elected(), objects: prometheus.NewDesc("strowger_objects",
		"Objects by kind, the status of their Ready condition (Unknown while there is none) and its reason.", []string{"kind", "ready", "reason"}, nil)}
}

// Describe implements prometheus.Collector.
func (r *readiness) Describe(out chan<- *prometheus.Desc) { out <- r.objects }

// readinessTimeout bounds how long a scrape waits for a cache that is filled still.
const readinessTimeout = 5 * time.Second

// Collect implements prometheus.Collector.
func (r *readiness) Collect(out chan<- prometheus.Metric) {
	select {
	case <-r.elected:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), readinessTimeout)
	defer cancel()
	for kind, list := range map[string]client.ObjectList{
		"NetworkFunction": &v1alpha1.NetworkFunctionList{}, "NetworkFunctionRollout": &v1alpha1.NetworkFunctionRolloutList{},
		"Target": &v1alpha1.TargetList{}, "YANGLibrary": &v1alpha1.YANGLibraryList{},
	} {
		if err := r.cached.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			out <- prometheus.NewInvalidMetric(r.objects, err)
			continue
		}
		for state, n := range readyStates(list) {
			out <- prometheus.MustNewConstMetric(r.objects, prometheus.GaugeValue, float64(n), kind, state.status, state.reason)
		}
	}
}

// readyState is that of a Ready condition.
type readyState struct{ status, reason string }

func readyStates(list client.ObjectList) map[readyState]int {
	states := map[readyState]int{}
	_ = apimeta.EachListItem(list, func(o runtime.Object) error { // lists of ours have items
		state := readyState{status: "Unknown"}
		if getter, ok := o.(conditions.Getter); ok {
			if ready := conditions.Get(getter, meta.ReadyCondition); ready != nil {
				state = readyState{string(ready.Status), ready.Reason}
			}
		}
		states[state]++
		return nil
	})
	return states
}
