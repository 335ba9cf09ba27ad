// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/config"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/controllers"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// operations are those of the test device, beside its configuration.
const operations = `module strowger-test-operations {
  yang-version 1.1;
  namespace "urn:strowger:test:operations";
  prefix op;
  import strowger-test-router { prefix r; }
  rpc backup {
    input {
      leaf to { type string { length "1..20"; } mandatory true; }
      leaf key { type string; }
    }
    output {
      leaf file { type string; }
      leaf owner-password { type string; }
    }
  }
  augment "/r:interface" {
    action bounce { input { leaf times { type uint8; } } }
  }
}`

var operationsModel = sync.OnceValue(func() *netconftest.Model {
	data, err := os.ReadFile("testdata/strowger-test-router.yang")
	if err != nil {
		panic(err)
	}
	model, err := netconftest.NewModel([]yang.Source{
		{Name: "strowger-test-router.yang", Data: data}, {Name: "strowger-test-operations.yang", Data: []byte(operations)},
	})
	if err != nil {
		panic(err)
	}
	return model
})

// operator is a device that counts what it is asked to do.
type operator struct {
	mu      sync.Mutex
	asked   []string
	refuses bool
}

func (o *operator) serve(output string) netconftest.Handler {
	return func(i netconftest.Invocation) ([]byte, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		name, path := i.Name, i.Path
		o.asked = append(o.asked, name[strings.LastIndexAny(name, ":/")+1:]+path)
		if o.refuses {
			return nil, &netconftest.RPCError{Tag: "operation-failed", Message: "not now, for " + string(i.Input)}
		}
		return []byte(output), nil
	}
}

func (o *operator) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.asked)
}

func (o *operator) refuse(refuses bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuses = refuses
}

// install makes it the device of a world.
func (o *operator) install(w *world) {
	w.device.Close()
	w.device = w.serve(netconftest.Options{Model: operationsModel(), Handlers: map[string]netconftest.Handler{
		"strowger-test-operations:backup": o.serve(`<file xmlns="urn:strowger:test:operations">edge-1.cfg</file>` +
			`<owner-password xmlns="urn:strowger:test:operations">0wner-passw0rd</owner-password>`),
		"/strowger-test-router:interface/strowger-test-operations:bounce": o.serve(""),
	}})
	w.knownHosts = w.secret("known-hosts", map[string]string{"known_hosts": w.device.KnownHosts()})
	w.router = w.target("router", w.device)
}

func backup(to string) v1alpha1.Action {
	return v1alpha1.Action{Name: "backup", RPC: "strowger-test-operations:backup", Input: rawJSON(`{"to":"` + to + `"}`)}
}

func bounce() v1alpha1.Action {
	return v1alpha1.Action{Name: "bounce", Action: "/strowger-test-router:interface[name='n3']/strowger-test-operations:bounce", Input: rawJSON(`{"times":2}`)}
}

func rawJSON(text string) *apiextensionsv1.JSON { return &apiextensionsv1.JSON{Raw: []byte(text)} }

// n3 is a configuration of one interface.
func n3(mtu int) object { return router(object{"name": "n3", "type": "ethernet", "mtu": mtu}) }

// states are name and state of all actions.
func states(nf *v1alpha1.NetworkFunction) []string {
	var out []string
	for _, a := range nf.Status.Actions {
		out = append(out, fmt.Sprintf("%s %s", a.Name, a.State))
	}
	return out
}

// TestActions: each is done once for each change of Git, in its order, whatever else
// happens: reconciliations, drift, another manager.
func TestActions(t *testing.T) {
	device := &operator{}
	w := newWorld(t, device.install)
	w.allow("tenant")
	w.create(w.secret("keys", map[string]string{"backup": "s3cret-backup-key"}))
	nf := w.nf(n3(9000))
	nf.Spec.ServiceAccountName = "tenant"
	nf.Spec.Inputs = []v1alpha1.Input{input("keys", "v1", "Secret", "keys")}
	nf.Spec.Actions.Pre = []v1alpha1.Action{backup("${nf.name}")}
	nf.Spec.Actions.Pre[0].Input = rawJSON(`{"to":"${nf.name}","key":"${inputs.keys.data.backup}"}`)
	nf.Spec.Actions.Post = []v1alpha1.Action{bounce()}
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.expectStatus(nf, status.CurrentStatus)
	w.Expect(states(nf)).To(Equal([]string{"backup Succeeded", "bounce Succeeded"}))
	w.Expect(device.asked).To(Equal([]string{"backup", "bounce" + n3Path}))
	w.Expect(nf.Status.Actions[0].Output).To(And(ContainSubstring(`"file":"edge-1.cfg"`), Not(ContainSubstring("0wner"))))
	w.Expect(nf.Status.Actions[0].Digest).To(Equal(nf.Status.LastAppliedDigest))
	before, edited, after := -1, -1, -1
	for i, name := range w.device.Requests() {
		switch name {
		case "backup":
			before = i
		case "edit-config":
			edited = i
		case "action":
			after = i
		}
	}
	w.Expect([]int{before, edited, after}).To(And(HaveEach(BeNumerically(">=", 0)), Satisfy(func(at []int) bool { return at[0] < at[1] && at[1] < at[2] })))

	// Neither a request nor drift repeats them.
	w.reconcile(nf)
	w.drift(n3Path+"/mtu", "1500")
	w.reconcile(nf)
	w.Expect(w.running(n3Path + "/mtu")).To(Equal("9000"))
	w.Expect(device.count()).To(Equal(2))

	// Nor does another manager.
	ctx, stop := context.WithCancel(t.Context())
	stopped, err := startManager(ctx, ctrl.Options{
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{w.namespace: {}}},
		Controller: config.Controller{SkipNameValidation: new(true)},
	}, controllers.CallHomeOptions{})
	w.Expect(err).NotTo(HaveOccurred())
	w.device.ResetRequests()
	w.Eventually(func() int { return w.device.Count("get-config") }).Should(BeNumerically(">=", 1))
	stop()
	w.Expect(<-stopped).To(Succeed())
	w.reconcile(nf)
	w.Expect(device.count()).To(Equal(2))

	// The next change has them done again.
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", n3(1400)) })
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(device.count()).To(Equal(4))
	w.Expect(states(nf)).To(Equal([]string{"backup Succeeded", "bounce Succeeded"}))
	w.Expect(nf.Status.Actions[0].Digest).To(Equal(nf.Status.LastAppliedDigest))

	// One that is added to what is applied waits for the next change too.
	w.edit(nf, func() {
		added := bounce()
		added.Name = "again"
		nf.Spec.Actions.Post = append(nf.Spec.Actions.Post, added)
	})
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(device.count()).To(Equal(4))
	w.Expect(logs.String()).NotTo(ContainSubstring("s3cret-backup-key"))
}

// TestPreActionFails: the change is not made until it is done, or does not matter.
func TestPreActionFails(t *testing.T) {
	for name, cure := range map[string]func(*world, *operator, *v1alpha1.NetworkFunction){
		"done at last": func(_ *world, device *operator, _ *v1alpha1.NetworkFunction) { device.refuse(false) },
		"ignored": func(w *world, _ *operator, nf *v1alpha1.NetworkFunction) {
			w.edit(nf, func() { nf.Spec.Actions.Pre[0].IgnoreFailure = true })
		},
	} {
		t.Run(name, func(t *testing.T) {
			device := &operator{refuses: true}
			w := newWorld(t, device.install)
			w.allow("tenant")
			w.create(w.secret("keys", map[string]string{"backup": "s3cret-backup-key"}))
			nf := w.nf(n3(9000))
			nf.Spec.ServiceAccountName = "tenant"
			nf.Spec.Inputs = []v1alpha1.Input{input("keys", "v1", "Secret", "keys")}
			nf.Spec.Actions.Pre = []v1alpha1.Action{backup("x")}
			nf.Spec.Actions.Pre[0].Input = rawJSON(`{"to":"x","key":"${inputs.keys.data.backup}"}`)
			w.create(nf)
			w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ActionFailedReason))
			w.Expect(message(nf, meta.ReadyCondition)).To(And(ContainSubstring("action backup"), ContainSubstring("the change is not made"),
				ContainSubstring("not now"), Not(ContainSubstring("s3cret"))))
			w.expectStatus(nf, status.InProgressStatus)
			w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.ActionFailedReason)
			w.Eventually(func() []string { w.get(nf)(); return states(nf) }).Should(Equal([]string{"backup Failed"}))
			w.Eventually(device.count).Should(BeNumerically(">=", 2), "it is tried again")
			w.Expect(w.device.Count("edit-config")).To(BeZero())

			cure(w, device, nf)
			w.Eventually(w.get(nf)).Should(BeReady())
			w.Expect(w.running(n3Path + "/mtu")).To(Equal("9000"))
			w.expectStatus(nf, status.CurrentStatus)
		})
	}
}

// TestPostActionFails: the change stays, and the action is tried again.
func TestPostActionFails(t *testing.T) {
	device := &operator{refuses: true}
	w := newWorld(t, device.install)
	nf := w.nf(n3(9000))
	nf.Spec.Actions.Post = []v1alpha1.Action{bounce()}
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ActionFailedReason))
	w.Expect(message(nf, meta.ReadyCondition)).To(And(ContainSubstring("is applied"), ContainSubstring("action bounce"), ContainSubstring("not now")))
	w.Expect(w.running(n3Path + "/mtu")).To(Equal("9000"))
	w.Expect(nf.Status.LastAppliedDigest).NotTo(BeEmpty())
	w.Eventually(device.count).Should(BeNumerically(">=", 2))
	w.Expect(w.device.Count("edit-config")).To(Equal(1))

	device.refuse(false)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(states(nf)).To(Equal([]string{"bounce Succeeded"}))
	asked := device.count()
	w.reconcile(nf)
	w.Expect(device.count()).To(Equal(asked))
}

// TestActionOfADeadManager is not repeated: nobody knows whether the NF did it. Before a
// change that keeps the change from being made, until somebody says that it does not matter.
func TestActionOfADeadManager(t *testing.T) {
	for name, post := range map[string]bool{"before the change": false, "after the change": true} {
		t.Run(name, func(t *testing.T) {
			device := &operator{refuses: true}
			w := newWorld(t, device.install)
			nf := w.nf(n3(9000))
			if nf.Spec.Actions.Pre = []v1alpha1.Action{backup("x")}; post {
				nf.Spec.Actions = v1alpha1.Actions{Post: []v1alpha1.Action{bounce()}}
			}
			w.create(nf)
			w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ActionFailedReason))
			w.edit(nf, func() { nf.Spec.Suspend = true })
			w.settled(device)
			w.editStatus(nf, func() { nf.Status.Actions[0].State = v1alpha1.ActionStarted })
			device.refuse(false)
			asked := device.count()

			w.edit(nf, func() {
				nf.Spec.Suspend = false
				nf.Annotations = map[string]string{meta.ReconcileRequestAnnotation: "now"}
			})
			w.Eventually(func() []string { w.get(nf)(); return states(nf) }).Should(ConsistOf(HaveSuffix(" Unknown")))
			if !post {
				w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ActionFailedReason))
				w.Expect(message(nf, meta.ReadyCondition)).To(And(ContainSubstring("it is not known whether action backup"), ContainSubstring("ignoreFailure")))
				w.expectStatus(nf, status.FailedStatus)
				w.Expect(w.device.Count("edit-config")).To(BeZero())
				w.edit(nf, func() { nf.Spec.Actions.Pre[0].IgnoreFailure = true })
			}
			w.Eventually(w.get(nf)).Should(BeReady())
			w.Expect(w.running(n3Path + "/mtu")).To(Equal("9000"))
			w.Expect(device.count()).To(Equal(asked))
		})
	}
}

// TestActionWhoseAnswerIsLost is not repeated either, as when the NF reboots because of it.
func TestActionWhoseAnswerIsLost(t *testing.T) {
	w := newWorld(t, (&operator{}).install)
	nf := w.nf(n3(9000))
	nf.Spec.Actions.Post = []v1alpha1.Action{bounce()}
	w.device.Drop("action")
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(states(nf)).To(Equal([]string{"bounce Unknown"}))
	w.expectEvent(nf, corev1.EventTypeWarning, v1alpha1.ActionFailedReason)
	w.reconcile(nf)
	w.Expect(nf).To(BeReady())
	w.Expect(w.device.Count("action")).To(Equal(1))

	// Before a change it must be known.
	w.device.Drop("backup")
	w.edit(nf, func() {
		nf.Spec.Actions = v1alpha1.Actions{Pre: []v1alpha1.Action{backup("x")}}
		nf.Spec.Config[0] = w.inline("local", n3(1400))
	})
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.ActionFailedReason))
	w.expectStatus(nf, status.FailedStatus)
	w.reconcile(nf)
	w.Expect(w.device.Count("backup")).To(Equal(1))
	w.Expect(w.running(n3Path + "/mtu")).To(Equal("9000"))
}

// TestActionsOfAGatedChange: what comes after it waits for its checks, and is not done
// where they fail.
func TestActionsOfAGatedChange(t *testing.T) {
	device := &operator{}
	w := newWorld(t, device.install)
	gate := w.gate("no")
	w.create(gate)
	nf := w.gated(n3(9000))
	nf.Spec.Actions = v1alpha1.Actions{Pre: []v1alpha1.Action{backup("x")}, Post: []v1alpha1.Action{bounce()}}
	w.create(nf)
	w.pending(nf)
	w.Expect(states(nf)).To(Equal([]string{"backup Succeeded", "bounce Pending"}))
	w.opens(gate, "yes")
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(states(nf)).To(Equal([]string{"backup Succeeded", "bounce Succeeded"}))
	w.Expect(device.count()).To(Equal(2))

	w.opens(gate, "no")
	w.edit(nf, func() {
		nf.Spec.Commit.ConfirmTimeout = metav1.Duration{Duration: 2 * time.Second}
		nf.Spec.Config[0] = w.inline("local", n3(1400))
	})
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.GateFailedReason))
	w.Expect(states(nf)).To(Equal([]string{"backup Succeeded", "bounce Pending"}))
	w.Expect(w.running(n3Path + "/mtu")).To(Equal("9000"))
	w.Expect(device.count()).To(Equal(3))
	// Back at what is applied, nothing is left to do.
	w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", n3(9000)) })
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(nf.Status.Actions).To(BeEmpty())
	w.Expect(device.count()).To(Equal(3))
}

// settled waits until a device is not asked for anything any more.
func (w *world) settled(device *operator) {
	w.t.Helper()
	w.Eventually(func(g Gomega) {
		asked := device.count()
		g.Consistently(device.count, "1500ms").Should(Equal(asked))
	}).Should(Succeed())
}

// TestActionsThatAreRefused before anything is done, for what is wrong with them.
func TestActionsThatAreRefused(t *testing.T) {
	mended := func(w *world, nf *v1alpha1.NetworkFunction) {
		w.edit(nf, func() { nf.Spec.Actions = v1alpha1.Actions{Pre: []v1alpha1.Action{backup("x")}} })
	}
	for _, c := range []struct {
		name   string
		action v1alpha1.Action
		says   []string
	}{
		{"unknown rpc", v1alpha1.Action{Name: "save", RPC: "strowger-test-operations:bakcup"}, []string{"action save", "strowger-test-operations:bakcup", "it has backup"}},
		{"unknown module", v1alpha1.Action{Name: "save", RPC: "strowger-test-operation:backup"}, []string{"did you mean strowger-test-operations?"}},
		{"unknown action", v1alpha1.Action{Name: "flap", Action: n3Path + "/bounce"}, []string{"action flap", "it has strowger-test-operations:bounce"}},
		{"unknown leaf", v1alpha1.Action{Name: "save", RPC: "strowger-test-operations:backup", Input: rawJSON(`{"too":"x"}`)}, []string{"/strowger-test-operations:backup/too", "did you mean to?"}},
		{"missing input", v1alpha1.Action{Name: "save", RPC: "strowger-test-operations:backup"}, []string{"/strowger-test-operations:backup/to"}},
		{"wrong value", backup("123456789012345678901"), []string{"/strowger-test-operations:backup/to", "1..20"}},
		{"wrong expression", backup("${nf.foo}"), []string{"action backup", "foo"}},
	} {
		refusal{
			name:   c.name,
			world:  (&operator{}).install,
			nf:     func(_ *world, nf *v1alpha1.NetworkFunction) { nf.Spec.Actions.Post = []v1alpha1.Action{c.action} },
			reason: v1alpha1.InvalidSpecReason,
			says:   append(c.says, "spec.actions"),
			status: status.FailedStatus,
			cure:   mended,
		}.run(t)
	}
}
