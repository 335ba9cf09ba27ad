// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/fluxcd/pkg/runtime/conditions"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/gate"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/target"
)

// checkGate refuses checks that could never hold, before anything is sent.
func (r *NetworkFunctionReconciler) checkGate(s *scope) error {
	nf := s.nf
	for _, c := range nf.Spec.Commit.Checks {
		if err := r.checkCheck(c, "spec.commit.checks", "workload"); err != nil {
			return err
		}
		if c.Get != "" && !strings.Contains(c.Get, "$") {
			if err := target.CheckPath(s.schema, c.Get); err != nil {
				return reconcile.Stallf(v1alpha1.InvalidSpecReason, "check %s of spec.commit.checks: %w", c.Name, err)
			}
		}
		if c.TLS == nil || c.TLS.Certificate == "" {
			continue
		}
		if !hasCertificate(nf, c.TLS.Certificate) {
			return reconcile.Stallf(v1alpha1.InvalidSpecReason, "check %s of spec.commit.checks expects certificate %s, which spec.certificates does not have", c.Name, c.TLS.Certificate)
		}
	}
	return nil
}

// checkCheck refuses one that could never hold. seen are the variables that it knows
// beside the usual ones.
func (r *NetworkFunctionReconciler) checkCheck(c v1alpha1.Check, where string, seen ...string) error {
	if c.Expr == "" {
		return nil
	}
	if c.Get != "" {
		seen = append(seen, "value", "values")
	}
	if err := r.Conditions.CheckCondition(c.Expr, seen...); err != nil {
		return reconcile.Stallf(v1alpha1.InvalidSpecReason, "check %s of %s: %s: %w", c.Name, where, c.Expr, err)
	}
	return nil
}

func hasCertificate(nf *v1alpha1.NetworkFunction, name string) bool {
	for _, c := range nf.Spec.Certificates {
		if c.Name == name {
			return true
		}
	}
	return false
}

// evaluateGate looks at all checks of a NetworkFunction, once: reads what they want of
// the NF in one request, makes the probes at the same time, and evaluates what is to be
// true. An error says that nothing can be said.
func (r *NetworkFunctionReconciler) evaluateGate(ctx context.Context, s *scope) ([]v1alpha1.CheckStatus, error) {
	checks := s.nf.Spec.Commit.Checks
	if len(checks) == 0 {
		return nil, nil
	}
	values := r.gateValues(ctx, s)
	readings, err := r.readFor(ctx, s, checks, values)
	if err != nil {
		return nil, err
	}
	out := make([]v1alpha1.CheckStatus, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		if c.Expr == "" {
			all.Go(func() { out[i] = checkStatus(c.Name, r.probe(ctx, s, c, values)) })
			continue
		}
		out[i] = r.condition(c, values, readings[i])
	}
	all.Wait()
	return out, nil
}

// gateValues is what expressions of checks see, beside what is read from the NF.
func (r *NetworkFunctionReconciler) gateValues(ctx context.Context, s *scope) render.Scope {
	values := s.values
	values.Certificates = make(map[string]render.Value, len(s.values.Certificates))
	for name, c := range s.values.Certificates {
		if fields, ok := c.Object.(map[string]any); ok {
			fields = maps.Clone(fields)
			fields["ready"] = true // this run would not have come here otherwise
			c.Object = fields
		}
		values.Certificates[name] = c
	}
	if mentions(s.nf.Spec.Commit.Checks, "dns") {
		values.DNS = render.Value{Object: r.answered(ctx, s)}
	}
	values.Seen = map[string]render.Value{"workload": {}}
	if s.workload != nil {
		values.Seen["workload"] = render.Value{Object: s.workload}
	}
	return values
}

func mentions(checks []v1alpha1.Check, word string) bool {
	for _, c := range checks {
		if strings.Contains(c.Expr, word) {
			return true
		}
	}
	return false
}

// answered asks the resolver for all names of the NF.
func (r *NetworkFunctionReconciler) answered(ctx context.Context, s *scope) map[string]any {
	missing := []any{}
	for _, m := range r.DNS.Check(ctx, s.names) {
		missing = append(missing, m.String())
	}
	return map[string]any{"ready": len(missing) == 0, "missing": missing}
}

// readFor reads what checks want of the NF: for each check what is at its path.
func (r *NetworkFunctionReconciler) readFor(ctx context.Context, s *scope, checks []v1alpha1.Check, values render.Scope) ([][]target.Reading, error) {
	out := make([][]target.Reading, len(checks))
	var paths []string
	var of []int
	for i, c := range checks {
		if c.Get == "" {
			continue
		}
		path, err := r.gateText(c.Get, values)
		if err != nil {
			return nil, fmt.Errorf("the path of check %s: %w", c.Name, err)
		}
		paths, of = append(paths, path), append(of, i)
	}
	readings, err := r.Pool.Read(ctx, s.endpoint, s.schema, paths)
	if err != nil {
		return nil, targetError(err)
	}
	for i, found := range readings {
		out[of[i]] = found
	}
	return out, nil
}

// gateText fills in the expressions of an address or a path, which must give one text.
func (r *NetworkFunctionReconciler) gateText(text string, values render.Scope) (string, error) {
	if !strings.Contains(text, "$") {
		return text, nil
	}
	filled, err := r.strings([]string{text}, values)
	if err != nil {
		return "", err
	}
	if len(filled) != 1 {
		return "", reconcile.Stallf(v1alpha1.ExpressionErrorReason, "%q gives %d values, and must give one", text, len(filled))
	}
	return filled[0], nil
}

// condition evaluates what is to be true.
func (r *NetworkFunctionReconciler) condition(c v1alpha1.Check, values render.Scope, found []target.Reading) v1alpha1.CheckStatus {
	if c.Get != "" {
		values.Seen = maps.Clone(values.Seen)
		all := make([]any, 0, len(found))
		for _, f := range found {
			all = append(all, render.Value{Object: f.Value, Tainted: f.Secret})
		}
		values.Seen["value"], values.Seen["values"] = render.Value{}, render.Value{Object: all}
		if len(all) > 0 {
			values.Seen["value"] = all[0].(render.Value)
		}
	}
	holds, why := r.Conditions.Condition(c.Expr, values)
	if !holds && c.Get != "" {
		why += "; " + seenAt(c, found)
	}
	return v1alpha1.CheckStatus{Name: c.Name, Holds: holds, Message: clipTo(why, 512)}
}

// seenAt says what was read for a check, without secrets.
func seenAt(c v1alpha1.Check, found []target.Reading) string {
	const most = 10
	if len(found) == 0 {
		return "the NF has nothing at " + c.Get
	}
	var values []string
	for i, f := range found {
		switch {
		case i == most:
			return fmt.Sprintf("seen: %s and %d more", strings.Join(values, ", "), len(found)-most)
		case f.Secret:
			values = append(values, "(redacted)")
		default:
			values = append(values, clipTo(fmt.Sprint(f.Value), 64))
		}
	}
	return "seen: " + strings.Join(values, ", ")
}

// probe connects to what a check names.
func (r *NetworkFunctionReconciler) probe(ctx context.Context, s *scope, c v1alpha1.Check, values render.Scope) error {
	if c.TCP != nil {
		address, err := r.gateText(c.TCP.Address, values)
		if err != nil {
			return err
		}
		return gate.TCP(ctx, address)
	}
	address, err := r.gateText(c.TLS.Address, values)
	if err != nil {
		return err
	}
	p := gate.TLS{Address: address, ServerName: c.TLS.ServerName}
	if c.TLS.Certificate != "" {
		p.Certificate, p.CA = issued(s, c.TLS.Certificate)
	}
	return p.Handshake(ctx)
}

// issued is the certificate of a name, and its authority where that is known.
func issued(s *scope, name string) (certificate, ca []byte) {
	fields, _ := s.values.Certificates[name].Object.(map[string]any)
	text := func(field string) []byte {
		v, _ := fields[field].(render.Value)
		t, _ := v.Object.(string)
		return []byte(t)
	}
	if ca = text("ca"); len(ca) == 0 {
		ca = nil
	}
	return text("certificate"), ca
}

func checkStatus(name string, err error) v1alpha1.CheckStatus {
	if err != nil {
		return v1alpha1.CheckStatus{Name: name, Message: clipTo(err.Error(), 512)}
	}
	return v1alpha1.CheckStatus{Name: name, Holds: true}
}

// checkMembersCheck refuses a check over members that could never hold.
func (r *NetworkFunctionReconciler) checkMembersCheck(c v1alpha1.Check, where string) error {
	switch {
	case c.TLS != nil && c.TLS.Certificate != "":
		return reconcile.Stallf(v1alpha1.InvalidSpecReason, "check %s of %s expects a certificate of spec.certificates, which a rollout does not have: put it into commit.checks of the NetworkFunction", c.Name, where)
	case strings.Contains(c.Get, "${"), c.TCP != nil && strings.Contains(c.TCP.Address, "${"), c.TLS != nil && strings.Contains(c.TLS.Address, "${"):
		return reconcile.Stallf(v1alpha1.InvalidSpecReason, "check %s of %s holds ${…}, which only commit.checks of a NetworkFunction may", c.Name, where)
	}
	c.Get = "" // what it reads is in members
	return r.checkCheck(c, where, "members")
}

// evaluateMembers looks at checks over the members of a rollout, once and all at the same time.
func (r *NetworkFunctionReconciler) evaluateMembers(ctx context.Context, checks []v1alpha1.RolloutCheck, members []v1alpha1.NetworkFunction) []v1alpha1.CheckStatus {
	out := make([]v1alpha1.CheckStatus, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() { out[i] = r.evaluateMembersCheck(ctx, c, members) })
	}
	all.Wait()
	return out
}

func (r *NetworkFunctionReconciler) evaluateMembersCheck(ctx context.Context, c v1alpha1.RolloutCheck, members []v1alpha1.NetworkFunction) v1alpha1.CheckStatus {
	switch {
	case c.TCP != nil:
		return checkStatus(c.Name, gate.TCP(ctx, c.TCP.Address))
	case c.TLS != nil:
		return checkStatus(c.Name, gate.TLS{Address: c.TLS.Address, ServerName: c.TLS.ServerName}.Handshake(ctx))
	}
	values, err := r.memberValues(ctx, c.Get, members)
	if err != nil {
		return checkStatus(c.Name, err)
	}
	holds, why := r.Conditions.Condition(c.Expr, render.Scope{Seen: map[string]render.Value{"members": {Object: values}}})
	return v1alpha1.CheckStatus{Name: c.Name, Holds: holds, Message: clipTo(why, 512)}
}

// memberValues is what a check sees of members: with a path, what is there on each NF.
func (r *NetworkFunctionReconciler) memberValues(ctx context.Context, path string, members []v1alpha1.NetworkFunction) ([]any, error) {
	out, errs := make([]any, len(members)), make([]error, len(members))
	var all sync.WaitGroup
	for i := range members {
		nf := &members[i]
		labels := nf.Labels
		if labels == nil {
			labels = map[string]string{}
		}
		fields := map[string]any{"name": nf.Name, "labels": labels, "ready": conditions.IsReady(nf), "revision": nf.Status.LastAppliedRevision}
		out[i] = fields
		if path == "" {
			continue
		}
		all.Go(func() { fields["values"], errs[i] = r.readMember(ctx, path, nf) })
	}
	all.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("reading %s of %s: %w", path, members[i].Name, err)
		}
	}
	return out, nil
}

func (r *NetworkFunctionReconciler) readMember(ctx context.Context, path string, nf *v1alpha1.NetworkFunction) ([]any, error) {
	s := &scope{nf: nf}
	if err := r.reach(ctx, s, inNamespace(nf.Namespace, nf.Spec.TargetRef)); err != nil {
		return nil, err
	}
	readings, err := r.Pool.Read(ctx, s.endpoint, s.schema, []string{path})
	if err != nil {
		return nil, targetError(err)
	}
	values := make([]any, 0, len(readings[0]))
	for _, f := range readings[0] {
		values = append(values, render.Value{Object: f.Value, Tainted: f.Secret})
	}
	return values, nil
}
