// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/target"
)

// A device that hashes a password, or otherwise makes something of its own of a value,
// did what it was told. Forms that came back right after a commit are remembered as
// digests in the status; only another form is drift.

// loadEchoes reads those of the status. What cannot be read is sent and learnt again.
func loadEchoes(ctx context.Context, s *scope) {
	var data []byte
	if stored := s.holder().Status.Echoes; stored != nil {
		data = stored.Data
	}
	var err error
	if s.echoes, err = plan.DecodeEchoes(string(s.holder().UID), data); err != nil {
		ctrl.LoggerFrom(ctx).Info("status.echoes cannot be read and is learnt again", "error", err.Error())
	}
}

// tryEchoes notes what there was before a plan, which is stored with what is about to
// be owned: after a crash nobody else knows whether the plan was carried out.
func (s *scope) tryEchoes(p *plan.Plan) { s.keepEchoes(s.echoes.Try(p, s.digest)) }

// learnEchoes remembers what a transaction showed, also one that failed then: sent
// again, the same value would come back in the form that it has already. Where nothing
// was read back, and something may have been changed, the try is not over.
func (r *NetworkFunctionReconciler) learnEchoes(s *scope, made target.ApplyResult, err error) {
	switch {
	case made.Observed != nil:
		s.keepEchoes(made.Echoes.Tried())
	case untouched(s.target, err):
		s.keepEchoes(s.echoes.Tried())
	}
	if n := len(made.Rewritten); n > 0 {
		r.event(s.nf, s.revision, corev1.EventTypeNormal, v1alpha1.SucceededReason, fmt.Sprintf(
			"The NF keeps %s in another form than sent, which is no drift: %s", count(n, "value", "values"), firstOf(made.Rewritten)))
	}
}

// keepEchoes stores the echoes of what is declared still.
func (s *scope) keepEchoes(echoes plan.Echoes) {
	s.echoes = echoes.Keep(s.intended)
	s.nf.Status.Echoes = nil
	if data := s.echoes.Encode(); data != nil {
		s.nf.Status.Echoes = &v1alpha1.Echoes{Count: int32(s.echoes.Len()), Data: data}
	}
}
