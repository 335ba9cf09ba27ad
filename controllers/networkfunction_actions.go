// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/action"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

// Actions go with a change of Git, each once for each digest that is applied. When the
// change is about to be made, status.actions lists them all as pending; each is noted as
// started before it is sent. One that is found started was begun by a manager that died:
// nobody knows whether the NF did it, and it is not done again, also not on request.

const maxActionOutput, maxActionMessage = 4096, 1024

// preActions does what comes before a change that is about to be made. An error keeps
// the change from being made.
func (r *NetworkFunctionReconciler) preActions(ctx context.Context, s *scope) error {
	if s.applied() || s.rollback != nil || s.observed.plan.Empty() {
		return nil
	}
	if err := r.checkActions(s); err != nil {
		return err
	}
	s.listActions()
	r.settleActions(s)
	return r.doActions(ctx, s, v1alpha1.ActionPre, s.nf.Spec.Actions.Pre)
}

// postActions does what comes after a change that is final, in this run or in an earlier
// one that did not get to it or in which it failed. The change stays whatever becomes of it.
func (r *NetworkFunctionReconciler) postActions(ctx context.Context, s *scope) error {
	if s.rollback != nil {
		s.nf.Status.Actions = nil // what Git says is applied anew after it
		return nil
	}
	if !s.applied() {
		return nil
	}
	r.settleActions(s)
	s.nf.Status.Actions = slices.DeleteFunc(s.nf.Status.Actions, func(a v1alpha1.ActionStatus) bool {
		// Of a change that was given up, or made without the action having been necessary.
		return a.Digest != s.digest || a.Phase == v1alpha1.ActionPre && a.State == v1alpha1.ActionPending
	})
	return r.doActions(ctx, s, v1alpha1.ActionPost, s.nf.Spec.Actions.Post)
}

// listActions notes what is to be done for the digest that is about to be applied. What
// was done for it in an earlier attempt stays done.
func (s *scope) listActions() {
	var list []v1alpha1.ActionStatus
	add := func(phase v1alpha1.ActionPhase, actions []v1alpha1.Action) {
		for _, a := range actions {
			if have := s.actionStatus(phase, a.Name); have != nil {
				list = append(list, *have)
				continue
			}
			list = append(list, v1alpha1.ActionStatus{
				Name: a.Name, Phase: phase, Digest: s.digest, State: v1alpha1.ActionPending, Time: metav1.Now(),
			})
		}
	}
	add(v1alpha1.ActionPre, s.nf.Spec.Actions.Pre)
	add(v1alpha1.ActionPost, s.nf.Spec.Actions.Post)
	s.nf.Status.Actions = list
}

// actionStatus is what became of an action for the digest of this run; nil where it is
// not to be done for it.
func (s *scope) actionStatus(phase v1alpha1.ActionPhase, name string) *v1alpha1.ActionStatus {
	list := s.nf.Status.Actions
	i := slices.IndexFunc(list, func(a v1alpha1.ActionStatus) bool {
		return a.Phase == phase && a.Name == name && a.Digest == s.digest
	})
	if i < 0 {
		return nil
	}
	return &list[i]
}

// settleActions gives up on what an earlier run began and did not end.
func (r *NetworkFunctionReconciler) settleActions(s *scope) {
	for i := range s.nf.Status.Actions {
		a := &s.nf.Status.Actions[i]
		if a.State != v1alpha1.ActionStarted {
			continue
		}
		s.endAction(a, v1alpha1.ActionUnknown, "the manager ended while the NF was being asked; whether it did it is not known, and it is not asked again")
		r.event(s.nf, s.revision, corev1.EventTypeWarning, v1alpha1.ActionFailedReason, fmt.Sprintf("Action %s: %s", a.Name, a.Message))
	}
}

func (s *scope) endAction(a *v1alpha1.ActionStatus, state v1alpha1.ActionState, message string) {
	a.State, a.Time, a.Message = state, metav1.Now(), clipTo(message, maxActionMessage)
}

// doActions does in their order what is still to be done of a phase. The first failure
// that is not to be ignored ends it.
func (r *NetworkFunctionReconciler) doActions(ctx context.Context, s *scope, phase v1alpha1.ActionPhase, actions []v1alpha1.Action) error {
	for _, a := range actions {
		status := s.actionStatus(phase, a.Name)
		if status == nil {
			continue // it was added after the change
		}
		if status.State == v1alpha1.ActionPending || status.State == v1alpha1.ActionFailed && !a.IgnoreFailure {
			if err := r.invoke(ctx, s, a, status); err != nil {
				return err
			}
		}
		if err := s.unfinished(a, status); err != nil {
			return err
		}
	}
	return nil
}

// unfinished says why what follows an action cannot be done. Whether the NF did what
// comes before a change must be known, or said to be of no matter; after a change there
// is nothing left that could be held back.
func (s *scope) unfinished(a v1alpha1.Action, status *v1alpha1.ActionStatus) error {
	switch {
	case a.IgnoreFailure:
		return nil
	case status.State == v1alpha1.ActionFailed && status.Phase == v1alpha1.ActionPre:
		return reconcile.Failf(v1alpha1.ActionFailedReason, "action %s before the change failed, so the change is not made: %s", a.Name, status.Message)
	case status.State == v1alpha1.ActionFailed:
		return reconcile.Failf(v1alpha1.ActionFailedReason, "%s is applied, but action %s after it failed: %s", revisionOr(s), a.Name, status.Message)
	case status.State == v1alpha1.ActionUnknown && status.Phase == v1alpha1.ActionPre:
		return reconcile.Stallf(v1alpha1.ActionFailedReason,
			"it is not known whether action %s before the change was done, so the change is not made: %s; look at the NF, then change what Git says, or set ignoreFailure of the action",
			a.Name, status.Message)
	}
	return nil
}

// invoke does one action. An error is of what kept it from being sent, or from being
// written down; what the NF made of it is in its status.
func (r *NetworkFunctionReconciler) invoke(ctx context.Context, s *scope, a v1alpha1.Action, status *v1alpha1.ActionStatus) error {
	invocation, err := r.invocation(s, a)
	if err != nil {
		return err
	}
	before := *status
	status.Output = ""
	s.endAction(status, v1alpha1.ActionStarted, "")
	if err := r.patch(ctx, s); err != nil {
		*status = before
		return fmt.Errorf("storing that action %s is about to be done: %w", a.Name, err)
	}
	result, err := r.Pool.Invoke(ctx, s.endpoint, invocation)
	switch {
	case err == nil:
		s.endAction(status, v1alpha1.ActionSucceeded, unreadOutput(result))
		status.Output = clipTo(result.Output, maxActionOutput)
		r.event(s.nf, s.revision, corev1.EventTypeNormal, v1alpha1.SucceededReason, fmt.Sprintf("Action %s: %s invoked on %s", a.Name, invocation.Call, s.endpoint.Address))
	case !result.Sent:
		*status = before
		return targetError(err)
	case target.ReasonOf(err) == target.RPCError:
		s.endAction(status, v1alpha1.ActionFailed, "the NF refused: "+err.Error())
	default:
		s.endAction(status, v1alpha1.ActionUnknown, err.Error()+"; whether the NF did it is not known, and it is not asked again")
	}
	if err != nil {
		r.event(s.nf, s.revision, corev1.EventTypeWarning, v1alpha1.ActionFailedReason, fmt.Sprintf("Action %s: %s", a.Name, status.Message))
	}
	if err := r.patch(context.WithoutCancel(ctx), s); err != nil {
		return fmt.Errorf("storing what became of action %s: %w", a.Name, err)
	}
	return nil
}

func unreadOutput(result target.InvocationResult) string {
	if result.Unread == "" {
		return ""
	}
	return "left out of the output, since it does not fit the YANG modules: " + result.Unread
}

// checkActions refuses actions that the NF's modules do not have or whose input they do
// not allow, before anything is done.
func (r *NetworkFunctionReconciler) checkActions(s *scope) error {
	var wrong []error
	for _, a := range slices.Concat(s.nf.Spec.Actions.Pre, s.nf.Spec.Actions.Post) {
		if _, err := r.invocation(s, a); err != nil {
			wrong = append(wrong, err)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return reconcile.Stallf(v1alpha1.InvalidSpecReason, "%w", errors.Join(wrong...))
}

// invocation finds an action in the NF's modules, and makes and checks its input.
func (r *NetworkFunctionReconciler) invocation(s *scope, a v1alpha1.Action) (target.Invocation, error) {
	call, err := action.Find(s.schema, a.RPC, a.Action)
	if err != nil {
		return target.Invocation{}, invalidAction(a, err)
	}
	input := yang.NewTreeAt(call.Operation.Input())
	if a.Input != nil {
		source := render.LayerSource{Layer: yang.Layer{Name: a.Name}, Format: render.JSON, Data: a.Input.Raw, Inline: true}
		var errs render.Errors
		if input, errs = r.Renderer.Input(call.Operation.Input(), source, s.values); len(errs) > 0 {
			return target.Invocation{}, invalidAction(a, errs)
		}
	}
	if errs := call.Check(input); len(errs) > 0 {
		return target.Invocation{}, invalidAction(a, errs)
	}
	return target.Invocation{Call: call, Input: input}, nil
}

func invalidAction(a v1alpha1.Action, err error) error {
	return reconcile.Stallf(v1alpha1.InvalidSpecReason, "spec.actions, action %s: %w", a.Name, err)
}
