// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"encoding/json"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
)

// checked is a NetworkFunction with these checks, which have three seconds.
func (w *world) checked(checks ...v1alpha1.Check) *v1alpha1.NetworkFunction {
	nf := w.nf(router(object{"name": "n3", "type": "ethernet", "mtu": 9000}, object{"name": "n6", "type": "ethernet"}))
	nf.Spec.Commit = v1alpha1.CommitPolicy{Checks: checks, Attempts: 1}
	nf.Spec.Commit.ConfirmTimeout.Duration = 3 * time.Second
	return nf
}

// TestChecksOfManyKinds hold together: what the NF says, what listens, and what resolves.
func TestChecksOfManyKinds(t *testing.T) {
	w := newWorld(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	nf := w.checked(
		v1alpha1.Check{Name: "mtu", Get: n3Path + "/mtu", Expr: "value == 9000"},
		v1alpha1.Check{Name: "types", Get: "/strowger-test-router:interface/type", Expr: "size(values) == 2 && values.all(v, v == 'ethernet')"},
		v1alpha1.Check{Name: "named", Get: "/strowger-test-router:interface[name='${nf.labels.port}']", Expr: "value.name == nf.labels.port"},
		v1alpha1.Check{Name: "names", Expr: "dns.ready && size(dns.missing) == 0 && workload == null"},
		v1alpha1.Check{Name: "listens", TCP: &v1alpha1.TCPProbe{Address: listener.Addr().String()}},
	)
	nf.Labels = map[string]string{"port": "n6"}
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(nf.Status.Guarantees.Method).To(Equal(v1alpha1.MethodPersistent))
	w.Expect(w.device.Count("get")).To(BeNumerically(">=", 1))
}

// TestWhyChecksDoNotHold is told, each with what was seen.
func TestWhyChecksDoNotHold(t *testing.T) {
	for _, c := range []struct {
		check v1alpha1.Check
		says  string
	}{
		{v1alpha1.Check{Get: n3Path + "/mtu", Expr: "value == 1500"}, "value == 1500 is false: value is 9000; seen: 9000"},
		{v1alpha1.Check{Get: "/strowger-test-router:interface/type", Expr: "values.exists(v, v == 'loopback')"}, "seen: ethernet, ethernet"},
		{v1alpha1.Check{Get: locationPath, Expr: "value == 'Bern'"}, "the NF has nothing at " + locationPath},
		{v1alpha1.Check{Expr: "nf.labels.port == 'n3'"}, "nf.labels"},
		{v1alpha1.Check{TCP: &v1alpha1.TCPProbe{Address: "127.0.0.1:1"}}, "cannot connect to 127.0.0.1:1"},
		{v1alpha1.Check{TLS: &v1alpha1.TLSProbe{Address: "127.0.0.1:1"}}, "no TLS handshake with 127.0.0.1:1"},
	} {
		t.Run(fmt.Sprint(c.check.Get, c.check.Expr, c.says), func(t *testing.T) {
			w := newWorld(t)
			c.check.Name = "it"
			nf := w.checked(c.check)
			w.create(nf)
			w.Eventually(func() string { w.get(nf)(); return conditions.GetReason(nf, meta.StalledCondition) }).Should(Equal(v1alpha1.GateFailedReason))
			w.Expect(conditions.GetMessage(nf, meta.ReadyCondition)).To(And(ContainSubstring("1 of 1 checks do not hold: it: "), ContainSubstring(c.says)))
			w.Expect(nf.Status.Failed.Reason).To(ContainSubstring(c.says))
			w.Expect(w.device.Running().Get(n3Path)).To(BeNil())
		})
	}
}

// TestChecksThatCanNeverHold are refused before anything is sent.
func TestChecksThatCanNeverHold(t *testing.T) {
	for _, c := range []struct {
		check v1alpha1.Check
		says  string
	}{
		{v1alpha1.Check{Expr: "input.gate == 1"}, "undeclared reference to 'input'"},
		{v1alpha1.Check{Expr: "1 + 1"}, "not true or false"},
		{v1alpha1.Check{Expr: "value == 1"}, "say with get which path"},
		{v1alpha1.Check{Get: "/strowger-test-router:interfaces/mtu", Expr: "value == 1"}, "interfaces"},
		{v1alpha1.Check{TLS: &v1alpha1.TLSProbe{Address: "127.0.0.1:1", Certificate: "sbi"}}, "certificate sbi, which spec.certificates does not have"},
	} {
		t.Run(c.says, func(t *testing.T) {
			w := newWorld(t)
			c.check.Name = "it"
			nf := w.checked(c.check)
			w.create(nf)
			w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.InvalidSpecReason))
			w.Expect(conditions.GetMessage(nf, meta.ReadyCondition)).To(And(ContainSubstring("check it of spec.commit.checks"), ContainSubstring(c.says)))
			w.Expect(w.device.Count("lock")).To(BeZero())
		})
	}
}

// TestChecksKeepSecrets: a value from a Secret is shown nowhere, whether a check reads
// the input or what came of it on the NF.
func TestChecksKeepSecrets(t *testing.T) {
	const secret = "plain-but-s3cret"
	w := newWorld(t)
	w.allow("reader")
	w.create(w.secret("radius", map[string]string{"shared": secret}))
	nf := w.checked(
		v1alpha1.Check{Name: "input", Expr: "inputs.radius.data.shared == 'x'"},
		v1alpha1.Check{Name: "nf", Get: locationPath, Expr: "value == 'x'"},
		v1alpha1.Check{Name: "whole", Get: "/strowger-test-router:system", Expr: "value.location == 'x'"},
	)
	nf.Spec.ServiceAccountName = "reader"
	nf.Spec.Inputs = []v1alpha1.Input{{Name: "radius", Ref: v1alpha1.ObjectReference{APIVersion: "v1", Kind: "Secret", Name: "radius"}}}
	nf.Spec.Config = []v1alpha1.ConfigLayer{w.inline("local", object{"strowger-test-router:system": object{"location": "${inputs.radius.data.shared}"}})}
	w.create(nf)
	w.Eventually(func() string { w.get(nf)(); return conditions.GetReason(nf, meta.StalledCondition) }).Should(Equal(v1alpha1.GateFailedReason))
	w.Expect(nf.Status.Failed.Reason).To(And(ContainSubstring("3 of 3 checks do not hold"), ContainSubstring("(redacted)")))
	said, err := json.Marshal(nf.Status)
	w.Expect(err).NotTo(HaveOccurred())
	w.Expect(string(said)).NotTo(ContainSubstring(secret))
	w.Expect(logs.String()).NotTo(ContainSubstring(secret))
}
