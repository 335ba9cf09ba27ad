// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"

	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// ClientSecret holds the certificate by which the operator is known to NFs over TLS.
	ClientSecret = "strowger-netconf-client"
	// netconfSuffix of the Secret with the certificate of a device's NETCONF server.
	netconfSuffix = "-netconf"
)

// startAuthority applies the example's certificate authority ahead of Flux, which takes it over: devices are enrolled
// before they are installed.
func (w *World) startAuthority(ctx context.Context) error {
	_, err := w.Kubectl(ctx, "apply", "--server-side", "-k", filepath.Join(w.root, "examples", "5g-core", "infra"))
	return err
}

// enrol waits for a certificate that cert-manager issues and writes it, its key and its authority into a folder, as
// an enrolment protocol would bring them to the device.
func (w *World) enrol(ctx context.Context, secretName, dir string) error {
	secret, err := w.waitForCertificate(ctx, secretName)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making a folder for certificates: %w", err)
	}
	for _, key := range []string{corev1.TLSCertKey, corev1.TLSPrivateKeyKey, cmmeta.TLSCAKey} {
		if err := os.WriteFile(filepath.Join(dir, key), secret.Data[key], 0o600); err != nil {
			return fmt.Errorf("writing the certificate of %s: %w", secretName, err)
		}
	}
	return nil
}

// waitForCertificate waits until cert-manager has written a Secret.
func (w *World) waitForCertificate(ctx context.Context, name string) (*corev1.Secret, error) {
	secret := &corev1.Secret{}
	err := w.Wait(ctx, "cert-manager to write Secret "+name, func(ctx context.Context) (string, error) {
		if err := w.Client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: name}, secret); err != nil {
			return err.Error(), nil
		}
		for _, key := range []string{corev1.TLSCertKey, corev1.TLSPrivateKeyKey, cmmeta.TLSCAKey} {
			if len(secret.Data[key]) == 0 {
				return key + " is empty", nil
			}
		}
		return "", nil
	})
	return secret, err
}

// Certificate reads the certificate in a Secret that cert-manager wrote.
func (w *World) Certificate(ctx context.Context, name string) (*x509.Certificate, error) {
	var secret corev1.Secret
	if err := w.Client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: name}, &secret); err != nil {
		return nil, fmt.Errorf("reading the certificate in Secret %s: %w", name, err)
	}
	return parseCertificate(secret.Data[corev1.TLSCertKey])
}
