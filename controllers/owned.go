// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// specDigest marks owned objects with what was asked of them, so that a field
// taken out of the request is seen without writing each time.
const specDigest = "nf.strowger.dev/spec-digest"

// ensureOwned brings an owned object to what is desired, and writes only when it
// differs. An object of that name that somebody else owns is never taken over.
func (r *NetworkFunctionReconciler) ensureOwned(ctx context.Context, nf *v1alpha1.NetworkFunction, desired client.Object) error {
	want, err := runtime.DefaultUnstructuredConverter.ToUnstructured(desired)
	if err != nil {
		return fmt.Errorf("encoding %s %s: %w", desired.GetObjectKind().GroupVersionKind().Kind, desired.GetName(), err)
	}
	u := &unstructured.Unstructured{Object: want}
	unstructured.RemoveNestedField(u.Object, "status")
	unstructured.RemoveNestedField(u.Object, "metadata", "creationTimestamp")
	digest, err := digestOf(u.Object["spec"])
	if err != nil {
		return err
	}
	annotations := u.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[specDigest] = digest
	u.SetAnnotations(annotations)

	current := &unstructured.Unstructured{}
	current.SetGroupVersionKind(u.GroupVersionKind())
	err = r.APIReader.Get(ctx, nameOf(u), current)
	switch {
	case apierrors.IsNotFound(err):
	case err != nil:
		return err
	case !metav1.IsControlledBy(current, nf):
		return fmt.Errorf("%s %s exists already and is not controlled by this NetworkFunction: rename or delete it", u.GetKind(), nameOf(u))
	case current.GetAnnotations()[specDigest] == digest && equality.Semantic.DeepDerivative(u.Object["spec"], current.Object["spec"]):
		return nil
	}
	return r.Apply(ctx, client.ApplyConfigurationFromUnstructured(u), client.ForceOwnership, client.FieldOwner(r.ControllerName))
}

// deleteOwned deletes an object that is no longer asked for, if it is ours.
func (r *NetworkFunctionReconciler) deleteOwned(ctx context.Context, nf *v1alpha1.NetworkFunction, o client.Object) error {
	if err := r.APIReader.Get(ctx, nameOf(o), o); err != nil {
		return client.IgnoreNotFound(err)
	}
	if !metav1.IsControlledBy(o, nf) {
		return nil
	}
	return client.IgnoreNotFound(r.Delete(ctx, o, client.Preconditions{UID: ptr(o.GetUID())}))
}

func digestOf(spec any) (string, error) {
	data, err := json.Marshal(spec)
	if err != nil {
		return "", fmt.Errorf("encoding a spec: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16]), nil
}

func ptr[T any](v T) *T { return &v }
