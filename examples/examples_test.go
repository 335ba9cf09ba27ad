// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package examples tests the examples and the samples: that every manifest is
// of a known kind with known fields, that every reference among them resolves,
// and that every layer renders to a valid configuration. It must not know how
// a cluster or an NF behaves; the e2e tests run the examples for real.
package examples

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	nfv1 "github.com/strowger/strowger/api/v1alpha1"
)

// kustomization is the part of kustomize's own file that the examples use.
type kustomization struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Namespace  string   `json:"namespace,omitempty"`
	Resources  []string `json:"resources"`
}

// manifest is one decoded object and where it stands.
type manifest struct {
	file   string
	object client.Object
}

var (
	core5g  = "5g-core"
	samples = filepath.Join("..", "config", "samples")
)

func knownKinds(t *testing.T) *runtime.Scheme {
	t.Helper()
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		nfv1.AddToScheme, corev1.AddToScheme, rbacv1.AddToScheme,
		certmanagerv1.AddToScheme, sourcev1.AddToScheme, kustomizev1.AddToScheme,
	} {
		if err := add(s); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// manifests decodes every manifest below dir, strictly.
func manifests(t *testing.T, dir string) []manifest {
	t.Helper()
	scheme := knownKinds(t)
	var out []manifest
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		if e.Name() == "kustomization.yaml" || filepath.Base(filepath.Dir(path)) == "layers" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, doc := range documents(t, path, data) {
			out = append(out, manifest{file: path, object: decode(t, scheme, path, doc)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func documents(t *testing.T, path string, data []byte) [][]byte {
	t.Helper()
	var out [][]byte
	r := utilyaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(data)))
	defer r.Close()
	buf := make([]byte, len(data)+1)
	for {
		n, err := r.Read(buf)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out = append(out, slices.Clone(buf[:n]))
	}
}

func decode(t *testing.T, scheme *runtime.Scheme, path string, doc []byte) client.Object {
	t.Helper()
	var meta struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
	}
	if err := yaml.Unmarshal(doc, &meta); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	gvk := schema.FromAPIVersionAndKind(meta.APIVersion, meta.Kind)
	if gvk == receiver {
		return loose(t, path, doc)
	}
	typed, err := scheme.New(gvk)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if err := yaml.UnmarshalStrict(doc, typed); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	object, ok := typed.(client.Object)
	if !ok {
		t.Fatalf("%s: %s is not an object", path, gvk)
	}
	if object.GetName() == "" {
		t.Errorf("%s: %s has no name", path, gvk)
	}
	return object
}

// receiver is a kind of Flux that nothing of ours has as a Go type; the scenarios give it to a real API server.
var receiver = schema.GroupVersionKind{Group: "notification.toolkit.fluxcd.io", Version: "v1", Kind: "Receiver"}

func loose(t *testing.T, path string, doc []byte) client.Object {
	t.Helper()
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(doc, &object.Object); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return object
}

// objects returns the manifests of one type.
func objects[T client.Object](all []manifest) map[string]T {
	out := map[string]T{}
	for _, m := range all {
		if o, ok := m.object.(T); ok {
			out[o.GetName()] = o
		}
	}
	return out
}

func TestManifestsDecode(t *testing.T) {
	for _, dir := range []string{core5g, "router", samples} {
		if len(manifests(t, dir)) == 0 {
			t.Errorf("%s: no manifests", dir)
		}
	}
}

func TestSamplesCoverEveryKind(t *testing.T) {
	kinds := map[string]bool{}
	for _, m := range manifests(t, samples) {
		kinds[m.object.GetObjectKind().GroupVersionKind().Kind] = true
	}
	for _, kind := range []string{"NetworkFunction", "NetworkFunctionRollout", "Target", "YANGLibrary", "DriftReport"} {
		if !kinds[kind] {
			t.Errorf("%s: no sample of a %s", samples, kind)
		}
	}
}

// Every file is listed by the kustomization beside it, and what is listed exists.
func TestKustomizationsAreComplete(t *testing.T) {
	for _, dir := range []string{core5g, "router", samples} {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Name() == "kustomization.yaml" {
				checkKustomization(t, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func checkKustomization(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var k kustomization
	if err := yaml.UnmarshalStrict(data, &k); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if k.APIVersion != "kustomize.config.k8s.io/v1beta1" || k.Kind != "Kustomization" {
		t.Errorf("%s: is a %s of %s", path, k.Kind, k.APIVersion)
	}
	dir := filepath.Dir(path)
	for _, r := range k.Resources {
		at := filepath.Join(dir, r)
		if info, err := os.Stat(at); err != nil {
			t.Errorf("%s: %v", path, err)
		} else if info.IsDir() {
			if _, err := os.Stat(filepath.Join(at, "kustomization.yaml")); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	beside, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range beside {
		if name := filepath.Base(f); name != "kustomization.yaml" && !slices.Contains(k.Resources, name) {
			t.Errorf("%s does not list %s", path, name)
		}
	}
}

// Secrets are made outside of Git; the README names them.
var secretsOutsideGit = []string{
	"simulated-nf-credentials", "simulated-nf-known-hosts",
	"n6-router-1-credentials", "n6-router-1-known-hosts", "dn-aaa", "core-network",
}

func TestReferencesResolve(t *testing.T) {
	all := manifests(t, core5g)
	for _, nf := range objects[*nfv1.NetworkFunction](all) {
		t.Run(nf.Name, func(t *testing.T) { checkReferences(t, all, nf) })
	}
	libraries := objects[*nfv1.YANGLibrary](all)
	for name, target := range objects[*nfv1.Target](all) {
		if s := target.Spec.Schema; s != nil && libraries[s.LibraryRef.Name] == nil {
			t.Errorf("%s: no YANGLibrary %s", name, s.LibraryRef.Name)
		}
	}
	readme, err := os.ReadFile(filepath.Join(core5g, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range secretsOutsideGit {
		if !bytes.Contains(readme, []byte("`"+s+"`")) {
			t.Errorf("README.md does not name the Secret %s", s)
		}
	}
}

func checkReferences(t *testing.T, all []manifest, nf *nfv1.NetworkFunction) {
	t.Helper()
	need[*nfv1.Target](t, all, nf.Spec.TargetRef.Name)
	if nf.Spec.ServiceAccountName != "" {
		need[*corev1.ServiceAccount](t, all, nf.Spec.ServiceAccountName)
	}
	for _, d := range nf.Spec.DependsOn {
		need[*nfv1.NetworkFunction](t, all, d.Name)
	}
	for _, c := range nf.Spec.Certificates {
		need[*certmanagerv1.ClusterIssuer](t, all, c.IssuerRef.Name)
	}
	for _, l := range nf.Spec.Config {
		if l.SourceRef == nil {
			continue
		}
		need[*sourcev1.GitRepository](t, all, l.SourceRef.Name)
		if _, err := os.Stat(filepath.Join(core5g, l.Path)); err != nil {
			t.Errorf("layer %s: %v", l.Name, err)
		}
	}
	for _, in := range nf.Spec.Inputs {
		if findInput(all, in.Ref) == nil && !slices.Contains(secretsOutsideGit, in.Ref.Name) {
			t.Errorf("no %s %s", in.Ref.Kind, in.Ref.Name)
		}
	}
}

func need[T client.Object](t *testing.T, all []manifest, name string) {
	t.Helper()
	if _, ok := objects[T](all)[name]; !ok {
		t.Errorf("no %s %s", reflect.TypeFor[T]().Elem().Name(), name)
	}
}

func findInput(all []manifest, ref nfv1.ObjectReference) client.Object {
	for _, m := range all {
		gvk := m.object.GetObjectKind().GroupVersionKind()
		if gvk.GroupVersion().String() == ref.APIVersion && gvk.Kind == ref.Kind && m.object.GetName() == ref.Name {
			return m.object
		}
	}
	return nil
}

// TestModulesWithLibyang asks a YANG compiler nobody here wrote.
func TestModulesWithLibyang(t *testing.T) {
	yanglint, err := exec.LookPath("yanglint")
	if err != nil {
		t.Skip("yanglint (Debian: libyang2-tools) is not installed; the modules were checked by our own compiler only")
	}
	modules, err := filepath.Glob(filepath.Join(core5g, "yang", "*.yang"))
	if err != nil || len(modules) == 0 {
		t.Fatalf("no modules: %v", err)
	}
	for _, m := range modules {
		out, err := exec.Command(yanglint, "-p", filepath.Join(core5g, "yang"), m).CombinedOutput()
		if err != nil || len(bytes.TrimSpace(out)) > 0 {
			t.Errorf("%s: %v\n%s", m, err, strings.TrimSpace(string(out)))
		}
	}
}
