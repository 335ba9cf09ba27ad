// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"fmt"
	"testing"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// What is removed from Git is removed from the NF, and only that; the garbage collector takes the rest.
func TestRemovedFromGit(t *testing.T) {
	g, ctx := scenario(t)
	byHand(ctx, g, "n6-router-1", fmt.Sprintf(interfaces, `<interface><name>foreign1</name>
		<type xmlns:i="urn:ietf:params:xml:ns:yang:iana-if-type">i:ethernetCsmacd</type></interface>`))
	commit, err := w.Git.Commit(ctx, world.Repo, world.Branch, "Scenario: AMF and router are gone", map[string][]byte{
		"nf/amf-zrh-1.yaml":   nil,
		"nf/n6-router-1.yaml": nil,
		"nf/kustomization.yaml": []byte("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: core5g\n" +
			"resources: [smf-zrh-1.yaml, upf-zrh-1.yaml, upf-zrh-2.yaml]\n"),
	})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(w.Reconcile(ctx)).To(Succeed())
	eventually(ctx, g, func(g Gomega) {
		for _, obj := range owned() {
			g.Expect(apierrors.IsNotFound(w.Client.Get(ctx, client.ObjectKeyFromObject(obj), obj))).To(BeTrue(), "%T %s", obj, obj.GetName())
		}
		g.Expect(w.Lookup(ctx, "amf-zrh-1."+world.Zone, "A")).To(BeEmpty())
	})
	g.Expect(running(ctx, g, "amf-zrh-1", amfFilter).Find("amf-function")).To(BeNil(), "the AMF's configuration")
	router := running(ctx, g, "n6-router-1", routerFilter)
	g.Expect(router.Find("interfaces", "interface[name=n6]")).To(BeNil(), "the interface that Git declared")
	g.Expect(router.Value("system", "hostname")).To(BeEmpty(), "the host name that Git declared")
	g.Expect(router.Find("interfaces", "interface[name=foreign1]")).NotTo(BeNil(), "an interface that nobody declared")

	revert(ctx, g, commit)
	g.Expect(settled(ctx)).To(Succeed())
	g.Expect(running(ctx, g, "n6-router-1", routerFilter).Value("system", "hostname")).To(Equal("n6-router-1"))
}

// owned are objects that go with the AMF and the router.
func owned() []client.Object {
	named := func(obj client.Object, name string) client.Object {
		obj.SetNamespace(world.Namespace)
		obj.SetName(name)
		return obj
	}
	endpoint := &unstructured.Unstructured{}
	endpoint.SetGroupVersionKind(schema.GroupVersionKind{Group: "externaldns.k8s.io", Version: "v1alpha1", Kind: "DNSEndpoint"})
	return []client.Object{
		named(&v1alpha1.NetworkFunction{}, "amf-zrh-1"),
		named(&v1alpha1.NetworkFunction{}, "n6-router-1"),
		named(&cmv1.Certificate{}, "amf-zrh-1-sbi"),
		named(endpoint, "amf-zrh-1"),
	}
}
