// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/strowger/strowger/internal/target"
)

// sessions is the pool with what it tells the controllers.
type sessions struct {
	*target.Pool
	// targets are to be checked, and the users of others to be looked at.
	targets, users wakes
	// announced is what NFs told of changes that others made.
	announced announcements
}

// newPool makes the sessions of a manager, and lets it listen for NFs that call home.
func newPool(mgr ctrl.Manager, o Options) (*sessions, error) {
	s := &sessions{targets: newWakes(), users: newWakes()}
	log := mgr.GetLogger().WithName("call-home")
	refused := newRefusals(func(remote net.Addr, err error, silent int) {
		log.Info("refused a call", "remote", remote.String(), "error", err.Error(), "othersSinceLastLine", silent)
	})
	s.Pool = target.NewPool(target.Options{
		OnCall: s.called, OnRefused: refused.add, OnChange: s.changed, OnSubscription: s.targets.send,
		OnLost: s.targets.send, OnReached: s.called,
	})
	if err := register(s.Collectors()...); err != nil || o.CallHome == (CallHomeOptions{}) {
		return s, err
	}
	for _, listener := range o.CallHome.listeners(s.Pool) {
		if err := mgr.Add(listener); err != nil {
			return nil, fmt.Errorf("adding the call home listeners: %w", err)
		}
	}
	return s, register(refused.total)
}

// register adds collectors to what the manager's metrics endpoint shows. Those of an earlier manager of the
// same process, as in tests, give way.
func register(collectors ...prometheus.Collector) error {
	for _, c := range collectors {
		err := metrics.Registry.Register(c)
		// Another manager may be starting at the same time: then it is taken out again.
		for already := (prometheus.AlreadyRegisteredError{}); errors.As(err, &already); {
			metrics.Registry.Unregister(already.ExistingCollector)
			err = metrics.Registry.Register(c)
		}
		if err != nil {
			return fmt.Errorf("registering metrics: %w", err)
		}
	}
	return nil
}

// called: an NF that just called, or was reached again, was away and may have been changed or replaced meanwhile.
func (s *sessions) called(key string) {
	s.targets.send(key)
	s.users.send(key)
}

// changed: somebody else changed an NF. What they changed is looked at, not believed.
func (s *sessions) changed(key string, c target.Change) {
	if !c.Unseen {
		at := c.Time
		if at.IsZero() {
			at = time.Now()
		}
		s.announced.note(key, announcement{at: at, user: c.User, session: c.SessionID, host: c.SourceHost}, time.Now())
	}
	s.users.send(key)
}
