// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/strowger/strowger/internal/target"
)

// CallHomeOptions are where NFs may call home (RFC 8071). An empty address is none.
type CallHomeOptions struct {
	SSHAddr, TLSAddr string
}

// listeners are what the manager runs for them.
func (o CallHomeOptions) listeners(pool *target.Pool) []*callHome {
	var all []*callHome
	if o.SSHAddr != "" {
		all = append(all, &callHome{addr: o.SSHAddr, transport: target.SSH, pool: pool})
	}
	if o.TLSAddr != "" {
		all = append(all, &callHome{addr: o.TLSAddr, transport: target.TLS, pool: pool})
	}
	return all
}

// callHome listens for NFs that call home, on the replica that leads only: sessions belong to whoever
// reconciles. A call to another replica finds nobody listening, and the NF calls again.
type callHome struct {
	addr      string
	transport target.Transport
	pool      *target.Pool
}

// NeedLeaderElection is what the manager asks before it starts this.
func (*callHome) NeedLeaderElection() bool { return true }

// Start listens until the manager stops.
func (c *callHome) Start(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.addr)
	if err != nil {
		return fmt.Errorf("listening for NFs that call home over %s: %w", c.transport, err)
	}
	ctrl.LoggerFrom(ctx).Info("listening for NFs that call home", "transport", c.transport, "address", listener.Addr().String())
	return c.pool.ServeCallHome(ctx, listener, c.transport)
}

// refusedPause is the least time between two log lines on refused calls: whoever can reach the port can
// make as many as they like.
const refusedPause = 10 * time.Second

// refusals tells of calls that did not become sessions: all of them as a number, few as words.
type refusals struct {
	total prometheus.Counter
	tell  func(remote net.Addr, err error, silent int)

	mu     sync.Mutex
	next   time.Time
	silent int
}

func newRefusals(tell func(remote net.Addr, err error, silent int)) *refusals {
	return &refusals{tell: tell, total: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "strowger_call_home_refused_total",
		Help: "Connections to the call home listeners that did not become sessions.",
	})}
}

// add takes one refused call.
func (r *refusals) add(remote net.Addr, err error) {
	r.total.Inc()
	if silent, due := r.due(time.Now()); due {
		r.tell(remote, err, silent)
	}
}

// due says whether it is time for a line again, and how many had none.
func (r *refusals) due(now time.Time) (silent int, due bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(r.next) {
		r.silent++
		return 0, false
	}
	silent, r.silent, r.next = r.silent, 0, now.Add(refusedPause)
	return silent, true
}
