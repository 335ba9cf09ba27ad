// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// TestTargetsThatAreRefused: the way to the NF is wrong, or not there. What the
// Target says, its NetworkFunctions say too.
func TestTargetsThatAreRefused(t *testing.T) { testRefusals(t, targetRefusals) }

// TestSessionsThatFail: the NF is away, a stranger, busy, or says no.
func TestSessionsThatFail(t *testing.T) { testRefusals(t, sessionRefusals) }

var targetRefusals = []refusal{
	{
		name:   "missing Target",
		world:  func(w *world) { w.router = nil },
		reason: v1alpha1.TargetNotFoundReason,
		says:   []string{"Target", "/router", "create it", "spec.targetRef"},
		status: status.InProgressStatus,
		cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.create(w.target("router", w.device)) },
	},
	{
		name: "Target of another namespace",
		nf: func(_ *world, nf *v1alpha1.NetworkFunction) {
			nf.Spec.TargetRef = v1alpha1.NamespacedReference{Name: "router", Namespace: "default"}
		},
		reason: v1alpha1.CrossNamespaceReason,
		says:   []string{"Target default/router", "--allow-cross-namespace-refs"},
		status: status.FailedStatus,
		cure: func(w *world, nf *v1alpha1.NetworkFunction) {
			w.edit(nf, func() { nf.Spec.TargetRef.Namespace = "" })
		},
	},
	{
		name:   "suspended Target",
		world:  func(w *world) { w.router.Spec.Suspend = true },
		reason: v1alpha1.SuspendedReason,
		says:   []string{"Target", "/router", "suspended"},
		status: status.InProgressStatus,
		cure: func(w *world, _ *v1alpha1.NetworkFunction) {
			w.edit(w.router, func() { w.router.Spec.Suspend = false })
		},
	},
	{
		name:   "missing Secret",
		world:  func(w *world) { w.credentials = nil },
		reason: v1alpha1.SecretNotFoundReason,
		says:   []string{"Secret", "/credentials", "username", "create it"},
		status: status.InProgressStatus,
		cure: func(w *world, _ *v1alpha1.NetworkFunction) {
			w.create(w.secret("credentials", map[string]string{"username": w.device.User, "password": w.device.Password}))
		},
	},
	{
		name:   "Secret without a key",
		world:  func(w *world) { w.knownHosts.StringData = map[string]string{"knownhosts": "x"} },
		reason: v1alpha1.SecretInvalidReason,
		says:   []string{"Secret", "/known-hosts", "known_hosts", "add it"},
		status: status.InProgressStatus,
		cure: func(w *world, _ *v1alpha1.NetworkFunction) {
			w.edit(w.knownHosts, func() { w.knownHosts.StringData = map[string]string{"known_hosts": w.device.KnownHosts()} })
		},
	},
	{
		name: "missing YANGLibrary",
		world: func(w *world) {
			w.router.Spec.Schema = &v1alpha1.TargetSchema{LibraryRef: v1alpha1.NamespacedReference{Name: "router"}}
		},
		reason: v1alpha1.SourceNotFoundReason,
		says:   []string{"YANGLibrary", "/router", "create it"},
		status: status.InProgressStatus,
		cure: func(w *world, _ *v1alpha1.NetworkFunction) {
			w.create(w.library(map[string]string{routerFile: routerModule(w.t)}))
		},
	},
}

var sessionRefusals = []refusal{
	{
		name:   "unreachable NF",
		world:  func(w *world) { w.device.Close() },
		reason: v1alpha1.UnreachableReason,
		says:   []string{"127.0.0.1:", "check address"},
		status: status.InProgressStatus,
		cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.restart() },
	},
	{
		name: "wrong host key",
		world: func(w *world) {
			w.device.Close()
			var err error
			w.hostKey, err = netconftest.NewHostKey()
			w.Expect(err).NotTo(HaveOccurred())
			w.restart()
		},
		reason: v1alpha1.HostKeyMismatchReason,
		says:   []string{"127.0.0.1:", "host key", "known_hosts"},
		status: status.InProgressStatus,
		cure: func(w *world, _ *v1alpha1.NetworkFunction) {
			w.edit(w.knownHosts, func() { w.knownHosts.StringData = map[string]string{"known_hosts": w.device.KnownHosts()} })
		},
	},
	{
		name:   "wrong password",
		world:  func(w *world) { w.credentials.StringData["password"] = "no-such-passw0rd" },
		reason: v1alpha1.AuthenticationFailedReason,
		says:   []string{"127.0.0.1:", "netconf"},
		status: status.InProgressStatus,
		cure: func(w *world, _ *v1alpha1.NetworkFunction) {
			w.edit(w.credentials, func() { w.credentials.StringData = map[string]string{"password": w.device.Password} })
		},
	},
	{
		name:   "rpc-error from the NF",
		world:  func(w *world) { w.fail("edit-config", 100) },
		reason: v1alpha1.RPCErrorReason,
		says:   []string{"edit-config", "127.0.0.1:", "local", hostnamePath, "invalid-value", "the name is taken"},
		status: status.InProgressStatus,
		tried:  true,
		cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.device.ClearFaults() },
	},
	{
		name:   "rpc-error at the commit",
		world:  func(w *world) { w.fail("validate", 100) },
		reason: v1alpha1.RPCErrorReason,
		says:   []string{"validate", "127.0.0.1:", "local", hostnamePath, "the name is taken"},
		status: status.InProgressStatus,
		tried:  true,
		cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.device.ClearFaults() },
	},
	{
		name: "NF that hangs up at the commit",
		world: func(w *world) {
			for range 100 {
				w.device.Drop("commit")
			}
		},
		reason: v1alpha1.UnreachableReason,
		says:   []string{"commit", "127.0.0.1:"},
		status: status.InProgressStatus,
		tried:  true,
		cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.device.ClearFaults() },
	},
	{
		name: "NF that does not answer",
		world: func(w *world) {
			w.router.Spec.Connection.RPCTimeout = metav1.Duration{Duration: time.Second}
			for range 100 {
				w.device.Delay("edit-config", time.Hour)
			}
		},
		reason: v1alpha1.NETCONFTimeoutReason,
		says:   []string{"edit-config", "127.0.0.1:"},
		status: status.InProgressStatus,
		tried:  true,
		cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.device.ClearFaults() },
	},
	{
		name: "NF that somebody else has locked",
		world: func(w *world) {
			for range 100 {
				w.device.Fail("lock", netconftest.RPCError{Type: "protocol", Tag: "lock-denied", Message: "a colleague is at work", Info: "<session-id>7</session-id>"})
			}
		},
		reason: v1alpha1.LockDeniedReason,
		says:   []string{"lock", "127.0.0.1:", "a colleague is at work", "session 7"},
		status: status.InProgressStatus,
		cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.device.ClearFaults() },
	},
}

// fail makes the device answer with rpc-errors until the faults are cleared.
func (w *world) fail(operation string, times int) {
	for range times {
		w.device.Fail(operation, netconftest.RPCError{
			Tag: "invalid-value", Path: `/r:system/r:hostname`, Message: "the name is taken",
		})
	}
}

func TestTargetSaysWhatItFound(t *testing.T) {
	w := newWorld(t)
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.Expect(w.router.Status.Capabilities).To(ContainElements("candidate:1.0", "validate:1.1"))
	w.Expect(w.router.Status.ModuleCount).To(BeNumerically(">", 0))
	w.Expect(w.router.Status.SchemaDigest).To(HavePrefix("sha256:"))
	w.Expect(conditions.IsTrue(w.router, v1alpha1.ReachableCondition)).To(BeTrue())
	w.Expect(conditions.IsTrue(w.router, v1alpha1.SchemaReadyCondition)).To(BeTrue())
	w.expectStatus(w.router, status.CurrentStatus)
}

// TestTargetThatSkipsHostKeys says so where everyone sees it.
func TestTargetThatSkipsHostKeys(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.router.Spec.SSH.KnownHostsSecretRef = nil
		w.router.Spec.SSH.InsecureSkipHostKeyVerification = true
	})
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.Expect(message(w.router, meta.ReadyCondition)).To(ContainSubstring("INSECURE"))
}

// TestTargetIsKept until the NetworkFunction that needs it is gone.
func TestTargetIsKept(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("edge-1"))
	w.create(nf)
	w.Eventually(w.get(nf)).Should(BeReady())

	w.delete(w.router)
	w.reconcile(nf)
	w.Expect(k8s.Get(t.Context(), client.ObjectKeyFromObject(w.router), w.router)).To(Succeed())
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))

	w.delete(nf)
	w.expectGone(nf)
	w.expectGone(w.router)
	w.Expect(w.running(hostnamePath)).To(BeEmpty())
}

// TestTargetThatGoesStillServesItsUsers: a manager that starts while both are being
// deleted must learn the schema first, or neither would ever go.
func TestTargetThatGoesStillServesItsUsers(t *testing.T) {
	w := newWorld(t)
	first := w.nf(hostname("edge-1"))
	w.apply(first)
	w.edit(first, func() { first.Spec.Suspend = true })
	w.device.Close()

	// As after a restart: an inventory, and a Target whose schema was never loaded.
	late := w.target("late", w.device)
	w.create(late)
	w.Eventually(w.get(late)).Should(BeRefused(v1alpha1.UnreachableReason))
	nf := w.nf(hostname("edge-1"))
	nf.Name, nf.Spec.Suspend, nf.Spec.TargetRef.Name = "edge-2", true, "late"
	w.create(nf)
	w.Eventually(w.get(nf)).Should(HaveField("Finalizers", Not(BeEmpty())))
	w.editStatus(nf, func() {
		nf.Status.Inventory = first.Status.Inventory
		nf.Status.Inventory.Target = w.namespace + "/late"
	})
	w.delete(late)
	w.delete(nf)
	w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.DeletionFailedReason))

	w.restart()
	w.expectGone(nf)
	w.expectGone(late)
	w.Expect(w.running(hostnamePath)).To(BeEmpty())
}

// TestTargetThatIsBackWakesItsUsers: neither has to wait for its interval.
func TestTargetThatIsBackWakesItsUsers(t *testing.T) {
	w := newWorld(t, func(w *world) { w.device.Close() })
	nf := w.nf(hostname("edge-1"))
	nf.Spec.RetryInterval = nf.Spec.Interval
	w.create(nf)
	w.Eventually(w.get(w.router)).Should(BeRefused(v1alpha1.UnreachableReason))
	w.expectEvent(w.router, corev1.EventTypeWarning, v1alpha1.UnreachableReason)
	w.Eventually(w.get(nf)).Should(Or(BeRefused(v1alpha1.UnreachableReason), BeRefused(v1alpha1.TargetNotReadyReason)))

	w.restart()
	w.Eventually(w.get(nf)).Should(BeReady())
	w.expectEvent(w.router, corev1.EventTypeNormal, v1alpha1.SucceededReason)
}
