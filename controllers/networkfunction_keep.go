// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/yang"
)

// What was applied, and how a change is undone, is kept in Secrets of the
// NetworkFunction's namespace: it may hold values that came from Secrets.

const (
	// maxKept is what a Secret can hold, with room for what is around it.
	maxKept = 1 << 20 * 9 / 10
	// keptKey is the key of the one value.
	keptKey = "data.json.gz"
	// functionLabel names the NetworkFunction that a kept Secret is of.
	functionLabel = "nf.strowger.dev/networkfunction"
)

// kept is the content of such a Secret.
type kept struct {
	// Config is configuration as XML: what was applied, or the edit that undoes a change.
	Config string `json:"config"`
	// Tainted are the paths of values that came from a Secret.
	Tainted []string `json:"tainted,omitempty"`
}

// keepUndo stores the edit that undoes a plan.
func (r *NetworkFunctionReconciler) keepUndo(ctx context.Context, s *scope, p *plan.Plan) (*v1alpha1.LocalReference, error) {
	edit, err := p.Reverse(s.observed.tree).EditConfig()
	if err != nil {
		return nil, fmt.Errorf("composing what undoes the change: %w", err)
	}
	name := keptName(s.nf, "undo", "")
	// One that a manager left which died before it was in the status.
	r.dropKept(ctx, s.nf, name)
	if err := r.keep(ctx, s.nf, name, kept{Config: string(edit)}); err != nil {
		return nil, fmt.Errorf("storing what undoes the change in Secret %s: %w", name, err)
	}
	return &v1alpha1.LocalReference{Name: name}, nil
}

// undoOf reads the edit that undoes a pending change; nil where the NF does it.
func (r *NetworkFunctionReconciler) undoOf(ctx context.Context, nf *v1alpha1.NetworkFunction, p *v1alpha1.PendingCommit) ([]byte, error) {
	if p.UndoRef == nil {
		return nil, nil
	}
	k, err := r.recall(ctx, nf, p.UndoRef.Name)
	if apierrors.IsNotFound(err) && p.Method != v1alpha1.MethodReverse {
		return nil, nil
	}
	if err != nil {
		return nil, reconcile.Failf(v1alpha1.SnapshotMissingReason, "reading what undoes the change: %w", err)
	}
	return []byte(k.Config), nil
}

func (r *NetworkFunctionReconciler) dropUndo(ctx context.Context, s *scope, p *v1alpha1.PendingCommit) {
	if p.UndoRef != nil {
		r.dropKept(ctx, s.nf, p.UndoRef.Name)
	}
}

// keepSnapshot stores what was applied, to roll back to. It returns the name of the
// Secret, empty where nothing is kept: a history without is better than a change that
// fails when it is done.
func (r *NetworkFunctionReconciler) keepSnapshot(ctx context.Context, s *scope) string {
	if historyLimit(s.nf) == 0 || s.intended == nil {
		return ""
	}
	name := keptName(s.nf, "applied", s.digest)
	var xml bytes.Buffer
	err := yang.EncodeXML(&xml, s.intended.Root())
	if err == nil {
		k := kept{Config: xml.String()}
		s.intended.Walk(func(d *yang.Data) bool {
			if d.Leaf() && d.FromSecret() {
				k.Tainted = append(k.Tainted, d.Path())
			}
			return true
		})
		err = r.keep(ctx, s.nf, name, k)
	}
	if err != nil {
		ctrl.LoggerFrom(ctx).Info("what was applied is not kept and cannot be rolled back to", "error", err.Error())
		return ""
	}
	return name
}

// snapshot reads what was applied once.
func (r *NetworkFunctionReconciler) snapshot(ctx context.Context, s *scope, e v1alpha1.HistoryEntry) (*yang.Tree, error) {
	k, err := r.recall(ctx, s.nf, e.Snapshot)
	if err != nil {
		return nil, err
	}
	layer := &yang.Layer{Name: "rollback", Revision: e.Revision}
	config := "<config>" + k.Config + "</config>"
	tree, _, errs := yang.DecodeXML(s.schema, strings.NewReader(config), yang.XMLOptions{Layer: layer, ConfigOnly: true})
	if err := errs.Err(); err != nil {
		return nil, fmt.Errorf("it does not fit the NF's modules any more: %w", err)
	}
	for _, path := range k.Tainted {
		if d := tree.Get(path); d != nil {
			if _, err := tree.Set(path, d.Value(), d.Origin(), true); err != nil {
				return nil, err
			}
		}
	}
	return tree, nil
}

// dropSnapshots deletes those that the history does not name any more.
func (r *NetworkFunctionReconciler) dropSnapshots(ctx context.Context, nf *v1alpha1.NetworkFunction, before []v1alpha1.HistoryEntry) {
	named := map[string]bool{"": true}
	for _, e := range nf.Status.History {
		named[e.Snapshot] = true
	}
	for _, e := range before {
		if !named[e.Snapshot] {
			named[e.Snapshot] = true
			r.dropKept(ctx, nf, e.Snapshot)
		}
	}
}

// keptName is the same for the same purpose and content, and fits any name.
func keptName(nf *v1alpha1.NetworkFunction, purpose, of string) string {
	sum := sha256.Sum256([]byte(string(nf.UID) + of))
	return strings.TrimRight(clipTo(nf.Name, 200), ".-") + "-" + purpose + "-" + hex.EncodeToString(sum[:6])
}

func (r *NetworkFunctionReconciler) keep(ctx context.Context, nf *v1alpha1.NetworkFunction, name string, k kept) error {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if err := json.NewEncoder(z).Encode(k); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if packed.Len() > maxKept {
		return fmt.Errorf("%d bytes do not fit in a Secret", packed.Len())
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: nf.Namespace, Name: name, Labels: map[string]string{functionLabel: clipTo(nf.Name, 63)},
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(nf, v1alpha1.GroupVersion.WithKind("NetworkFunction"))},
		},
		Immutable: ptr(true), Type: "nf.strowger.dev/configuration", Data: map[string][]byte{keptKey: packed.Bytes()},
	}
	err := r.Create(ctx, secret)
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	// The same was kept before, unless it is somebody else's.
	was := &corev1.Secret{}
	if err := r.APIReader.Get(ctx, nameOf(secret), was); err != nil {
		return err
	}
	if !metav1.IsControlledBy(was, nf) {
		return fmt.Errorf("a Secret of that name exists already and is not controlled by this NetworkFunction")
	}
	return nil
}

func (r *NetworkFunctionReconciler) recall(ctx context.Context, nf *v1alpha1.NetworkFunction, name string) (kept, error) {
	secret := &corev1.Secret{}
	var k kept
	if err := r.APIReader.Get(ctx, types.NamespacedName{Namespace: nf.Namespace, Name: name}, secret); err != nil {
		return k, err
	}
	if !metav1.IsControlledBy(secret, nf) {
		return k, fmt.Errorf("the Secret %s is not controlled by this NetworkFunction", name)
	}
	z, err := gzip.NewReader(bytes.NewReader(secret.Data[keptKey]))
	if err != nil {
		return k, fmt.Errorf("unpacking Secret %s: %w", name, err)
	}
	// What was packed by us fits; what was not is not read without end.
	if err := json.NewDecoder(io.LimitReader(z, 256<<20)).Decode(&k); err != nil {
		return k, fmt.Errorf("reading Secret %s: %w", name, err)
	}
	return k, nil
}

// dropKept deletes a kept Secret. What cannot be deleted goes with its NetworkFunction.
func (r *NetworkFunctionReconciler) dropKept(ctx context.Context, nf *v1alpha1.NetworkFunction, name string) {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: nf.Namespace, Name: name}}
	if err := r.deleteOwned(context.WithoutCancel(ctx), nf, secret); err != nil {
		ctrl.LoggerFrom(ctx).Info("a Secret that is not needed any more is left", "secret", name, "error", err.Error())
	}
}
