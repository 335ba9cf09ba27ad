// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/dns"
)

// TestNamesAreReadyWhenTheyAreAnswered, with the declared data and not before.
// The configuration does not wait for them.
func TestNamesAreReadyWhenTheyAreAnswered(t *testing.T) {
	w := newWorld(t)
	w.create(w.site())
	name := "edge-1." + w.namespace + ".example.com"
	nf := w.nf(hostname("edge-1"))
	nf.Spec.Inputs = []v1alpha1.Input{input("site", "v1", "ConfigMap", "site")}
	nf.Spec.DNS = []v1alpha1.DNSRecord{
		{DNSName: name, RecordType: "A", Targets: []string{"192.0.2.1"}, TTL: 60},
		{DNSName: "n4." + name, RecordType: "CNAME", Targets: []string{"${inputs.site.data.hostname}." + w.namespace + ".example.com"}},
	}
	w.create(nf)

	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.DNSNotAnsweredReason))
	w.Expect(message(nf, v1alpha1.DNSReadyCondition)).To(And(ContainSubstring(name), ContainSubstring("and 1 more")))
	w.expectStatus(nf, status.InProgressStatus)
	w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.DNSNotAnsweredReason)
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	endpoint := &dns.DNSEndpoint{ObjectMeta: w.meta("edge-1")}
	w.get(endpoint)()
	w.Expect(endpoint.OwnerReferences).To(ConsistOf(And(HaveField("UID", nf.UID), HaveField("Controller", HaveValue(BeTrue())))))
	w.Expect(endpoint.Spec.Endpoints).To(ConsistOf(
		And(HaveField("DNSName", name), HaveField("RecordType", "A"), HaveField("Targets", []string{"192.0.2.1"}), HaveField("RecordTTL", BeNumerically("==", 60))),
		And(HaveField("DNSName", "n4."+name), HaveField("RecordType", "CNAME"), HaveField("Targets", []string{name})),
	))

	resolver.add(t, "n4."+name+". 60 IN CNAME "+name+".")
	w.Eventually(func() string { w.get(nf)(); return message(nf, v1alpha1.DNSReadyCondition) }).ShouldNot(ContainSubstring("more"))
	w.Expect(conditions.IsFalse(nf, v1alpha1.DNSReadyCondition)).To(BeTrue())
	resolver.add(t, name+". 60 IN A 192.0.2.1")
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(conditions.IsTrue(nf, v1alpha1.DNSReadyCondition)).To(BeTrue())
	w.expectStatus(nf, status.CurrentStatus)

	w.edit(nf, func() { nf.Spec.DNS = nil })
	w.expectGone(endpoint)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Eventually(func() bool { w.get(nf)(); return conditions.Has(nf, v1alpha1.DNSReadyCondition) }).Should(BeFalse())
}

// TestNamesThatAreRefused are handed to nobody, and nothing is written to the NF.
func TestNamesThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		record v1alpha1.DNSRecord
		reason string
		says   []string
	}{
		{
			"no address", v1alpha1.DNSRecord{DNSName: "edge.example.com", RecordType: "A", Targets: []string{"edge"}},
			v1alpha1.InvalidSpecReason, []string{"spec.dns[0]", "edge.example.com", `"edge"`},
		},
		{
			"address of an input that has none", v1alpha1.DNSRecord{DNSName: "edge.example.com", RecordType: "A", Targets: []string{"${inputs.site.data.ip}"}},
			v1alpha1.ExpressionErrorReason, []string{"inputs.site.data.ip", "hostname"},
		},
		{
			"value of a Secret", v1alpha1.DNSRecord{DNSName: "edge.example.com", RecordType: "CNAME", Targets: []string{"${inputs.aaa.data.key}.example.com"}},
			v1alpha1.ExpressionErrorReason, []string{"Secret", "public"},
		},
	} {
		refusal{
			name: c.name,
			nf: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.create(w.site())
				w.create(w.secret("aaa", map[string]string{"key": "edge-1"}))
				w.secretInput(nf)
				nf.Spec.Inputs = append(nf.Spec.Inputs, input("site", "v1", "ConfigMap", "site"))
				nf.Spec.DNS = []v1alpha1.DNSRecord{c.record}
			},
			reason: c.reason,
			says:   c.says,
			status: status.FailedStatus,
			cure: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.edit(nf, func() { nf.Spec.DNS = nil })
			},
		}.run(t)
	}
}
