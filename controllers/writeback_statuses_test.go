// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"fmt"
	"strings"
	"testing"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/forge"
)

// kustomization is one that has applied NetworkFunctions from a path of the
// repository.
func (r *registry) kustomization(path string, functions ...string) *kustomizev1.Kustomization {
	r.t.Helper()
	k := &kustomizev1.Kustomization{
		ObjectMeta: r.meta("core"),
		Spec: kustomizev1.KustomizationSpec{
			Interval: metav1.Duration{Duration: patience}, Path: path, Prune: true,
			SourceRef: kustomizev1.CrossNamespaceSourceReference{Kind: "GitRepository", Name: "core"},
		},
	}
	r.create(k)
	r.editStatus(k, func() {
		k.Status.Inventory = &kustomizev1.ResourceInventory{}
		for _, name := range functions {
			id := r.namespace + "_" + name + "_nf.strowger.dev_NetworkFunction"
			k.Status.Inventory.Entries = append(k.Status.Inventory.Entries, kustomizev1.ResourceRef{ID: id, Version: "v1alpha1"})
		}
	})
	return k
}

// applied marks what Flux applied.
func (r *registry) applied(nf *v1alpha1.NetworkFunction) {
	nf.Labels = map[string]string{"kustomize.toolkit.fluxcd.io/name": "core", "kustomize.toolkit.fluxcd.io/namespace": r.namespace}
}

// TestCommitStatus: a commit shows how it went on each NetworkFunction, and nothing
// is written that it shows already.
func TestCommitStatus(t *testing.T) {
	r := newRegistry(t)
	r.kustomization("clusters/a", "nf-0", "nf-1")
	shows := func(nf *v1alpha1.NetworkFunction) { r.applied(nf); nf.Spec.CommitStatus = "Forge" }
	nf := r.function("nf-0", shows)
	quiet := r.function("nf-1", r.applied)
	is := func(nf *v1alpha1.NetworkFunction, commit string, ready metav1.ConditionStatus, reason, message string) {
		r.editStatus(nf, func() {
			nf.Status.LastAttemptedRevision = "main@sha1:" + commit
			if ready == metav1.ConditionTrue {
				nf.Status.LastAppliedRevision = nf.Status.LastAttemptedRevision
				nf.Status.Inventory = &v1alpha1.Inventory{Count: 12}
			}
			nf.Status.Conditions = []metav1.Condition{{Type: meta.ReadyCondition, Status: ready, Reason: reason, Message: message, LastTransitionTime: metav1.Now()}}
		})
	}
	context := "strowger/" + r.namespace + "/nf-0"
	is(nf, "c1", metav1.ConditionFalse, v1alpha1.TargetNotReadyReason, "the target is not ready")
	r.Eventually(func() forge.Status { return r.forge.status("c1", context) }).Should(And(
		HaveField("State", forge.StatusPending), HaveField("Description", "the target is not ready")))
	is(nf, "c1", metav1.ConditionTrue, v1alpha1.SucceededReason, "Applied")
	r.Eventually(func() forge.Status { return r.forge.status("c1", context) }).Should(And(
		HaveField("State", forge.StatusSuccess), HaveField("Description", "Applied: 12 nodes, read back")))
	is(nf, "c2", metav1.ConditionFalse, v1alpha1.ConstraintViolatedReason, strings.Repeat("must not ", 40))
	r.Eventually(func() forge.Status { return r.forge.status("c2", context) }).Should(HaveField("State", forge.StatusFailure))
	r.Expect(len([]rune(r.forge.status("c2", context).Description))).To(Equal(140))
	r.Expect(r.forge.status("c1", context).State).To(Equal(forge.StatusSuccess))

	is(quiet, "c2", metav1.ConditionTrue, v1alpha1.SucceededReason, "Applied")
	r.artifact()
	r.Consistently(func() int { return r.forge.count("status") }).Should(Equal(3))
}

// TestCommitStatusThatCannotBeShown is an event, and made up for later.
func TestCommitStatusThatCannotBeShown(t *testing.T) {
	r := newRegistry(t)
	r.kustomization("clusters/a", "nf-0")
	r.forge.fail(&forge.Error{Kind: forge.ErrAuth, Subject: "set a status", Message: "the token may not"})
	nf := r.function("nf-0", func(nf *v1alpha1.NetworkFunction) { r.applied(nf); nf.Spec.CommitStatus = "Forge" })
	r.editStatus(nf, func() {
		nf.Status.LastAttemptedRevision, nf.Status.LastAppliedRevision = "main@sha1:c1", "main@sha1:c1"
		nf.Status.Conditions = []metav1.Condition{{Type: meta.ReadyCondition, Status: metav1.ConditionTrue, Reason: v1alpha1.SucceededReason, LastTransitionTime: metav1.Now()}}
	})
	r.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.ForgeFailedReason)
	r.forge.fail(nil)
	r.Eventually(func() string { return r.forge.status("c1", "strowger/"+r.namespace+"/nf-0").State }).Should(Equal(forge.StatusSuccess))
}

// TestInlineLayerIsAdoptedInItsManifest, which the Kustomization's path leads to.
func TestInlineLayerIsAdoptedInItsManifest(t *testing.T) {
	r := newRegistry(t)
	manifest := fmt.Sprintf(`apiVersion: nf.strowger.dev/v1alpha1
kind: NetworkFunction
metadata: {name: nf-0, namespace: %s}
spec:
  targetRef: {name: router}
  config:
  - name: local # of this site
    value:
      strowger-test-router:system:
        hostname: edge # as on the door
`, r.namespace)
	r.git.commit("main", map[string]string{"clusters/a/nf-0.yaml": manifest})
	r.artifact()
	r.kustomization("./clusters/a", "nf-0")
	nf := r.function("nf-0", func(nf *v1alpha1.NetworkFunction) {
		r.applied(nf)
		nf.Spec.Drift.Report.GitRepositoryRef = nil
		nf.Spec.Config = []v1alpha1.ConfigLayer{r.inline("local", hostname("edge"))}
	})
	report := &v1alpha1.DriftReport{ObjectMeta: metav1.ObjectMeta{
		Namespace: nf.Namespace, Name: nf.Name,
		OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(nf, v1alpha1.GroupVersion.WithKind("NetworkFunction"))},
	}, Spec: v1alpha1.DriftReportSpec{NetworkFunctionRef: v1alpha1.LocalReference{Name: nf.Name}}}
	differs(report, v1alpha1.DriftAdopt, "rogue")
	report.Status.Entries[0].Origin = &v1alpha1.DriftOrigin{Layer: "local", Revision: "main@sha1:0123456789"}
	report.Status.Git = &v1alpha1.GitReport{Repository: r.namespace + "/core", Branch: r.branchOf("nf-0")}
	r.create(report)

	r.Eventually(r.get(report)).Should(proposed())
	r.Expect(r.git.file(r.branchOf("nf-0"), "clusters/a/nf-0.yaml")).To(Equal(strings.Replace(manifest, "hostname: edge", "hostname: rogue", 1)))
	r.Expect(report.Status.Entries[0].Origin).To(And(HaveField("File", "clusters/a/nf-0.yaml"), HaveField("Line", BeEquivalentTo(10))))
	r.Expect(report.Status.Git.PullRequest.Inexpressible).To(BeZero())
}

// TestHydratedConfigurationIsCommitted beside a drift, and again only when it
// changed.
func TestHydratedConfigurationIsCommitted(t *testing.T) {
	w := newWorld(t)
	git := newGitServer(t)
	w.gitSource(git)
	nf := w.nf(hostname("edge-1"))
	nf.Spec.Drift.Report.GitRepositoryRef = &v1alpha1.NamespacedReference{Name: "core"}
	nf.Spec.Hydrated = &v1alpha1.HydratedLayer{Branch: "strowger/hydrated", Path: "{namespace}/{name}.yaml"}
	w.apply(nf)
	w.Eventually(func() *v1alpha1.HydratedCommit { w.get(nf)(); return nf.Status.Hydrated }).Should(HaveField("Digest", nf.Status.LastAppliedDigest))
	path := w.namespace + "/edge-1.yaml"
	w.Expect(nf.Status.Hydrated).To(Equal(&v1alpha1.HydratedCommit{
		Repository: w.namespace + "/core", Branch: "strowger/hydrated", Path: path,
		Commit: git.head("strowger/hydrated"), Digest: nf.Status.LastAppliedDigest,
	}))
	w.Expect(git.file("strowger/hydrated", path)).To(ContainSubstring("edge-1"))
	pushes := git.pushes.Load()
	for range 3 {
		w.reconcile(nf)
	}
	w.Expect(git.pushes.Load()).To(Equal(pushes))

	first := git.head("strowger/hydrated")
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-2")) })
	w.Eventually(func() string { return git.head("strowger/hydrated") }).ShouldNot(Equal(first))
	w.Expect(git.git(git.bare, "diff", first, "strowger/hydrated")).To(And(ContainSubstring("-"), ContainSubstring("edge-2")))
}
