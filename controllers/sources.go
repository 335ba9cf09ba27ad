// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/artifact"
	"github.com/strowger/strowger/internal/reconcile"
)

// Sources reads files of Flux sources.
type Sources struct {
	// Reader reads the source objects.
	Reader client.Reader
	// Fetcher downloads and verifies their artifacts.
	Fetcher *artifact.Fetcher
	// AllowCrossNamespace lets objects refer to sources of other namespaces.
	AllowCrossNamespace bool
}

// fluxSource is what all kinds of Flux sources have in common.
type fluxSource interface {
	client.Object
	conditions.Getter
	GetArtifact() *meta.Artifact
}

// Files returns the files of the source's present artifact and its revision.
func (s *Sources) Files(ctx context.Context, namespace string, ref v1alpha1.SourceReference) (*artifact.Files, string, error) {
	a, err := s.artifact(ctx, namespace, ref)
	if err != nil {
		return nil, "", err
	}
	files, err := s.Fetcher.Fetch(ctx, a)
	if err != nil {
		return nil, "", reconcile.Failf(v1alpha1.ArtifactFailedReason, "fetching %s %s at %s: %w", ref.Kind, ref.Name, a.Revision, err)
	}
	return files, a.Revision, nil
}

func (s *Sources) artifact(ctx context.Context, namespace string, ref v1alpha1.SourceReference) (*meta.Artifact, error) {
	key, err := s.resolve(namespace, ref)
	if err != nil {
		return nil, err
	}
	src := newSource(ref.Kind)
	if src == nil {
		return nil, reconcile.Stallf(v1alpha1.InvalidSpecReason, "source kind %q is none of GitRepository, OCIRepository, Bucket", ref.Kind)
	}
	err = s.Reader.Get(ctx, key, src)
	switch {
	case apierrors.IsNotFound(err), apimeta.IsNoMatchError(err):
		return nil, reconcile.Waitf(v1alpha1.SourceNotFoundReason, "%s %s does not exist: create it, or mend the reference", ref.Kind, key)
	case err != nil:
		return nil, reconcile.Failf(v1alpha1.SourceNotReadyReason, "reading %s %s: %w", ref.Kind, key, err)
	case src.GetArtifact() == nil:
		return nil, reconcile.Waitf(v1alpha1.SourceNotReadyReason, "%s %s has no artifact yet%s", ref.Kind, key, because(src))
	}
	return src.GetArtifact(), nil
}

func (s *Sources) resolve(namespace string, ref v1alpha1.SourceReference) (types.NamespacedName, error) {
	return resolveName(namespace, ref.Namespace, ref.Name, ref.Kind, s.AllowCrossNamespace)
}

// resolveName applies the rule for references to other namespaces.
func resolveName(own, namespace, name, kind string, allowCross bool) (types.NamespacedName, error) {
	if namespace == "" {
		namespace = own
	}
	if namespace != own && !allowCross {
		return types.NamespacedName{}, reconcile.Stallf(v1alpha1.CrossNamespaceReason,
			"%s %s/%s is in another namespace, which this manager refuses: copy it to %s, or start the manager with --allow-cross-namespace-refs", kind, namespace, name, own)
	}
	return types.NamespacedName{Namespace: namespace, Name: name}, nil
}

func newSource(kind string) fluxSource {
	switch kind {
	case sourcev1.GitRepositoryKind:
		return &sourcev1.GitRepository{}
	case sourcev1.OCIRepositoryKind:
		return &sourcev1.OCIRepository{}
	case sourcev1.BucketKind:
		return &sourcev1.Bucket{}
	}
	return nil
}

// because quotes the Ready message of an object that is not ready.
func because(obj conditions.Getter) string {
	if m := conditions.GetMessage(obj, meta.ReadyCondition); m != "" {
		return fmt.Sprintf(": it says %q", m)
	}
	return ""
}

// readFile reads one layer's file; a path that is not there is a mistake in Git.
func readFile(files *artifact.Files, path string) ([]byte, error) {
	data, err := files.Read(path)
	if err == nil {
		return data, nil
	}
	var missing *artifact.PathNotFoundError
	if errors.As(err, &missing) {
		return nil, reconcile.Stallf(v1alpha1.ArtifactPathNotFoundReason, "%w", err)
	}
	return nil, reconcile.Failf(v1alpha1.ArtifactFailedReason, "reading %s: %w", path, err)
}

func nameOf(o client.Object) types.NamespacedName { return client.ObjectKeyFromObject(o) }
