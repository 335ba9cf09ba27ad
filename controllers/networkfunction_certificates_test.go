// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

const (
	n4Name          = "edge-1.5gc.example.com"
	certificatePath = "/strowger-test-router:system/tls/certificate"
	privateKeyPath  = "/strowger-test-router:system/tls/private-key"
)

// TestCertificatesThatAreWaitedFor: cert-manager has its part still to do.
func TestCertificatesThatAreWaitedFor(t *testing.T) {
	testRefusals(t, []refusal{
		{
			name:   "issuer missing",
			nf:     func(_ *world, nf *v1alpha1.NetworkFunction) { nf.Spec.Certificates = n4Certificate() },
			reason: v1alpha1.IssuerNotFoundReason,
			says:   []string{"edge-1-n4", "Issuer", "/telco-pki"},
			status: status.InProgressStatus,
			cure: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.issuer()
				w.Eventually(w.get(nf)).Should(BeRefused(v1alpha1.CertificateNotReadyReason))
				w.issue(1)
			},
		},
		{
			name: "certificate not issued",
			nf: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.issuer()
				nf.Spec.Certificates = n4Certificate()
				nf.Spec.RetryInterval = nf.Spec.Interval
			},
			reason: v1alpha1.CertificateNotReadyReason,
			says:   []string{"edge-1-n4", "cert-manager"},
			status: status.InProgressStatus,
			cure:   func(w *world, _ *v1alpha1.NetworkFunction) { w.issue(1) },
		},
		{
			name: "certificate that cannot be requested",
			nf: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.issuer()
				nf.Spec.Certificates = n4Certificate()
				nf.Spec.Certificates[0].DNSNames = nil
			},
			reason: v1alpha1.InvalidSpecReason,
			says:   []string{"edge-1-n4", "dnsNames"},
			status: status.FailedStatus,
			cure: func(w *world, nf *v1alpha1.NetworkFunction) {
				w.edit(nf, func() { nf.Spec.Certificates = nil })
			},
		},
	})
}

// TestCertificateIsInstalledAndRenewed: what cert-manager issues is committed,
// and so is each renewal, without waiting for the interval.
func TestCertificateIsInstalledAndRenewed(t *testing.T) {
	w := newWorld(t)
	w.issuer()
	nf := w.nf(object{"strowger-test-router:system": object{"tls": object{
		"certificate": "${certificates.n4.certificate}", "private-key": "${certificates.n4.privateKey}",
	}}})
	nf.Spec.Certificates = n4Certificate()
	w.create(nf)
	first := w.issue(1)
	w.Eventually(w.get(nf)).Should(BeReady())
	w.Expect(w.running(certificatePath)).To(Equal(string(first[corev1.TLSCertKey])))
	w.Expect(w.running(privateKeyPath)).To(Equal(string(first[corev1.TLSPrivateKeyKey])))
	cert := &cmv1.Certificate{ObjectMeta: w.meta("edge-1-n4")}
	w.get(cert)()
	w.Expect(cert.OwnerReferences).To(ConsistOf(And(HaveField("UID", nf.UID), HaveField("Controller", HaveValue(BeTrue())))))
	w.Expect(cert.Spec.DNSNames).To(Equal([]string{n4Name}))
	w.Expect(nf.Status.Certificates).To(Equal([]string{"edge-1-n4"}))

	second := w.issue(2)
	w.Eventually(func() string { return w.running(certificatePath) }).Should(Equal(string(second[corev1.TLSCertKey])))
	w.Expect(w.running(privateKeyPath)).To(Equal(string(second[corev1.TLSPrivateKeyKey])))
	w.expectSecret(second[corev1.TLSPrivateKeyKey])

	// One that is asked for no more is deleted.
	w.edit(nf, func() {
		nf.Spec.Certificates = nil
		nf.Spec.Config[0] = w.inline("local", hostname("edge-1"))
	})
	w.expectGone(cert)
}

// TestCertificateOfSomebodyElse is never taken over.
func TestCertificateOfSomebodyElse(t *testing.T) {
	w := newWorld(t)
	w.issuer()
	other := &cmv1.Certificate{ObjectMeta: w.meta("edge-1-n4"), Spec: cmv1.CertificateSpec{
		SecretName: "other", DNSNames: []string{"other.example.com"}, IssuerRef: cmmeta.IssuerReference{Name: "telco-pki"},
	}}
	w.create(other)
	nf := w.nf(hostname("edge-1"))
	nf.Spec.Certificates = n4Certificate()
	w.create(nf)
	w.Eventually(func() string { w.get(nf)(); return message(nf, "Ready") }).Should(ContainSubstring("not controlled by this NetworkFunction"))
	w.get(other)()
	w.Expect(other.Spec.SecretName).To(Equal("other"))
}

func n4Certificate() []v1alpha1.CertificateRequest {
	return []v1alpha1.CertificateRequest{{Name: "n4", IssuerRef: cmmeta.IssuerReference{Name: "telco-pki"}, DNSNames: []string{n4Name}}}
}

// issuer stands for one that cert-manager found ready.
func (w *world) issuer() {
	w.t.Helper()
	issuer := &cmv1.Issuer{ObjectMeta: w.meta("telco-pki"), Spec: cmv1.IssuerSpec{IssuerConfig: cmv1.IssuerConfig{SelfSigned: &cmv1.SelfSignedIssuer{}}}}
	w.create(issuer)
	w.editStatus(issuer, func() {
		issuer.Status.Conditions = []cmv1.IssuerCondition{{Type: cmv1.IssuerConditionReady, Status: cmmeta.ConditionTrue, ObservedGeneration: issuer.Generation}}
	})
}

// issue does what cert-manager does at an issuance: the Secret, then the status.
func (w *world) issue(serial int64) map[string][]byte {
	w.t.Helper()
	cert := &cmv1.Certificate{ObjectMeta: w.meta("edge-1-n4")}
	w.Eventually(func() error { return k8s.Get(w.t.Context(), client.ObjectKeyFromObject(cert), cert) }).Should(Succeed())
	secret := w.secret(cert.Spec.SecretName, nil)
	secret.Type, secret.Data = corev1.SecretTypeTLS, w.keyPair(serial)
	if err := k8s.Create(w.t.Context(), secret.DeepCopy()); apierrors.IsAlreadyExists(err) {
		w.Expect(k8s.Update(w.t.Context(), secret)).To(Succeed())
	} else {
		w.Expect(err).NotTo(HaveOccurred())
	}
	w.editStatus(cert, func() {
		revision := int(serial)
		cert.Status.Revision = &revision
		cert.Status.Conditions = []cmv1.CertificateCondition{{
			Type: cmv1.CertificateConditionReady, Status: cmmeta.ConditionTrue, Reason: "Ready",
			LastTransitionTime: &metav1.Time{Time: time.Now()}, ObservedGeneration: cert.Generation,
		}}
	})
	return secret.Data
}

// keyPair makes a self-signed certificate.
func (w *world) keyPair(serial int64) map[string][]byte {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.Expect(err).NotTo(HaveOccurred())
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"}, DNSNames: []string{n4Name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	w.Expect(err).NotTo(HaveOccurred())
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	w.Expect(err).NotTo(HaveOccurred())
	return map[string][]byte{
		corev1.TLSCertKey:       pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		corev1.TLSPrivateKeyKey: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
	}
}
