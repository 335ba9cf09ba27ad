// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// resultOK is the result of what succeeded, where a failure has its Reason.
const resultOK = "OK"

// metrics are those of one pool. None has a label per NF: there are thousands.
type metrics struct {
	sessions      prometheus.GaugeFunc
	connections   *prometheus.CounterVec   // by transport and result
	rpcs          *prometheus.HistogramVec // by operation
	failures      *prometheus.CounterVec   // by operation and reason
	notifications *prometheus.CounterVec   // by author
	subscriptions prometheus.GaugeFunc
}

func newMetrics(p *Pool) *metrics {
	return &metrics{
		sessions: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "strowger_netconf_sessions", Help: "NETCONF sessions that are up, without those that only carry notifications.",
		}, p.countSessions),
		subscriptions: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "strowger_netconf_subscriptions", Help: "Subscriptions to configuration changes that are active.",
		}, p.countSubscriptions),
		connections: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "strowger_netconf_connections_total", Help: "Attempts to establish a session, by how (SSH, TLS, or a call home) and result (OK or the reason of the failure).",
		}, []string{"transport", "result"}),
		rpcs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "strowger_netconf_rpc_duration_seconds", Help: "How long replies were waited for, by operation.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60},
		}, []string{"operation"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "strowger_netconf_rpc_failures_total", Help: "RPCs that failed, by operation and reason.",
		}, []string{"operation", "reason"}),
		notifications: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "strowger_netconf_notifications_total", Help: "Notifications received, by what they tell of: a change of ours, one of others, or something else.",
		}, []string{"kind"}),
	}
}

// Collectors are the pool's metrics, for registration.
func (p *Pool) Collectors() []prometheus.Collector {
	m := p.metrics
	return []prometheus.Collector{m.sessions, m.subscriptions, m.connections, m.rpcs, m.failures, m.notifications}
}

// connected notes an attempt to establish a session.
func (m *metrics) connected(transport string, err error) {
	result := resultOK
	if err != nil {
		result = string(reasonOf(err))
	}
	m.connections.WithLabelValues(transport, result).Inc()
}

// answered notes an RPC.
func (m *metrics) answered(operation string, began time.Time, err error) {
	m.rpcs.WithLabelValues(operation).Observe(time.Since(began).Seconds())
	if err != nil {
		m.failures.WithLabelValues(operation, string(reasonOf(err))).Inc()
	}
}

func (p *Pool) countSessions() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	up := 0
	for _, d := range p.devices {
		if s := d.latest.Load(); s != nil && s.Err() == nil {
			up++
		}
	}
	return float64(up)
}

func (p *Pool) countSubscriptions() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	active := 0
	for _, w := range p.watches {
		if w.current().Status == SubscriptionActive {
			active++
		}
	}
	return float64(active)
}
