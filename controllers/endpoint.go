// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
)

// Keys of the Secrets a Target names; Flux uses the same.
const (
	usernameKey   = "username"
	passwordKey   = "password"
	identityKey   = "identity"
	knownHostsKey = "known_hosts"
)

// Endpoints turns Targets into what the session pool dials.
type Endpoints struct {
	// Reader reads Secrets, without a cache: they are few, and not to be kept.
	Reader client.Reader
	// ForbidInsecure refuses Targets that skip host key verification.
	ForbidInsecure bool
}

// For reads the Secrets of a Target. What it returns holds credentials.
func (e *Endpoints) For(ctx context.Context, t *v1alpha1.Target) (target.Endpoint, error) {
	ep := target.Endpoint{
		Key:            t.Namespace + "/" + t.Name,
		Address:        target.WithPort(t.Spec.Address),
		ConnectTimeout: duration(t.Spec.Connection.ConnectTimeout, 10*time.Second),
		RPCTimeout:     duration(t.Spec.Connection.RPCTimeout, time.Minute),
		IdleTimeout:    t.Spec.Connection.IdleTimeout.Duration,
	}
	creds, err := e.secret(ctx, t.Namespace, t.Spec.SSH.CredentialsSecretRef.Name, usernameKey)
	if err != nil {
		return ep, err
	}
	ep.SSH.User = string(creds.Data[usernameKey])
	ep.SSH.PrivateKey = creds.Data[identityKey]
	if len(ep.SSH.PrivateKey) > 0 {
		ep.SSH.Passphrase = string(creds.Data[passwordKey])
	} else {
		ep.SSH.Password = string(creds.Data[passwordKey])
	}
	if ep.SSH.Password == "" && len(ep.SSH.PrivateKey) == 0 {
		return ep, reconcile.Stallf(v1alpha1.SecretInvalidReason, "Secret %s/%s has neither %q nor %q: put the password or the private key of user %q there",
			t.Namespace, creds.Name, passwordKey, identityKey, ep.SSH.User)
	}
	return ep, e.hostKeys(ctx, t, &ep)
}

func (e *Endpoints) hostKeys(ctx context.Context, t *v1alpha1.Target, ep *target.Endpoint) error {
	if t.Spec.SSH.InsecureSkipHostKeyVerification {
		if e.ForbidInsecure {
			return reconcile.Stallf(v1alpha1.InvalidSpecReason, "insecureSkipHostKeyVerification is forbidden by this manager: name a Secret with known_hosts in spec.ssh.knownHostsSecretRef")
		}
		ep.SSH.InsecureSkipHostKeyVerification = true
		return nil
	}
	ref := t.Spec.SSH.KnownHostsSecretRef
	if ref == nil {
		return reconcile.Stallf(v1alpha1.InvalidSpecReason, "spec.ssh.knownHostsSecretRef is missing: host keys are always verified")
	}
	hosts, err := e.secret(ctx, t.Namespace, ref.Name, knownHostsKey)
	if err != nil {
		return err
	}
	ep.SSH.KnownHosts = hosts.Data[knownHostsKey]
	return nil
}

// secret reads a Secret and checks that it has a key.
func (e *Endpoints) secret(ctx context.Context, namespace, name, key string) (*corev1.Secret, error) {
	var s corev1.Secret
	err := e.Reader.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, &s)
	switch {
	case apierrors.IsNotFound(err):
		return nil, reconcile.Waitf(v1alpha1.SecretNotFoundReason, "Secret %s/%s does not exist: create it with the key %q", namespace, name, key)
	case err != nil:
		return nil, reconcile.Failf(v1alpha1.AccessDeniedReason, "reading Secret %s/%s: %w", namespace, name, err)
	case len(s.Data[key]) == 0:
		return nil, reconcile.Waitf(v1alpha1.SecretInvalidReason, "Secret %s/%s has no key %q: add it", namespace, name, key)
	}
	return &s, nil
}

func duration(d metav1.Duration, fallback time.Duration) time.Duration {
	if d.Duration == 0 {
		return fallback
	}
	return d.Duration
}
