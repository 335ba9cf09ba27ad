// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"testing"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/dns"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// TestSecretsAreNeverShown, whatever happens to them: used, drifted, reported in
// Git, quoted by the NF, or wrong.
func TestSecretsAreNeverShown(t *testing.T) {
	const clear, rogue, short = "r4dius-cl34r", "r4dius-r0gue", "r4d1us"
	w := newWorld(t)
	git := newGitServer(t)
	w.gitSource(git)
	secret := w.secret("aaa", map[string]string{"key": clear})
	w.create(secret)
	nf := w.nf(object{"strowger-test-router:system": object{"hostname": "edge-1", "radius-secret": "${inputs.aaa.data.key}"}})
	w.secretInput(nf)
	nf.Spec.Drift = v1alpha1.DriftPolicy{
		DriftDefaults: v1alpha1.DriftDefaults{Mode: v1alpha1.DriftModeReport},
		Report:        v1alpha1.DriftReportTarget{GitRepositoryRef: &v1alpha1.NamespacedReference{Name: "core"}},
	}

	// The NF quotes the value when it refuses it.
	for range 100 {
		w.device.Fail("edit-config", netconftest.RPCError{Tag: "invalid-value", Path: "/r:system/r:radius-secret", Message: clear + " is too simple"})
	}
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.RPCErrorReason))
	w.Expect(message(nf, "Ready")).To(ContainSubstring(secretPath))
	w.expectSecret([]byte(clear))
	w.device.ClearFaults()
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(secretPath)).To(Equal(clear))

	// It drifts, and neither value is told.
	w.drift(secretPath, rogue)
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.Entries).To(ConsistOf(And(HaveField("Path", secretPath), HaveField("Desired", HavePrefix("sha256:")), HaveField("Actual", HavePrefix("sha256:")))))
	w.Eventually(func() int { return git.commits("drift/" + w.namespace + "/edge-1") }).Should(Equal(1))
	w.Expect(git.log("drift/" + w.namespace + "/edge-1")).To(And(ContainSubstring(secretPath), Not(ContainSubstring(clear)), Not(ContainSubstring(rogue))))

	// A new value is committed at once; one that YANG forbids is refused.
	w.edit(secret, func() { secret.Data["key"] = []byte(clear + "-2") })
	w.Eventually(func() string { return w.running(secretPath) }).Should(Equal(clear + "-2"))
	w.edit(secret, func() { secret.Data["key"] = []byte(short) })
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.InvalidValueReason))
	w.Expect(message(nf, "Ready")).To(And(ContainSubstring(secretPath), ContainSubstring("8..64")))

	// Nor do the credentials of the target and of Git appear anywhere.
	w.expectSecret([]byte(clear), []byte(rogue), []byte(short), []byte(gitPassword))
}

// TestSecretInAListKey: such paths are told with a digest, and what they name can
// still be removed.
func TestSecretInAListKey(t *testing.T) {
	const clear = "s3cr3t-k3y"
	path := "/strowger-test-router:interface[name='" + clear + "']"
	w := newWorld(t)
	w.create(w.secret("aaa", map[string]string{"key": clear}))
	nf := w.nf(router(object{"name": "${inputs.aaa.data.key}", "type": "ethernet", "mtu": 9000}))
	w.secretInput(nf)
	nf.Spec.Drift = v1alpha1.DriftPolicy{DriftDefaults: v1alpha1.DriftDefaults{Mode: v1alpha1.DriftModeReport}, Report: v1alpha1.DriftReportTarget{Mode: "None"}}
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.drift(path+"/mtu", "1500")
	w.reconcile(nf)
	w.Expect(w.report(nf).Status.Entries).To(ConsistOf(And(
		HaveField("Path", ContainSubstring("[name='sha256:")), HaveField("Desired", "9000"), HaveField("Actual", "1500"))))
	w.expectSecret([]byte(clear))

	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname("edge-1")) })
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.device.Running().Get(path)).To(BeNil())
	w.expectSecret([]byte(clear))
}

// TestSecretInAViolation is told with a digest, also where the NF holds that value
// already, or somebody copied it there.
func TestSecretInAViolation(t *testing.T) {
	const clear = "s3cr3t-n4me"
	w := newWorld(t)
	w.create(w.secret("aaa", map[string]string{"key": clear}))
	w.drift(n6Path+"/type", "ethernet", n6Path+"/parent", clear, "/strowger-test-router:routing/passive[.='"+clear+"']", clear)
	nf := w.nf(routing("passive", []string{"${inputs.aaa.data.key}"}))
	w.secretInput(nf)
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ConstraintViolatedReason))
	w.Expect(nf.Status.Violations.First).To(ConsistOf(HaveField("Path", ContainSubstring("passive[.='sha256:"))))
	w.expectSecret([]byte(clear))

	w.drift("/strowger-test-router:routing/passive[.='"+clear+"']", "", "/strowger-test-router:interface[name='"+clear+"']/type", "ethernet")
	w.reconcile(nf)
	w.Expect(nf).To(BeReady())
	w.expectSecret([]byte(clear))
}

// expectSecret looks for values in every object of the namespace but Secrets, in
// the events and in all that the manager logged.
func (w *world) expectSecret(values ...[]byte) {
	w.t.Helper()
	texts := map[string]string{"log": logs.String()}
	w.Expect(texts["log"]).To(ContainSubstring(w.namespace))
	for _, list := range []client.ObjectList{
		&v1alpha1.NetworkFunctionList{}, &v1alpha1.TargetList{}, &v1alpha1.DriftReportList{}, &v1alpha1.YANGLibraryList{},
		&cmv1.CertificateList{}, &dns.DNSEndpointList{}, &sourcev1.GitRepositoryList{}, &corev1.ConfigMapList{}, &corev1.EventList{},
	} {
		w.Expect(k8s.List(w.t.Context(), list, client.InNamespace(w.namespace))).To(Succeed())
		text, err := json.Marshal(list)
		w.Expect(err).NotTo(HaveOccurred())
		texts[strings.TrimPrefix(string(text[:min(len(text), 40)]), "{")] = string(text)
		if nfs, ok := list.(*v1alpha1.NetworkFunctionList); ok {
			for i := range nfs.Items {
				texts["inventory"] += w.inventory(&nfs.Items[i])
			}
		}
	}
	for where, text := range texts {
		for _, value := range values {
			for _, form := range forms(value) {
				w.Expect(strings.Contains(text, form)).To(BeFalse(), "%s shows %q", where, form)
			}
		}
	}
}

// forms are how a value could be written: as it is, escaped, or in base64.
func forms(value []byte) []string {
	quoted, _ := json.Marshal(string(value))
	out := []string{string(value), string(quoted[1 : len(quoted)-1]), base64.StdEncoding.EncodeToString(value)}
	for _, line := range strings.Split(string(value), "\n") {
		if len(line) > 40 && !strings.HasPrefix(line, "--") {
			out = append(out, line) // of a key in PEM
		}
	}
	return out
}

// inventory is the unpacked list of what an NF owns.
func (w *world) inventory(nf *v1alpha1.NetworkFunction) string {
	w.t.Helper()
	if nf.Status.Inventory == nil {
		return ""
	}
	z, err := gzip.NewReader(bytes.NewReader(nf.Status.Inventory.Data))
	w.Expect(err).NotTo(HaveOccurred())
	text, err := io.ReadAll(z)
	w.Expect(err).NotTo(HaveOccurred())
	return string(text)
}
