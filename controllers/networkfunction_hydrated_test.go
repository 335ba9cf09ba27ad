// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"os"
	"testing"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kuberecorder "k8s.io/client-go/tools/record"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

const routerSecret = "hunter2-hunter2"

var hydratedRouter = `# Written by Strowger: all that NetworkFunction core/edge-1 declares on Target core/router, as it was applied.
# What came from a Secret is shown as its digest.
# Digest: sha256:1
strowger-test-router:system:
  hostname: edge-1
  radius-secret: ` + yang.RedactedValue(routerSecret) + `
strowger-test-router:interface:
- name: n3
  mtu: 9000
  type: ethernet
`

// hydrating is a run that found an NF applied.
func hydrating(t *testing.T) (*NetworkFunctionReconciler, *scope) {
	t.Helper()
	module, err := os.ReadFile("testdata/strowger-test-router.yang")
	if err != nil {
		t.Fatal(err)
	}
	tree := yang.NewTree(yang.Compile([]yang.Source{{Name: "strowger-test-router.yang", Data: module}}, yang.Options{}))
	for _, leaf := range []struct {
		path, value string
		tainted     bool
	}{
		{"/strowger-test-router:interface[name='n3']/type", "ethernet", false},
		{"/strowger-test-router:interface[name='n3']/mtu", "9000", false},
		{"/strowger-test-router:system/hostname", "edge-1", false},
		{"/strowger-test-router:system/radius-secret", routerSecret, true},
	} {
		if _, err := tree.Set(leaf.path, leaf.value, yang.Origin{}, leaf.tainted); err != nil {
			t.Fatal(err)
		}
	}
	nf := &v1alpha1.NetworkFunction{ObjectMeta: metav1.ObjectMeta{Namespace: "core", Name: "edge-1"}}
	nf.Spec.Hydrated = &v1alpha1.HydratedLayer{Branch: "refs/heads/running/{namespace}", Path: "{name}.yaml"}
	nf.Status.LastAppliedDigest, nf.Status.LastAppliedRevision = "sha256:1", "main@sha1:1"
	r := &NetworkFunctionReconciler{Hydrated: NewHydratedStore(), EventRecorder: kuberecorder.NewFakeRecorder(4)}
	s := &scope{nf: nf, intended: tree, endpoint: target.Endpoint{Key: "core/router"}}
	s.declared.repository = &sourcev1.GitRepository{ObjectMeta: metav1.ObjectMeta{Namespace: "core", Name: "network"}}
	return r, s
}

// TestHydrated: what was applied is handed to the write-back until it is in Git, and
// then no more.
func TestHydrated(t *testing.T) {
	r, s := hydrating(t)
	name := nameOf(s.nf)
	waiting := func() packed { return r.Hydrated.waiting("core/network")[name] }
	r.hydrate(t.Context(), s)
	h := waiting()
	content, err := h.content()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(hydratedRouter, string(content)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if h.Branch != "running/core" || h.Path != "edge-1.yaml" || h.Digest != "sha256:1" || h.Revision != "main@sha1:1" || s.nf.Status.Hydrated != nil {
		t.Errorf("got %+v, status %v", h.Hydrated, s.nf.Status.Hydrated)
	}

	r.Hydrated.committed(name, h, "c0ffee")
	want := &v1alpha1.HydratedCommit{Repository: "core/network", Branch: "running/core", Path: "edge-1.yaml", Commit: "c0ffee", Digest: "sha256:1"}
	for range 2 {
		r.hydrate(t.Context(), s)
		if d := cmp.Diff(want, s.nf.Status.Hydrated); d != "" || waiting().Digest != "" {
			t.Errorf("waits: %q, -want +got:\n%s", waiting().Digest, d)
		}
	}

	// After a restart nothing is known but the status, and nothing is to be done.
	r.Hydrated = NewHydratedStore()
	r.hydrate(t.Context(), s)
	if waiting().Digest != "" {
		t.Error("handed over again")
	}
	// Another tree is, and so is another place.
	s.nf.Status.LastAppliedDigest = "sha256:2"
	r.hydrate(t.Context(), s)
	if waiting().Digest != "sha256:2" || s.nf.Status.Hydrated.Digest != "sha256:1" {
		t.Errorf("got %+v", waiting().Hydrated)
	}
	r.Hydrated.committed(name, waiting(), "decaf")
	s.nf.Spec.Hydrated.Path = "other/{name}.yaml"
	r.hydrate(t.Context(), s)
	if waiting().Path != "other/edge-1.yaml" || s.nf.Status.Hydrated.Commit != "decaf" {
		t.Errorf("got %+v, status %+v", waiting().Hydrated, s.nf.Status.Hydrated)
	}
	s.nf.Spec.Hydrated = nil
	if r.hydrate(t.Context(), s); s.nf.Status.Hydrated != nil {
		t.Error("the status speaks of what is not asked for")
	}
}

// TestHydratedWhatWasApplied: neither what failed nor what belongs nowhere.
func TestHydratedWhatWasApplied(t *testing.T) {
	r, s := hydrating(t)
	s.record(v1alpha1.AppliedCondition, "", reconcile.Failf(v1alpha1.RPCErrorReason, "refused"))
	r.hydrate(t.Context(), s)
	s.outcomes = nil
	s.declared.repository, s.declared.err = nil, reconcile.Waitf(v1alpha1.GitSourceUnknownReason, "nobody knows")
	s.nf.Generation = 1
	r.hydrate(t.Context(), s)
	if len(r.Hydrated.pending) > 0 || len(r.EventRecorder.(*kuberecorder.FakeRecorder).Events) != 1 {
		t.Errorf("waits: %v, events: %d", r.Hydrated.pending, len(r.EventRecorder.(*kuberecorder.FakeRecorder).Events))
	}
}

// TestMirror: the NetworkFunction says what its report says of Git.
func TestMirror(t *testing.T) {
	reported := metav1.Condition{Type: v1alpha1.ReportedCondition, Status: metav1.ConditionTrue, Reason: v1alpha1.ProposedReason, Message: "in pull request 7"}
	refused := metav1.Condition{Type: v1alpha1.ReportedCondition, Status: metav1.ConditionFalse, Reason: v1alpha1.GitPushFailedReason, Message: "protected"}
	git := func(digest string) *v1alpha1.GitReport {
		return &v1alpha1.GitReport{Repository: "core/network", Branch: "drift", Digest: digest}
	}
	for _, c := range []struct {
		name   string
		mode   string
		report v1alpha1.DriftReportStatus
		want   string
	}{
		{"in Git", "Git", v1alpha1.DriftReportStatus{Digest: "1", Git: git("1"), Conditions: []metav1.Condition{reported}}, "True Proposed in pull request 7"},
		{"not tried yet", "Git", v1alpha1.DriftReportStatus{Digest: "1", Git: git("")}, "Unknown Progressing To be written to branch drift of GitRepository core/network"},
		{"another is", "Git", v1alpha1.DriftReportStatus{Digest: "2", Git: git("1"), Conditions: []metav1.Condition{reported}}, "Unknown Progressing To be written to branch drift of GitRepository core/network"},
		{"refused", "Git", v1alpha1.DriftReportStatus{Digest: "2", Git: git("1"), Conditions: []metav1.Condition{refused}}, "False GitPushFailed protected"},
		{"nobody knows where", "Git", v1alpha1.DriftReportStatus{Digest: "1"}, "False GitSourceUnknown nobody knows"},
		{"not asked for", "None", v1alpha1.DriftReportStatus{Digest: "1"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, s := hydrating(t)
			s.nf.Spec.Drift.Report.Mode = c.mode
			s.declared.err = reconcile.Waitf(v1alpha1.GitSourceUnknownReason, "nobody knows")
			r.mirror(s, &v1alpha1.DriftReport{Status: c.report})
			s.setConditions()
			got := ""
			for _, x := range s.nf.Status.Conditions {
				if x.Type == v1alpha1.DriftReportedCondition {
					got = string(x.Status) + " " + x.Reason + " " + x.Message
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if s.failure() != nil {
				t.Error("it fails the run")
			}
		})
	}
}
