// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	labelName      = "kustomize.toolkit.fluxcd.io/name"
	labelNamespace = "kustomize.toolkit.fluxcd.io/namespace"
	labelHelm      = "helm.toolkit.fluxcd.io/name"

	apiGroup   = "nf.strowger.dev"
	remedyName = "name a GitRepository in spec.drift.report.gitRepositoryRef"
)

// Location is where in Git an object was declared.
type Location struct {
	// Repository that holds the declaration.
	Repository types.NamespacedName
	// Kustomization that applied it.
	Kustomization types.NamespacedName
	// Path in the repository that the Kustomization builds, "." for all of it.
	Path string
	// Revision that the Kustomization applied last or is applying, as Flux writes it.
	Revision string
}

// Origin reads from an object's labels which Flux Kustomization applied it.
func Origin(obj metav1.Object) (types.NamespacedName, error) {
	subject := "source of " + obj.GetNamespace() + "/" + obj.GetName()
	labels := obj.GetLabels()
	key := types.NamespacedName{Namespace: labels[labelNamespace], Name: labels[labelName]}
	if key.Name != "" && key.Namespace != "" {
		return key, nil
	}
	if labels[labelHelm] != "" {
		return key, &Error{Kind: ErrSourceUnknown, Subject: subject,
			Message: "it was applied by a HelmRelease, not by a Kustomization", Remedy: remedyName}
	}
	return key, &Error{Kind: ErrSourceUnknown, Subject: subject,
		Message: "it has no label " + labelName + ", so no Flux Kustomization applied it", Remedy: remedyName}
}

// AppliedBy selects the objects that say to have been applied by a Kustomization.
func AppliedBy(k types.NamespacedName) client.MatchingLabels {
	return client.MatchingLabels{labelName: k.Name, labelNamespace: k.Namespace}
}

// Source reads from a Kustomization which GitRepository it is built from. What is
// known of the Location is filled in also beside an error.
func Source(k *kustomizev1.Kustomization) (Location, error) {
	loc := Location{
		Kustomization: types.NamespacedName{Namespace: k.Namespace, Name: k.Name},
		Path:          cleanPath(k.Spec.Path),
		Revision:      k.Status.LastAttemptedRevision,
	}
	ref := k.Spec.SourceRef
	if ref.Kind != sourcev1.GitRepositoryKind {
		return loc, &Error{Kind: ErrSourceUnknown, Subject: "source of Kustomization " + loc.Kustomization.String(),
			Message: fmt.Sprintf("it is built from the %s %s, to which nothing can be pushed", ref.Kind, ref.Name), Remedy: remedyName}
	}
	ns := ref.Namespace
	if ns == "" {
		ns = k.Namespace
	}
	loc.Repository = types.NamespacedName{Namespace: ns, Name: ref.Name}
	return loc, nil
}

// Locate finds the GitRepository that declared obj, an object of our own API: by
// its labels the Kustomization, by that one's sourceRef the repository. Labels
// are claims that anybody may write: the Kustomization's inventory must hold the
// object, or one tenant could have reports pushed with another's credentials.
// What cannot be found is ErrSourceUnknown; other errors are the reader's. What
// is known of the Location is filled in also beside an error: the revision is
// there before Flux has written its first inventory.
func Locate(ctx context.Context, c client.Reader, obj metav1.Object) (Location, *sourcev1.GitRepository, error) {
	key, err := Origin(obj)
	if err != nil {
		return Location{}, nil, err
	}
	k := &kustomizev1.Kustomization{}
	if err := get(ctx, c, key, "Kustomization", k); err != nil {
		return Location{}, nil, err
	}
	loc, err := Source(k)
	if err != nil {
		return loc, nil, err
	}
	if !applied(k, obj) {
		return loc, nil, &Error{Kind: ErrSourceUnknown,
			Subject: "source of " + obj.GetNamespace() + "/" + obj.GetName(),
			Message: "its labels name the Kustomization " + key.String() + ", whose inventory does not hold it",
			Remedy:  "wait for the Kustomization to be applied, or " + remedyName}
	}
	repo := &sourcev1.GitRepository{}
	if err := get(ctx, c, loc.Repository, "GitRepository", repo); err != nil {
		return loc, nil, err
	}
	return loc, repo, nil
}

// applied: the Kustomization's inventory holds the NetworkFunction of this name. Its entries are namespace_name_group_kind; none of these holds a "_".
func applied(k *kustomizev1.Kustomization, obj metav1.Object) bool {
	if k.Status.Inventory == nil {
		return false
	}
	id := strings.Join([]string{obj.GetNamespace(), obj.GetName(), apiGroup, "NetworkFunction"}, "_")
	return slices.ContainsFunc(k.Status.Inventory.Entries, func(e kustomizev1.ResourceRef) bool { return e.ID == id })
}

func get(ctx context.Context, c client.Reader, key types.NamespacedName, kind string, into client.Object) error {
	err := c.Get(ctx, key, into)
	if apierrors.IsNotFound(err) {
		return &Error{Kind: ErrSourceUnknown, Subject: kind + " " + key.String(), Message: "it does not exist", Remedy: remedyName, Err: err}
	}
	if err != nil {
		return fmt.Errorf("read %s %s: %w", kind, key, err)
	}
	return nil
}

// cleanPath makes "./clusters/a/" and "/clusters/a" the same.
func cleanPath(p string) string {
	p = strings.TrimPrefix(path.Join("/", p), "/")
	if p == "" {
		return "."
	}
	return p
}
