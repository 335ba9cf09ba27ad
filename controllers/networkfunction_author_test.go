// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// flux is a Kustomization that applies the NetworkFunction of a world from a repository.
func (w *world) flux(nf *v1alpha1.NetworkFunction, repository, revision string) *kustomizev1.Kustomization {
	w.t.Helper()
	k := &kustomizev1.Kustomization{
		ObjectMeta: w.meta("core"),
		Spec: kustomizev1.KustomizationSpec{
			Interval: w.router.Spec.RetryInterval, Path: "./clusters/demo", Prune: true,
			SourceRef: kustomizev1.CrossNamespaceSourceReference{Kind: "GitRepository", Name: repository},
		},
	}
	w.create(k)
	w.editStatus(k, func() {
		k.Status.LastAttemptedRevision = revision
		k.Status.Inventory = &kustomizev1.ResourceInventory{Entries: []kustomizev1.ResourceRef{
			{ID: w.namespace + "_" + nf.Name + "_nf.strowger.dev_NetworkFunction", Version: "v1alpha1"},
		}}
	})
	nf.Labels = map[string]string{
		"kustomize.toolkit.fluxcd.io/name": k.Name, "kustomize.toolkit.fluxcd.io/namespace": k.Namespace,
	}
	return k
}

// TestAuthorOfAChange is in the history and in the event.
func TestAuthorOfAChange(t *testing.T) {
	w := newWorld(t)
	git := newGitServer(t)
	repo := w.gitSource(git)
	nf := w.nf(hostname("edge-1"))
	k := w.flux(nf, repo.Name, "main@sha1:"+git.head("main"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	// It is there at once, or after the next look where Git was slow.
	w.reconcile(nf)
	w.Expect(nf.Status.History).To(HaveExactElements(And(
		HaveField("Author", "T <t@example.com>"), HaveField("Revision", "main@sha1:"+git.head("main")))))

	w.editStatus(k, func() {
		k.Status.LastAttemptedRevision = "main@sha1:" + git.commit("main", map[string]string{"a": "b"})
	})
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-2")) })
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Eventually(func() []v1alpha1.HistoryEntry { w.reconcile(nf); return nf.Status.History }).Should(And(HaveLen(2), HaveEach(HaveField("Author", "T <t@example.com>"))))
	var list corev1.EventList
	w.Eventually(func(g Gomega) {
		g.Expect(k8s.List(w.t.Context(), &list, client.InNamespace(w.namespace))).To(Succeed())
		g.Expect(list.Items).To(ContainElement(HaveField("Message", ContainSubstring("by T <t@example.com>"))))
	}).Should(Succeed())
}

// commitComment is what a vendor adds to commit (RFC 6241 appendix C, as far as it matters).
var commitComment = []yang.Source{
	{Name: "ietf-netconf.yang", Data: []byte(`module ietf-netconf {
  namespace "urn:ietf:params:xml:ns:netconf:base:1.0";
  prefix nc;
  rpc commit { input { leaf confirmed { type empty; } } }
}`)},
	{Name: "acme-commit.yang", Data: []byte(`module acme-commit {
  yang-version 1.1;
  namespace "urn:acme:commit";
  prefix ac;
  import ietf-netconf { prefix nc; }
  augment "/nc:commit/nc:input" { leaf comment { type string; } }
}`)},
}

// TestProvenanceReachesTheNF that has a place for it: revision and author.
func TestProvenanceReachesTheNF(t *testing.T) {
	model, err := netconftest.NewModel(append([]yang.Source{{Name: routerFile, Data: []byte(routerModule(t))}}, commitComment...))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(w *world) {
		w.device.Close()
		w.device = w.serve(netconftest.Options{Model: model})
		w.knownHosts = w.secret("known-hosts", map[string]string{"known_hosts": w.device.KnownHosts()})
		w.router = w.target("router", w.device)
	})
	git := newGitServer(t)
	repo := w.gitSource(git)
	w.create(w.gate("yes"))
	nf := w.gated(hostname("edge-1"))
	w.flux(nf, repo.Name, "main@sha1:"+git.head("main"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.device.Comments()).To(ContainElement(And(
		ContainSubstring(w.namespace+"/edge-1"), ContainSubstring("main@"+git.head("main")[:12]), ContainSubstring("T <t@example.com>"))))
}

// TestAuthorThatIsNotKnown keeps no change from being made.
func TestAuthorThatIsNotKnown(t *testing.T) {
	w := newWorld(t)
	git := newGitServer(t)
	commit := git.commit("main", map[string]string{"whose": w.namespace}) // others know the first one
	git.down.Store(true)
	repo := w.gitSource(git)
	nf := w.nf(hostname("edge-1"))
	w.flux(nf, repo.Name, "main@sha1:"+commit)
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(nf.Status.History).To(HaveExactElements(HaveField("Author", "")))
	w.Expect(logs.String()).NotTo(ContainSubstring(gitPassword))
}
