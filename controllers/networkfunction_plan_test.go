// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/offline"
	"github.com/strowger/strowger/internal/preview"
)

// planned waits for the plan of an NF's present generation.
func (w *world) planned(nf *v1alpha1.NetworkFunction) *v1alpha1.PlanStatus {
	w.t.Helper()
	w.Eventually(func() int64 {
		w.get(nf)()
		if !conditions.IsReady(nf) || nf.Status.Plan == nil {
			return -1
		}
		return nf.Status.Plan.ObservedGeneration
	}).Should(Equal(nf.Generation))
	return nf.Status.Plan
}

// TestModePlanShowsAndChangesNothing: neither on the NF nor in the cluster.
func TestModePlanShowsAndChangesNothing(t *testing.T) {
	for _, d := range []struct {
		name      string
		profile   netconftest.Profile
		rehearsed bool
		says      string
	}{
		{"candidate", netconftest.Profile{}, true, "the NF took it on its candidate, and validated it"},
		{"running only", netconftest.Profile{NoCandidate: true}, true, "the NF took it on trial"},
		{"running only, no validate", netconftest.Profile{NoCandidate: true, NoValidate: true}, false, "so it was not asked"},
	} {
		t.Run(d.name, func(t *testing.T) {
			w := newWorld(t, func(w *world) { profile(w, d.profile) })
			w.drift(locationPath, "Bern")
			before := w.device.Running().Digest()
			nf := w.nf(router(object{"name": "n3", "type": "ethernet", "mtu": 9000}))
			nf.Spec.Mode = v1alpha1.ModePlan
			nf.Spec.DNS = []v1alpha1.DNSRecord{{DNSName: "edge-1.example.org", RecordType: "A", Targets: []string{"192.0.2.1"}}}
			w.create(nf)

			p := w.planned(nf)
			w.Expect([]int32{p.Creates, p.Modifies, p.Deletes}).To(Equal([]int32{3, 0, 0}))
			w.Expect(p.Changes).To(ContainElement(ContainSubstring("mtu: 9000")))
			w.Expect(p.Rehearsed).To(Equal(d.rehearsed))
			w.Expect(conditions.GetMessage(nf, meta.ReadyCondition)).To(And(HavePrefix("Plan: 3 to create"), ContainSubstring("nothing was changed"), ContainSubstring(d.says)))
			w.Expect(conditions.GetReason(nf, v1alpha1.AppliedCondition)).To(Equal(v1alpha1.PlannedReason))
			w.Expect(w.device.Running().Digest()).To(Equal(before))
			w.Expect(w.device.CandidateDirty()).To(BeFalse())
			w.Expect(w.device.LockHolder("candidate") + w.device.LockHolder("running")).To(BeZero())
			w.Expect(w.device.Count("commit")).To(BeZero())
			w.Expect(nf.Status.Inventory).To(BeNil())

			// The same plan is not tried again; and then it is carried out.
			edits := w.device.Count("edit-config")
			w.reconcile(nf)
			if !d.profile.NoCandidate {
				w.Expect(w.device.Count("edit-config")).To(Equal(edits))
			}
			w.edit(nf, func() { nf.Spec.Mode, nf.Spec.DNS = v1alpha1.ModeApply, nil })
			w.Eventually(func() string { w.get(nf)(); return nf.Status.LastAppliedDigest }).ShouldNot(BeEmpty())
			w.Expect(w.running(n3Path + "/mtu")).To(Equal("9000"))
			w.Expect(nf.Status.Plan).To(BeNil())
		})
	}
}

// TestPlanShowsWhatTheNFRefuses, as it would in earnest.
func TestPlanShowsWhatTheNFRefuses(t *testing.T) {
	w := newWorld(t)
	w.device.Inject(netconftest.Fault{Operation: "validate", Do: netconftest.AnswerErrors, Errors: []netconftest.RPCError{refusedByNF}, Times: -1})
	nf := w.nf(hostname("edge-1"))
	nf.Annotations = map[string]string{v1alpha1.PlanAnnotation: "true"}
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.RPCErrorReason))
	w.Expect(nf.Status.Violations.First[0].Message).To(ContainSubstring("not now"))
	w.Expect(nf.Status.Plan.Rehearsed).To(BeFalse())
	w.Expect(w.device.CandidateDirty()).To(BeFalse())
}

// pipeline is a kubeconfig with no more rights than the documentation asks for.
func (w *world) pipeline() string {
	w.t.Helper()
	w.create(&corev1.ServiceAccount{ObjectMeta: w.meta("pipeline")})
	w.create(&rbacv1.Role{ObjectMeta: w.meta("pipeline"), Rules: []rbacv1.PolicyRule{{
		APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"networkfunctions"}, Verbs: []string{"create", "get", "list", "watch", "delete"},
	}}})
	w.create(&rbacv1.RoleBinding{
		ObjectMeta: w.meta("pipeline"), RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "pipeline"},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: "pipeline", Namespace: w.namespace}},
	})
	clients, err := kubernetes.NewForConfig(cluster.Config)
	w.Expect(err).NotTo(HaveOccurred())
	token, err := clients.CoreV1().ServiceAccounts(w.namespace).CreateToken(w.t.Context(), "pipeline", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	w.Expect(err).NotTo(HaveOccurred())
	config := clientcmdapi.NewConfig()
	config.Clusters["c"] = &clientcmdapi.Cluster{Server: cluster.Config.Host, CertificateAuthority: cluster.Config.CAFile, CertificateAuthorityData: cluster.Config.CAData}
	config.AuthInfos["u"] = &clientcmdapi.AuthInfo{Token: token.Status.Token}
	config.Contexts["x"] = &clientcmdapi.Context{Cluster: "c", AuthInfo: "u", Namespace: w.namespace}
	config.CurrentContext = "x"
	file := filepath.Join(w.t.TempDir(), "kubeconfig")
	w.Expect(clientcmd.WriteToFile(*config, file)).To(Succeed())
	return file
}

// preview runs "strowger diff -f" on a file with these objects, and returns its code.
func (w *world) preview(kubeconfig string, objects []client.Object, args ...string) (code int, results []preview.Result, said string) {
	w.t.Helper()
	var manifests bytes.Buffer
	for _, o := range objects {
		data, err := yaml.Marshal(o)
		w.Expect(err).NotTo(HaveOccurred())
		manifests.WriteString("---\n")
		manifests.Write(data)
	}
	var out, errs bytes.Buffer
	cmd := preview.Attach(offline.NewDiffCommand())
	cmd.SetIn(&manifests)
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	cmd.SetArgs(append([]string{"-f", "-", "--kubeconfig", kubeconfig, "-o", "json"}, args...))
	err := cmd.ExecuteContext(w.t.Context())
	if out.Len() > 0 {
		w.Expect(json.Unmarshal(out.Bytes(), &results)).To(Succeed())
	}
	if err != nil {
		errs.WriteString(err.Error())
	}
	return offline.ExitCode(err), results, errs.String()
}

// TestPreviewOfWhatIsNotMerged, by the operator and on the real NF.
func TestPreviewOfWhatIsNotMerged(t *testing.T) {
	w := newWorld(t)
	repo := w.gitRepository("core", "main@sha1:1", map[string]string{"edge.yaml": "strowger-test-router:system:\n  hostname: ${nf.name}\n"})
	nf := w.nf(router(object{"name": "n3", "type": "ethernet"}))
	nf.Spec.Config = append([]v1alpha1.ConfigLayer{layer("base", repo.Name, "edge.yaml")}, nf.Spec.Config...)
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.reconcile(nf)
	before := w.device.Running().Digest()
	kubeconfig := w.pipeline()
	declared := &v1alpha1.NetworkFunction{ObjectMeta: metav1.ObjectMeta{Name: nf.Name}, Spec: *nf.Spec.DeepCopy()}
	declared.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("NetworkFunction"))

	code, results, said := w.preview(kubeconfig, []client.Object{declared})
	w.Expect(said).To(BeEmpty())
	w.Expect(code).To(Equal(0))
	w.Expect(results[0].Name).To(Equal(nf.Name))

	declared.Spec.Config[1] = w.inline("local", router(object{"name": "n6", "type": "ethernet"}))
	other := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "other"}}
	other.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ConfigMap"))
	code, results, said = w.preview(kubeconfig, []client.Object{other, declared})
	w.Expect(said).To(ContainSubstring("no NetworkFunction"))
	w.Expect(code).To(Equal(1))
	w.Expect([]int32{results[0].Creates, results[0].Modifies, results[0].Deletes}).To(Equal([]int32{2, 0, 1}), "what it owns there and declares no more is deleted")
	w.Expect(results[0].Rehearsed).To(BeTrue())

	dir := t.TempDir()
	w.Expect(os.WriteFile(filepath.Join(dir, "edge.yaml"), []byte("strowger-test-router:system:\n  hostname: ${nf.name}-new\n"), 0o600)).To(Succeed())
	code, results, _ = w.preview(kubeconfig, []client.Object{declared}, "--source", "GitRepository/core="+dir)
	w.Expect(code).To(Equal(1))
	w.Expect(results[0].Modifies).To(Equal(int32(1)))
	w.Expect(results[0].Changes).To(ContainElement(ContainSubstring("edge-1 -> edge-1-new")))

	declared.Spec.Config[1] = w.inline("local", object{"strowger-test-router:systems": object{}})
	code, results, _ = w.preview(kubeconfig, []client.Object{declared})
	w.Expect(code).To(Equal(2))
	w.Expect(results[0].Error.Reason).To(Equal(v1alpha1.UnknownNodeReason))

	code, _, said = w.preview(kubeconfig, nil)
	w.Expect(code).To(Equal(2))
	w.Expect(said).To(ContainSubstring("there is no NetworkFunction"))

	w.Expect(w.device.Running().Digest()).To(Equal(before))
	var left v1alpha1.NetworkFunctionList
	w.Eventually(func() int {
		w.Expect(k8s.List(t.Context(), &left, client.InNamespace(w.namespace))).To(Succeed())
		return len(left.Items)
	}).Should(Equal(1), "what stood in is gone")
}

// TestPreviewOfANewFunction: all of it is to be created.
func TestPreviewOfANewFunction(t *testing.T) {
	w := newWorld(t)
	w.Eventually(w.get(w.router)).Should(BeReady())
	nf := w.nf(hostname("${nf.name}"))
	nf.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("NetworkFunction"))
	code, results, _ := w.preview(w.pipeline(), []client.Object{nf})
	w.Expect(code).To(Equal(1))
	w.Expect(results[0].Changes).To(ContainElement(ContainSubstring("hostname: edge-1")))
	w.Expect(w.device.Running().Get(hostnamePath)).To(BeNil())
}
