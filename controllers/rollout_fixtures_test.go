// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// several is a world with several NFs, each on a device of its own: nf-0, nf-1, …
type several struct {
	*world
	devices []*netconftest.Server
	nfs     []*v1alpha1.NetworkFunction
}

// newSeveral makes n NFs, which have the label role with the value given for each, and
// applies a first configuration to them. before may change each.
func newSeveral(t *testing.T, roles []string, before ...func(i int, nf *v1alpha1.NetworkFunction)) *several {
	t.Helper()
	return newSeveralOn(t, netconftest.Profile{}, roles, before...)
}

// newSeveralOn makes them on devices of another kind.
func newSeveralOn(t *testing.T, profile netconftest.Profile, roles []string, before ...func(i int, nf *v1alpha1.NetworkFunction)) *several {
	t.Helper()
	w := &several{}
	w.world = newWorld(t, func(world *world) {
		known := ""
		for range roles {
			device := world.serve(netconftest.Options{Profile: profile})
			t.Cleanup(device.Close)
			w.devices = append(w.devices, device)
			known += device.KnownHosts()
		}
		world.knownHosts.StringData["known_hosts"] = known
		world.router = nil
	})
	for i, role := range roles {
		w.create(w.target(fmt.Sprint("router-", i), w.devices[i]))
		nf := w.nf(hostname("old"))
		nf.ObjectMeta = w.meta(fmt.Sprint("nf-", i))
		nf.Labels = map[string]string{"role": role, "fleet": "one"}
		nf.Spec.TargetRef.Name = fmt.Sprint("router-", i)
		for _, change := range before {
			change(i, nf)
		}
		w.create(nf)
		w.nfs = append(w.nfs, nf)
	}
	for i, nf := range w.nfs {
		w.Eventually(w.get(nf)).Should(BeReady())
		w.devices[i].ResetRequests()
	}
	return w
}

// rollout selects all NFs.
func (w *several) rollout(strategy v1alpha1.RolloutStrategy, waves ...v1alpha1.RolloutWave) *v1alpha1.NetworkFunctionRollout {
	return &v1alpha1.NetworkFunctionRollout{
		ObjectMeta: w.meta("fleet"),
		Spec: v1alpha1.NetworkFunctionRolloutSpec{
			Selector: metav1.LabelSelector{MatchLabels: map[string]string{"fleet": "one"}},
			Strategy: strategy, Waves: waves, Settle: metav1.Duration{Duration: 500 * time.Millisecond},
		},
	}
}

// wave selects the NFs of a role.
func wave(role string, parallel int32) v1alpha1.RolloutWave {
	return v1alpha1.RolloutWave{Name: role, MaxParallel: parallel, Selector: metav1.LabelSelector{MatchLabels: map[string]string{"role": role}}}
}

// begin creates a rollout and waits until it knows its members.
func (w *several) begin(o *v1alpha1.NetworkFunctionRollout) {
	w.t.Helper()
	w.create(o)
	w.Eventually(w.at(o)).Should(HavePrefix("Idle True"))
	w.Expect(o.Status.Total).To(BeNumerically("==", len(w.nfs)))
}

// change gives NFs a new configuration, as one commit does.
func (w *several) change(value string, which ...int) {
	w.t.Helper()
	for i, nf := range w.nfs {
		if len(which) == 0 || contains(which, i) {
			w.edit(nf, func() { nf.Spec.Config[0] = w.inline("local", hostname(value)) })
		}
	}
}

func contains(list []int, i int) bool {
	for _, one := range list {
		if one == i {
			return true
		}
	}
	return false
}

// holding is what the devices hold, in order.
func (w *several) holding() string {
	var out []string
	for _, device := range w.devices {
		value := ""
		if d := device.Running().Get(hostnamePath); d != nil {
			value = d.Value()
		}
		out = append(out, value)
	}
	return strings.Join(out, " ")
}

// at says where a rollout is: phase, Ready, its reason, and its members' states.
func (w *several) at(o *v1alpha1.NetworkFunctionRollout) func() string {
	return func() string {
		w.get(o)()
		ready := conditions.Get(o, meta.ReadyCondition)
		if ready == nil || o.Status.ObservedGeneration != o.Generation {
			return "not observed"
		}
		states := make([]string, 0, len(o.Status.Members))
		for _, m := range o.Status.Members {
			states = append(states, string(m.State))
		}
		return fmt.Sprintf("%s %s %s: %s", o.Status.Phase, ready.Status, ready.Reason, strings.Join(states, " "))
	}
}

// clean: no device holds a lock, a candidate that differs, or a commit to be confirmed,
// and no NetworkFunction a pending change.
func (w *several) clean() {
	w.t.Helper()
	for i, device := range w.devices {
		w.Eventually(device.CommitPending).Should(BeFalse(), "device %d", i)
		w.Expect(device.CandidateDirty()).To(BeFalse(), "device %d", i)
		for _, datastore := range []string{"candidate", "running", "startup"} {
			w.Expect(device.LockHolder(datastore)).To(BeZero(), "the lock on %s of device %d", datastore, i)
		}
	}
	for _, nf := range w.nfs {
		w.get(nf)()
		w.Expect(nf.Status.PendingCommit).To(BeNil(), nf.Name)
	}
}

// cut has do decide whether writes of the rollout's status are lost that follow a phase:
// the first n of them.
func (w *several) cut(o *v1alpha1.NetworkFunctionRollout, after v1alpha1.RolloutPhase, n int64, do func() bool) (done func() bool) {
	var seen atomic.Int64
	key := client.ObjectKeyFromObject(o)
	writes.fail(fmt.Sprintf("/namespaces/%s/networkfunctionrollouts/%s/status", o.Namespace, o.Name), func() bool {
		var now v1alpha1.NetworkFunctionRollout
		if err := k8s.Get(w.t.Context(), key, &now); err != nil || now.Status.Phase != after {
			return false
		}
		return seen.Add(1) <= n && do()
	})
	return func() bool { return seen.Load() >= n }
}
