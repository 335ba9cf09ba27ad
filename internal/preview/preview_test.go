// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/offline"
)

const manifest = `apiVersion: nf.strowger.dev/v1alpha1
kind: NetworkFunction
metadata: {name: NAME, labels: {site: zrh, kustomize.toolkit.fluxcd.io/name: core}, annotations: {reconcile.fluxcd.io/requestedAt: x}}
spec:
  targetRef: {name: upf}
  config:
  - {name: base, sourceRef: {kind: GitRepository, name: core}, path: nf/base.yaml}
`

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func named(name string) string { return strings.ReplaceAll(manifest, "NAME", name) }

func TestReadManifests(t *testing.T) {
	dir := write(t, map[string]string{
		"a.yaml":     named("upf-1") + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n---\n---\n" + named("upf-2"),
		"sub/b.json": `{"apiVersion": "nf.strowger.dev/v1alpha1", "kind": "NetworkFunction", "metadata": {"name": "upf-3"}}`,
		"readme.md":  "no manifest",
	})
	var log bytes.Buffer
	found, err := read([]string{dir, "-"}, strings.NewReader(named("upf-4")), &log)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, nf := range found {
		names = append(names, nf.Name)
	}
	if diff := cmp.Diff([]string{"upf-1", "upf-2", "upf-3", "upf-4"}, names); diff != "" {
		t.Error(diff)
	}
	if want := filepath.Join(dir, "a.yaml") + ", document 2: passed over, it is no NetworkFunction\n"; log.String() != want {
		t.Errorf("said %q, want %q", log.String(), want)
	}
}

func TestManifestsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"apiVersion: v1\nkind: ConfigMap\n": "there is no NetworkFunction in -",
		"a: [":                              "-, document 1: ",
		strings.Replace(named("x"), "targetRef", "target", 1):               `unknown field "target"`,
		strings.Replace(named("x"), "name: x, ", "", 1):                     "has no metadata.name",
		named("y") + "---\n" + strings.Replace(named("x"), "spec", "sp", 1): "-, document 2: ",
		"[1, 2]": "-, document 1: it is no Kubernetes object",
	} {
		if _, err := read([]string{"-"}, strings.NewReader(text), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	if _, err := read([]string{"/no/such/file"}, nil, nil); err == nil || !strings.HasPrefix(err.Error(), "reading -f: ") {
		t.Errorf("got %v", err)
	}
}

func function(t *testing.T, path, format string) *v1alpha1.NetworkFunction {
	t.Helper()
	found, err := read([]string{"-"}, strings.NewReader(named("upf")), &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	found[0].Spec.Config[0].Path, found[0].Spec.Config[0].Format = path, format
	return found[0]
}

func TestLayersOfALocalFolder(t *testing.T) {
	dir := write(t, map[string]string{
		"nf/base.yaml": "acme:system:\n  hostname: ${nf.name} # the name\n", "nf/list.yaml": "- a\n", "nf/base.xml": "<a/>", "nf/twice.yaml": "a: 1\na: 2\n",
	})
	s, err := parseSources([]string{"GitRepository/core=" + dir})
	if err != nil {
		t.Fatal(err)
	}
	nf := function(t, "nf/base.yaml", "")
	if err := s.inline(nf); err != nil {
		t.Fatal(err)
	}
	if got := string(nf.Spec.Config[0].Value.Raw); got != `{"acme:system":{"hostname":"${nf.name}"}}` || nf.Spec.Config[0].SourceRef != nil {
		t.Errorf("got %s of %v", got, nf.Spec.Config[0].SourceRef)
	}
	other := function(t, "nf/base.yaml", "")
	other.Spec.Config[0].SourceRef.Name = "another"
	if err := s.inline(other); err != nil || other.Spec.Config[0].SourceRef == nil {
		t.Errorf("a source that is not mapped: %v, %v", other.Spec.Config[0], err)
	}
	for path, want := range map[string]string{
		"../etc/passwd": "leads out of the source",
		"nf/none.yaml":  "reading it from the folder of its --source",
		"nf/base.xml":   "is XML",
		"nf/list.yaml":  "holds no configuration",
		"nf/twice.yaml": "already set in map",
	} {
		if err := s.inline(function(t, path, "")); err == nil || !strings.HasPrefix(err.Error(), "layer base of NetworkFunction upf: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
	}
}

func TestSourcesThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"core=.":               "it must be KIND/NAME=DIR",
		"GitRepository/core":   "it must be KIND/NAME=DIR",
		"ConfigMap/core=.":     "ConfigMap is none of GitRepository",
		"Bucket/core=/no/such": "/no/such is no folder",
	} {
		if _, err := parseSources([]string{text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

// TestStandIn owns nothing that is the original's: Flux would prune it, and a request to
// the original is none to it.
func TestStandIn(t *testing.T) {
	nf := function(t, "nf/base.yaml", "")
	nf.Spec.Suspend = true
	got := standIn(nf)
	want := metav1.ObjectMeta{
		GenerateName: "upf-plan-", Labels: map[string]string{"site": "zrh"}, Annotations: map[string]string{v1alpha1.PlanForAnnotation: "upf"},
	}
	if diff := cmp.Diff(want, got.ObjectMeta); diff != "" {
		t.Error(diff)
	}
	if got.Spec.Mode != v1alpha1.ModePlan || got.Spec.Suspend {
		t.Errorf("mode %s, suspended %t", got.Spec.Mode, got.Spec.Suspend)
	}
}

func TestResultsAsText(t *testing.T) {
	var out, log bytes.Buffer
	results := []Result{
		{Namespace: "core5g", Name: "smf"},
		{Namespace: "core5g", Name: "upf", Creates: 1, Modifies: 2, Changes: []string{"   acme:system", "~    hostname: a -> b"}, RehearsalMessage: "the NF took it on trial"},
		{Namespace: "core5g", Name: "amf", Error: &Failure{Reason: "UnknownNode", Message: "no such node"}},
	}
	if err := writeText(&out, &log, results); err != nil {
		t.Fatal(err)
	}
	want := "core5g/smf: nothing would change\n\ncore5g/upf: 1 to create, 2 to modify, 0 to delete; the NF took it on trial\n   acme:system\n~    hostname: a -> b\n\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
	if log.String() != "core5g/amf: UnknownNode: no such node\n" {
		t.Errorf("said %q", log.String())
	}
}

func TestExitCodes(t *testing.T) {
	for want, results := range [][]Result{
		{{}}, {{}, {Deletes: 1}}, {{Creates: 1}, {Error: &Failure{}}},
	} {
		if got := offline.ExitCode(verdict(results)); got != want {
			t.Errorf("%+v: exit code %d, want %d", results, got, want)
		}
	}
}

// TestFinal: what cannot be planned at all is told at once; what may yet come is awaited.
func TestFinal(t *testing.T) {
	for reason, want := range map[string]bool{v1alpha1.PlannedReason: true, v1alpha1.UnreachableReason: false} {
		nf := &v1alpha1.NetworkFunction{}
		nf.Status.Conditions = []metav1.Condition{{Type: meta.ReadyCondition, Status: metav1.ConditionFalse, Reason: reason}}
		if got := final(nf); got != want {
			t.Errorf("%s: final %t, want %t", reason, got, want)
		}
	}
}
