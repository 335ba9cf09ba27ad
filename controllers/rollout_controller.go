// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kuberecorder "k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/rollout"
)

// NetworkFunctionRolloutReconciler changes several NetworkFunctions in an order, or
// together. Members of waves change themselves, when they are released; an atomic
// rollout makes the changes of its members.
type NetworkFunctionRolloutReconciler struct {
	client.Client
	kuberecorder.EventRecorder
	ControllerName string

	APIReader client.Reader
	// Functions makes the changes of an atomic rollout.
	Functions *NetworkFunctionReconciler
	// Wake wakes NetworkFunctions to which their rollout says something new.
	Wake wakes
}

const (
	// rolloutRetry is how soon a member is tried again that cannot be reached or is locked.
	rolloutRetry = time.Second
	// rolloutInterval is how often a rollout is looked at when nothing calls for it.
	rolloutInterval = 10 * time.Minute
)

// rolloutScope is what the steps of one run share.
type rolloutScope struct {
	rollout *v1alpha1.NetworkFunctionRollout
	status  *statusWriter
	// members are the NetworkFunctions of the rollout, as the cache knows them; taken names
	// those that an older rollout has, with its name.
	members []v1alpha1.NetworkFunction
	taken   []string
	spec    rollout.Spec
	// message says where the rollout is; until is when to look again.
	message string
	until   time.Time
}

// Reconcile decides what is done next, and does it.
func (r *NetworkFunctionRolloutReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	o := &v1alpha1.NetworkFunctionRollout{}
	// Not from the cache: what the run before decided counts.
	if err := r.APIReader.Get(ctx, req.NamespacedName, o); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	base, leaving := o.DeepCopy(), !o.DeletionTimestamp.IsZero()
	switch {
	case !leaving && controllerutil.AddFinalizer(o, v1alpha1.Finalizer):
		return ctrl.Result{RequeueAfter: time.Millisecond}, r.patchFinalizer(ctx, o, base)
	case leaving && !underWay(o):
		controllerutil.RemoveFinalizer(o, v1alpha1.Finalizer)
		return ctrl.Result{}, r.patchFinalizer(ctx, o, base)
	}
	s := &rolloutScope{rollout: o, status: newStatusWriter(r.Client, r.ControllerName, o)}
	err := r.run(ctx, s)
	if err := r.finish(context.WithoutCancel(ctx), s, reconcile.As(err)); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if leaving && !underWay(o) {
		return ctrl.Result{RequeueAfter: time.Millisecond}, nil
	}
	return s.result(err), nil
}

// patchFinalizer stores the finalizer, or its end. It lets an atomic rollout end as a
// whole before it goes.
func (r *NetworkFunctionRolloutReconciler) patchFinalizer(ctx context.Context, o, base *v1alpha1.NetworkFunctionRollout) error {
	return client.IgnoreNotFound(r.Patch(ctx, o, client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{})))
}

// run finds the members and goes as far as it can.
func (r *NetworkFunctionRolloutReconciler) run(ctx context.Context, s *rolloutScope) error {
	if err := r.findMembers(ctx, s); err != nil {
		return err
	}
	if transacting(s) {
		return r.resume(ctx, s)
	}
	if err := r.checkSpec(s); err != nil {
		return err
	}
	return r.decide(ctx, s)
}

// maxDecisions bounds the decisions of one run: looking at checks calls for another one.
const maxDecisions = 100

// decide goes from decision to decision until one has to wait.
func (r *NetworkFunctionRolloutReconciler) decide(ctx context.Context, s *rolloutScope) error {
	seen := rollout.Seen{Now: time.Now(), Members: s.seen(), ID: newRolloutID(), Again: s.requested()}
	if seen.Again {
		r.passOn(ctx, s)
	}
	was := s.stored()
	for range maxDecisions {
		next, action := rollout.Next(s.spec, was, seen)
		r.tell(s, was, next)
		s.store(next)
		s.message, s.until = action.Message, action.Until
		switch action.Do {
		case rollout.Check:
			seen.Checked = r.checkWave(ctx, s)
		case rollout.Begin:
			return r.transact(ctx, s)
		case rollout.Revert, rollout.Resume:
			if err := r.annotate(ctx, s, action); err != nil {
				return err
			}
			return s.standing(next)
		default:
			if poll := seen.Now.Add(gatePoll); next.Phase == rollout.Progressing && !next.Deadline.IsZero() && s.until.After(poll) {
				s.until = poll // checks are awaited
			}
			return s.standing(next)
		}
		seen.Again, was = false, next
	}
	return reconcile.Failf("Failed", "no end of decisions: %s", s.message)
}

// standing is what a decision means for the conditions: nil where every member is what
// Git says.
func (s *rolloutScope) standing(next rollout.Status) error {
	switch {
	case next.Phase == rollout.Stopped:
		return reconcile.Stallf(v1alpha1.RolloutFailedReason, "Failed: %s", next.Reason)
	case next.Phase == rollout.Idle && rollout.Done(next.Places) == len(next.Places):
		return nil
	case s.rollout.Spec.Suspend:
		return reconcile.Waitf(v1alpha1.SuspendedReason, "%s", s.message)
	}
	return reconcile.Waitf(meta.ProgressingReason, "%s", s.message)
}

// requested: somebody asks to try again.
func (s *rolloutScope) requested() bool {
	v, ok := meta.ReconcileAnnotationValue(s.rollout.GetAnnotations())
	return ok && v != s.rollout.Status.LastHandledReconcileAt
}

// newRolloutID tells one rollout from all others.
func newRolloutID() string {
	random := make([]byte, 4)
	_, _ = rand.Read(random) // it never fails
	return hex.EncodeToString(random)
}

// finish writes the status, if it changed.
func (r *NetworkFunctionRolloutReconciler) finish(ctx context.Context, s *rolloutScope, failure *reconcile.Error) error {
	o := s.rollout
	if s.message == "" {
		s.message = fmt.Sprintf("%d of %d members say what Git says", o.Status.Done, o.Status.Total)
	}
	reconcile.Summarize(o, failure, v1alpha1.SucceededReason, s.message)
	o.Status.ObservedGeneration = o.Generation
	if v, ok := meta.ReconcileAnnotationValue(o.GetAnnotations()); ok {
		o.Status.SetLastHandledReconcileRequest(v)
	}
	return s.status.write(ctx, o)
}

// write stores how far the rollout is, before what comes next is done.
func (r *NetworkFunctionRolloutReconciler) write(ctx context.Context, s *rolloutScope, message string) error {
	s.message = message
	s.rollout.Status.Done = int32(rollout.Done(s.stored().Places))
	conditions.MarkReconciling(s.rollout, meta.ProgressingReason, "%s", reconcile.Clip(message))
	conditions.MarkFalse(s.rollout, meta.ReadyCondition, meta.ProgressingReason, "%s", reconcile.Clip(message))
	conditions.Delete(s.rollout, meta.StalledCondition)
	return s.status.write(ctx, s.rollout)
}

// result is when to look again.
func (s *rolloutScope) result(err error) ctrl.Result {
	if !s.until.IsZero() {
		return ctrl.Result{RequeueAfter: max(time.Until(s.until), time.Millisecond)}
	}
	retry := rolloutInterval
	if e := reconcile.As(err); e != nil && e.Kind == reconcile.Failed {
		retry = rolloutRetry
	}
	return reconcile.Schedule{Interval: rolloutInterval, Retry: retry}.Result(reconcile.As(err))
}

// microTime is t as the status has it, nil for none.
func microTime(t time.Time) *metav1.MicroTime {
	if t.IsZero() {
		return nil
	}
	out := metav1.NewMicroTime(t)
	return &out
}
