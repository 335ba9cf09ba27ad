// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"bytes"
	"context"

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
	// reply is what was read before it was known that it must be decoded.
	reply *target.Observation
	// plan is what must be done on the NF; empty when it says what Git says.
	plan *plan.Plan
	// held: the plan leaves out what an open DriftReport holds.
	held bool
	// unmanaged is what nobody declares; moreUnmanaged says that there is more of it.
	unmanaged     []plan.Change
	moreUnmanaged bool
}

// look reads what is owned on the NF, plans what Git would have changed there, and
// makes sure that nobody else has a claim to it.
func (r *NetworkFunctionReconciler) look(ctx context.Context, s *scope) (string, error) {
	if same, err := r.unchanged(ctx, s); same || err != nil {
		return "", err
	}
	if same, err := r.stillThere(ctx, s); same || err != nil {
		return "", err
	}
	return "", r.lookClosely(ctx, s)
}

// lookClosely decodes and compares what the NF says.
func (r *NetworkFunctionReconciler) lookClosely(ctx context.Context, s *scope) error {
	if _, err := r.intendedTree(s); err != nil {
		return err
	}
	r.Pool.Conceal(s.endpoint, s.intended)
	if err := r.loadInventory(ctx, s); err != nil {
		return err
	}
	loadEchoes(ctx, s)
	if err := r.observe(ctx, s); err != nil {
		return err
	}
	if err := r.refuseConflict(ctx, s); err != nil {
		return err
	}
	return r.holdBack(ctx, s)
}

// unchanged asks the NF whether there is anything new since it was last found to say
// what Git says. As long as there is not, one get-config and two comparisons are all:
// nothing is rendered, decoded or compared.
func (r *NetworkFunctionReconciler) unchanged(ctx context.Context, s *scope) (bool, error) {
	was, ok := r.settled.of(nameOf(s.nf))
	if !ok || !s.settles() || was.intended != s.digest || was.inventory != inventoryDigest(s.nf, s.endpoint.Key) {
		return false, nil
	}
	filter := []byte(was.filter)
	seen, err := r.Pool.Observe(ctx, s.endpoint, filter)
	if err != nil {
		return false, targetError(err)
	}
	s.observed = observation{filter: filter, digest: seen.Digest, session: seen.SessionID, reply: &seen, plan: &plan.Plan{}}
	return seen.Digest == was.observed, nil
}

// settles says whether what is found equal may be remembered as such. What nobody
// declares is looked for in the reply each time.
func (s *scope) settles() bool { return s.applied() && s.nf.Spec.Drift.Unmanaged == nil }

// observe reads the owned part of running, in one round trip, and compares it.
func (r *NetworkFunctionReconciler) observe(ctx context.Context, s *scope) error {
	filter := filterOf(s)
	if len(filter) == 0 {
		// Nothing is declared and nothing is owned; an empty filter would read it all.
		s.observed = observation{tree: yang.NewTree(s.schema), plan: &plan.Plan{}, held: s.observed.held}
		return nil
	}
	seen, err := r.read(ctx, s, filter)
	if err != nil {
		return targetError(err)
	}
	s.observed = observation{filter: filter, digest: seen.Digest, session: seen.SessionID, held: s.observed.held}
	if s.observed.tree, err = decodeReply(s.schema, seen.XML); err != nil {
		return err
	}
	s.observed.plan = plan.Diff(s.intended, s.observed.tree, s.owned, plan.Options{Echoes: s.echoes})
	if s.nf.Spec.Drift.Unmanaged != nil {
		return r.findUnmanaged(ctx, s)
	}
	if s.observed.plan.Empty() && s.settles() {
		r.settled.set(nameOf(s.nf), settled{
			intended: s.digest, observed: seen.Digest, filter: string(filter), inventory: inventoryDigest(s.nf, s.endpoint.Key),
		})
	}
	return nil
}

// read returns what the NF holds of the filter: what this run read already, once, or
// what it says now.
func (r *NetworkFunctionReconciler) read(ctx context.Context, s *scope, filter []byte) (target.Observation, error) {
	if reply := s.observed.reply; reply != nil && bytes.Equal(filter, s.observed.filter) {
		return *reply, nil
	}
	return r.Pool.Observe(ctx, s.endpoint, filter)
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
