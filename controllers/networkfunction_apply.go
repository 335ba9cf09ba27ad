// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

// observation is what the NF said, and how it differs from what is intended.
type observation struct {
	tree    *yang.Tree
	filter  []byte
	digest  string
	session uint64
	// plan is what must be done on the NF; empty when it says what Git says.
	plan *plan.Plan
}

// settledStates remembers, per NF, the intended tree and the reply that were last
// found equal. While both stay the same there is nothing to decode or compare.
type settledStates struct {
	mu     sync.Mutex
	states map[types.NamespacedName]settled
}

type settled struct{ intended, observed string }

func (m *settledStates) is(name types.NamespacedName, s settled) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.states[name] == s
}

func (m *settledStates) set(name types.NamespacedName, s settled) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.states == nil {
		m.states = map[types.NamespacedName]settled{}
	}
	m.states[name] = s
}

func (m *settledStates) forget(name types.NamespacedName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.states, name)
}

// look reads what is owned on the NF, plans what Git would have changed there, and
// makes sure that nobody else has a claim to it.
func (r *NetworkFunctionReconciler) look(ctx context.Context, s *scope) (string, error) {
	if err := r.loadInventory(ctx, s); err != nil {
		return "", err
	}
	if err := r.observe(ctx, s); err != nil {
		return "", err
	}
	return "", r.refuseConflict(ctx, s)
}

// apply brings the NF to what Git says, when Git changed. At an unchanged revision it
// changes nothing: that is drift, and the next phase's.
func (r *NetworkFunctionReconciler) apply(ctx context.Context, s *scope) (string, error) {
	status := &s.nf.Status
	if !s.applied() {
		if err := r.bring(ctx, s); err != nil {
			return "", err
		}
		r.saveInventory(s, plan.Own(s.owned, s.intended, s.observed.tree))
		now := metav1.Now()
		status.LastAppliedTime = &now
		status.LastAppliedDigest = s.digest
	}
	status.LastAppliedRevision = s.revision
	return fmt.Sprintf("%s is committed and was read back from %s", revisionOr(s), s.endpoint.Address), nil
}

// bring commits what Git changed. Until that ended well no revision counts as
// applied: should Git go back meanwhile, that is a change too, and not drift.
func (r *NetworkFunctionReconciler) bring(ctx context.Context, s *scope) error {
	if s.observed.plan.Empty() {
		// Maybe an earlier run was cut off between its commit and the copy to startup.
		return targetError(r.Pool.Save(ctx, s.endpoint))
	}
	s.nf.Status.LastAppliedDigest = ""
	if err := r.commit(ctx, s, s.observed.plan); err != nil {
		return err
	}
	r.event(s.nf, s.revision, corev1.EventTypeNormal, v1alpha1.SucceededReason,
		fmt.Sprintf("Committed %s on %s: %s", revisionOr(s), s.endpoint.Address, s.observed.plan.Summary()))
	s.observed.plan = &plan.Plan{}
	return nil
}

// observe reads the owned part of running, in one round trip, and compares it.
func (r *NetworkFunctionReconciler) observe(ctx context.Context, s *scope) error {
	s.observed.filter = plan.Filter(s.schema, s.owned, s.intended)
	if len(s.observed.filter) == 0 {
		// Nothing is declared and nothing is owned; an empty filter would read it all.
		s.observed.tree, s.observed.plan = yang.NewTree(s.schema), &plan.Plan{}
		return nil
	}
	seen, err := r.Pool.Observe(ctx, s.endpoint, s.observed.filter)
	if err != nil {
		return targetError(err)
	}
	s.observed.session, s.observed.digest = seen.SessionID, seen.Digest
	now := settled{intended: s.digest, observed: seen.Digest}
	if s.applied() && r.settled.is(nameOf(s.nf), now) {
		s.observed.plan = &plan.Plan{}
		return nil
	}
	if s.observed.tree, err = decodeReply(s.schema, seen.XML); err != nil {
		return err
	}
	s.observed.plan = plan.Diff(s.intended, s.observed.tree, s.owned, plan.Options{})
	if s.observed.plan.Empty() {
		r.settled.set(nameOf(s.nf), now)
	}
	return nil
}

// decodeReply binds a reply to the schema. What the schema does not know is not
// ours and is passed over.
func decodeReply(schema *yang.Schema, xml []byte) (*yang.Tree, error) {
	tree, _, errs := yang.DecodeXML(schema, bytes.NewReader(xml), yang.XMLOptions{IgnoreUnknown: true, ConfigOnly: true})
	if len(errs) > 0 {
		return nil, reconcile.Failf(v1alpha1.InvalidReplyReason, "the NF's configuration does not fit its own schema: %s", tell(errs, ""))
	}
	return tree, nil
}

// commit makes one transaction of a plan. What it is about to own is in the
// status first, so that it can be removed even if we die right after.
func (r *NetworkFunctionReconciler) commit(ctx context.Context, s *scope, p *plan.Plan) error {
	r.saveInventory(s, plan.Union(s.owned, plan.Own(s.owned, s.intended, s.observed.tree)))
	conditions.MarkReconciling(s.nf, meta.ProgressingReason, "%s", reconcile.Clip("Committing "+p.Summary()+" on "+s.endpoint.Address))
	if err := r.patch(ctx, s); err != nil {
		return fmt.Errorf("storing what is about to be owned: %w", err)
	}
	result, err := r.Pool.Apply(ctx, s.endpoint, target.ApplyRequest{
		Schema: s.schema, Plan: p, Filter: s.observed.filter,
		Intended: s.intended, Owned: s.owned,
	})
	if err != nil {
		if untouched(s.target, err) {
			r.saveInventory(s, s.owned)
		}
		s.nf.Status.Violations = refusedByNF(err)
		return targetError(err)
	}
	s.observed.session = result.SessionID
	return nil
}

// untouched says that a transaction certainly changed nothing on the NF, so that
// nothing more is owned than before. An answer that was lost says no such thing.
func untouched(t *v1alpha1.Target, err error) bool {
	var e *target.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Reason {
	case target.LockDenied, target.InvalidEdit, target.Unsupported, target.NotCalled:
		return true
	case target.RPCError:
		candidate := slices.ContainsFunc(t.Status.Capabilities, func(c string) bool { return strings.HasPrefix(c, "candidate") })
		return candidate && slices.Contains([]string{"lock", "discard-changes", "edit-config", "validate", "commit"}, e.Op)
	}
	return false
}

func (r *NetworkFunctionReconciler) loadInventory(ctx context.Context, s *scope) error {
	inv := s.nf.Status.Inventory
	if inv == nil {
		return nil
	}
	owned, err := plan.DecodeInventory(inv.Data)
	if err != nil {
		return reconcile.Stallf(v1alpha1.InvalidSpecReason, "status.inventory cannot be read: %w", err)
	}
	if inv.Target != "" && inv.Target != s.endpoint.Key {
		if err := r.leave(ctx, s.nf, inv.Target, owned); err != nil {
			return err
		}
		s.nf.Status.Inventory, s.nf.Status.LastAppliedDigest = nil, ""
		return r.patch(ctx, s)
	}
	s.owned = owned
	return nil
}

func (r *NetworkFunctionReconciler) saveInventory(s *scope, owned plan.Inventory) {
	s.nf.Status.Inventory = &v1alpha1.Inventory{
		Paths:  owned.Roots(),
		Count:  int32(owned.Len()),
		Target: s.endpoint.Key,
		Data:   owned.Encode(),
	}
}

func revisionOr(s *scope) string {
	if s.revision != "" {
		return "Revision " + s.revision
	}
	return fmt.Sprintf("Generation %d", s.nf.Generation)
}
