// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/internal/crash"
)

// lane is a namespace with its own devices and its own operator, where one run follows
// another. Lanes run side by side.
type lane struct {
	*field
	name      string
	namespace string
	kinds     []Kind
	// atomic: a NetworkFunctionRollout changes all NFs of the lane together.
	atomic  bool
	devices []device
	// links are on the way to the devices; none: they are reached directly.
	links    []*link
	operator *stack.Service
	// quietFor is how long nothing may change before a rollout begins; 0: a moment.
	quietFor time.Duration
	// before is what the NFs were at when the run began, and declared what they shall be.
	before, declared version
	change           change
	steps            int
	// lastID is that of the rollout before the one that the change brings.
	lastID string
	// outages of the API server that the operator was started after.
	outages int64
}

func (l *lane) function(i int) string { return fmt.Sprintf("cell-%d", i) }

// open creates the objects, and waits until every NF has the first version.
func (l *lane) open(ctx context.Context) error {
	if err := l.create(ctx, l.commonObjects()...); err != nil {
		return err
	}
	l.before, l.declared = 1, 1
	for i := range l.devices {
		if err := l.create(ctx, l.objects(i, l.declared)...); err != nil {
			return err
		}
	}
	if err := l.start(ctx); err != nil {
		return err
	}
	return l.settle(ctx)
}

func (l *lane) close() {
	if l.operator != nil {
		l.operator.Kill()
	}
	for _, d := range l.devices {
		d.close()
	}
}

// start runs the operator with further environment; it does not wait until it is ready,
// since it may be told to die before.
func (l *lane) start(ctx context.Context, env ...string) error {
	env = append(env, "KUBECONFIG="+l.KubeconfigPath)
	if l.operator != nil {
		l.operator.SetEnv(env...)
		return l.operator.Start(ctx)
	}
	var err error
	l.operator, err = l.Run(ctx, stack.Program{Name: l.process(), Path: l.binary, Env: env, Args: l.arguments()})
	return err
}

func (l *lane) arguments() []string {
	return []string{
		"manager", "--watch-namespace", l.namespace, "--metrics-bind-address", "0", "--health-probe-bind-address", "0",
		"--log-encoding", "console", "--log-level", "debug",
	}
}

// ensureRunning starts the operator if it does not run.
func (l *lane) ensureRunning(ctx context.Context) error {
	if l.operator.PID() != 0 {
		return nil
	}
	return l.start(ctx)
}

// dies waits until the operator has killed itself at a step.
func (l *lane) dies(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	err := l.operator.Wait(ctx)
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return fmt.Errorf("the operator did not die: %w", err)
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		return fmt.Errorf("the operator ended by %w, not by SIGKILL", err)
	}
	return nil
}

// dieAt is the variable of internal/crash, which knows it only in a build that can die.
const dieAt = "STROWGER_CRASH_AT"

// at is the environment that has the operator die at a step, when it passed it so often.
func at(step crash.Step, after int) string {
	if after == 0 {
		return dieAt + "=" + string(step)
	}
	return fmt.Sprintf("%s=%s:%d", dieAt, step, after)
}

// declare has every NF of the lane be changed to another version, one that suits the
// change.
func (l *lane) declare(ctx context.Context) error {
	l.steps++
	next := version(2 + l.steps%(unhealthy-2))
	if l.change.bad {
		next += unhealthy
	}
	l.declared = next
	if l.atomic {
		if err := l.updateRollout(ctx); err != nil {
			return err
		}
	}
	for i, d := range l.devices {
		if s, ok := d.(*simulated); ok {
			s.forget()
		}
		if err := l.update(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (l *lane) update(ctx context.Context, i int) error {
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		nf, err := l.get(ctx, i)
		if err != nil {
			return err
		}
		nf.Spec.Config, nf.Spec.Commit = layers(l.declared), l.change.policy()
		return l.client.Update(ctx, nf)
	})
	if err != nil {
		return fmt.Errorf("changing NetworkFunction %s: %w", l.function(i), err)
	}
	return nil
}

// updateRollout gives the rollout the time to confirm that the change has.
func (l *lane) updateRollout(ctx context.Context) error {
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		r, err := l.rollout(ctx)
		if err != nil {
			return err
		}
		l.lastID = r.Status.ID
		r.Spec.ConfirmTimeout = duration(l.change.confirm)
		return l.client.Update(ctx, r)
	})
	if err != nil {
		return fmt.Errorf("changing the rollout: %w", err)
	}
	return nil
}

func (l *lane) get(ctx context.Context, i int) (*v1alpha1.NetworkFunction, error) {
	nf := &v1alpha1.NetworkFunction{}
	if err := l.client.Get(ctx, client.ObjectKey{Namespace: l.namespace, Name: l.function(i)}, nf); err != nil {
		return nil, fmt.Errorf("reading NetworkFunction %s: %w", l.function(i), err)
	}
	return nf, nil
}

func (l *lane) rollout(ctx context.Context) (*v1alpha1.NetworkFunctionRollout, error) {
	r := &v1alpha1.NetworkFunctionRollout{}
	if err := l.client.Get(ctx, client.ObjectKey{Namespace: l.namespace, Name: rolloutName}, r); err != nil {
		return nil, fmt.Errorf("reading the rollout: %w", err)
	}
	return r, nil
}

// await polls until a condition holds; what says what is missing, empty if nothing.
func (l *lane) await(ctx context.Context, patience time.Duration, missing func(context.Context) (string, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(max(l.quietFor/10, 50*time.Millisecond))
	defer tick.Stop()
	last := "nothing was seen yet"
	for {
		what, err := missing(ctx)
		switch {
		case err == nil && what == "":
			return nil
		case err == nil:
			last = what
		case ctx.Err() == nil:
			last = err.Error()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("after %s: %s", patience, last)
		case <-tick.C:
		}
	}
}

// settle waits until the operator says of all NFs that the change has ended, one way or
// the other.
func (l *lane) settle(ctx context.Context) error {
	return l.await(ctx, l.opts.Patience, func(ctx context.Context) (string, error) {
		var list v1alpha1.NetworkFunctionList
		if err := l.client.List(ctx, &list, client.InNamespace(l.namespace)); err != nil {
			return "", fmt.Errorf("listing NetworkFunctions: %w", err)
		}
		for i := range list.Items {
			if nf := &list.Items[i]; nf.Status.ObservedGeneration != nf.Generation || nf.Status.PendingCommit != nil {
				return unsettled(nf), nil
			}
		}
		if l.atomic {
			r, err := l.rollout(ctx)
			if err != nil {
				return "", err
			}
			return l.unsettledRollout(r, list.Items), nil
		}
		for i := range list.Items {
			nf := &list.Items[i]
			if !(applied(nf) && !l.change.bad || given(nf) && (l.change.bad || l.change.mayEndOld)) {
				return unsettled(nf), nil
			}
		}
		return "", nil
	})
}

// unsettledRollout says what is missing for a rollout to have ended; "" if it did.
func (l *lane) unsettledRollout(r *v1alpha1.NetworkFunctionRollout, members []v1alpha1.NetworkFunction) string {
	waiting := 0
	for i := range members {
		if !applied(&members[i]) {
			waiting++
		}
	}
	switch {
	case waiting == 0 && r.Status.Phase == v1alpha1.RolloutIdle && !l.change.bad:
		return ""
	case waiting == len(members) && r.Status.Phase == v1alpha1.RolloutFailed && r.Status.ID != l.lastID:
		return ""
	}
	said := fmt.Sprintf("the rollout is %s (%s; %s)", r.Status.Phase, r.Status.Reason, ready(r.Status.Conditions))
	for i := range members {
		said += "; " + unsettled(&members[i])
	}
	return said
}

// applied: the NF has what is declared.
func applied(nf *v1alpha1.NetworkFunction) bool {
	return apimeta.IsStatusConditionTrue(nf.Status.Conditions, meta.ReadyCondition) && nf.Status.LastAppliedDigest != ""
}

// given: the change was given up.
func given(nf *v1alpha1.NetworkFunction) bool {
	return nf.Status.Failed != nil && nf.Status.Failed.RetryTime == nil && !applied(nf)
}

func unsettled(nf *v1alpha1.NetworkFunction) string {
	said := nf.Name + ": " + ready(nf.Status.Conditions)
	if p := nf.Status.PendingCommit; p != nil {
		said += fmt.Sprintf(" (pending: %s, %s)", p.Step, p.Reason)
	}
	if nf.Status.ObservedGeneration != nf.Generation {
		said += " (not looked at yet)"
	}
	return said
}

func ready(conditions []metav1.Condition) string {
	c := apimeta.FindStatusCondition(conditions, meta.ReadyCondition)
	if c == nil {
		return "says nothing of being Ready"
	}
	return fmt.Sprintf("Ready %s, %s: %s", c.Status, c.Reason, c.Message)
}

// process is the name of the operator's log.
func (l *lane) process() string { return "strowger-" + strings.TrimPrefix(l.namespace, "crash-") }
