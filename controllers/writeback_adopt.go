// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/gitreport"
	"github.com/strowger/strowger/internal/proposal"
)

// declaredAt is where in the repository a NetworkFunction's manifest is looked for.
type declaredAt struct {
	// root is the path that its Kustomization builds; unknown says why there is none.
	root, unknown string
}

// declared finds where a NetworkFunction was declared, and sees to it that its
// report goes to no other repository than the one that it names or was declared in:
// a DriftReport is no proof of that.
func (r *WriteBackReconciler) declared(ctx context.Context, rd *round, nf *v1alpha1.NetworkFunction) (declaredAt, error) {
	location, repository, err := gitreport.Locate(ctx, rd.reader, nf)
	ref := nf.Spec.Drift.Report.GitRepositoryRef
	if ref == nil {
		if err != nil {
			return declaredAt{}, err
		}
		if location.Repository != rd.key {
			return declaredAt{}, &gitreport.Error{Kind: gitreport.ErrSourceUnknown, Subject: "source of " + nameOf(nf).String(),
				Message: fmt.Sprintf("it is declared in GitRepository %s now, no longer in %s", location.Repository, rd.key)}
		}
		return declaredAt{root: location.Path}, nil
	}
	named, wrong := resolveName(nf.Namespace, ref.Namespace, ref.Name, sourcev1.GitRepositoryKind, r.AllowCrossNamespace)
	if wrong != nil {
		return declaredAt{}, wrong
	}
	if named != rd.key {
		return declaredAt{}, &gitreport.Error{Kind: gitreport.ErrSourceUnknown, Subject: "source of " + nameOf(nf).String(),
			Message: fmt.Sprintf("its spec.drift.report.gitRepositoryRef names %s now, no longer %s", named, rd.key)}
	}
	return besides(rd, location, repository, err), nil
}

// besides is where the manifest of a NetworkFunction is that names its repository
// itself; missing says why that is not known.
func besides(rd *round, location gitreport.Location, repository *sourcev1.GitRepository, missing error) declaredAt {
	switch {
	case missing != nil:
		return declaredAt{unknown: "where the manifest of the NetworkFunction is declared is not known (" + missing.Error() + "): change its layer by hand"}
	case !gitreport.SameRepository(repository, rd.repository):
		return declaredAt{unknown: fmt.Sprintf("the manifest of the NetworkFunction is declared in GitRepository %s, not in this repository: change its layer there", location.Repository)}
	}
	return declaredAt{root: location.Path}
}

// layers says of each layer of a NetworkFunction where it can be edited.
func (r *WriteBackReconciler) layers(ctx context.Context, rd *round, nf *v1alpha1.NetworkFunction) ([]proposal.Layer, error) {
	out := make([]proposal.Layer, 0, len(nf.Spec.Config))
	for i := range nf.Spec.Config {
		c := &nf.Spec.Config[i]
		l := proposal.Layer{Name: c.Name, Format: c.Format}
		if c.SourceRef != nil {
			l.Elsewhere = r.elsewhere(ctx, rd, nf, c)
			l.File = strings.TrimPrefix(path.Clean("/"+c.Path), "/")
			var err error
			if l.Shared, err = r.sharedWith(ctx, nf, c); err != nil {
				return nil, err
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// elsewhere says why the file of a layer is not one of this repository at what Flux
// follows; empty where it is.
func (r *WriteBackReconciler) elsewhere(ctx context.Context, rd *round, nf *v1alpha1.NetworkFunction, c *v1alpha1.ConfigLayer) string {
	key, err := resolveName(nf.Namespace, c.SourceRef.Namespace, c.SourceRef.Name, c.SourceRef.Kind, r.AllowCrossNamespace)
	if err != nil {
		return err.Error()
	}
	where := fmt.Sprintf("layer %s is %s of %s %s", c.Name, c.Path, c.SourceRef.Kind, key)
	if c.SourceRef.Kind != sourcev1.GitRepositoryKind {
		return where + ", to which nothing can be pushed: change what that is made from"
	}
	if key == rd.key {
		return ""
	}
	other := &sourcev1.GitRepository{}
	if err := rd.reader.Get(ctx, key, other); err != nil {
		return where + ", which cannot be read: change the file there"
	}
	if !gitreport.SameRepository(other, rd.repository) {
		return where + ", another repository or another branch: change the file there"
	}
	return ""
}

// sharedWith are other NetworkFunctions that the file of a layer is a layer of.
func (r *WriteBackReconciler) sharedWith(ctx context.Context, nf *v1alpha1.NetworkFunction, c *v1alpha1.ConfigLayer) ([]string, error) {
	var list v1alpha1.NetworkFunctionList
	file := fileOfLayer(nf.Namespace, c)
	if err := r.List(ctx, &list, client.MatchingFields{layerFileIndex: file}, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("listing the NetworkFunctions that use %s: %w", file, err)
	}
	var names []string
	for i := range list.Items {
		if list.Items[i].UID != nf.UID {
			names = append(names, nameOf(&list.Items[i]).String())
		}
	}
	slices.Sort(names)
	return names, nil
}
