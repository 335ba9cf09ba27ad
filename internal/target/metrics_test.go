// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

func TestMetrics(t *testing.T) {
	s, p, e, changes := watching(t, netconftest.Profile{Notifications: true})
	waitForState(t, p, e, SubscriptionActive)
	registry := prometheus.NewPedanticRegistry()
	for _, c := range p.Collectors() {
		if err := registry.Register(c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Apply(t.Context(), e, request(t, s, config(t, hostname("ours")))); err != nil {
		t.Fatal(err)
	}
	s.SetRunning(config(t, hostname("theirs")))
	awaitChange(t, changes)
	s.Fail("get-config", netconftest.RPCError{Tag: "operation-failed"})
	if _, err := p.Observe(t.Context(), e, nil); ReasonOf(err) != RPCError {
		t.Fatalf("got %v", err)
	}
	wrong := e
	wrong.Key, wrong.SSH.Password = "core/wrong", "wrong"
	if _, err := p.Observe(t.Context(), wrong, nil); ReasonOf(err) != AuthenticationFailed {
		t.Fatalf("got %v", err)
	}
	m := p.metrics
	for name, tt := range map[string]struct {
		got  prometheus.Collector
		want float64
	}{
		"sessions":      {m.sessions, 1},
		"subscriptions": {m.subscriptions, 1},
		"connected":     {m.connections.WithLabelValues("SSH", "OK"), 1},
		"refused":       {m.connections.WithLabelValues("SSH", "AuthenticationFailed"), 1},
		"failed":        {m.failures.WithLabelValues("get-config", "RPCError"), 1},
		"ours":          {m.notifications.WithLabelValues("ours"), 1},
		"foreign":       {m.notifications.WithLabelValues("foreign"), 1},
	} {
		if got := testutil.ToFloat64(tt.got); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	if n, err := testutil.GatherAndCount(registry, "strowger_netconf_rpc_duration_seconds"); err != nil || n < 6 {
		t.Errorf("%d operations, %v", n, err)
	}
	p.Forget(e.Key)
	if got := testutil.ToFloat64(m.sessions); got != 0 {
		t.Errorf("%v sessions after the end", got)
	}
}
