// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
)

// TestWorkloadsThatAreRefused: what runs the NF is missing, not ready or out of reach.
// What cures it wakes the object, with the rights of its service account.
func TestWorkloadsThatAreRefused(t *testing.T) {
	runs := func(apiVersion, kind, name string) func(*world, *v1alpha1.NetworkFunction) {
		return func(_ *world, nf *v1alpha1.NetworkFunction) {
			nf.Spec.WorkloadRef = &v1alpha1.ObjectReference{APIVersion: apiVersion, Kind: kind, Name: name}
		}
	}
	without := func(w *world, nf *v1alpha1.NetworkFunction) { w.edit(nf, func() { nf.Spec.WorkloadRef = nil }) }
	testRefusals(t, []refusal{
		{
			name:   "missing",
			nf:     runs("v1", "ConfigMap", "site"),
			reason: v1alpha1.WorkloadNotFoundReason,
			says:   []string{"spec.workloadRef", "ConfigMap", "/site", "does not exist"},
			status: status.InProgressStatus,
			cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.create(w.site()) },
		},
		{
			name: "not ready",
			nf: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.create(w.emptyRepository("core"))
				runs("source.toolkit.fluxcd.io/v1", "GitRepository", "core")(w, nf)
			},
			reason: v1alpha1.WorkloadNotReadyReason,
			says:   []string{"spec.workloadRef", "GitRepository", "/core", "InProgress"},
			status: status.InProgressStatus,
			cure: func(w *world, _ *v1alpha1.NetworkFunction) {
				w.publish(w.emptyRepository("core"), "edge-1", map[string]string{"a": "b"})
			},
		},
		{
			name: "the service account may not read it",
			nf: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.create(w.site())
				runs("v1", "ConfigMap", "site")(w, nf)
				nf.Spec.ServiceAccountName = "tenant"
			},
			reason: v1alpha1.AccessDeniedReason,
			says:   []string{"spec.workloadRef", "ConfigMap", "/site", "tenant"},
			status: status.InProgressStatus,
			cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.allow("tenant") },
		},
		{
			name: "a Secret, whatever the service account may",
			nf: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.allow("tenant")
				runs("v1", "Secret", "credentials")(w, nf)
				nf.Spec.ServiceAccountName = "tenant"
			},
			reason: v1alpha1.AccessDeniedReason,
			says:   []string{"spec.workloadRef", "Secret"},
			status: status.FailedStatus,
			cure:   without,
		},
		{
			name: "in another namespace",
			nf: func(w *world, nf *v1alpha1.NetworkFunction) {
				runs("v1", "ConfigMap", "site")(w, nf)
				nf.Spec.WorkloadRef.Namespace = "default"
			},
			reason: v1alpha1.CrossNamespaceReason,
			says:   []string{"spec.workloadRef", "default/site", "--allow-cross-namespace-refs"},
			status: status.FailedStatus,
			cure:   without,
		},
	})
}

// TestWorkloadThatCeasesToBeReady keeps changes from being made.
func TestWorkloadThatCeasesToBeReady(t *testing.T) {
	w := newWorld(t)
	repo := w.gitRepository("core", "main@sha1:1", map[string]string{"a": "b"})
	nf := w.nf(hostname("edge-1"))
	nf.Spec.WorkloadRef = &v1alpha1.ObjectReference{APIVersion: "source.toolkit.fluxcd.io/v1", Kind: "GitRepository", Name: "core"}
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())

	w.edit(repo, func() { repo.Spec.URL = "https://git.example.com/other.git" })
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.WorkloadNotReadyReason))
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-2")) })
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.WorkloadNotReadyReason))
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))

	w.publish(repo, "main@sha1:2", map[string]string{"a": "c"})
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(hostnamePath)).To(Equal("edge-2"))
}
