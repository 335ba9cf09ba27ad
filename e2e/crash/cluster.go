// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/internal/crash"
)

// leaseName is that of the manager's leader election.
const leaseName = "strowger-leader"

// briefly is what NFs get that shall revert by themselves.
const briefly = 4 * time.Second

// slow is a change whose checks must hold for so long that something can happen meanwhile.
func slow() change {
	c := gated()
	c.stable = 2 * time.Second
	return c
}

// gating waits until the checks of a change are awaited.
func (l *lane) gating(ctx context.Context) error {
	return l.await(ctx, l.opts.Reach, func(ctx context.Context) (string, error) {
		if l.atomic {
			r, err := l.rollout(ctx)
			if err == nil && r.Status.Phase != v1alpha1.RolloutGating {
				return fmt.Sprintf("the rollout is %s, not at its gate", r.Status.Phase), nil
			}
			return "", err
		}
		nf, err := l.get(ctx, 0)
		if err == nil && (nf.Status.PendingCommit == nil || nf.Status.PendingCommit.Step != v1alpha1.StepGating) {
			return unsettled(nf) + ": it is not at its gate", nil
		}
		return "", err
	})
}

// DeadAt has the operator die at a step and stay dead until the NFs have reverted by
// themselves what was to be confirmed.
func DeadAt(step crash.Step, after int) Fault {
	f := fault{name: fmt.Sprintf("killed at %s, back after the NF's time is up", step), change: gated()}
	f.change.confirm = briefly
	f.do = func(ctx context.Context, l *lane) error {
		l.operator.Kill()
		if err := l.declare(ctx); err != nil {
			return err
		}
		if err := l.start(ctx, at(step, after)); err != nil {
			return err
		}
		if err := l.dies(ctx, l.opts.Reach); err != nil {
			l.operator.Kill()
			return err
		}
		if err := l.await(ctx, l.opts.Reach, l.undecided); err != nil {
			return err
		}
		return l.start(ctx)
	}
	return Fault{f}
}

// undecided says which NF has yet to revert by itself.
func (l *lane) undecided(ctx context.Context) (string, error) {
	for i, d := range l.devices {
		switch d := d.(type) {
		case *simulated:
			if d.CommitPending() {
				return l.function(i) + " does not revert by itself", nil
			}
		default:
			// netconfd looks whether the time is up only when nobody asked for a second.
			if err := pause(ctx, 3*time.Second); err != nil {
				return "", err
			}
			now, err := d.running(ctx)
			if err != nil || now != l.before.leaves() {
				return l.function(i) + " does not revert by itself", err
			}
		}
	}
	return "", nil
}

// ServerRestarts takes the API server away while checks are awaited.
func ServerRestarts() Fault {
	return Fault{fault{name: "API server restarts at the gate", change: slow(), alone: true, do: func(ctx context.Context, l *lane) error {
		if err := l.ensureRunning(ctx); err != nil {
			return err
		}
		if err := l.declare(ctx); err != nil {
			return err
		}
		if err := l.gating(ctx); err != nil {
			return err
		}
		l.APIServer.Stop()
		return l.APIServer.Start(ctx)
	}}}
}

// ServerAway takes the API server away from the gate on until the NFs have reverted.
func ServerAway() Fault {
	c := slow()
	c.confirm = 5 * time.Second
	return Fault{fault{name: "API server away until the NF's time is up", change: c, alone: true, do: func(ctx context.Context, l *lane) error {
		if err := l.ensureRunning(ctx); err != nil {
			return err
		}
		if err := l.declare(ctx); err != nil {
			return err
		}
		if err := l.gating(ctx); err != nil {
			return err
		}
		l.APIServer.Stop()
		expired := l.await(ctx, l.opts.Reach, l.undecided)
		if err := l.APIServer.Start(ctx); err != nil {
			return err
		}
		return expired
	}}}
}

// LeaderChanges has two operators, of which one leads, and ends that one at the gate: it is
// killed, or asked to end as in an upgrade.
func LeaderChanges(killed bool) Fault {
	f := fault{name: "leader ends at the gate", change: slow()}
	if killed {
		f.name = "leader killed at the gate"
	}
	var usual *stack.Service
	f.do = func(ctx context.Context, l *lane) error {
		l.operator.Kill()
		usual = l.operator
		if err := l.dropLease(ctx); err != nil {
			return err
		}
		first, err := l.candidate(ctx, "first")
		if err != nil {
			return err
		}
		if err := l.await(ctx, l.opts.Reach, l.leaderless); err != nil {
			first.Kill()
			return err
		}
		second, err := l.candidate(ctx, "second")
		if err != nil {
			return err
		}
		l.operator = second
		err = l.declare(ctx)
		if err == nil {
			err = l.gating(ctx)
		}
		if killed {
			first.Kill()
		} else {
			first.Stop()
		}
		return err
	}
	f.after = func(l *lane) {
		if usual != nil {
			l.operator.Kill()
			l.operator = usual
		}
	}
	return Fault{f}
}

// candidate runs an operator that acts only when it leads.
func (l *lane) candidate(ctx context.Context, name string) (*stack.Service, error) {
	return l.Run(ctx, stack.Program{
		Name: l.process() + "-" + name, Path: l.binary, Env: []string{"KUBECONFIG=" + l.KubeconfigPath},
		Args: append(l.arguments(), "--leader-elect", "--leader-election-namespace", l.namespace),
	})
}

func (l *lane) dropLease(ctx context.Context) error {
	lease := &coordinationv1.Lease{ObjectMeta: l.named(leaseName)}
	if err := l.client.Delete(ctx, lease); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("deleting the lease of the last leader: %w", err)
	}
	return nil
}

func (l *lane) leaderless(ctx context.Context) (string, error) {
	lease := &coordinationv1.Lease{}
	err := l.client.Get(ctx, client.ObjectKey{Namespace: l.namespace, Name: leaseName}, lease)
	if apierrors.IsNotFound(err) || err == nil && (lease.Spec.HolderIdentity == nil || *lease.Spec.HolderIdentity == "") {
		return "nobody leads", nil
	}
	return "", err
}
