// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"errors"
	"strings"
	"testing"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

func TestLocate(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := errors.Join(kustomizev1.AddToScheme(scheme), sourcev1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	kustomization := func(name, path, kind, sourceName, sourceNamespace string) *kustomizev1.Kustomization {
		return &kustomizev1.Kustomization{
			ObjectMeta: metav1.ObjectMeta{Namespace: "apps", Name: name},
			Spec: kustomizev1.KustomizationSpec{Path: path,
				SourceRef: kustomizev1.CrossNamespaceSourceReference{Kind: kind, Name: sourceName, Namespace: sourceNamespace}},
			Status: kustomizev1.KustomizationStatus{LastAttemptedRevision: "main@sha1:abc", Inventory: &kustomizev1.ResourceInventory{
				Entries: []kustomizev1.ResourceRef{{ID: "n_x_nf.strowger.dev_NetworkFunction", Version: "v1alpha1"}}}},
		}
	}
	forged := kustomization("forged", "", "GitRepository", "core", "flux-system")
	forged.Status.Inventory.Entries[0].ID = "other_x_nf.strowger.dev_NetworkFunction"
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(
		kustomization("here", "./nf/", "GitRepository", "core", ""),
		kustomization("there", "", "GitRepository", "core", "flux-system"),
		kustomization("gone", "", "GitRepository", "gone", ""),
		forged,
		kustomization("oci", "", "OCIRepository", "core", ""),
		&sourcev1.GitRepository{ObjectMeta: metav1.ObjectMeta{Namespace: "apps", Name: "core"}},
		&sourcev1.GitRepository{ObjectMeta: metav1.ObjectMeta{Namespace: "flux-system", Name: "core"}},
	).Build()

	for name, tc := range map[string]struct {
		labels map[string]string
		repo   string
		path   string
		says   string
	}{
		"same namespace":    {labels: map[string]string{labelName: "here", labelNamespace: "apps"}, repo: "apps/core", path: "nf"},
		"other namespace":   {labels: map[string]string{labelName: "there", labelNamespace: "apps"}, repo: "flux-system/core", path: "."},
		"repository gone":   {labels: map[string]string{labelName: "gone", labelNamespace: "apps"}, says: "GitRepository apps/gone"},
		"kustomization off": {labels: map[string]string{labelName: "no", labelNamespace: "apps"}, says: "Kustomization apps/no"},
		"forged labels":     {labels: map[string]string{labelName: "forged", labelNamespace: "apps"}, says: "inventory does not hold it"},
		"OCI":               {labels: map[string]string{labelName: "oci", labelNamespace: "apps"}, says: "OCIRepository core"},
		"Helm":              {labels: map[string]string{labelHelm: "x"}, says: "HelmRelease"},
		"by hand":           {says: "no label"},
	} {
		t.Run(name, func(t *testing.T) {
			loc, repo, err := Locate(t.Context(), c, &metav1.ObjectMeta{Namespace: "n", Name: "x", Labels: tc.labels})
			if tc.says != "" {
				if !errors.Is(err, ErrSourceUnknown) || !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), "gitRepositoryRef") {
					t.Errorf("%v", err)
				}
				if tc.labels[labelName] == "forged" && loc.Revision == "" {
					t.Error("the revision is not told before the inventory is there")
				}
				return
			}
			if err != nil || loc.Repository.String() != tc.repo || loc.Path != tc.path || repo.Namespace+"/"+repo.Name != tc.repo {
				t.Errorf("%+v, %v", loc, err)
			}
		})
	}
}
