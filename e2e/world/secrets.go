// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"crypto/rand"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// createSecrets makes the Secrets that the example's README lists. They are not in Git: host keys and passwords are
// made when the devices start.
func (w *World) createSecrets(ctx context.Context) error {
	w.receiverToken = rand.Text()
	router, caller := w.Devices["n6-router-1"], w.Devices["upf-zrh-2"]
	var knownHosts string
	for _, d := range w.Devices {
		// An NF that calls home is recognised by its host key, so that its Secret holds no other.
		if d != router && d != caller {
			knownHosts += d.KnownHosts
		}
	}
	secrets := map[string]map[string]string{
		"simulated-nf-credentials": {"username": caller.User, "password": caller.Password},
		"simulated-nf-known-hosts": {"known_hosts": knownHosts},
		"upf-2-known-hosts":        {"known_hosts": caller.KnownHosts},
		"n6-router-1-credentials":  {"username": router.User, "password": router.Password},
		"n6-router-1-known-hosts":  {"known_hosts": router.KnownHosts},
		"dn-aaa":                   {"sharedSecret": rand.Text()},
		Source:                     {"username": w.Git.Username, "password": w.Git.Password},
		receiverSecret:             {"token": w.receiverToken},
	}
	for name, data := range secrets {
		err := w.apply(ctx, &corev1.Secret{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
			ObjectMeta: metav1.ObjectMeta{Namespace: Namespace, Name: name},
			StringData: data,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
