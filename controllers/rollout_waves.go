// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"

	"github.com/fluxcd/pkg/apis/meta"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/rollout"
)

// checkWave looks at the checks of the present wave, over its members.
func (r *NetworkFunctionRolloutReconciler) checkWave(ctx context.Context, s *rolloutScope) *rollout.Checked {
	var checks []v1alpha1.RolloutCheck
	index := len(s.rollout.Spec.Waves)
	for i, w := range s.rollout.Spec.Waves {
		if w.Name == s.rollout.Status.Wave {
			checks, index = w.Checks, i
		}
	}
	var members []v1alpha1.NetworkFunction
	for i := range s.members {
		if s.waveOf(&s.members[i]) == index {
			members = append(members, s.members[i])
		}
	}
	return r.check(ctx, checks, members)
}

// check looks at checks over members, once. What cannot be looked at does not hold.
func (r *NetworkFunctionRolloutReconciler) check(ctx context.Context, checks []v1alpha1.RolloutCheck, members []v1alpha1.NetworkFunction) *rollout.Checked {
	if len(checks) == 0 {
		return &rollout.Checked{Holds: true}
	}
	return checkedOf(r.Functions.evaluateMembers(ctx, checks, members))
}

func checkedOf(results []v1alpha1.CheckStatus) *rollout.Checked {
	for _, c := range results {
		if !c.Holds {
			return &rollout.Checked{Message: unmet(results, 0)}
		}
	}
	return &rollout.Checked{Holds: true}
}

// annotate asks members to go back to what they had, or takes that back.
func (r *NetworkFunctionRolloutReconciler) annotate(ctx context.Context, s *rolloutScope, action rollout.Action) error {
	var failures []error
	for _, name := range action.Names {
		nf, place := s.member(name), placeOf(s.rollout, name)
		if nf == nil || place == nil {
			continue
		}
		asked := nf.Annotations[v1alpha1.RollbackAnnotation]
		base := nf.DeepCopy()
		switch {
		case action.Do == rollout.Revert && asked != place.Previous:
			metaSet(nf, v1alpha1.RollbackAnnotation, place.Previous)
		case action.Do == rollout.Resume && asked == place.Previous:
			delete(nf.Annotations, v1alpha1.RollbackAnnotation)
		default:
			continue // as it is to be, or somebody else's
		}
		if err := r.Patch(ctx, nf, client.MergeFrom(base)); client.IgnoreNotFound(err) != nil {
			failures = append(failures, fmt.Errorf("changing the annotation %s of NetworkFunction %s: %w", v1alpha1.RollbackAnnotation, name, err))
		}
	}
	return errors.Join(failures...)
}

// passOn asks members to try again that do not by themselves.
func (r *NetworkFunctionRolloutReconciler) passOn(ctx context.Context, s *rolloutScope) {
	request, _ := meta.ReconcileAnnotationValue(s.rollout.GetAnnotations())
	for i := range s.members {
		nf := &s.members[i]
		if memberSeen(nf).Standing != rollout.Failed {
			continue
		}
		base := nf.DeepCopy()
		metaSet(nf, meta.ReconcileRequestAnnotation, request)
		if err := r.Patch(ctx, nf, client.MergeFrom(base)); client.IgnoreNotFound(err) != nil {
			ctrl.LoggerFrom(ctx).Error(err, "cannot ask a member to try again", "networkFunction", nf.Name)
		}
	}
}

func metaSet(o client.Object, key, value string) {
	annotations := o.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[key] = value
	o.SetAnnotations(annotations)
}

func (s *rolloutScope) member(name string) *v1alpha1.NetworkFunction {
	for i := range s.members {
		if s.members[i].Name == name {
			return &s.members[i]
		}
	}
	return nil
}
