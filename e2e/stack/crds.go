// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensionsclient "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	yamlutil "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"
)

// establishTimeout bounds the wait until the API server serves a new kind.
const establishTimeout = time.Minute

// InstallCRDs applies every CustomResourceDefinition of the folders and returns when all are served.
func (cp *ControlPlane) InstallCRDs(ctx context.Context, dirs ...string) error {
	return installCRDs(ctx, cp.Config, dirs)
}

// InstallComponentCRDs applies the CRDs of components without running the components, for tests that only
// create and read their objects.
func (cp *ControlPlane) InstallComponentCRDs(ctx context.Context, components ...Component) error {
	dirs, err := componentCRDs(ctx, cp.root, components...)
	if err != nil {
		return err
	}
	return cp.InstallCRDs(ctx, dirs...)
}

// componentCRDs returns the folders with the CRDs of components: their modules carry them.
func componentCRDs(ctx context.Context, root string, components ...Component) ([]string, error) {
	sources := map[Component]map[string]string{
		Flux: {
			ToolSourceController:    "config/crd/bases",
			ToolKustomizeController: "config/crd/bases",
			ToolNotification:        "config/crd/bases",
		},
		CertManager: {ToolCertManager: "deploy/crds"},
		DNS:         {ToolExternalDNS: "config/crd/standard"},
	}
	var dirs []string
	for _, component := range components {
		for name, folder := range sources[component] {
			t, err := toolByName(name)
			if err != nil {
				return nil, err
			}
			dir, err := moduleFolder(ctx, t.moduleDir(root), t.module)
			if err != nil {
				return nil, err
			}
			dirs = append(dirs, filepath.Join(dir, folder))
		}
	}
	return dirs, nil
}

// moduleFolder returns where the source of a pinned module is, and fetches it if it is not there yet.
func moduleFolder(ctx context.Context, dir, module string) (string, error) {
	version, err := requiredVersion(filepath.Join(dir, "go.mod"), module)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module+"@"+version)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	output, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("fetching module %s %s: %w\n%s", module, version, err, output)
	}
	var downloaded struct{ Dir string }
	if err := json.Unmarshal(output, &downloaded); err != nil {
		return "", fmt.Errorf("reading where module %s is: %w", module, err)
	}
	return downloaded.Dir, nil
}

// installCRDs applies first and waits afterwards, so that the API server establishes all of them side by side.
func installCRDs(ctx context.Context, config *rest.Config, dirs []string) error {
	if len(dirs) == 0 {
		return nil
	}
	client, err := apiextensionsclient.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("making a client for CRDs: %w", err)
	}
	var names []string
	for _, dir := range dirs {
		crds, err := readCRDs(dir)
		if err != nil {
			return err
		}
		for _, crd := range crds {
			if err := applyCRD(ctx, client, crd); err != nil {
				return err
			}
			names = append(names, crd.Name)
		}
	}
	for _, name := range names {
		if err := waitEstablished(ctx, client, name); err != nil {
			return err
		}
	}
	return nil
}

// readCRDs returns the CRDs of all YAML files of a folder; other objects, such as kustomizations, are passed over.
func readCRDs(dir string) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("listing CRDs of %s: %w", dir, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no CRD in %s", dir)
	}
	var crds []*apiextensionsv1.CustomResourceDefinition
	for _, file := range files {
		found, err := readCRDFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading CRDs from %s: %w", file, err)
		}
		crds = append(crds, found...)
	}
	return crds, nil
}

func readCRDFile(file string) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var crds []*apiextensionsv1.CustomResourceDefinition
	documents := yamlutil.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return crds, nil
		}
		if err != nil {
			return nil, err
		}
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal(document, crd); err != nil {
			return nil, err
		}
		if crd.Kind == "CustomResourceDefinition" {
			crds = append(crds, crd)
		}
	}
}

// applyCRD applies server-side, which creates and updates alike.
func applyCRD(ctx context.Context, client apiextensionsclient.Interface, crd *apiextensionsv1.CustomResourceDefinition) error {
	crd.Status = apiextensionsv1.CustomResourceDefinitionStatus{}
	body, err := json.Marshal(crd)
	if err != nil {
		return fmt.Errorf("encoding CRD %s: %w", crd.Name, err)
	}
	force := true
	_, err = client.ApiextensionsV1().CustomResourceDefinitions().Patch(ctx, crd.Name, types.ApplyPatchType, body,
		metav1.PatchOptions{FieldManager: "strowger-stack", Force: &force})
	if err != nil {
		return fmt.Errorf("applying CRD %s: %w", crd.Name, err)
	}
	return nil
}

func waitEstablished(ctx context.Context, client apiextensionsclient.Interface, name string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, establishTimeout, fmt.Errorf("not established within %s", establishTimeout))
	defer cancel()
	for {
		crd, err := client.ApiextensionsV1().CustomResourceDefinitions().Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return fmt.Errorf("reading CRD %s: %w", name, err)
		}
		for _, condition := range crd.Status.Conditions {
			if condition.Type == apiextensionsv1.Established && condition.Status == apiextensionsv1.ConditionTrue {
				return nil
			}
		}
		if err := sleep(ctx, readyPoll); err != nil {
			return fmt.Errorf("waiting for CRD %s: %w", name, err)
		}
	}
}
