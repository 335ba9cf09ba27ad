// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"

	"github.com/strowger/strowger/api/v1alpha1"
)

// TestLayersThatAreRefused: mistakes in a file in Git, mended by a commit.
func TestLayersThatAreRefused(t *testing.T) {
	for _, c := range mistakes {
		refusal{
			name:   c.name,
			nf:     fromGit(map[string]string{"nf/edge.yaml": c.file}),
			reason: c.reason,
			says:   c.says,
			status: status.FailedStatus,
			cure:   commit(map[string]string{"nf/edge.yaml": hostnameYAML}),
		}.run(t)
	}
}

var mistakes = []struct {
	name, file, reason string
	says               []string
}{
	{
		name:   "unknown node",
		file:   "strowger-test-router:system:\n  hostnam: edge-1\n",
		reason: v1alpha1.UnknownNodeReason,
		says:   []string{"base", "nf/edge.yaml:2", "/strowger-test-router:system/hostnam", "did you mean hostname"},
	},
	{
		name:   "unknown module",
		file:   "strowger-test-ruter:system:\n  hostname: edge-1\n",
		reason: v1alpha1.UnknownNodeReason,
		says:   []string{"base", "nf/edge.yaml:1", "strowger-test-ruter"},
	},
	{
		name:   "wrong type",
		file:   "strowger-test-router:interface:\n- name: n3\n  type: ethernet\n  mtu: jumbo\n",
		reason: v1alpha1.InvalidValueReason,
		says:   []string{"base", "nf/edge.yaml:4", "/strowger-test-router:interface[name='n3']/mtu", "jumbo", "uint16", "strowger-test-router@2026-11-01.yang:"},
	},
	{
		name:   "out of range",
		file:   "strowger-test-router:interface:\n- name: n3\n  type: ethernet\n  mtu: 67\n",
		reason: v1alpha1.InvalidValueReason,
		says:   []string{"nf/edge.yaml:4", "/strowger-test-router:interface[name='n3']/mtu", "68..9216"},
	},
	{
		name:   "missing list key",
		file:   "strowger-test-router:interface:\n- type: ethernet\n",
		reason: v1alpha1.MissingKeyReason,
		says:   []string{"base", "nf/edge.yaml:2", "/strowger-test-router:interface", "name"},
	},
	{
		name:   "missing mandatory leaf",
		file:   "strowger-test-router:interface:\n- name: n3\n",
		reason: v1alpha1.ConstraintViolatedReason,
		says:   []string{"base", "nf/edge.yaml:2", "/strowger-test-router:interface[name='n3']", "type", "mandatory"},
	},
	{
		name:   "missing field in an expression",
		file:   "strowger-test-router:system:\n  hostname: ${inputs.site.data.hostnam}\n",
		reason: v1alpha1.ExpressionErrorReason,
		says:   []string{"base", "nf/edge.yaml:2", "${inputs.site.data.hostnam}", "has no field hostnam", "hostname"},
	},
	{
		name:   "expression that does not compile",
		file:   "strowger-test-router:system:\n  hostname: ${inputs.site.}\n",
		reason: v1alpha1.ExpressionErrorReason,
		says:   []string{"base", "nf/edge.yaml:2", "${inputs.site.}"},
	},
	{
		name:   "no YAML",
		file:   "strowger-test-router:system:\n  hostname: [edge-1\n",
		reason: v1alpha1.SyntaxErrorReason,
		says:   []string{"base", "nf/edge.yaml"},
	},
}

// TestArtifactsThatAreRefused: sources that do not hold what is asked of them.
func TestArtifactsThatAreRefused(t *testing.T) {
	good := map[string]string{"nf/edge.yaml": hostnameYAML}
	testRefusals(t, []refusal{
		{
			name:   "missing path",
			nf:     fromGit(map[string]string{"nf/edge-1.yaml": hostnameYAML}),
			reason: v1alpha1.ArtifactPathNotFoundReason,
			says:   []string{"nf/edge.yaml", "main@sha1:1", "nf/edge-1.yaml"},
			status: status.FailedStatus,
			cure:   commit(good),
		},
		{
			name: "missing source",
			nf: func(_ *world, nf *v1alpha1.NetworkFunction) {
				nf.Spec.Config = []v1alpha1.ConfigLayer{layer("base", "core", "nf/edge.yaml")}
			},
			reason: v1alpha1.SourceNotFoundReason,
			says:   []string{"GitRepository", "/core", "create it"},
			status: status.InProgressStatus,
			cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.gitRepository("core", "main@sha1:1", good) },
		},
		{
			name: "source without an artifact",
			nf: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.create(w.emptyRepository("core"))
				nf.Spec.Config = []v1alpha1.ConfigLayer{layer("base", "core", "nf/edge.yaml")}
			},
			reason: v1alpha1.SourceNotReadyReason,
			says:   []string{"GitRepository", "/core", "no artifact"},
			status: status.InProgressStatus,
			cure:   commit(good),
		},
		{
			name: "artifact that is not what its digest says",
			nf: func(w *world, nf *v1alpha1.NetworkFunction) {
				fromGit(map[string]string{"nf/edge.yaml": hostnameYAML, "only": w.namespace})(w, nf)
				repo := w.emptyRepository("core")
				w.editStatus(repo, func() { repo.Status.Artifact.URL = artifacts.put(w.t, "other", map[string]string{"x": "y"}).URL })
			},
			reason: v1alpha1.ArtifactFailedReason,
			says:   []string{"GitRepository core", "main@sha1:1", "digest"},
			status: status.InProgressStatus,
			cure:   commit(map[string]string{"nf/edge.yaml": hostnameYAML, "new": "1"}),
		},
	})
}

// fromGit reads the layer from a file of a GitRepository, and has an input.
func fromGit(files map[string]string) func(*world, *v1alpha1.NetworkFunction) {
	return func(w *world, nf *v1alpha1.NetworkFunction) {
		w.gitRepository("core", "main@sha1:1", files)
		w.create(w.site())
		nf.Spec.Inputs = []v1alpha1.Input{input("site", "v1", "ConfigMap", "site")}
		nf.Spec.Config = []v1alpha1.ConfigLayer{layer("base", "core", "nf/edge.yaml")}
	}
}

// commit publishes a new artifact of that GitRepository.
func commit(files map[string]string) func(*world, *v1alpha1.NetworkFunction) {
	return func(w *world, _ *v1alpha1.NetworkFunction) {
		w.publish(&sourcev1.GitRepository{ObjectMeta: w.meta("core")}, "main@sha1:2", files)
	}
}

func input(name, apiVersion, kind, object string) v1alpha1.Input {
	return v1alpha1.Input{Name: name, Ref: v1alpha1.ObjectReference{APIVersion: apiVersion, Kind: kind, Name: object}}
}
