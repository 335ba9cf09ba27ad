// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/strowger/strowger/api/v1alpha1"
)

// read reads the NetworkFunctions of files and folders. What else is there is passed
// over, and told to log.
func read(names []string, stdin io.Reader, log io.Writer) ([]*v1alpha1.NetworkFunction, error) {
	var out []*v1alpha1.NetworkFunction
	for _, name := range names {
		files, err := expand(name)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			found, err := readFile(file, stdin, log)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("there is no NetworkFunction in %s", strings.Join(names, ", "))
	}
	return out, nil
}

// expand lists the manifests of a folder, whatever its depth.
func expand(name string) ([]string, error) {
	info, err := os.Stat(name)
	if name == "-" || err == nil && !info.IsDir() {
		return []string{name}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading -f: %w", err)
	}
	var files []string
	err = filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)) {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

func readFile(name string, stdin io.Reader, log io.Writer) ([]*v1alpha1.NetworkFunction, error) {
	in := stdin
	if name != "-" {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading -f: %w", err)
		}
		in = bytes.NewReader(data)
	}
	var out []*v1alpha1.NetworkFunction
	documents := utilyaml.NewYAMLOrJSONDecoder(in, 4096)
	for n := 1; ; n++ {
		var raw rawDocument
		err := documents.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s, document %d: %w", name, n, err)
		}
		nf, err := raw.networkFunction()
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s, document %d: %w", name, n, err)
		case nf != nil:
			out = append(out, nf)
		case len(raw.data) > 0:
			_, _ = fmt.Fprintf(log, "%s, document %d: passed over, it is no NetworkFunction\n", name, n)
		}
	}
}

// rawDocument is a document as JSON, whatever is in it.
type rawDocument struct{ data []byte }

func (d *rawDocument) UnmarshalJSON(data []byte) error {
	if string(data) != "null" {
		d.data = bytes.Clone(data)
	}
	return nil
}

// networkFunction is the document if it is one, else nil.
func (d *rawDocument) networkFunction() (*v1alpha1.NetworkFunction, error) {
	var kind metav1.TypeMeta
	if len(d.data) == 0 {
		return nil, nil
	}
	if err := yaml.Unmarshal(d.data, &kind); err != nil {
		return nil, fmt.Errorf("it is no Kubernetes object: %w", err)
	}
	if kind.Kind != "NetworkFunction" || kind.GroupVersionKind().Group != v1alpha1.GroupVersion.Group {
		return nil, nil
	}
	nf := &v1alpha1.NetworkFunction{}
	if err := yaml.UnmarshalStrict(d.data, nf); err != nil {
		return nil, fmt.Errorf("the NetworkFunction cannot be read: %w", err)
	}
	if nf.Name == "" {
		return nil, errors.New("the NetworkFunction has no metadata.name")
	}
	return nf, nil
}
