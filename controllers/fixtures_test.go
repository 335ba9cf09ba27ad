// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/gomega"
	"golang.org/x/crypto/ssh"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// routerModel is the model of the test device, compiled once.
var routerModel = sync.OnceValue(func() *netconftest.Model {
	data, err := os.ReadFile("testdata/strowger-test-router.yang")
	if err != nil {
		panic(err)
	}
	model, err := netconftest.NewModel([]yang.Source{{Name: "strowger-test-router.yang", Data: data}})
	if err != nil {
		panic(err)
	}
	return model
})

// world is what one test needs: a namespace, a device and a Target for it.
type world struct {
	*WithT
	t         *testing.T
	namespace string
	device    *netconftest.Server
	hostKey   ssh.Signer

	// What is created for the device; what a test sets to nil is not.
	credentials, knownHosts *corev1.Secret
	router                  *v1alpha1.Target
}

// newWorld creates it after before changed it. Tests run in parallel.
func newWorld(t *testing.T, before ...func(*world)) *world {
	t.Helper()
	t.Parallel()
	w := &world{WithT: NewWithT(t), t: t, namespace: newNamespace(t)}
	var err error
	w.hostKey, err = netconftest.NewHostKey()
	w.Expect(err).NotTo(HaveOccurred())
	w.device = w.serve(netconftest.Options{})
	t.Cleanup(func() { w.device.Close() })
	w.credentials = w.secret("credentials", map[string]string{"username": w.device.User, "password": w.device.Password})
	w.knownHosts = w.secret("known-hosts", map[string]string{"known_hosts": w.device.KnownHosts()})
	w.router = w.target("router", w.device)
	for _, change := range before {
		change(w)
	}
	if w.credentials != nil {
		w.create(w.credentials)
	}
	if w.knownHosts != nil {
		w.create(w.knownHosts)
	}
	if w.router != nil {
		w.create(w.router)
	}
	t.Cleanup(w.quiet)
	return w
}

// serve starts a device: a router with the world's host key, and an address that nobody else gets while it is closed.
func (w *world) serve(o netconftest.Options) *netconftest.Server {
	w.t.Helper()
	if o.Model == nil {
		o.Model = routerModel()
	}
	if o.HostKey == nil {
		o.HostKey = w.hostKey
	}
	if o.Addr == "" {
		var err error
		o.Addr, err = freeAddr()
		w.Expect(err).NotTo(HaveOccurred())
	}
	var device *netconftest.Server
	// A process that is being started, such as git, holds for a moment what is open here, also a port just closed.
	w.Eventually(func() (err error) {
		device, err = netconftest.Start(o)
		return err
	}).Should(Succeed())
	return device
}

// quiet ends what a test leaves behind, so that the manager has time for others.
func (w *world) quiet() {
	ctx := context.Background()
	suspend := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"suspend":true}}`))
	var nfs v1alpha1.NetworkFunctionList
	var targets v1alpha1.TargetList
	for _, list := range []client.ObjectList{&nfs, &targets} {
		if err := k8s.List(ctx, list, client.InNamespace(w.namespace)); err != nil {
			w.t.Logf("listing what is left: %v", err)
		}
		_ = apimeta.EachListItem(list, func(o runtime.Object) error {
			return client.IgnoreNotFound(k8s.Patch(ctx, o.(client.Object), suspend))
		})
	}
}

// restart brings a closed device back with the configuration it had.
func (w *world) restart() {
	w.device = w.serve(netconftest.Options{Addr: w.device.Addr, Running: w.device.Running()})
}

func (w *world) create(o client.Object) {
	w.t.Helper()
	w.Expect(k8s.Create(w.t.Context(), o)).To(Succeed())
}

// edit changes an object and stores it.
func (w *world) edit(o client.Object, change func()) {
	w.t.Helper()
	w.Expect(k8s.Get(w.t.Context(), client.ObjectKeyFromObject(o), o)).To(Succeed())
	base := o.DeepCopyObject().(client.Object)
	change()
	w.Expect(k8s.Patch(w.t.Context(), o, client.MergeFrom(base))).To(Succeed())
}

// editStatus changes the status of an object, as its own controller would.
func (w *world) editStatus(o client.Object, change func()) {
	w.t.Helper()
	w.Expect(k8s.Get(w.t.Context(), client.ObjectKeyFromObject(o), o)).To(Succeed())
	base := o.DeepCopyObject().(client.Object)
	change()
	w.Expect(k8s.Status().Patch(w.t.Context(), o, client.MergeFrom(base))).To(Succeed())
}

func (w *world) delete(o client.Object) {
	w.t.Helper()
	w.Expect(k8s.Delete(w.t.Context(), o)).To(Succeed())
}

// reconcile asks for one run, as "flux reconcile" does, and waits for its end.
func (w *world) reconcile(nf *v1alpha1.NetworkFunction) {
	w.t.Helper()
	token := fmt.Sprint(requests.Add(1))
	w.edit(nf, func() { nf.SetAnnotations(map[string]string{meta.ReconcileRequestAnnotation: token}) })
	w.Eventually(func() string {
		w.get(nf)()
		return nf.Status.LastHandledReconcileAt
	}).Should(Equal(token))
}

// apply creates an NF and waits until it is Ready and nothing is left to do: what
// its Target's readiness still woke is behind it.
func (w *world) apply(nf *v1alpha1.NetworkFunction) {
	w.t.Helper()
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.reconcile(nf)
	w.device.ResetRequests()
}

// idle waits until nobody looks at the device for a while: what is still to wake its NF has done so.
func (w *world) idle() {
	w.t.Helper()
	before := -1
	w.Eventually(func() bool {
		looks := w.device.Count("get-config")
		same := looks == before
		before = looks
		return same
	}).WithPolling(2 * time.Second).Should(BeTrue())
}

// requests makes the tokens of requested runs differ.
var requests atomic.Int64

func (w *world) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: w.namespace, Name: name}
}

func (w *world) secret(name string, data map[string]string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: w.meta(name), StringData: data}
}

func (w *world) target(name string, device *netconftest.Server) *v1alpha1.Target {
	return &v1alpha1.Target{
		ObjectMeta: w.meta(name),
		Spec: v1alpha1.TargetSpec{
			Address: device.Addr,
			SSH: &v1alpha1.TargetSSH{
				CredentialsSecretRef: v1alpha1.LocalReference{Name: "credentials"},
				KnownHostsSecretRef:  &v1alpha1.LocalReference{Name: "known-hosts"},
			},
			Connection:    v1alpha1.TargetConnection{ConnectTimeout: metav1.Duration{Duration: 3 * time.Second}},
			RetryInterval: metav1.Duration{Duration: time.Second},
		},
	}
}

// nf is a NetworkFunction with one inline layer; tests change it before creating.
func (w *world) nf(config any) *v1alpha1.NetworkFunction {
	return &v1alpha1.NetworkFunction{
		ObjectMeta: w.meta("edge-1"),
		Spec: v1alpha1.NetworkFunctionSpec{
			TargetRef:     v1alpha1.NamespacedReference{Name: "router"},
			Interval:      metav1.Duration{Duration: time.Hour},
			RetryInterval: metav1.Duration{Duration: time.Second},
			Config:        []v1alpha1.ConfigLayer{w.inline("local", config)},
		},
	}
}

func (w *world) inline(name string, config any) v1alpha1.ConfigLayer {
	w.t.Helper()
	raw, err := json.Marshal(config)
	w.Expect(err).NotTo(HaveOccurred())
	return v1alpha1.ConfigLayer{Name: name, Value: &apiextensionsv1.JSON{Raw: raw}}
}

// get reads an object again and again, for Eventually.
func (w *world) get(o client.Object) func() client.Object {
	return func() client.Object {
		if err := k8s.Get(w.t.Context(), client.ObjectKeyFromObject(o), o); err != nil {
			w.t.Logf("get %s: %v", o.GetName(), err)
		}
		return o
	}
}

// running is a value in the device's running configuration, empty if there is none.
func (w *world) running(path string) string {
	if d := w.device.Running().Get(path); d != nil {
		return d.Value()
	}
	return ""
}

// drift changes the device behind Git's back; an empty value deletes.
func (w *world) drift(changes ...string) {
	w.t.Helper()
	w.Expect(w.device.Edit(func(running *yang.Tree) error {
		for i := 0; i < len(changes); i += 2 {
			if changes[i+1] == "" {
				running.Delete(changes[i])
			} else if _, err := running.Set(changes[i], changes[i+1], yang.Origin{}, false); err != nil {
				return err
			}
		}
		return nil
	})).To(Succeed())
}
