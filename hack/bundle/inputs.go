// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	appsv1 "k8s.io/api/apps/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	yamlutil "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// inputs are what the bundle is made of.
type inputs struct {
	crds        []crdFile
	clusterRole rbacv1.ClusterRole
	role        rbacv1.Role
	deployment  appsv1.Deployment
	// userRoles are roles for people, which are installed as they are.
	userRoles []byte
	// samples are one object of each kind, as written.
	samples []map[string]any
}

// crdFile is a CRD and the file it was read from.
type crdFile struct {
	name    string
	content []byte
	crd     apiextensionsv1.CustomResourceDefinition
}

// readConfig reads the folders of config that the bundle is made of.
func readConfig(dir string) (*inputs, error) {
	in := &inputs{}
	var err error
	if in.crds, err = readCRDs(filepath.Join(dir, "crd", "bases")); err != nil {
		return nil, err
	}
	if in.samples, err = readSamples(filepath.Join(dir, "samples")); err != nil {
		return nil, err
	}
	if in.userRoles, err = os.ReadFile(filepath.Join(dir, "rbac", "user_roles.yaml")); err != nil {
		return nil, fmt.Errorf("reading the roles for people: %w", err)
	}
	for file, object := range map[string]any{
		filepath.Join("rbac", "role.yaml"):                 &in.clusterRole,
		filepath.Join("rbac", "leader_election_role.yaml"): &in.role,
		filepath.Join("manager", "manager.yaml"):           &in.deployment,
	} {
		if err := readYAML(filepath.Join(dir, file), object); err != nil {
			return nil, err
		}
	}
	return in, nil
}

func readYAML(path string, object any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading a manifest: %w", err)
	}
	if err := yaml.UnmarshalStrict(content, object); err != nil {
		return fmt.Errorf("parsing %s: %w", path, err)
	}
	return nil
}

func readCRDs(dir string) ([]crdFile, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no CRD in %s, run make manifests", dir)
	}
	var crds []crdFile
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading a CRD: %w", err)
		}
		file := crdFile{name: filepath.Base(path), content: content}
		if err := yaml.Unmarshal(content, &file.crd); err != nil {
			return nil, fmt.Errorf("parsing CRD %s: %w", path, err)
		}
		crds = append(crds, file)
	}
	return crds, nil
}

// readSamples returns the objects that the samples' kustomization lists, in its order.
func readSamples(dir string) ([]map[string]any, error) {
	var kustomization struct {
		Resources []string `json:"resources"`
	}
	content, err := os.ReadFile(filepath.Join(dir, "kustomization.yaml"))
	if err != nil {
		return nil, fmt.Errorf("reading the list of samples: %w", err)
	}
	if err := yaml.Unmarshal(content, &kustomization); err != nil {
		return nil, fmt.Errorf("parsing the list of samples: %w", err)
	}
	var samples []map[string]any
	for _, file := range kustomization.Resources {
		content, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return nil, fmt.Errorf("reading a sample: %w", err)
		}
		objects, err := decodeDocuments(content)
		if err != nil {
			return nil, fmt.Errorf("parsing sample %s: %w", file, err)
		}
		samples = append(samples, objects...)
	}
	return samples, nil
}

// decodeDocuments returns the objects of a YAML stream.
func decodeDocuments(content []byte) ([]map[string]any, error) {
	var objects []map[string]any
	documents := yamlutil.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		object := map[string]any{}
		if err := yaml.Unmarshal(document, &object); err != nil {
			return nil, err
		}
		if len(object) > 0 {
			objects = append(objects, object)
		}
	}
}
