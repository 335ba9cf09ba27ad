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

// Endpoints turns Targets into what the session pool connects to, or waits for.
type Endpoints struct {
	// Reader reads Secrets, without a cache: they are few, and not to be kept.
	Reader client.Reader
	// ForbidInsecure refuses Targets that skip host key verification.
	ForbidInsecure bool
	// CallHomeSSH and CallHomeTLS say whether NFs may call home over either.
	CallHomeSSH, CallHomeTLS bool
}

// For reads the Secrets of a Target. What it returns holds credentials. Each use
// reads them anew, so that what was rotated is used for the next connection.
func (e *Endpoints) For(ctx context.Context, t *v1alpha1.Target) (target.Endpoint, error) {
	connection := t.Spec.Connection
	ep := target.Endpoint{
		Key:            nameOf(t).String(),
		Address:        peer(t),
		CallHome:       t.Spec.CallHome != nil,
		OneByOne:       connection.Pipelining != nil && !*connection.Pipelining,
		ConnectTimeout: duration(connection.ConnectTimeout, 10*time.Second),
		RPCTimeout:     duration(connection.RPCTimeout, time.Minute),
		IdleTimeout:    connection.IdleTimeout.Duration,
	}
	if err := e.listening(t); err != nil {
		return ep, err
	}
	var err error
	switch {
	case t.Spec.TLS != nil:
		ep.TLS, err = e.tls(ctx, t)
	case t.Spec.SSH != nil:
		ep.SSH, err = e.ssh(ctx, t)
	default:
		err = reconcile.Stallf(v1alpha1.InvalidSpecReason, "exactly one of spec.ssh and spec.tls is required")
	}
	return ep, err
}

// listening: nobody can call a manager that does not listen.
func (e *Endpoints) listening(t *v1alpha1.Target) error {
	listens, flag := e.CallHomeSSH, "--call-home-ssh-bind-address"
	if t.Spec.TLS != nil {
		listens, flag = e.CallHomeTLS, "--call-home-tls-bind-address"
	}
	if t.Spec.CallHome == nil || listens {
		return nil
	}
	return reconcile.Stallf(v1alpha1.InvalidSpecReason, "spec.callHome: this manager does not listen for such calls; start it with %s, or name the NF's address", flag)
}

// peer names the NF in messages: by its address, which it need not have.
func peer(t *v1alpha1.Target) string {
	switch {
	case t.Spec.CallHome != nil:
		return "Target " + nameOf(t).String()
	case t.Spec.TLS != nil:
		return target.WithTLSPort(t.Spec.Address)
	}
	return target.WithPort(t.Spec.Address)
}

// transport is how the NF is reached, in the words of the status.
func transport(t *v1alpha1.Target) string {
	name := string(target.SSH)
	if t.Spec.TLS != nil {
		name = string(target.TLS)
	}
	if t.Spec.CallHome != nil {
		name = "CallHome" + name
	}
	return name
}

// keepalive in the terms of the pool, where 0 is the default and less is never.
func keepalive(t *v1alpha1.Target) time.Duration {
	switch d := t.Spec.Connection.Keepalive; {
	case d == nil:
		return 0
	case d.Duration == 0:
		return -1
	default:
		return d.Duration
	}
}

// secret reads a Secret and checks that it has some keys.
func (e *Endpoints) secret(ctx context.Context, namespace, name string, keys ...string) (*corev1.Secret, error) {
	var s corev1.Secret
	err := e.Reader.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, &s)
	switch {
	case apierrors.IsNotFound(err):
		return nil, reconcile.Waitf(v1alpha1.SecretNotFoundReason, "Secret %s/%s does not exist: create it with %s", namespace, name, keyList(keys))
	case err != nil:
		return nil, reconcile.Failf(v1alpha1.AccessDeniedReason, "reading Secret %s/%s: %w", namespace, name, err)
	}
	for _, key := range keys {
		if len(s.Data[key]) == 0 {
			return nil, reconcile.Waitf(v1alpha1.SecretInvalidReason, "Secret %s/%s has no key %q: add it", namespace, name, key)
		}
	}
	return &s, nil
}

func duration(d metav1.Duration, fallback time.Duration) time.Duration {
	if d.Duration == 0 {
		return fallback
	}
	return d.Duration
}
