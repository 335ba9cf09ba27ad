// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/strowger/strowger/api/v1alpha1"
)

// TestInputsThatAreRefused: objects that are missing, not ready or out of reach.
func TestInputsThatAreRefused(t *testing.T) { testRefusals(t, inputRefusals) }

var inputRefusals = []refusal{
	{
		name:   "missing input",
		nf:     siteName,
		reason: v1alpha1.InputNotFoundReason,
		says:   []string{"input site", "ConfigMap", "/site", "does not exist", "create it"},
		status: status.InProgressStatus,
		cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.create(w.site()) },
	},
	{
		name: "input of a kind that is not installed",
		nf: func(w *world, nf *v1alpha1.NetworkFunction) {
			w.create(w.site())
			siteName(w, nf)
			nf.Spec.Inputs = append(nf.Spec.Inputs, input("n3", "netbox.dev/v1", "IpAddressClaim", "n3"))
		},
		reason: v1alpha1.InputNotFoundReason,
		says:   []string{"input n3", "IpAddressClaim", "netbox.dev/v1"},
		status: status.InProgressStatus,
		cure: func(w *world, nf *v1alpha1.NetworkFunction) {
			w.edit(nf, func() { nf.Spec.Inputs = nf.Spec.Inputs[:1] })
		},
	},
	{
		name: "input not ready",
		nf: func(w *world, nf *v1alpha1.NetworkFunction) {
			w.create(w.emptyRepository("core"))
			nf.Spec.Inputs = []v1alpha1.Input{input("core", "source.toolkit.fluxcd.io/v1", "GitRepository", "core")}
			nf.Spec.Config = []v1alpha1.ConfigLayer{w.inline("local", hostname("${inputs.core.status.artifact.revision}"))}
		},
		reason: v1alpha1.InputNotReadyReason,
		says:   []string{"input core", "GitRepository", "/core", "InProgress"},
		status: status.InProgressStatus,
		cure: func(w *world, _ *v1alpha1.NetworkFunction) {
			w.publish(w.emptyRepository("core"), "edge-1", map[string]string{"a": "b"})
		},
	},
	{
		name: "input that the service account may not read",
		nf: func(w *world, nf *v1alpha1.NetworkFunction) {
			w.create(w.site())
			siteName(w, nf)
			nf.Spec.ServiceAccountName = "tenant"
		},
		reason: v1alpha1.AccessDeniedReason,
		says:   []string{"input site", "ConfigMap", "/site", "tenant"},
		status: status.InProgressStatus,
		cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.allow("tenant") },
	},
	{
		name: "Secret without a service account",
		nf: func(w *world, nf *v1alpha1.NetworkFunction) {
			w.create(w.secret("site", map[string]string{"hostname": "edge-1"}))
			siteName(w, nf)
			nf.Spec.Inputs[0].Ref.Kind = "Secret"
		},
		reason: v1alpha1.AccessDeniedReason,
		says:   []string{"input site", "Secret", "spec.serviceAccountName"},
		status: status.FailedStatus,
		cure: func(w *world, nf *v1alpha1.NetworkFunction) {
			w.allow("tenant")
			w.edit(nf, func() { nf.Spec.ServiceAccountName = "tenant" })
		},
	},
	{
		name: "input of another namespace",
		nf: func(w *world, nf *v1alpha1.NetworkFunction) {
			w.create(w.site())
			siteName(w, nf)
			nf.Spec.Inputs[0].Ref.Namespace = "default"
		},
		reason: v1alpha1.CrossNamespaceReason,
		says:   []string{"input site", "default/site", "--allow-cross-namespace-refs"},
		status: status.FailedStatus,
		cure: func(w *world, nf *v1alpha1.NetworkFunction) {
			w.edit(nf, func() { nf.Spec.Inputs[0].Ref.Namespace = "" })
		},
	},
}

// siteName takes the hostname from the input site.
func siteName(w *world, nf *v1alpha1.NetworkFunction) {
	nf.Spec.Inputs = []v1alpha1.Input{input("site", "v1", "ConfigMap", "site")}
	nf.Spec.Config = []v1alpha1.ConfigLayer{w.inline("local", hostname("${inputs.site.data.hostname}"))}
}

// TestInputsAreWatched with the rights of the service account: a change of the
// object is committed at once, long before the interval ends.
func TestInputsAreWatched(t *testing.T) {
	w := newWorld(t)
	site := w.site()
	w.create(site)
	w.allow("tenant")
	nf := w.nf(hostname("${inputs.site.data.hostname}"))
	nf.Spec.ServiceAccountName = "tenant"
	nf.Spec.Inputs = []v1alpha1.Input{input("site", "v1", "ConfigMap", "site")}
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())

	w.edit(site, func() { site.Data["hostname"] = "edge-2" })
	w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-2"))
}

// site is an input.
func (w *world) site() *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: w.meta("site"), Data: map[string]string{"hostname": "edge-1"}}
}

// secretInput lets an NF read the Secret aaa, through a service account that may.
func (w *world) secretInput(nf *v1alpha1.NetworkFunction) {
	w.t.Helper()
	w.allow("tenant")
	nf.Spec.ServiceAccountName = "tenant"
	nf.Spec.Inputs = []v1alpha1.Input{input("aaa", "v1", "Secret", "aaa")}
}

// allow lets a service account of the namespace read and watch ConfigMaps and Secrets.
func (w *world) allow(account string) {
	w.t.Helper()
	w.create(&rbacv1.Role{
		ObjectMeta: w.meta(account),
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"configmaps", "secrets"}, Verbs: []string{"get", "list", "watch"}}},
	})
	w.create(&rbacv1.RoleBinding{
		ObjectMeta: w.meta(account),
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: w.namespace, Name: account}},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: account},
	})
}
