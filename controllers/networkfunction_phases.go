// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fluxcd/pkg/runtime/conditions"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/inputs"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/yang"
)

// valid is what is said of a tree that was proved, then and as long as it stays so.
const valid = "The intended tree is valid"

// resolve gathers everything the configuration is made of: the target and its
// schema, what must be ready first, inputs and layers.
func (r *NetworkFunctionReconciler) resolve(ctx context.Context, s *scope) (string, error) {
	r.declare(ctx, s)
	watchErr := r.watch(ctx, s)
	for _, step := range []func(context.Context, *scope) error{
		r.resolveTarget, r.resolveDependencies, r.resolveInputs, r.resolveWorkload, r.resolveLayers,
	} {
		if err := step(ctx, s); err != nil {
			return "", err
		}
	}
	if watchErr != nil {
		return "", inputError(watchErr)
	}
	s.nf.Status.LastAttemptedRevision = s.revision
	r.askAuthor(ctx, s)
	return fmt.Sprintf("%s and %s ready", count(len(s.layers), "layer", "layers"), count(len(s.nf.Spec.Inputs), "input", "inputs")), nil
}

func (r *NetworkFunctionReconciler) resolveTarget(ctx context.Context, s *scope) error {
	ref := s.nf.Spec.TargetRef
	key, err := resolveName(s.nf.Namespace, ref.Namespace, ref.Name, "Target", r.AllowCrossNamespace)
	if err != nil {
		return err
	}
	s.target = &v1alpha1.Target{}
	if err := r.Get(ctx, key, s.target); apierrors.IsNotFound(err) {
		return reconcile.Waitf(v1alpha1.TargetNotFoundReason, "Target %s does not exist: create it, or mend spec.targetRef", key)
	} else if err != nil {
		return fmt.Errorf("reading Target %s: %w", key, err)
	}
	if s.target.Spec.Suspend {
		return reconcile.Waitf(v1alpha1.SuspendedReason, "Target %s is suspended", key)
	}
	if s.schema = r.Schemas.OfTarget(key); s.schema == nil {
		return targetNotReady(s.target)
	}
	if s.endpoint, err = r.Endpoints.For(ctx, s.target); err != nil {
		return err
	}
	keepSubscribed(r.Pool, s.endpoint)
	if !notAfter(s.endpoint).Equal(s.target.Status.ClientCertificateNotAfter) {
		r.Targets.send(s.endpoint.Key) // renewed since the Target was checked
	}
	return nil
}

// starting: the target is ready, but this manager is too young to have loaded its
// schema. Nothing is known to be wrong, so nothing is said; the end of the loading
// wakes the object.
func (r *NetworkFunctionReconciler) starting(ctx context.Context, nf *v1alpha1.NetworkFunction) bool {
	ref := nf.Spec.TargetRef
	key, err := resolveName(nf.Namespace, ref.Namespace, ref.Name, "Target", r.AllowCrossNamespace)
	if err != nil || r.Schemas.OfTarget(key) != nil {
		return false
	}
	var t v1alpha1.Target
	err = r.Get(ctx, key, &t)
	return err == nil && !t.Spec.Suspend && conditions.IsReady(&t) && t.Status.ObservedGeneration == t.Generation
}

// targetNotReady passes on why a target has no schema, with its own reason, so
// that a wrong password reads the same on both objects.
func targetNotReady(t *v1alpha1.Target) error {
	ready := conditions.Get(t, "Ready")
	if ready != nil && ready.Status == "False" && ready.ObservedGeneration == t.Generation {
		return reconcile.Waitf(ready.Reason, "Target %s is not ready: %s", nameOf(t), ready.Message)
	}
	return reconcile.Waitf(v1alpha1.TargetNotReadyReason, "Target %s is not ready: its YANG modules are being loaded", nameOf(t))
}

func (r *NetworkFunctionReconciler) resolveDependencies(ctx context.Context, s *scope) error {
	if s.original != nil {
		return nil // it changes nothing, so that nothing need be there first
	}
	for _, ref := range s.nf.Spec.DependsOn {
		key, err := resolveName(s.nf.Namespace, ref.Namespace, ref.Name, "NetworkFunction", r.AllowCrossNamespace)
		if err != nil {
			return err
		}
		if key == nameOf(s.nf) {
			return reconcile.Stallf(v1alpha1.InvalidSpecReason, "spec.dependsOn names this object itself: remove it")
		}
		var other v1alpha1.NetworkFunction
		if err := r.Get(ctx, key, &other); apierrors.IsNotFound(err) {
			return reconcile.Waitf(v1alpha1.DependencyNotReadyReason, "NetworkFunction %s of spec.dependsOn does not exist", key)
		} else if err != nil {
			return fmt.Errorf("reading NetworkFunction %s: %w", key, err)
		}
		if r.changedTogether(ctx, s.nf, &other) {
			continue
		}
		if !conditions.IsReady(&other) {
			return reconcile.Waitf(v1alpha1.DependencyNotReadyReason, "NetworkFunction %s of spec.dependsOn is not ready%s", key, because(&other))
		}
		if conditions.GetReason(&other, v1alpha1.AppliedCondition) == v1alpha1.PlannedReason && other.Status.LastAppliedDigest != planDigest(&other) {
			return reconcile.Waitf(v1alpha1.DependencyNotReadyReason, "NetworkFunction %s of spec.dependsOn is only planned: what it declares is not on its NF", key)
		}
		if !readyNow(&other) {
			return reconcile.Waitf(v1alpha1.DependencyNotReadyReason, "NetworkFunction %s of spec.dependsOn is not yet at its new generation %d", key, other.Generation)
		}
	}
	return nil
}

func (r *NetworkFunctionReconciler) resolveInputs(ctx context.Context, s *scope) error {
	account := s.nf.Spec.ServiceAccountName
	if err := refuseSecrets(s.nf); err != nil {
		return err
	}
	reader, err := r.Impersonator.Reader(s.nf.Namespace, account)
	if err != nil {
		return err
	}
	resolved, err := inputs.Resolve(ctx, reader, s.nf.Namespace, s.nf.Spec.Inputs,
		inputs.Options{AllowCrossNamespace: r.AllowCrossNamespace, ServiceAccount: account})
	if err != nil {
		return inputError(err)
	}
	s.values = render.Scope{
		Inputs:       make(map[string]render.Value, len(resolved)),
		NF:           render.NF{Name: s.holder().Name, Namespace: s.nf.Namespace, Labels: s.nf.Labels, Annotations: s.nf.Annotations},
		Target:       render.Value{Object: targetFacts(s.target)},
		Certificates: map[string]render.Value{},
	}
	for name, v := range resolved {
		s.values.Inputs[name] = render.Value{Object: v.Object, Tainted: v.Tainted}
	}
	return nil
}

// refuseSecrets: the manager may read the Secrets that Targets name, wherever they
// are; that right is not lent to whoever writes a NetworkFunction.
func refuseSecrets(nf *v1alpha1.NetworkFunction) error {
	if nf.Spec.ServiceAccountName != "" {
		return nil
	}
	for _, in := range nf.Spec.Inputs {
		if in.Ref.Kind == "Secret" && in.Ref.APIVersion == "v1" {
			return reconcile.Stallf(v1alpha1.AccessDeniedReason,
				"input %s is a Secret, which is read with the rights of a service account only: name one that may get and watch it in spec.serviceAccountName", in.Name)
		}
	}
	return nil
}

// targetFacts is what expressions see of the target.
func targetFacts(t *v1alpha1.Target) map[string]any {
	capabilities := make([]any, 0, len(t.Status.Capabilities))
	for _, c := range t.Status.Capabilities {
		capabilities = append(capabilities, c)
	}
	return map[string]any{"name": t.Name, "namespace": t.Namespace, "address": t.Spec.Address, "capabilities": capabilities}
}

// inputError gives the errors of inputs their reasons. What is missing is waited
// for; what is refused or wrong in the spec needs a person.
func inputError(err error) error {
	var e *inputs.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Kind {
	case inputs.NotReady:
		return reconcile.Waitf(v1alpha1.InputNotReadyReason, "%w", err)
	case inputs.Forbidden:
		return reconcile.Waitf(v1alpha1.AccessDeniedReason, "%w", err)
	case inputs.CrossNamespace:
		return reconcile.Stallf(v1alpha1.CrossNamespaceReason, "%w", err)
	case inputs.Unreadable:
		return reconcile.Failf(v1alpha1.InputNotReadyReason, "%w", err)
	}
	return reconcile.Waitf(v1alpha1.InputNotFoundReason, "%w", err)
}

func (r *NetworkFunctionReconciler) resolveLayers(ctx context.Context, s *scope) error {
	for _, l := range s.nf.Spec.Config {
		layer := render.LayerSource{Layer: yang.Layer{Name: l.Name, Revision: s.revision}}
		if l.Value != nil {
			layer.Format, layer.Data, layer.Inline = render.JSON, l.Value.Raw, true
			s.layers = append(s.layers, layer)
			continue
		}
		files, revision, err := r.Sources.Files(ctx, s.nf.Namespace, *l.SourceRef)
		if err != nil {
			return err
		}
		if layer.Data, err = readFile(files, l.Path); err != nil {
			return err
		}
		layer.Layer.File, layer.Layer.Revision = l.Path, revision
		layer.Format = render.Format(strings.ToLower(l.Format))
		if s.revision == "" {
			s.revision = revision
		}
		if r.declaredIn(s, *l.SourceRef) {
			s.brought = revision
		}
		s.layers = append(s.layers, layer)
	}
	return nil
}

// declaredIn says whether a source is the repository that the object itself is from.
func (r *NetworkFunctionReconciler) declaredIn(s *scope, ref v1alpha1.SourceReference) bool {
	key, err := r.Sources.resolve(s.nf.Namespace, ref)
	return err == nil && ref.Kind == sourcev1.GitRepositoryKind && s.declared.repository != nil && nameOf(s.declared.repository) == key
}

// watch wakes the object when anything it is made of changes: inputs with the
// rights they are read with, the rest with the manager's own.
func (r *NetworkFunctionReconciler) watch(ctx context.Context, s *scope) error {
	nf := s.nf
	var own, tenant []v1alpha1.ObjectReference
	for _, in := range nf.Spec.Inputs {
		ref := in.Ref
		if ref.Namespace == "" {
			ref.Namespace = nf.Namespace
		}
		tenant = append(tenant, ref)
	}
	tenant = append(tenant, workloadRefs(nf)...)
	for _, l := range nf.Spec.Config {
		if l.SourceRef == nil {
			continue
		}
		if key, err := r.Sources.resolve(nf.Namespace, *l.SourceRef); err == nil {
			own = append(own, sourceObject(l.SourceRef.Kind, key))
		}
	}
	for _, c := range nf.Spec.Certificates {
		own = append(own, certificateObject(nf, c)...)
	}
	return errors.Join(
		r.OwnWatches.Ensure(ctx, nameOf(nf), "", own),
		r.InputWatches.Ensure(ctx, nameOf(nf), nf.Spec.ServiceAccountName, tenant))
}

func sourceObject(kind string, key types.NamespacedName) v1alpha1.ObjectReference {
	return v1alpha1.ObjectReference{APIVersion: "source.toolkit.fluxcd.io/v1", Kind: kind, Namespace: key.Namespace, Name: key.Name}
}

// render hydrates and merges the layers into the intended tree. Where the same was
// rendered and applied before, its digest is known and the tree is not needed yet.
func (r *NetworkFunctionReconciler) render(ctx context.Context, s *scope) (string, error) {
	s.nf.Status.Violations = nil
	if err := r.checkGate(s); err != nil {
		return "", err
	}
	s.madeOf = r.rendered.identify(s.schema, s.layers, s.values)
	digest, known := r.rendered.find(nameOf(s.nf), s.madeOf)
	if known && (digest == s.nf.Status.LastAppliedDigest || digest == pendingDigest(s.nf) || s.nf.Status.Rollback != nil) {
		s.digest = digest
	} else if _, err := r.intendedTree(s); err != nil {
		return "", err
	}
	if err := r.rollBack(ctx, s, s.digest); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s merged, digest %s", count(len(s.layers), "layer", "layers"), s.digest), nil
}

// intendedTree returns what Git declares, rendered when it was not in this run.
func (r *NetworkFunctionReconciler) intendedTree(s *scope) (*yang.Tree, error) {
	if s.intended != nil {
		return s.intended, nil
	}
	result, errs := r.Renderer.Render(s.schema, s.layers, s.values)
	if len(errs) > 0 {
		s.nf.Status.Violations = listViolations(errs, ofLayer)
		return nil, reconcile.Stallf(errs.Reason(), "%s", tell(errs, seeStatus))
	}
	s.intended = result.Tree
	s.digest = s.intended.Digest()
	return s.intended, nil
}

// validate finds what is wrong with the intended tree whatever the NF holds. The NF
// need not be there for it. What else the tree needs, prove decides.
func (r *NetworkFunctionReconciler) validate(_ context.Context, s *scope) (string, error) {
	if !s.applied() {
		if err := r.checkActions(s); err != nil {
			return "", err
		}
	}
	if s.intended == nil {
		return valid, nil // it was proved when it was rendered
	}
	alone := r.proofs.proveAlone(nameOf(s.nf), s.intended, s.digest)
	if len(alone.wrong) > 0 {
		return "", violated(s, alone.wrong)
	}
	if s.rollback == nil {
		r.rendered.keep(nameOf(s.nf), s.madeOf, s.digest)
	}
	if s.applied() {
		return valid, nil
	}
	s.unproved = true
	s.nf.Status.Violations = listViolations(alone.missing, ofYANG)
	if len(alone.missing) == 0 {
		return "Git alone is not wrong; what depends on the rest of the NF's configuration is proved once the NF can be read", nil
	}
	return fmt.Sprintf("Not proved before the NF can be read. Git lacks, and the NF must hold:\n%s", tell(alone.missing, seeStatus)), nil
}

// prove makes sure, before anything is sent, that the NF stays valid with what Git
// changed. What is applied already was proved then; what corrects drift, correct proves.
func (r *NetworkFunctionReconciler) prove(ctx context.Context, s *scope) (string, error) {
	if !s.applied() && s.intended != nil {
		t := s.trial(s.observed.plan)
		t.whole = true
		if err := r.proveOrRefuse(ctx, s, t); err != nil {
			return "", err
		}
	}
	s.unproved = false
	return valid, nil
}

func (r *NetworkFunctionReconciler) proveOrRefuse(ctx context.Context, s *scope, t trial) error {
	errs, err := r.tryOut(ctx, nameOf(s.nf), t)
	switch {
	case err != nil:
		return err
	case len(errs) > 0:
		return violated(s, errs)
	}
	s.nf.Status.Violations = nil
	return nil
}

// violated refuses what breaks rules of the YANG modules, and lists them all.
func violated(s *scope, errs yang.Errors) error {
	s.nf.Status.Violations = listViolations(errs, ofYANG)
	return reconcile.Stallf(v1alpha1.ConstraintViolatedReason, "%s", tell(errs, seeStatus))
}
