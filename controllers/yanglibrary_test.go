// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"os"
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

const (
	routerFile = "strowger-test-router.yang"

	// brokenModule misspells a statement in its fifth line.
	brokenModule = `module broken {
  yang-version 1.1;
  namespace "urn:strowger:test:broken";
  prefix b;
  leef x { type string; }
}
`

	// doubtfulModule has a pattern that is none in its sixth line, and a condition on a
	// node that is not there in its seventh.
	doubtfulModule = `module doubtful {
  yang-version 1.1;
  namespace "urn:strowger:test:doubtful";
  prefix d;
  leaf x {
    type string { pattern '[a'; }
    must "not(/d:gone)";
  }
}
`
)

// TestLibraryWithABrokenModule names file and line, and the rest is in use.
func TestLibraryWithABrokenModule(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.router.Spec.Schema = &v1alpha1.TargetSchema{LibraryRef: v1alpha1.NamespacedReference{Name: "router"}}
	})
	modules := &corev1.ConfigMap{ObjectMeta: w.meta("modules"), Data: map[string]string{
		routerFile: routerModule(t), "broken.yang": brokenModule,
	}}
	w.create(modules)
	library := w.libraryOf(v1alpha1.YANGSource{ConfigMapRef: &v1alpha1.LocalReference{Name: "modules"}})
	w.create(library)

	w.Eventually(w.get(library)).Should(BeRefused(v1alpha1.InvalidYANGReason))
	w.Expect(message(library, meta.ReadyCondition)).To(And(ContainSubstring("broken.yang:5"), ContainSubstring("leef"), ContainSubstring("the rest is in use")))
	w.Expect(library.Status.ErrorCount).To(BeNumerically("==", 1))
	w.Expect(library.Status.Errors).To(HaveLen(1))
	w.Expect(library.Status.Errors[0].Module).To(Equal("broken"))
	w.Expect(library.Status.Errors[0].Position).To(HavePrefix("broken.yang:5"))
	w.expectEvent(library, corev1.EventTypeWarning, v1alpha1.InvalidYANGReason)
	w.expectStatus(library, status.FailedStatus)

	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())

	w.edit(modules, func() { delete(modules.Data, "broken.yang") })
	w.Eventually(w.get(library)).Should(And(BeReady(), HaveField("Status.Errors", BeEmpty())))
	w.expectEvent(library, corev1.EventTypeNormal, v1alpha1.SucceededReason)
	w.expectStatus(library, status.CurrentStatus)
}

// TestLibraryWarnings: what a module says that leads to nothing is listed once, with
// its place, and the modules are in use.
func TestLibraryWarnings(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.router.Spec.Schema = &v1alpha1.TargetSchema{LibraryRef: v1alpha1.NamespacedReference{Name: "router"}}
	})
	library := w.library(map[string]string{routerFile: routerModule(t), "doubtful.yang": doubtfulModule})
	w.create(library)

	w.Eventually(w.get(library)).Should(BeReady())
	w.Expect(library.Status.WarningCount).To(BeNumerically("==", 2))
	w.Expect(library.Status.Warnings).To(HaveExactElements(
		And(HaveField("Module", "doubtful"), HaveField("Position", HavePrefix("doubtful.yang:6")), HaveField("Message", ContainSubstring("pattern [a"))),
		And(HaveField("Module", "doubtful"), HaveField("Position", HavePrefix("doubtful.yang:7")), HaveField("Message", ContainSubstring("d:gone")))))
	w.Expect(message(library, meta.ReadyCondition)).To(Equal("Compiled 2 modules; 2 warnings, see status.warnings"))
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.Expect(w.router.Status.SchemaWarnings).To(BeEmpty(), "they are in the library's status")
}

// TestWarningsOfTheNFsOwnModules are in the status of its Target.
func TestWarningsOfTheNFsOwnModules(t *testing.T) {
	model, err := netconftest.NewModel([]yang.Source{{Name: "doubtful.yang", Data: []byte(doubtfulModule)}})
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	w := newWorld(t, func(w *world) {
		w.device.Close()
		w.device = w.serve(netconftest.Options{Model: model, Addr: w.device.Addr})
	})
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.Expect(w.router.Status.SchemaWarningCount).To(BeNumerically("==", 2))
	w.Expect(w.router.Status.SchemaWarnings).To(ContainElement(HaveField("Message", ContainSubstring("d:gone"))))
}

// TestLibraryFromAnArtifact takes the files its patterns name, and follows the source.
func TestLibraryFromAnArtifact(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.router.Spec.Schema = &v1alpha1.TargetSchema{LibraryRef: v1alpha1.NamespacedReference{Name: "router"}}
	})
	repo := w.gitRepository("models", "main@sha1:1", map[string]string{"README.md": "no module"})
	library := w.libraryOf(v1alpha1.YANGSource{
		SourceRef: &v1alpha1.SourceReference{Kind: "GitRepository", Name: "models"}, Paths: []string{"yang/*.yang"},
	})
	w.create(library)
	w.Eventually(w.get(library)).Should(BeRefused(v1alpha1.ArtifactPathNotFoundReason))
	w.Expect(message(library, meta.ReadyCondition)).To(And(ContainSubstring("yang/*.yang"), ContainSubstring("main@sha1:1")))

	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.publish(repo, "main@sha1:2", map[string]string{"yang/" + routerFile: routerModule(t), "old/broken.yang": brokenModule})
	w.Eventually(w.get(library)).Should(And(BeReady(), HaveField("Status.Revisions", Equal([]string{"main@sha1:2"}))))
	w.Expect(library.Status.ModuleCount).To(BeNumerically("==", 1))
	w.Eventually(w.get(nf)).Should(BeReady())
}

// library holds modules inline, in a ConfigMap that is created with it.
func (w *world) library(modules map[string]string) *v1alpha1.YANGLibrary {
	w.t.Helper()
	w.create(&corev1.ConfigMap{ObjectMeta: w.meta("modules"), Data: modules})
	return w.libraryOf(v1alpha1.YANGSource{ConfigMapRef: &v1alpha1.LocalReference{Name: "modules"}})
}

func (w *world) libraryOf(source v1alpha1.YANGSource) *v1alpha1.YANGLibrary {
	return &v1alpha1.YANGLibrary{
		ObjectMeta: w.meta("router"),
		Spec:       v1alpha1.YANGLibrarySpec{Sources: []v1alpha1.YANGSource{source}, RetryInterval: metav1.Duration{Duration: time.Second}},
	}
}

func routerModule(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + routerFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
