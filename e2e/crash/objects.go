// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

const (
	rolloutName = "together"
	memberLabel = "crash.strowger.dev/member"
	// soon is every interval that a run waits for.
	soon = time.Second
)

// change is what is declared in a run, beside the configuration.
type change struct {
	// gated: a check decides. bad: it does not hold.
	gated, bad bool
	// mayEndOld: that the change is given up is a proper end, although its check holds.
	mayEndOld bool
	// confirm is how long the checks may take, and stable how long they must hold.
	confirm, stable time.Duration
}

// policy of a NetworkFunction for the change.
func (c change) policy() v1alpha1.CommitPolicy {
	policy := v1alpha1.CommitPolicy{Attempts: 1, ConfirmTimeout: duration(c.confirm), StabilityWindow: duration(c.stable)}
	if c.gated {
		policy.Checks = []v1alpha1.Check{{
			Name: "healthy", Get: "/" + yangModule + ":cell/power", Expr: fmt.Sprintf("int(value) < %d", unhealthy),
		}}
	}
	return policy
}

func duration(d time.Duration) metav1.Duration { return metav1.Duration{Duration: d} }

// commonObjects are what the NetworkFunctions of a lane share.
func (l *lane) commonObjects() []client.Object {
	out := []client.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: l.namespace}},
		&corev1.ConfigMap{ObjectMeta: l.named("yang"), Data: map[string]string{yangModule + ".yang": string(cellYANG)}},
		&v1alpha1.YANGLibrary{
			ObjectMeta: l.named("cell"),
			Spec:       v1alpha1.YANGLibrarySpec{Sources: []v1alpha1.YANGSource{{ConfigMapRef: &v1alpha1.LocalReference{Name: "yang"}}}},
		},
	}
	if l.atomic {
		out = append(out, &v1alpha1.NetworkFunctionRollout{
			ObjectMeta: l.named(rolloutName),
			Spec: v1alpha1.NetworkFunctionRolloutSpec{
				Selector: metav1.LabelSelector{MatchLabels: map[string]string{memberLabel: "true"}},
				Strategy: v1alpha1.RolloutAtomic, Settle: duration(max(l.quietFor, 200*time.Millisecond)), PrepareTimeout: duration(5 * time.Second),
			},
		})
	}
	return out
}

// objects are one device's NetworkFunction, and what belongs to it.
func (l *lane) objects(i int, v version) []client.Object {
	name, at := l.function(i), l.devices[i].access()
	knownHosts := at.knownHosts
	if len(l.links) > 0 {
		at.addr = l.links[i].Addr().String()
		_, key, _ := strings.Cut(at.knownHosts, " ")
		knownHosts = "* " + key
	}
	meta := l.named(name)
	meta.Labels = map[string]string{memberLabel: "true"}
	return []client.Object{
		&corev1.Secret{ObjectMeta: l.named(name + "-access"), StringData: map[string]string{
			"username": at.user, "password": at.password, "known_hosts": knownHosts,
		}},
		&v1alpha1.Target{
			ObjectMeta: l.named(name),
			Spec: v1alpha1.TargetSpec{
				Address: at.addr,
				SSH: &v1alpha1.TargetSSH{
					CredentialsSecretRef: v1alpha1.LocalReference{Name: name + "-access"},
					KnownHostsSecretRef:  &v1alpha1.LocalReference{Name: name + "-access"},
				},
				Schema:        &v1alpha1.TargetSchema{LibraryRef: v1alpha1.NamespacedReference{Name: "cell"}},
				Connection:    v1alpha1.TargetConnection{ConnectTimeout: duration(10 * time.Second), RPCTimeout: duration(10 * time.Second)},
				RetryInterval: duration(soon),
			},
		},
		&v1alpha1.NetworkFunction{
			ObjectMeta: meta,
			Spec: v1alpha1.NetworkFunctionSpec{
				TargetRef: v1alpha1.NamespacedReference{Name: name}, Config: layers(v),
				RetryInterval: duration(soon), Commit: change{confirm: time.Minute}.policy(),
			},
		},
	}
}

func layers(v version) []v1alpha1.ConfigLayer {
	return []v1alpha1.ConfigLayer{{Name: "cell", Value: &apiextensionsv1.JSON{Raw: []byte(v.json())}}}
}

func (l *lane) named(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: l.namespace, Name: name}
}
