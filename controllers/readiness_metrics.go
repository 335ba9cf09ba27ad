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
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// Readiness counts objects by the state of their Ready condition, when somebody asks for metrics: how many are not
// well, and why, without a label per object.
type Readiness struct {
	// Reader is that of the cache: a scrape is to cost nothing.
	Reader client.Reader
	// Elected is closed where the controllers run; elsewhere nothing is counted.
	Elected <-chan struct{}
}

var objectsMetric = prometheus.NewDesc("strowger_objects",
	"Objects by kind, the status of their Ready condition (Unknown while there is none) and its reason.", []string{"kind", "ready", "reason"}, nil)

// Describe implements prometheus.Collector.
func (r *Readiness) Describe(out chan<- *prometheus.Desc) { out <- objectsMetric }

// readinessTimeout bounds how long a scrape waits for a cache that is filled still.
const readinessTimeout = 5 * time.Second

// Collect implements prometheus.Collector.
func (r *Readiness) Collect(out chan<- prometheus.Metric) {
	select {
	case <-r.Elected:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), readinessTimeout)
	defer cancel()
	for kind, list := range map[string]client.ObjectList{
		"NetworkFunction": &v1alpha1.NetworkFunctionList{}, "NetworkFunctionRollout": &v1alpha1.NetworkFunctionRolloutList{},
		"Target": &v1alpha1.TargetList{}, "YANGLibrary": &v1alpha1.YANGLibraryList{},
	} {
		if err := r.Reader.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			out <- prometheus.NewInvalidMetric(objectsMetric, err)
			continue
		}
		for state, n := range readyStates(list) {
			out <- prometheus.MustNewConstMetric(objectsMetric, prometheus.GaugeValue, float64(n), kind, state.status, state.reason)
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
