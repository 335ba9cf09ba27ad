// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/operator-framework/api/pkg/manifests"
	"github.com/operator-framework/api/pkg/validation"
	interfaces "github.com/operator-framework/api/pkg/validation/interfaces"
)

const bundleDir = "../../bundle"

// TestBundleIsValid holds the bundle in the repository against the rules of OLM and OperatorHub.
func TestBundleIsValid(t *testing.T) {
	bundle, err := manifests.GetBundleFromDir(bundleDir)
	if err != nil {
		t.Fatalf("reading the bundle (make bundle): %v", err)
	}
	objects := []any{bundle, bundle.CSV}
	for _, crd := range bundle.V1CRDs {
		objects = append(objects, crd)
	}
	for _, object := range bundle.Objects {
		objects = append(objects, object)
	}
	validators := interfaces.Validators{
		validation.ClusterServiceVersionValidator,
		validation.CustomResourceDefinitionValidator,
		validation.BundleValidator,
		validation.OperatorHubV2Validator,
		validation.StandardCapabilitiesValidator,
		validation.StandardCategoriesValidator,
		validation.ObjectValidator,
		validation.AlphaDeprecatedAPIsValidator,
		validation.GoodPracticesValidator,
	}
	for _, result := range validators.Validate(objects...) {
		for _, e := range result.Errors {
			t.Errorf("%s: %v", result.Name, e)
		}
		for _, w := range result.Warnings {
			t.Errorf("%s: warning: %v", result.Name, w)
		}
	}
}

// TestEveryKindHasAnExample keeps the console's forms filled.
func TestEveryKindHasAnExample(t *testing.T) {
	in, err := readConfig("../../config")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[any]bool{}
	for _, sample := range in.samples {
		shown[sample["kind"]] = true
	}
	for _, file := range in.crds {
		if kind := file.crd.Spec.Names.Kind; !shown[kind] {
			t.Errorf("config/samples has no %s", kind)
		}
	}
}

// TestBundleIsCurrent generates the bundle again and compares it with the one in the repository.
func TestBundleIsCurrent(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "config"), os.DirFS("../../config")); err != nil {
		t.Fatal(err)
	}
	bundle, err := manifests.GetBundleFromDir(bundleDir)
	if err != nil {
		t.Fatalf("reading the bundle (make bundle): %v", err)
	}
	if err := generate(root, bundle.CSV.Spec.Version.String(), bundle.CSV.Annotations["containerImage"]); err != nil {
		t.Fatal(err)
	}
	fresh := os.DirFS(filepath.Join(root, "bundle"))
	err = fs.WalkDir(fresh, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		want, err := fs.ReadFile(fresh, file)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(bundleDir, file))
		if err != nil || string(got) != string(want) {
			t.Errorf("bundle/%s is not current, run make bundle (%v)", file, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDisplayName(t *testing.T) {
	for kind, want := range map[string]string{
		"Target": "Target", "NetworkFunction": "Network Function", "YANGLibrary": "YANG Library", "DriftReport": "Drift Report",
	} {
		if got := displayName(kind); got != want {
			t.Errorf("displayName(%s) = %q, want %q", kind, got, want)
		}
	}
}
