// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package reconcile

import (
	"time"

	"github.com/fluxcd/pkg/runtime/jitter"
	ctrl "sigs.k8s.io/controller-runtime"
)

// Schedule is when an object is looked at again.
type Schedule struct {
	// Interval after a run that ended well.
	Interval time.Duration
	// Retry after one that did not. Zero: the interval.
	Retry time.Duration
}

// Result maps the end of a run to the next one. What failed or waits is retried
// at the retry interval; what is stalled is looked at again each interval, in
// case a watch missed its cure. Intervals are spread by the global jitter so
// that a thousand objects do not wake at once.
func (s Schedule) Result(err *Error) ctrl.Result {
	after := s.Interval
	if err != nil && err.Kind != Stalled && s.Retry > 0 {
		after = s.Retry
	}
	return jitter.JitteredRequeueInterval(ctrl.Result{RequeueAfter: after})
}
