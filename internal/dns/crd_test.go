// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// TestTypesAreThoseOfExternalDNS compares the copy with the CRD in the module
// of the ExternalDNS that the stack runs.
func TestTypesAreThoseOfExternalDNS(t *testing.T) {
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Version}} {{.Dir}}", "sigs.k8s.io/external-dns")
	cmd.Dir = filepath.Join("..", "..", "e2e", "stack", "tools", "external-dns")
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off", "GOWORK=off")
	out, err := cmd.Output()
	version, dir, found := strings.Cut(strings.TrimSpace(string(out)), " ")
	if err != nil || !found || dir == "" {
		t.Skipf("the module of ExternalDNS is not downloaded (%v): the copy of its types was not compared", err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "config", "crd", "standard", "dnsendpoints.externaldns.k8s.io.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(data, &crd); err != nil {
		t.Fatal(err)
	}
	t.Logf("compared with ExternalDNS %s", version)
	v := crd.Spec.Versions[0]
	if crd.Spec.Group != Group || v.Name != Version || crd.Spec.Names.Kind != Kind || crd.Spec.Scope != apiextensionsv1.NamespaceScoped || v.Subresources.Status == nil {
		t.Errorf("%s/%s %s, %s", crd.Spec.Group, v.Name, crd.Spec.Names.Kind, crd.Spec.Scope)
	}
	full := DNSEndpoint{
		TypeMeta:   metav1.TypeMeta{APIVersion: "x", Kind: "x"},
		ObjectMeta: metav1.ObjectMeta{Name: "x"},
		Spec: DNSEndpointSpec{Endpoints: []Endpoint{{DNSName: "x", Targets: []string{"x"}, RecordType: "x", SetIdentifier: "x", RecordTTL: 1,
			Labels: map[string]string{"x": "x"}, ProviderSpecific: []ProviderSpecificProperty{{Name: "x", Value: "x"}}}}},
		Status: DNSEndpointStatus{ObservedGeneration: 1},
	}
	raw, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		t.Fatal(err)
	}
	compare(t, "", value, *v.Schema.OpenAPIV3Schema)
}

// compare checks that value, with every field of the copy set, has exactly the
// properties of the schema.
func compare(t *testing.T, path string, value any, s apiextensionsv1.JSONSchemaProps) {
	t.Helper()
	want := map[string]func(any) bool{
		"object":  func(v any) bool { _, ok := v.(map[string]any); return ok },
		"array":   func(v any) bool { _, ok := v.([]any); return ok },
		"string":  func(v any) bool { _, ok := v.(string); return ok },
		"integer": func(v any) bool { _, ok := v.(float64); return ok },
	}[s.Type]
	if want == nil || !want(value) {
		t.Errorf("%s: %T is not %q", path, value, s.Type)
		return
	}
	switch v := value.(type) {
	case []any:
		compare(t, path+"[]", v[0], *s.Items.Schema)
	case map[string]any:
		if path == "/metadata" {
			return
		}
		for name := range s.Properties {
			if _, ok := v[name]; !ok {
				t.Errorf("%s/%s is in the CRD but not in the copy", path, name)
			}
		}
		for name, field := range v {
			p, ok := s.Properties[name]
			if !ok && s.AdditionalProperties != nil {
				p, ok = *s.AdditionalProperties.Schema, true
			}
			if !ok {
				t.Errorf("%s/%s is in the copy but not in the CRD", path, name)
				continue
			}
			compare(t, path+"/"+name, field, p)
		}
	}
}
