// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/strowger/strowger/api/v1alpha1"
)

// openMember runs everything that comes before a change, for a rollout that makes it,
// and keeps the NetworkFunction's turn until release is called. A scope is returned as
// soon as there is one, also beside an error; its observed.plan is what is to be done.
// A pending change of this rollout is left as it is: s.change is then ready for
// confirmChange and revertChange.
func (r *NetworkFunctionReconciler) openMember(ctx context.Context, name types.NamespacedName) (s *scope, release func(), err error) {
	release, err = r.turns.wait(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	nf := &v1alpha1.NetworkFunction{}
	if err := r.APIReader.Get(ctx, name, nf); err != nil {
		release()
		return nil, nil, err
	}
	s = &scope{nf: nf, status: newStatusWriter(r.Client, r.ControllerName, nf)}
	for _, p := range phases {
		if p.condition == v1alpha1.AppliedCondition && !p.silent {
			break
		}
		message, err := p.run(r, ctx, s)
		if err != nil || !p.silent {
			s.record(p.condition, message, err)
		}
		if err != nil {
			if pending := nf.Status.PendingCommit; pending != nil && (s.schema == nil || s.endpoint.Key != pending.Target) {
				_ = r.reach(ctx, s, pending.Target) // what is wrong is said by err
			}
			return s, release, err
		}
	}
	if pending := nf.Status.PendingCommit; pending != nil {
		s.change = r.request(s, r.changes.of(pending.PersistID))
	}
	return s, release, nil
}

// closeMember writes the member's status after what a rollout did, or failed to do.
func (r *NetworkFunctionReconciler) closeMember(ctx context.Context, s *scope, err error) error {
	if err == nil && s.nf.Status.PendingCommit == nil && s.applied() {
		s.record(v1alpha1.AppliedCondition, appliedMessage(s), nil)
		s.record(v1alpha1.InSyncCondition, inSync(nil), nil)
	} else if err != nil {
		s.record(v1alpha1.AppliedCondition, "", err)
	}
	return r.finish(context.WithoutCancel(ctx), s)
}

// busy is the result of a run that found its NetworkFunction in other hands.
func busy() ctrl.Result { return ctrl.Result{RequeueAfter: 250 * time.Millisecond} }
