// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/strowger/strowger/api/v1alpha1"
)

// sources are folders with the files of Flux sources, by kind/name.
type sources map[string]string

func parseSources(texts []string) (sources, error) {
	out := sources{}
	for _, text := range texts {
		name, dir, ok := strings.Cut(text, "=")
		kind, _, slash := strings.Cut(name, "/")
		if !ok || !slash || dir == "" {
			return nil, fmt.Errorf("--source %s: it must be KIND/NAME=DIR, such as GitRepository/core-network=./core", text)
		}
		switch kind {
		case "GitRepository", "OCIRepository", "Bucket":
		default:
			return nil, fmt.Errorf("--source %s: %s is none of GitRepository, OCIRepository, Bucket", text, kind)
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("--source %s: %s is no folder", text, dir)
		}
		out[name] = dir
	}
	return out, nil
}

// inline puts the files of known sources into the layers that name them.
func (s sources) inline(nf *v1alpha1.NetworkFunction) error {
	for i := range nf.Spec.Config {
		l := &nf.Spec.Config[i]
		if l.SourceRef == nil {
			continue
		}
		dir, ok := s[l.SourceRef.Kind+"/"+l.SourceRef.Name]
		if !ok {
			continue
		}
		value, err := document(dir, l)
		if err != nil {
			return fmt.Errorf("layer %s of NetworkFunction %s: %w", l.Name, nf.Name, err)
		}
		l.Value, l.SourceRef, l.Path, l.Format = &apiextensionsv1.JSON{Raw: value}, nil, "", ""
	}
	return nil
}

// document reads the file of a layer as JSON.
func document(dir string, l *v1alpha1.ConfigLayer) ([]byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(l.Path)) {
		return nil, fmt.Errorf("path %q leads out of the source", l.Path)
	}
	if l.Format == "xml" || l.Format == "" && strings.EqualFold(filepath.Ext(l.Path), ".xml") {
		return nil, fmt.Errorf("%s is XML, which cannot be previewed from a local folder: leave its --source out to have it read as merged", l.Path)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	data, err := root.ReadFile(filepath.FromSlash(l.Path))
	if err != nil {
		return nil, fmt.Errorf("reading it from the folder of its --source: %w", err)
	}
	value, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", l.Path, err)
	}
	if !json.Valid(value) || !strings.HasPrefix(string(value), "{") {
		return nil, fmt.Errorf("%s holds no configuration: a mapping of module:node is expected", l.Path)
	}
	return value, nil
}
