// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"time"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/yang"
)

// LockHeld has another client hold the locks of an NF until the operator was refused them.
func LockHeld() Fault {
	return another("locked by another client", 2, func(ctx context.Context, s *netconf.Session) error {
		stores := []netconf.Datastore{netconf.Running}
		if s.Capabilities().Has(netconf.Candidate) {
			stores = append(stores, netconf.CandidateStore)
		}
		for _, store := range stores {
			if err := s.Lock(ctx, store); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}

// CandidateDirty has another client leave edits in the candidate, which then cannot be
// locked until somebody discards them.
func CandidateDirty() Fault {
	return another("candidate edited by another client", 1, func(ctx context.Context, s *netconf.Session) error {
		return s.EditConfig(ctx, netconf.EditConfig{
			Target: netconf.CandidateStore,
			Config: []byte(`<cell xmlns="` + cellNamespace + `"><location>the roof</location></cell>`),
		})
	}, func(ctx context.Context, s *netconf.Session) error { return s.DiscardChanges(ctx) })
}

// another client does something before a change is declared, and ends it when the operator
// was refused a lock so often.
func another(name string, refusals int, begin, end func(context.Context, *netconf.Session) error) Fault {
	return Fault{fault{name: name, change: perhaps(gated()), do: func(ctx context.Context, l *lane) error {
		s, err := l.simulator()
		if err != nil {
			return err
		}
		if err := l.ensureRunning(ctx); err != nil {
			return err
		}
		session, err := l.last().access().dial(ctx)
		if err != nil {
			return err
		}
		defer session.Abort()
		if err := begin(ctx, session); err != nil {
			return fmt.Errorf("acting as another client: %w", err)
		}
		if err := l.declare(ctx); err != nil {
			return err
		}
		if err := l.await(ctx, l.opts.Reach, func(context.Context) (string, error) {
			if n := s.refusedLocks(); n < refusals {
				return fmt.Sprintf("the operator was refused a lock %d times", n), nil
			}
			return "", nil
		}); err != nil {
			return err
		}
		if end == nil {
			return session.Close(ctx)
		}
		return end(ctx, session)
	}}}
}

// ChangedMeanwhile changes on the NF what the operator committed, while its checks are
// awaited.
func ChangedMeanwhile() Fault {
	return Fault{fault{name: "running changed at the gate", change: perhaps(slow()), tears: true, do: func(ctx context.Context, l *lane) error {
		s, err := l.simulator()
		if err != nil {
			return err
		}
		if err := l.ensureRunning(ctx); err != nil {
			return err
		}
		if err := l.declare(ctx); err != nil {
			return err
		}
		if err := l.gating(ctx); err != nil {
			return err
		}
		return s.Edit(func(running *yang.Tree) error {
			_, err := running.Set("/"+yangModule+":cell/neighbour[name='a']/offset", "255", yang.Origin{}, false)
			return err
		})
	}}}
}

// Busy has another client lock, edit and discard on an NF again and again while a change is
// made.
func Busy(pauses []time.Duration) Fault {
	return Fault{fault{name: "another client locks now and then", change: perhaps(gated()), do: func(ctx context.Context, l *lane) error {
		if err := l.ensureRunning(ctx); err != nil {
			return err
		}
		session, err := l.last().access().dial(ctx)
		if err != nil {
			return err
		}
		defer session.Abort()
		if err := l.declare(ctx); err != nil {
			return err
		}
		store := netconf.Running
		if session.Capabilities().Has(netconf.Candidate) {
			store = netconf.CandidateStore
		}
		for _, d := range pauses {
			if session.Lock(ctx, store) == nil {
				if err := pause(ctx, d); err != nil {
					return err
				}
				if err := session.Unlock(ctx, store); err != nil {
					return err
				}
			}
			if err := pause(ctx, d); err != nil {
				return err
			}
		}
		return session.Close(ctx)
	}}}
}
