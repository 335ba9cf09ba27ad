// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/operator-framework/api/pkg/operators/v1alpha1"
	"sigs.k8s.io/yaml"
)

// channel is where versions before 1.0 are published, in the words OLM recommends.
const channel = "candidate"

// write writes the folders of a bundle: manifests, metadata and the Dockerfile that packs them.
func write(dir string, csv *v1alpha1.ClusterServiceVersion, in *inputs) error {
	manifest, err := encodeCSV(csv)
	if err != nil {
		return err
	}
	annotations, err := yaml.Marshal(map[string]any{"annotations": bundleAnnotations()})
	if err != nil {
		return fmt.Errorf("encoding the annotations: %w", err)
	}
	files := map[string][]byte{
		"manifests/" + packageName + ".clusterserviceversion.yaml": manifest,
		"metadata/annotations.yaml":                                annotations,
		"bundle.Dockerfile":                                        dockerfile(),
	}
	for _, crd := range in.crds {
		files["manifests/"+crd.name] = crd.content
	}
	roles, err := decodeDocuments(in.userRoles)
	if err != nil {
		return fmt.Errorf("parsing the roles for people: %w", err)
	}
	for _, role := range roles {
		name, content, err := encodeRole(role)
		if err != nil {
			return err
		}
		files["manifests/"+name] = content
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("making the bundle's folders: %w", err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return fmt.Errorf("writing the bundle: %w", err)
		}
	}
	return nil
}

// encodeCSV leaves out what OLM writes, which the Go types always carry, and null values.
func encodeCSV(csv *v1alpha1.ClusterServiceVersion) ([]byte, error) {
	encoded, err := json.Marshal(csv)
	if err != nil {
		return nil, fmt.Errorf("encoding the CSV: %w", err)
	}
	object := map[string]any{}
	if err := json.Unmarshal(encoded, &object); err != nil {
		return nil, fmt.Errorf("encoding the CSV: %w", err)
	}
	delete(object, "status")
	dropEmpty(object)
	manifest, err := yaml.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encoding the CSV: %w", err)
	}
	return manifest, nil
}

// dropEmpty removes null values and the objects that only held such, but not an emptyDir, which says something.
func dropEmpty(object map[string]any) {
	for key, value := range object {
		switch value := value.(type) {
		case nil:
			delete(object, key)
		case map[string]any:
			dropEmpty(value)
			if len(value) == 0 && key != "emptyDir" {
				delete(object, key)
			}
		case []any:
			for _, item := range value {
				if item, ok := item.(map[string]any); ok {
					dropEmpty(item)
				}
			}
		}
	}
}

// encodeRole returns a role's manifest and the name of its file.
func encodeRole(role map[string]any) (name string, content []byte, err error) {
	metadata, ok := role["metadata"].(map[string]any)
	if !ok {
		return "", nil, fmt.Errorf("a role for people has no metadata")
	}
	content, err = yaml.Marshal(role)
	if err != nil {
		return "", nil, fmt.Errorf("encoding role %v: %w", metadata["name"], err)
	}
	return fmt.Sprintf("%v_rbac.authorization.k8s.io_v1_clusterrole.yaml", metadata["name"]), content, nil
}

// bundleAnnotations tell a catalogue what the bundle is and where its parts are.
func bundleAnnotations() map[string]string {
	const prefix = "operators.operatorframework.io.bundle."
	return map[string]string{
		prefix + "mediatype.v1":       "registry+v1",
		prefix + "manifests.v1":       "manifests/",
		prefix + "metadata.v1":        "metadata/",
		prefix + "package.v1":         packageName,
		prefix + "channels.v1":        channel,
		prefix + "channel.default.v1": channel,
	}
}

// dockerfile packs the bundle, with the annotations as labels.
func dockerfile() []byte {
	var lines []string
	for key, value := range bundleAnnotations() {
		lines = append(lines, "LABEL "+key+"="+value)
	}
	slices.Sort(lines)
	return []byte("# The context is the folder of this file.\nFROM scratch\n" + strings.Join(lines, "\n") +
		"\nCOPY manifests /manifests/\nCOPY metadata /metadata/\n")
}
