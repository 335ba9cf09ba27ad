// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
)

// caKey is where cert-manager puts the authority in a Secret of type kubernetes.io/tls.
const caKey = "ca.crt"

// tls reads who we are over TLS, and whom to believe.
func (e *Endpoints) tls(ctx context.Context, t *v1alpha1.Target) (*target.TLSConfig, error) {
	spec := t.Spec.TLS
	own, err := e.secret(ctx, t.Namespace, spec.ClientCertificateSecretRef.Name, corev1.TLSCertKey, corev1.TLSPrivateKeyKey)
	if err != nil {
		return nil, err
	}
	cfg := &target.TLSConfig{
		Certificate: own.Data[corev1.TLSCertKey], PrivateKey: own.Data[corev1.TLSPrivateKeyKey],
		CA: own.Data[caKey], ServerName: spec.ServerName, Keepalive: keepalive(t),
	}
	if err := usable(cfg, own); err != nil {
		return nil, err
	}
	if spec.CASecretRef != nil {
		authorities, err := e.secret(ctx, t.Namespace, spec.CASecretRef.Name, caKey)
		if err != nil {
			return nil, err
		}
		cfg.CA, own = authorities.Data[caKey], authorities
	}
	switch {
	case len(cfg.CA) == 0:
		return nil, reconcile.Waitf(v1alpha1.SecretInvalidReason, "Secret %s has no key %q, which the NF's certificate is verified with: add it, or name a Secret that has it in spec.tls.caSecretRef",
			nameOf(own), caKey)
	case !x509.NewCertPool().AppendCertsFromPEM(cfg.CA):
		return nil, reconcile.Waitf(v1alpha1.SecretInvalidReason, "%q of Secret %s holds no certificate in PEM", caKey, nameOf(own))
	}
	return cfg, nil
}

// usable refuses a client certificate that no NF would take, with the name of its Secret, which the NF's
// own refusal could not tell.
func usable(cfg *target.TLSConfig, secret *corev1.Secret) error {
	certificate, err := clientCertificate(cfg)
	if err != nil {
		return reconcile.Waitf(v1alpha1.SecretInvalidReason, "the client certificate in Secret %s cannot be used: %w", nameOf(secret), err)
	}
	if time.Now().After(certificate.NotAfter) {
		return reconcile.Waitf(v1alpha1.SecretInvalidReason, "the client certificate in Secret %s expired at %s: renew it", nameOf(secret), timestamp(certificate.NotAfter))
	}
	return nil
}

func clientCertificate(cfg *target.TLSConfig) (*x509.Certificate, error) {
	pair, err := tls.X509KeyPair(cfg.Certificate, cfg.PrivateKey)
	if err != nil {
		return nil, err
	}
	return pair.Leaf, nil
}

// notAfter is when our certificate expires, nil over SSH.
func notAfter(ep target.Endpoint) *metav1.Time {
	if ep.TLS == nil {
		return nil
	}
	certificate, err := clientCertificate(ep.TLS)
	if err != nil {
		return nil
	}
	return &metav1.Time{Time: certificate.NotAfter}
}

// remark is what a person should know of a session that works.
func remark(t *v1alpha1.Target, ep target.Endpoint) string {
	switch {
	case ep.SSH.InsecureSkipHostKeyVerification:
		return "; INSECURE: host key not verified"
	case ep.TLS == nil:
		return ""
	}
	if c, err := clientCertificate(ep.TLS); err == nil && expiresSoon(c, time.Now()) {
		return fmt.Sprintf("; the client certificate in Secret %s/%s expires soon, at %s, and was not renewed",
			t.Namespace, t.Spec.TLS.ClientCertificateSecretRef.Name, timestamp(c.NotAfter))
	}
	return ""
}

// expiresSoon says that less than a sixth of a certificate's life is left. Renewal is due much earlier,
// with cert-manager after two thirds: it must have failed, or nobody does it.
func expiresSoon(c *x509.Certificate, now time.Time) bool {
	return c.NotAfter.Sub(now) < c.NotAfter.Sub(c.NotBefore)/6
}

func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// keyList names keys of a Secret.
func keyList(keys []string) string {
	quoted := make([]string, len(keys))
	for i, key := range keys {
		quoted[i] = fmt.Sprintf("%q", key)
	}
	noun := "the key "
	if len(keys) > 1 {
		noun = "the keys "
	}
	return noun + strings.Join(quoted, " and ")
}
