// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// statusWriter writes the status of an object in one patch, and only when it
// changed: nobody sees a condition before what it speaks of.
type statusWriter struct {
	client client.StatusClient
	owner  client.FieldOwner
	// last is the object as the API server knows it.
	last client.Object
}

func newStatusWriter(c client.StatusClient, owner string, o client.Object) *statusWriter {
	return &statusWriter{client: c, owner: client.FieldOwner(owner), last: o.DeepCopyObject().(client.Object)}
}

// write brings the status of o to the API server. The conditions are written as a
// whole: they are all ours. Spec and generation of o stay those the run began with,
// whatever was changed meanwhile, so that the status never speaks of what was not
// looked at.
func (w *statusWriter) write(ctx context.Context, o client.Object) error {
	if reflect.DeepEqual(w.last, o) {
		return nil // as after most runs: a patch costs more than all that they do
	}
	patch, err := client.MergeFrom(w.last).Data(o)
	if err != nil {
		return fmt.Errorf("encoding the status of %s: %w", nameOf(o), err)
	}
	if string(patch) == "{}" {
		return nil
	}
	answer := o.DeepCopyObject().(client.Object)
	if err := w.client.Status().Patch(ctx, answer, client.RawPatch(types.MergePatchType, patch), w.owner); err != nil {
		return fmt.Errorf("writing the status of %s: %w", nameOf(o), err)
	}
	w.last = o.DeepCopyObject().(client.Object)
	return nil
}
