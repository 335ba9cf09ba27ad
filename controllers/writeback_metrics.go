// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/internal/gitreport"
)

// writeBackMetrics are those of the write-back. None has a label per NF: there are
// thousands.
type writeBackMetrics struct {
	pushes       *prometheus.CounterVec // by result
	duration     prometheus.Histogram
	reports      prometheus.Counter
	pullRequests *prometheus.GaugeVec   // by repository
	failures     *prometheus.CounterVec // by reason
}

func newWriteBackMetrics() *writeBackMetrics {
	return &writeBackMetrics{
		pushes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "strowger_git_pushes_total", Help: "Attempts to bring reports to a repository, by result: Pushed, Same (Git had all of it already) or Failed.",
		}, []string{"result"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "strowger_git_push_duration_seconds", Help: "How long it took to fetch, commit and push.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}),
		reports: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "strowger_git_reports_total", Help: "Drift reports that were brought to Git.",
		}),
		pullRequests: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "strowger_pull_requests_open", Help: "Pull requests that wait for a decision, by GitRepository.",
		}, []string{"namespace", "name"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "strowger_write_back_failures_total", Help: "Failures of Git servers and forges, by reason.",
		}, []string{"reason"}),
	}
}

func (m *writeBackMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.pushes, m.duration, m.reports, m.pullRequests, m.failures}
}

// published notes an attempt.
func (m *writeBackMetrics) published(took time.Duration, written []gitreport.Written, err error) {
	result := "Same"
	if err != nil {
		result = "Failed"
	}
	for _, w := range written {
		if w.Pushed {
			result = "Pushed"
		}
	}
	m.pushes.WithLabelValues(result).Inc()
	m.duration.Observe(took.Seconds())
}

// failed notes a failure.
func (m *writeBackMetrics) failed(reason string) { m.failures.WithLabelValues(reason).Inc() }

// open notes how many pull requests of a repository wait.
func (m *writeBackMetrics) open(repository types.NamespacedName, n int) {
	if n == 0 {
		m.pullRequests.DeleteLabelValues(repository.Namespace, repository.Name)
		return
	}
	m.pullRequests.WithLabelValues(repository.Namespace, repository.Name).Set(float64(n))
}
