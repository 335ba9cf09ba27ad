// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack_test

import (
	"os"
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"

	"github.com/strowger/strowger/e2e/stack"
)

func TestControlPlaneServesComponentCRDs(t *testing.T) {
	g := NewWithT(t)
	cp, err := stack.StartControlPlane(t.Context(), stack.Options{Log: t.Output()})
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(cp.Stop)

	g.Expect(cp.InstallComponentCRDs(t.Context(), stack.Flux, stack.CertManager, stack.DNS)).To(Succeed())

	client, err := discovery.NewDiscoveryClientForConfig(cp.Config)
	g.Expect(err).NotTo(HaveOccurred())
	for _, gv := range []schema.GroupVersion{
		{Group: "source.toolkit.fluxcd.io", Version: "v1"},
		{Group: "kustomize.toolkit.fluxcd.io", Version: "v1"},
		{Group: "cert-manager.io", Version: "v1"},
		{Group: "externaldns.k8s.io", Version: "v1alpha1"},
	} {
		_, err := client.ServerResourcesForGroupVersion(gv.String())
		g.Expect(err).NotTo(HaveOccurred(), gv.String())
	}
}

func TestAPIServerComesBack(t *testing.T) {
	g := NewWithT(t)
	cp, err := stack.StartControlPlane(t.Context(), stack.Options{Log: t.Output()})
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(cp.Stop)

	first := cp.APIServer.PID()
	cp.APIServer.Stop()
	g.Expect(cp.APIServer.PID()).To(BeZero())
	g.Expect(cp.APIServer.Start(t.Context())).To(Succeed())
	g.Expect(cp.APIServer.PID()).NotTo(Equal(first))
}

func TestStopLeavesNothingBehind(t *testing.T) {
	g := NewWithT(t)
	cp, err := stack.StartControlPlane(t.Context(), stack.Options{Log: t.Output()})
	g.Expect(err).NotTo(HaveOccurred())
	pids := []int{cp.Etcd.PID(), cp.APIServer.PID()}

	cp.Stop()
	for _, pid := range pids {
		g.Expect(alive(pid)).To(BeFalse(), "pid %d", pid)
	}
	_, err = os.Stat(cp.Dir)
	g.Expect(err).To(MatchError(os.ErrNotExist))
}
