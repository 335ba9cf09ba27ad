// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/operator-framework/api/pkg/lib/version"
	"github.com/operator-framework/api/pkg/operators/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	packageName = "strowger"
	repository  = "https://github.com/strowger/strowger"
	// oldestKubernetes evaluates the CEL rules of the CRDs with the libraries they use.
	oldestKubernetes = "1.31.0"
)

var (
	//go:embed description.md
	description string
	//go:embed icon.svg
	icon []byte
)

// newCSV composes the ClusterServiceVersion: what OperatorHub shows, and what OLM installs.
func newCSV(in *inputs, number, image string) (*v1alpha1.ClusterServiceVersion, error) {
	var release version.OperatorVersion
	if err := json.Unmarshal([]byte(`"`+number+`"`), &release); err != nil {
		return nil, fmt.Errorf("parsing version %q: %w", number, err)
	}
	examples, err := json.MarshalIndent(in.samples, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the samples: %w", err)
	}
	strategy, err := installStrategy(in, image)
	if err != nil {
		return nil, err
	}
	csv := &v1alpha1.ClusterServiceVersion{
		TypeMeta: metav1.TypeMeta{
			APIVersion: v1alpha1.ClusterServiceVersionAPIVersion,
			Kind:       v1alpha1.ClusterServiceVersionKind,
		},
		ObjectMeta: metav1.ObjectMeta{
			Name:      packageName + ".v" + number,
			Namespace: "placeholder",
			Annotations: map[string]string{
				"alm-examples":   string(examples),
				"capabilities":   "Basic Install",
				"categories":     "Networking,Integration & Delivery",
				"containerImage": image,
				"description":    "GitOps for telecom network functions: Git in, NETCONF out, drift back to Git.",
				"repository":     repository,
				"support":        "The Strowger authors",
				"operatorframework.io/suggested-namespace": "strowger-system",
			},
		},
	}
	csv.Spec = presentation()
	csv.Spec.Version = release
	csv.Spec.InstallStrategy = strategy
	csv.Spec.CustomResourceDefinitions.Owned = ownedKinds(in.crds)
	return csv, nil
}

// presentation is what OperatorHub shows.
func presentation() v1alpha1.ClusterServiceVersionSpec {
	return v1alpha1.ClusterServiceVersionSpec{
		DisplayName:    "Strowger",
		Description:    description,
		Keywords:       []string{"netconf", "yang", "gitops", "telecom", "5g", "network function", "drift", "flux"},
		Maturity:       "alpha",
		MinKubeVersion: oldestKubernetes,
		Maintainers:    []v1alpha1.Maintainer{{Name: "The Strowger authors", Email: "maintainers@strowger.dev"}},
		Provider:       v1alpha1.AppLink{Name: "The Strowger authors", URL: repository},
		Links: []v1alpha1.AppLink{
			{Name: "Source", URL: repository},
			{Name: "Specifications of the kinds", URL: repository + "/tree/main/docs/spec/v1alpha1"},
		},
		Icon: []v1alpha1.Icon{{
			Data:      base64.StdEncoding.EncodeToString(icon),
			MediaType: "image/svg+xml",
		}},
		// One manager serves all namespaces: a NetworkFunction's session to its target exists once.
		InstallModes: []v1alpha1.InstallMode{
			{Type: v1alpha1.InstallModeTypeOwnNamespace, Supported: false},
			{Type: v1alpha1.InstallModeTypeSingleNamespace, Supported: false},
			{Type: v1alpha1.InstallModeTypeMultiNamespace, Supported: false},
			{Type: v1alpha1.InstallModeTypeAllNamespaces, Supported: true},
		},
	}
}

// installStrategy grants exactly what config/rbac grants and deploys what config/manager deploys.
func installStrategy(in *inputs, image string) (v1alpha1.NamedInstallStrategy, error) {
	deployment := in.deployment.DeepCopy()
	containers := deployment.Spec.Template.Spec.Containers
	if len(containers) != 1 {
		return v1alpha1.NamedInstallStrategy{}, fmt.Errorf("the manager's deployment has %d containers, not one", len(containers))
	}
	containers[0].Image = image
	account := deployment.Spec.Template.Spec.ServiceAccountName
	return v1alpha1.NamedInstallStrategy{
		StrategyName: v1alpha1.InstallStrategyNameDeployment,
		StrategySpec: v1alpha1.StrategyDetailsDeployment{
			DeploymentSpecs: []v1alpha1.StrategyDeploymentSpec{{
				Name: deployment.Name, Label: deployment.Labels, Spec: deployment.Spec,
			}},
			Permissions:        []v1alpha1.StrategyDeploymentPermissions{{ServiceAccountName: account, Rules: in.role.Rules}},
			ClusterPermissions: []v1alpha1.StrategyDeploymentPermissions{{ServiceAccountName: account, Rules: in.clusterRole.Rules}},
		},
	}, nil
}

// ownedKinds describes each kind by the words of its CRD, and points the console to conditions.
func ownedKinds(crds []crdFile) []v1alpha1.CRDDescription {
	var owned []v1alpha1.CRDDescription
	for _, file := range crds {
		spec := file.crd.Spec
		for _, v := range spec.Versions {
			kind := v1alpha1.CRDDescription{
				Name:        file.crd.Name,
				Version:     v.Name,
				Kind:        spec.Names.Kind,
				DisplayName: displayName(spec.Names.Kind),
				Description: strings.Join(strings.Fields(v.Schema.OpenAPIV3Schema.Description), " "),
			}
			if status, ok := v.Schema.OpenAPIV3Schema.Properties["status"]; ok {
				if conditions, ok := status.Properties["conditions"]; ok {
					kind.StatusDescriptors = []v1alpha1.StatusDescriptor{{
						Path:         "conditions",
						DisplayName:  "Conditions",
						Description:  strings.Join(strings.Fields(conditions.Description), " "),
						XDescriptors: []string{"urn:alm:descriptor:io.kubernetes.conditions"},
					}}
				}
			}
			owned = append(owned, kind)
		}
	}
	return owned
}

// displayName puts spaces between the words of a kind: NetworkFunction is a Network Function, YANGLibrary a YANG Library.
func displayName(kind string) string {
	var name strings.Builder
	isUpper := func(i int) bool { return kind[i] >= 'A' && kind[i] <= 'Z' }
	for i := range kind {
		startsWord := i > 0 && isUpper(i) && (!isUpper(i-1) || i+1 < len(kind) && !isUpper(i+1))
		if startsWord {
			name.WriteByte(' ')
		}
		name.WriteByte(kind[i])
	}
	return name.String()
}
