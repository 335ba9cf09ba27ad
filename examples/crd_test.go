// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package examples

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	nfv1 "github.com/strowger/strowger/api/v1alpha1"
)

var crds = filepath.Join("..", "config", "crd", "bases")

// crdSchema is what the API server checks objects of one kind against.
type crdSchema struct {
	validator  validation.SchemaValidator
	structural *structuralschema.Structural
	cel        *cel.Validator
}

func crdSchemas(t *testing.T) map[string]crdSchema {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(crds, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]crdSchema{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var crd apiextensionsv1.CustomResourceDefinition
		if err := yaml.UnmarshalStrict(data, &crd); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		var props apiextensions.JSONSchemaProps
		if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(
			crd.Spec.Versions[0].Schema.OpenAPIV3Schema, &props, nil); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		validator, _, err := validation.NewSchemaValidator(&props)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		structural, err := structuralschema.NewStructural(&props)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out[crd.Spec.Names.Kind] = crdSchema{validator, structural, cel.NewValidator(structural, true, celconfig.PerCallLimit)}
	}
	return out
}

// TestManifestsPassTheCRDs checks what the API server would: bounds, enums and
// the CEL rules of our kinds.
func TestManifestsPassTheCRDs(t *testing.T) {
	schemas := crdSchemas(t)
	for _, dir := range []string{core5g, "router", samples} {
		for _, m := range manifests(t, dir) {
			gvk := m.object.GetObjectKind().GroupVersionKind()
			if gvk.GroupVersion() != nfv1.GroupVersion {
				continue
			}
			s, ok := schemas[gvk.Kind]
			if !ok {
				t.Fatalf("%s: no CRD of kind %s in %s: run make generate", m.file, gvk.Kind, crds)
			}
			content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(m.object)
			if err != nil {
				t.Fatal(err)
			}
			defaulting.Default(content, s.structural)
			errs := validation.ValidateCustomResource(nil, content, s.validator)
			celErrs, _ := s.cel.Validate(t.Context(), field.NewPath("root"), s.structural, content, nil, celconfig.RuntimeCELCostBudget)
			for _, err := range append(errs, celErrs...) {
				t.Errorf("%s: %s %s: %v", m.file, gvk.Kind, m.object.GetName(), err)
			}
		}
	}
}
