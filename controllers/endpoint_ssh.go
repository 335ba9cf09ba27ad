// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
)

// Keys of the Secrets that spec.ssh names; Flux uses the first four too.
const (
	usernameKey    = "username"
	passwordKey    = "password"
	identityKey    = "identity"
	knownHostsKey  = "known_hosts"
	certificateKey = "identity-cert.pub"
)

// ssh reads who we are over SSH, and whom to believe.
func (e *Endpoints) ssh(ctx context.Context, t *v1alpha1.Target) (target.SSHConfig, error) {
	cfg := target.SSHConfig{LegacyAlgorithms: t.Spec.SSH.LegacyAlgorithms, Keepalive: keepalive(t)}
	creds, err := e.secret(ctx, t.Namespace, t.Spec.SSH.CredentialsSecretRef.Name, usernameKey)
	if err != nil {
		return cfg, err
	}
	cfg.User = string(creds.Data[usernameKey])
	cfg.PrivateKey = creds.Data[identityKey]
	cfg.Certificate = creds.Data[certificateKey]
	password := string(creds.Data[passwordKey])
	switch {
	case len(cfg.PrivateKey) > 0:
		cfg.Passphrase = password
	case len(cfg.Certificate) > 0:
		return cfg, reconcile.Waitf(v1alpha1.SecretInvalidReason, "Secret %s/%s has %q, but not the private key it is for: add it as %q",
			t.Namespace, creds.Name, certificateKey, identityKey)
	case password == "":
		return cfg, reconcile.Waitf(v1alpha1.SecretInvalidReason, "Secret %s/%s has neither %q nor %q: put the password or the private key of user %q there",
			t.Namespace, creds.Name, passwordKey, identityKey, cfg.User)
	default:
		cfg.Password = password
	}
	return cfg, e.hostKeys(ctx, t, &cfg)
}

func (e *Endpoints) hostKeys(ctx context.Context, t *v1alpha1.Target, cfg *target.SSHConfig) error {
	if t.Spec.SSH.InsecureSkipHostKeyVerification {
		if e.ForbidInsecure {
			return reconcile.Stallf(v1alpha1.InvalidSpecReason, "insecureSkipHostKeyVerification is forbidden by this manager: name a Secret with known_hosts in spec.ssh.knownHostsSecretRef")
		}
		cfg.InsecureSkipHostKeyVerification = true
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
	cfg.KnownHosts = hosts.Data[knownHostsKey]
	return nil
}
