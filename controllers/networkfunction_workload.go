// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/inputs"
	"github.com/strowger/strowger/internal/reconcile"
)

// resolveWorkload reads the object that runs the NF, with the rights inputs are read
// with. It must be Current; but for a change that is on the NF already: there it is the
// checks that decide, and they may be about what is not Current.
func (r *NetworkFunctionReconciler) resolveWorkload(ctx context.Context, s *scope) error {
	ref := s.nf.Spec.WorkloadRef
	if ref == nil {
		return nil
	}
	if ref.Kind == "Secret" && ref.APIVersion == "v1" {
		return reconcile.Stallf(v1alpha1.AccessDeniedReason, "spec.workloadRef names a Secret, which runs nothing: name what runs the NF, such as a HelmRelease or a StatefulSet")
	}
	account := s.nf.Spec.ServiceAccountName
	reader, err := r.Impersonator.Reader(s.nf.Namespace, account)
	if err != nil {
		return err
	}
	resolved, err := inputs.Resolve(ctx, reader, s.nf.Namespace, []v1alpha1.Input{{Ref: *ref}},
		inputs.Options{AllowCrossNamespace: r.AllowCrossNamespace, ServiceAccount: account})
	if err == nil {
		s.workload = resolved[""].Object
		return nil
	}
	var e *inputs.Error
	if s.nf.Status.PendingCommit != nil && errors.As(err, &e) && e.Kind == inputs.NotReady {
		s.workload, err = readWorkload(ctx, reader, e.Ref)
		return err
	}
	return workloadError(err)
}

// readWorkload reads an object as it is.
func readWorkload(ctx context.Context, reader client.Reader, ref v1alpha1.ObjectReference) (map[string]any, error) {
	u := &unstructured.Unstructured{}
	u.SetGroupVersionKind(schema.FromAPIVersionAndKind(ref.APIVersion, ref.Kind))
	if err := reader.Get(ctx, client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, u); err != nil {
		return nil, fmt.Errorf("reading the %s %s/%s of spec.workloadRef: %w", ref.Kind, ref.Namespace, ref.Name, err)
	}
	u = u.DeepCopy() // the reader may share what it returns with its cache
	unstructured.RemoveNestedField(u.Object, "metadata", "managedFields")
	return u.Object, nil
}

// workloadError gives the errors of the workload their reasons, as inputError does.
func workloadError(err error) error {
	var e *inputs.Error
	if !errors.As(err, &e) {
		return err
	}
	const text = "spec.workloadRef: %w"
	switch e.Kind {
	case inputs.NotReady:
		return reconcile.Waitf(v1alpha1.WorkloadNotReadyReason, text, err)
	case inputs.Forbidden:
		return reconcile.Waitf(v1alpha1.AccessDeniedReason, text, err)
	case inputs.CrossNamespace:
		return reconcile.Stallf(v1alpha1.CrossNamespaceReason, text, err)
	case inputs.Unreadable:
		return reconcile.Failf(v1alpha1.WorkloadNotReadyReason, text, err)
	}
	return reconcile.Waitf(v1alpha1.WorkloadNotFoundReason, text, err)
}

// workloadRefs are what is watched for the workload's sake, with the rights it is read with.
func workloadRefs(nf *v1alpha1.NetworkFunction) []v1alpha1.ObjectReference {
	ref := nf.Spec.WorkloadRef
	if ref == nil || ref.Kind == "Secret" && ref.APIVersion == "v1" {
		return nil
	}
	out := *ref
	if out.Namespace == "" {
		out.Namespace = nf.Namespace
	}
	return []v1alpha1.ObjectReference{out}
}
