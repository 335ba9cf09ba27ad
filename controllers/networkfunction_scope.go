// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/dns"
	"github.com/strowger/strowger/internal/drift"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

// dnsRetry is how soon names are asked for again while they spread; the
// authoritative servers of a zone answer within seconds.
const dnsRetry = 3 * time.Second

// dnsPatience is for how long after a change names are asked for that often.
const dnsPatience = time.Minute

// scope is what the phases of one run pass on. Each field says who fills it.
type scope struct {
	nf     *v1alpha1.NetworkFunction
	status *statusWriter
	// original is whom nf stands in for, nil where it is not a stand-in.
	original *v1alpha1.NetworkFunction

	// resolve
	target   *v1alpha1.Target
	endpoint target.Endpoint
	schema   *yang.Schema
	declared declaration
	layers   []render.LayerSource
	values   render.Scope
	// workload is the object of spec.workloadRef, nil where there is none.
	workload map[string]any
	revision string
	// brought is the revision of layers in files of the same repository, which Flux may
	// have fetched a moment before it says that it applies it.
	brought string

	// render
	// madeOf is what the intended tree is made of. The tree is nil as long as it is the
	// one that was applied and nothing needs it: intendedTree makes it.
	madeOf   ingredients
	intended *yang.Tree
	digest   string
	// rollback is the former state that is intended in place of what Git says.
	rollback *v1alpha1.Rollback

	// validate, prove
	// unproved: whether the intended tree is valid depends on what the NF holds.
	unproved bool

	// publishNames
	names []dns.RecordSet

	// apply
	owned plan.Inventory
	// echoes are the forms in which the NF keeps what it was sent.
	echoes   plan.Echoes
	observed observation
	// change is what the pool is asked for while a change is pending.
	change *target.ApplyRequest
	// attended: the pending change that the run began with was dealt with.
	attended bool
	// reverted is why a change was taken back; lost says that the NF holds neither it
	// nor what it held before.
	reverted string
	lost     bool
	// planned says what would be changed, where nothing is to be.
	planned string
	// settledAt is the revision that Flux has applied to the end, where a merge is
	// waited for.
	settledAt string
	// drifted is what differs at an unchanged revision and was left as found.
	drifted []drift.Entry

	// every phase, by record
	outcomes []outcome
	retry    time.Duration
	// wakeAt is when something ends that holds until then; zero: nothing does.
	wakeAt time.Time
}

// applied: what is intended was committed and read back before. It was proved then.
func (s *scope) applied() bool { return s.digest == s.nf.Status.LastAppliedDigest }

// appliedRevision is the revision of what is intended.
func (s *scope) appliedRevision() string {
	if s.rollback != nil {
		return s.rollback.Revision
	}
	return s.cause()
}

// reached is the revision that the NF is at as a whole. Files of a newer one may be on it
// already; the rest of that follows when Flux has applied it.
func (s *scope) reached() string {
	if s.rollback != nil {
		return s.rollback.Revision
	}
	return s.revision
}

// cause is the revision that what is intended comes from.
func (s *scope) cause() string { return cmp.Or(s.brought, s.revision) }

// result is when to look again.
func (s *scope) result() ctrl.Result {
	retry := duration(s.nf.Spec.RetryInterval, defaultRetry)
	if s.retry > 0 && s.retry < retry {
		retry = s.retry
	}
	interval := duration(s.nf.Spec.Interval, 5*time.Minute)
	if s.unreported() {
		interval = min(interval, retry)
	}
	result := reconcile.Schedule{Interval: interval, Retry: retry}.Result(s.failure())
	if !s.wakeAt.IsZero() {
		result.RequeueAfter = min(result.RequeueAfter, max(time.Until(s.wakeAt), time.Millisecond))
	}
	return result
}

// wake has the object looked at again at an instant that changes something.
func (s *scope) wake(at, now time.Time) {
	if at.After(now) && (s.wakeAt.IsZero() || at.Before(s.wakeAt)) {
		s.wakeAt = at
	}
}
