// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// rejection is an object that the API server must not take: a good one, with one
// field changed.
type rejection struct {
	name string
	// field is set to value, given as JSON; an empty value removes it.
	field, value string
	says         string
}

func TestObjectsThatTheAPIServerRejects(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t)
	for _, kind := range []struct {
		good       client.Object
		rejections []rejection
	}{
		{goodNetworkFunction, networkFunctionRejections},
		{goodTarget, targetRejections},
		{goodCaller, callerRejections},
		{goodLibrary, libraryRejections},
	} {
		good := kind.good.DeepCopyObject().(client.Object)
		good.SetNamespace(namespace)
		NewWithT(t).Expect(k8s.Create(t.Context(), good.DeepCopyObject().(client.Object), client.DryRunAll)).To(Succeed())
		for _, c := range kind.rejections {
			t.Run(c.name, func(t *testing.T) { c.test(t, good) })
		}
	}
}

var coreSource = &v1alpha1.SourceReference{Kind: "GitRepository", Name: "core"}

var goodNetworkFunction = &v1alpha1.NetworkFunction{ObjectMeta: metav1.ObjectMeta{Name: "x"}, Spec: v1alpha1.NetworkFunctionSpec{
	TargetRef:    v1alpha1.NamespacedReference{Name: "router"},
	Config:       []v1alpha1.ConfigLayer{{Name: "base", SourceRef: coreSource, Path: "base.yaml", Format: "yaml"}},
	Inputs:       []v1alpha1.Input{input("site", "v1", "ConfigMap", "site")},
	Certificates: []v1alpha1.CertificateRequest{{Name: "n4", IssuerRef: cmmeta.IssuerReference{Name: "pki"}}},
	DNS:          []v1alpha1.DNSRecord{{DNSName: "a.example.com", RecordType: "A", Targets: []string{"192.0.2.1"}}},
	Drift:        v1alpha1.DriftPolicy{DriftDefaults: v1alpha1.DriftDefaults{Rules: []v1alpha1.DriftRule{{Path: "/a:b", Operations: []string{"Modify"}, Action: "Ignore"}}}},
}}

var networkFunctionRejections = []rejection{
	{"no target", "spec.targetRef", ``, "Required value"},
	{"empty target", "spec.targetRef.name", `""`, "at least 1 chars"},
	{"no layers", "spec.config", `[]`, "at least 1 items"},
	{"layer with neither value nor source", "spec.config", `[{"name":"a","value":{}},{"name":"b"}]`, "config layer b must have exactly one of value and sourceRef"},
	{"layer with both", "spec.config", `[{"name":"a","value":{},"sourceRef":{"kind":"Bucket","name":"b"},"path":"c"}]`, "config layer a must have exactly one of value and sourceRef"},
	{"layer with a source and no path", "spec.config", `[{"name":"a","sourceRef":{"kind":"Bucket","name":"b"}}]`, "path and sourceRef go together"},
	{"layer with a value and a format", "spec.config", `[{"name":"a","value":{},"format":"xml"}]`, "format belongs to sourceRef"},
	{"layer that is a list", "spec.config", `[{"name":"a","value":[]}]`, "must be of type object"},
	{"two layers of one name", "spec.config", `[{"name":"a","value":{}},{"name":"a","value":{}}]`, "Duplicate value"},
	{"layer name", "spec.config", `[{"name":"Base","value":{}}]`, "should match"},
	{"format", "spec.config", `[{"name":"a","sourceRef":{"kind":"Bucket","name":"b"},"path":"c","format":"toml"}]`, `"yaml", "json", "xml"`},
	{"kind of source", "spec.config", `[{"name":"a","sourceRef":{"kind":"HelmRepository","name":"b"},"path":"c"}]`, `"GitRepository", "OCIRepository", "Bucket"`},
	{"input name", "spec.inputs", `[{"name":"n-3","ref":{"apiVersion":"v1","kind":"ConfigMap","name":"x"}}]`, "should match"},
	{"input without a kind", "spec.inputs", `[{"name":"n3","ref":{"apiVersion":"v1","name":"x"}}]`, "kind: Required value"},
	{"interval", "spec.interval", `"5 minutes"`, "should match"},
	{"timeout", "spec.timeout", `"-1s"`, "should match"},
	{"certificate without an issuer", "spec.certificates", `[{"name":"n4"}]`, "issuerRef: Required value"},
	{"key algorithm", "spec.certificates", `[{"name":"n4","issuerRef":{"name":"a"},"privateKeyAlgorithm":"DSA"}]`, `"RSA", "ECDSA", "Ed25519"`},
	{"record type", "spec.dns", `[{"dnsName":"a","recordType":"MX","targets":["b"]}]`, `"A", "AAAA", "CNAME", "SRV", "NAPTR"`},
	{"record without targets", "spec.dns", `[{"dnsName":"a","recordType":"A","targets":[]}]`, "at least 1 items"},
	{"TTL", "spec.dns", `[{"dnsName":"a","recordType":"A","targets":["b"],"ttl":-1}]`, "greater than or equal to 1"},
	{"drift mode", "spec.drift", `{"mode":"Revert"}`, `"Correct", "Review", "Report", "Ignore"`},
	{"drift action", "spec.drift", `{"rules":[{"path":"/a:b","action":"Review"}]}`, `"Correct", "Adopt", "Report", "Ignore"`},
	{"time of a review", "spec.drift", `{"reviewTimeout":"a day"}`, "should match"},
	{"drift rule without a slash", "spec.drift", `{"rules":[{"path":"a:b","action":"Ignore"}]}`, "should match"},
	{"drift operation", "spec.drift", `{"rules":[{"path":"/a:b","operations":["Update"],"action":"Ignore"}]}`, `"Create", "Modify", "Delete"`},
	{"report to a ref", "spec.drift", `{"report":{"branch":"refs/heads/main"}}`, "branch is a branch name, not a ref"},
	{"deletion policy", "spec.deletionPolicy", `"Retain"`, `"Delete", "Orphan"`},
}

var goodTarget = &v1alpha1.Target{ObjectMeta: metav1.ObjectMeta{Name: "x"}, Spec: v1alpha1.TargetSpec{
	Address: "nf:830",
	SSH:     &v1alpha1.TargetSSH{CredentialsSecretRef: v1alpha1.LocalReference{Name: "a"}, KnownHostsSecretRef: &v1alpha1.LocalReference{Name: "b"}},
}}

var targetRejections = []rejection{
	{"no address", "spec.address", ``, "exactly one of address"},
	{"empty address", "spec.address", `""`, "at least 1 chars"},
	{"address and call home", "spec.callHome", `{}`, "exactly one of address"},
	{"neither SSH nor TLS", "spec.ssh", ``, "exactly one of ssh and tls"},
	{"SSH and TLS", "spec.tls", `{"clientCertificateSecretRef":{"name":"a"}}`, "exactly one of ssh and tls"},
	{"notifications", "spec.notifications", `"Always"`, `"Auto", "Off"`},
	{"keepalive", "spec.connection", `{"keepalive":"often"}`, "should match"},
	{"no credentials", "spec.ssh.credentialsSecretRef", ``, "Required value"},
	{"no host keys", "spec.ssh.knownHostsSecretRef", ``, "host keys are always verified"},
	{"RPC timeout", "spec.connection", `{"rpcTimeout":"soon"}`, "should match"},
	{"schema without a library", "spec.schema", `{}`, "libraryRef: Required value"},
}

// goodCaller is an NF that calls home over TLS.
var goodCaller = &v1alpha1.Target{ObjectMeta: metav1.ObjectMeta{Name: "x"}, Spec: v1alpha1.TargetSpec{
	CallHome: &v1alpha1.TargetCallHome{},
	TLS:      &v1alpha1.TargetTLS{ClientCertificateSecretRef: v1alpha1.LocalReference{Name: "a"}, ServerName: "nf.example.net"},
}}

var callerRejections = []rejection{
	{"caller without a name", "spec.tls.serverName", ``, "tls.serverName is required with callHome"},
	{"caller without a certificate of ours", "spec.tls.clientCertificateSecretRef", ``, "Required value"},
	{"caller that anybody could be", "spec", `{"callHome":{},"ssh":{"credentialsSecretRef":{"name":"a"},"insecureSkipHostKeyVerification":true}}`, "cannot be used with callHome"},
}

var goodLibrary = &v1alpha1.YANGLibrary{ObjectMeta: metav1.ObjectMeta{Name: "x"}, Spec: v1alpha1.YANGLibrarySpec{
	Sources: []v1alpha1.YANGSource{{SourceRef: coreSource, Paths: []string{"*.yang"}}},
	Modules: []v1alpha1.YANGModule{{Name: "ietf-interfaces", Revision: "2018-02-20"}},
}}

var libraryRejections = []rejection{
	{"no sources", "spec.sources", `[]`, "at least 1 items"},
	{"source with neither", "spec.sources", `[{}]`, "exactly one of sourceRef and configMapRef"},
	{"source with both", "spec.sources", `[{"sourceRef":{"kind":"Bucket","name":"b"},"configMapRef":{"name":"c"}}]`, "exactly one of sourceRef and configMapRef"},
	{"paths in a ConfigMap", "spec.sources", `[{"configMapRef":{"name":"c"},"paths":["*.yang"]}]`, "paths belong to sourceRef"},
	{"revision", "spec.modules", `[{"name":"ietf-interfaces","revision":"2018"}]`, "should match"},
	{"two modules of one name", "spec.modules", `[{"name":"a"},{"name":"a"}]`, "Duplicate value"},
}

func (c rejection) test(t *testing.T, good client.Object) {
	g := NewWithT(t)
	gvk, err := k8s.GroupVersionKindFor(good)
	g.Expect(err).NotTo(HaveOccurred())
	data, err := json.Marshal(good)
	g.Expect(err).NotTo(HaveOccurred())
	u := &unstructured.Unstructured{}
	g.Expect(json.Unmarshal(data, &u.Object)).To(Succeed())
	u.SetGroupVersionKind(gvk)
	path := strings.Split(c.field, ".")
	if c.value == "" {
		unstructured.RemoveNestedField(u.Object, path...)
	} else {
		var value any
		g.Expect(json.Unmarshal([]byte(c.value), &value)).To(Succeed())
		g.Expect(unstructured.SetNestedField(u.Object, value, path...)).To(Succeed())
	}
	err = k8s.Create(t.Context(), u, client.DryRunAll)
	g.Expect(apierrors.IsInvalid(err)).To(BeTrue(), "%v", err)
	g.Expect(err.Error()).To(ContainSubstring(c.says))
}

// TestDefaults are what the documents say.
func TestDefaults(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	nf := &v1alpha1.NetworkFunction{
		ObjectMeta: metav1.ObjectMeta{Namespace: newNamespace(t), Name: "x"},
		Spec: v1alpha1.NetworkFunctionSpec{
			TargetRef: v1alpha1.NamespacedReference{Name: "router"},
			Config:    []v1alpha1.ConfigLayer{{Name: "base", SourceRef: &v1alpha1.SourceReference{Kind: "Bucket", Name: "b"}, Path: "c"}},
			Drift:     v1alpha1.DriftPolicy{DriftDefaults: v1alpha1.DriftDefaults{Rules: []v1alpha1.DriftRule{{Path: "/a:b", Action: v1alpha1.DriftIgnore}}}, Report: v1alpha1.DriftReportTarget{Mode: "Git"}},
		},
	}
	g.Expect(k8s.Create(t.Context(), nf, client.DryRunAll)).To(Succeed())
	g.Expect(nf.Spec.Interval.Duration).To(Equal(5 * time.Minute))
	g.Expect(nf.Spec.RetryInterval.Duration).To(Equal(30 * time.Second))
	g.Expect(nf.Spec.Timeout.Duration).To(Equal(2 * time.Minute))
	g.Expect(nf.Spec.DeletionPolicy).To(Equal(v1alpha1.DeletionPolicyDelete))
	g.Expect(nf.Spec.Drift.Mode).To(BeEmpty(), "the Target's, then the manager's")
	g.Expect(nf.Spec.Drift.Report.Branch).To(Equal("drift/{namespace}/{name}"))
	g.Expect(nf.Status.ObservedGeneration).To(BeNumerically("==", -1), "not seen by us yet")
}
