// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"bytes"
	"context"

	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

// What Git declares is a part of an NF's configuration, so it is proved twice. Alone,
// before the NF is asked anything: what is wrong whatever the NF holds is told at once,
// also while the NF is down. Then together with what the NF holds: the configuration that
// it would have after the plan, before any of the plan is sent.

// trial is a plan that is not sent yet.
type trial struct {
	endpoint target.Endpoint
	schema   *yang.Schema
	intended *yang.Tree
	// digest is that of intended.
	digest string
	// observed is what the plan was made from.
	observed observation
	plan     *plan.Plan
	// whole proves all that is declared; else only what the plan can affect.
	whole bool
}

// trial is that of a plan for what this run observed.
func (s *scope) trial(p *plan.Plan) trial {
	return trial{endpoint: s.endpoint, schema: s.schema, intended: s.intended, digest: s.digest, observed: s.observed, plan: p}
}

// tryOut returns what would be wrong on the NF after the plan: what was not wrong there
// before, and what is wrong with the values that we declare. What others left wrong on the
// NF is not for us to mend.
func (r *NetworkFunctionReconciler) tryOut(ctx context.Context, name types.NamespacedName, t trial) (yang.Errors, error) {
	if t.plan.Empty() && t.intended.Empty() {
		return nil, nil
	}
	asked := topNodes{}
	after := plan.Apply(t.observed.tree, t.plan)
	asked.add(t.observed.tree, t.intended, after)
	asked.needs(after)
	asked.affected(after, t.plan)
	for {
		before, digest, err := r.observeWhole(ctx, t, asked)
		if err != nil {
			return nil, err
		}
		key := proofKey{schema: t.schema.Digest(), intended: t.digest, plan: t.plan.Digest(), observed: digest, whole: t.whole}
		if errs, ok := r.proofs.of(name, key); ok {
			return errs, nil
		}
		errs := t.judge(before)
		// What others configured may depend on more than what we declare does, and what
		// was not read may well be as it should.
		if len(errs) > 0 && (asked.needs(plan.Apply(before, t.plan)) || asked.named(t.schema, errs)) {
			continue
		}
		r.proofs.keep(name, key, errs)
		return errs, nil
	}
}

// observeWhole reads top-level nodes with all that is below them. When the plan's own
// observation held that already, the NF is not asked again.
func (r *NetworkFunctionReconciler) observeWhole(ctx context.Context, t trial, nodes topNodes) (*yang.Tree, string, error) {
	filter := nodes.filter()
	if bytes.Equal(filter, t.observed.filter) {
		return t.observed.tree, t.observed.digest, nil
	}
	seen, err := r.Pool.Observe(ctx, t.endpoint, filter)
	if err != nil {
		return nil, "", targetError(err)
	}
	tree, err := decodeReply(t.schema, seen.XML)
	return tree, seen.Digest, err
}

// judge validates what the NF would hold after the plan.
func (t *trial) judge(before *yang.Tree) yang.Errors {
	after := plan.Apply(before, t.plan)
	if len(t.check(after)) == 0 {
		return nil
	}
	// Only now it matters what was there before, who declared what, and what is secret.
	before = before.Clone()
	attribute(before, t.intended)
	attribute(after, t.intended)
	was := map[violation]bool{}
	for _, e := range validate.Complete(before) {
		was[identity(e)] = true
	}
	declared := declaredLeaves(t.intended)
	var out yang.Errors
	for _, e := range t.check(after) {
		if was[identity(e)] && !declared[e.Path] {
			continue
		}
		if e.Origin.Layer == nil {
			e.Origin = onNF
		}
		out = append(out, e)
	}
	out.Sort()
	return out
}

func (t *trial) check(after *yang.Tree) yang.Errors {
	if t.whole {
		return validate.Complete(after)
	}
	errs, _ := validate.Changed(after, t.plan.Touched())
	return errs
}

// onNF is the origin of what no layer declares.
var onNF = yang.Origin{Layer: &yang.Layer{Name: "the NF"}}

// violation is what an error is about, without the words that change with numbers and
// values.
type violation struct {
	path, rule, tag, appTag string
	pos                     yang.Pos
}

func identity(e *yang.Error) violation {
	return violation{path: e.Path, rule: e.Rule, tag: e.Tag, appTag: e.AppTag, pos: e.Pos}
}

// attribute gives the nodes of a tree that have the declared values their origin, and
// their secrecy: the NF knows neither. A secret that others copied elsewhere stays one.
func attribute(t, intended *yang.Tree) {
	secrets := map[string]bool{}
	intended.Walk(func(d *yang.Data) bool {
		if d.FromSecret() && d.Value() != "" {
			secrets[d.Value()] = true
		}
		if have := t.Get(d.Path()); have != nil && have.Value() == d.Value() {
			adopt(t, have, d.Origin(), d.FromSecret())
		}
		return true
	})
	if len(secrets) == 0 {
		return
	}
	for _, d := range t.Leaves() {
		if secrets[d.Value()] && !d.FromSecret() {
			adopt(t, d, d.Origin(), true)
		}
	}
}

// adopt changes origin and secrecy of a node of a tree. Its value stays, which cannot fail.
func adopt(t *yang.Tree, d *yang.Data, origin yang.Origin, tainted bool) {
	_, _ = t.Set(d.Path(), d.Value(), origin, tainted)
}

// declaredLeaves are the paths of all declared values, as errors name them.
func declaredLeaves(t *yang.Tree) map[string]bool {
	all := t.Leaves()
	out := make(map[string]bool, len(all))
	for _, d := range all {
		out[d.RedactedPath()] = true
	}
	return out
}
