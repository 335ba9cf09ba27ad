// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/certificate"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/render"
)

// ensureCertificates requests every certificate first, so that cert-manager works
// on all of them at once, then waits for them one by one.
func (r *NetworkFunctionReconciler) ensureCertificates(ctx context.Context, s *scope) (string, error) {
	certs, err := r.requestCertificates(ctx, s)
	if err != nil {
		return "", certificateError(err)
	}
	if !planOnly(s.nf) {
		if err := r.dropCertificates(ctx, s, certs); err != nil {
			return "", certificateError(err)
		}
	}
	for i, cert := range certs {
		material, err := r.material(ctx, cert)
		if apierrors.IsNotFound(err) && planOnly(s.nf) {
			return "", refusePlanned("Certificate", cert.Name)
		}
		if err != nil {
			return "", certificateError(err)
		}
		s.values.Certificates[s.nf.Spec.Certificates[i].Name] = certificateValue(material)
	}
	if len(certs) == 0 {
		return "", nil
	}
	return count(len(certs), "certificate", "certificates") + " issued", nil
}

func (r *NetworkFunctionReconciler) requestCertificates(ctx context.Context, s *scope) ([]*cmv1.Certificate, error) {
	var certs []*cmv1.Certificate
	for _, req := range s.nf.Spec.Certificates {
		addresses, err := r.strings(req.IPAddresses, s.values)
		if err != nil {
			return nil, err
		}
		if req.URIs, err = r.strings(req.URIs, s.values); err != nil {
			return nil, err
		}
		cert, err := certificate.Build(s.holder(), req, addresses)
		if err != nil {
			return nil, err
		}
		if planOnly(s.nf) {
			certs = append(certs, cert)
			continue
		}
		if err := r.checkIssuer(ctx, cert); err != nil {
			return nil, err
		}
		if err := r.ensureOwned(ctx, s.nf, cert); err != nil {
			return nil, fmt.Errorf("requesting Certificate %s: %w", nameOf(cert), err)
		}
		certs = append(certs, cert)
	}
	return certs, nil
}

// strings evaluates the expressions in a list of strings; secrets have no place
// in names and addresses, which everyone can read.
func (r *NetworkFunctionReconciler) strings(in []string, values render.Scope) ([]string, error) {
	evaluated, err := r.Renderer.Strings(in, values)
	if err != nil {
		return nil, reconcile.Stallf(v1alpha1.ExpressionErrorReason, "%w", err)
	}
	out := make([]string, 0, len(evaluated))
	for i, v := range evaluated {
		if v.Tainted {
			return nil, reconcile.Stallf(v1alpha1.ExpressionErrorReason, "%q uses a Secret, and its value would be public: use another input", in[i])
		}
		out = append(out, fmt.Sprint(v.Object))
	}
	return out, nil
}

// checkIssuer looks for the issuer before cert-manager does, whose word on it is
// hidden in a CertificateRequest.
func (r *NetworkFunctionReconciler) checkIssuer(ctx context.Context, cert *cmv1.Certificate) error {
	key := certificate.IssuerKey(cert.Spec.IssuerRef, cert.Namespace)
	if key.External {
		return nil
	}
	var issuer cmv1.GenericIssuer = &cmv1.Issuer{}
	if key.Kind == cmv1.ClusterIssuerKind {
		issuer = &cmv1.ClusterIssuer{}
	}
	err := r.APIReader.Get(ctx, key.NamespacedName, issuer)
	if apierrors.IsNotFound(err) {
		return certificate.IssuerMissing(cert.Name, key)
	}
	if err != nil {
		return err
	}
	return certificate.IssuerReady(cert.Name, issuer, key)
}

// material reads what cert-manager issued.
func (r *NetworkFunctionReconciler) material(ctx context.Context, desired *cmv1.Certificate) (certificate.Material, error) {
	cert := &cmv1.Certificate{}
	if err := r.APIReader.Get(ctx, nameOf(desired), cert); err != nil {
		return certificate.Material{}, err
	}
	secret := &corev1.Secret{}
	err := r.APIReader.Get(ctx, types.NamespacedName{Namespace: cert.Namespace, Name: cert.Spec.SecretName}, secret)
	if apierrors.IsNotFound(err) {
		secret = nil
	} else if err != nil {
		return certificate.Material{}, err
	}
	return certificate.Ready(cert, secret)
}

// dropCertificates deletes those that were requested once and are no longer.
func (r *NetworkFunctionReconciler) dropCertificates(ctx context.Context, s *scope, certs []*cmv1.Certificate) error {
	var names []string
	for _, c := range certs {
		names = append(names, c.Name)
	}
	for _, old := range s.nf.Status.Certificates {
		if slices.Contains(names, old) {
			continue
		}
		gone := &cmv1.Certificate{ObjectMeta: metav1.ObjectMeta{Namespace: s.nf.Namespace, Name: old}}
		if err := r.deleteOwned(ctx, s.nf, gone); err != nil {
			return fmt.Errorf("deleting Certificate %s: %w", old, err)
		}
	}
	s.nf.Status.Certificates = names
	return nil
}

// certificateValue is what expressions see; all of it is tainted but the facts
// that anyone sees in a TLS handshake.
func certificateValue(m certificate.Material) render.Value {
	return render.Value{Object: map[string]any{
		"certificate":  render.Value{Object: string(m.Certificate), Tainted: true},
		"privateKey":   render.Value{Object: string(m.PrivateKey), Tainted: true},
		"ca":           render.Value{Object: string(m.CA), Tainted: true},
		"notBefore":    m.NotBefore.UTC().Format(time.RFC3339),
		"notAfter":     m.NotAfter.UTC().Format(time.RFC3339),
		"serialNumber": m.SerialNumber,
		"issuer":       m.Issuer,
	}}
}

func certificateError(err error) error {
	var e *certificate.Error
	switch {
	case errors.As(err, &e) && e.Reason == certificate.InvalidSpec:
		return reconcile.Stallf(v1alpha1.InvalidSpecReason, "%w", err)
	case errors.As(err, &e):
		return reconcile.Waitf(string(e.Reason), "%w", err)
	case apimeta.IsNoMatchError(err):
		return reconcile.Waitf(v1alpha1.CertManagerMissingReason, "spec.certificates needs cert-manager, whose API is not installed: %w", err)
	}
	return err
}

// certificateObject are what a certificate's life is watched by: cert-manager
// touches the Certificate at every renewal, and issuers appear late.
func certificateObject(nf *v1alpha1.NetworkFunction, c v1alpha1.CertificateRequest) []v1alpha1.ObjectReference {
	version := cmv1.SchemeGroupVersion.String()
	refs := []v1alpha1.ObjectReference{{
		APIVersion: version, Kind: cmv1.CertificateKind, Namespace: nf.Namespace, Name: certificate.Name(nf.Name, c.Name),
	}}
	if key := certificate.IssuerKey(c.IssuerRef, nf.Namespace); !key.External {
		refs = append(refs, v1alpha1.ObjectReference{APIVersion: version, Kind: key.Kind, Namespace: key.Namespace, Name: key.Name})
	}
	return refs
}
