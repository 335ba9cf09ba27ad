// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	yamlutil "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ApplyFlux creates the GitRepository and the Kustomizations of the example, which differ from its text only in the
// repository's address.
func (w *World) ApplyFlux(ctx context.Context) error {
	for _, name := range []string{"gitrepository.yaml", "kustomizations.yaml"} {
		objects, err := readObjects(filepath.Join(w.root, "examples", "5g-core", "flux", name))
		if err != nil {
			return err
		}
		for _, obj := range objects {
			if obj.GetKind() == sourcev1.GitRepositoryKind {
				if err := unstructured.SetNestedField(obj.Object, w.Git.RepoURL(Repo), "spec", "url"); err != nil {
					return fmt.Errorf("setting the repository's address: %w", err)
				}
			}
			if err := w.apply(ctx, obj); err != nil {
				return err
			}
		}
	}
	return nil
}

// Apply lets Flux apply a first commit: the certificate authority, then the network functions. A Kustomization whose
// source or dependency is not ready looks again after half a minute; asking it once they are saves that.
func (w *World) Apply(ctx context.Context, commit string) error {
	if err := w.ApplyFlux(ctx); err != nil {
		return err
	}
	if err := w.WaitForArtifact(ctx, commit); err != nil {
		return err
	}
	if err := w.listenToForge(ctx); err != nil {
		return err
	}
	for _, name := range []string{"infra", Source} {
		k := &kustomizev1.Kustomization{ObjectMeta: metav1.ObjectMeta{Namespace: Namespace, Name: name}}
		if err := w.RequestReconcile(ctx, k); err != nil {
			return err
		}
		if err := w.WaitForKustomization(ctx, name, commit, name == "infra"); err != nil {
			return err
		}
	}
	return nil
}

// readObjects decodes a file of YAML documents.
func readObjects(path string) ([]*unstructured.Unstructured, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening manifests: %w", err)
	}
	defer func() { _ = file.Close() }()
	decoder := yamlutil.NewYAMLOrJSONDecoder(file, 4096)
	var objects []*unstructured.Unstructured
	for {
		obj := &unstructured.Unstructured{}
		err := decoder.Decode(&obj.Object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		if len(obj.Object) > 0 {
			objects = append(objects, obj)
		}
	}
}

// Reconcile asks Flux to look at the repository now, as a webhook receiver or `flux reconcile source git` does.
func (w *World) Reconcile(ctx context.Context) error {
	return w.RequestReconcile(ctx, &sourcev1.GitRepository{ObjectMeta: metav1.ObjectMeta{Namespace: Namespace, Name: Source}})
}

// RequestReconcile annotates an object as `flux reconcile` does.
func (w *World) RequestReconcile(ctx context.Context, obj client.Object) error {
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, meta.ReconcileRequestAnnotation, time.Now().Format(time.RFC3339Nano))
	if err := w.Client.Patch(ctx, obj, client.RawPatch("application/merge-patch+json", []byte(patch))); err != nil {
		return fmt.Errorf("requesting a reconciliation of %s: %w", obj.GetName(), err)
	}
	return nil
}

// WaitForArtifact waits until source-controller made an artifact of a commit.
func (w *World) WaitForArtifact(ctx context.Context, commit string) error {
	return w.Wait(ctx, "Flux to make an artifact of commit "+Short(commit), func(ctx context.Context) (string, error) {
		var repo sourcev1.GitRepository
		if err := w.Client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: Source}, &repo); err != nil {
			return err.Error(), nil
		}
		if a := repo.GetArtifact(); a != nil && strings.HasSuffix(a.Revision, commit) {
			return "", nil
		}
		return describeConditions(repo.Status.Conditions), nil
	})
}

// WaitForKustomization waits until a Kustomization has applied a commit. With ready it must also have seen all of
// its objects become ready.
func (w *World) WaitForKustomization(ctx context.Context, name, commit string, ready bool) error {
	what := fmt.Sprintf("Kustomization %s to apply commit %s", name, Short(commit))
	return w.Wait(ctx, what, func(ctx context.Context) (string, error) {
		var k kustomizev1.Kustomization
		if err := w.Client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: name}, &k); err != nil {
			return err.Error(), nil
		}
		done := strings.HasSuffix(k.Status.LastAppliedRevision, commit)
		if !ready {
			// It waits for its objects from here on, and has attempted the revision.
			done = strings.HasSuffix(k.Status.LastAttemptedRevision, commit) && k.Status.Inventory != nil
		}
		if done && (!ready || apimeta.IsStatusConditionTrue(k.Status.Conditions, meta.ReadyCondition)) {
			return "", nil
		}
		return describeConditions(k.Status.Conditions), nil
	})
}

// Short is a commit as people write it.
func Short(commit string) string {
	if i := strings.LastIndex(commit, ":"); i >= 0 {
		commit = commit[i+1:]
	}
	return commit[:min(len(commit), 10)]
}

func describeConditions(conditions []metav1.Condition) string {
	if len(conditions) == 0 {
		return "no conditions yet"
	}
	lines := make([]string, 0, len(conditions))
	for _, c := range conditions {
		lines = append(lines, fmt.Sprintf("%s=%s %s: %s", c.Type, c.Status, c.Reason, c.Message))
	}
	return strings.Join(lines, "\n")
}
