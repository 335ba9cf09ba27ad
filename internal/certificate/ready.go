// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Material is an issued certificate. PrivateKey is secret, and the rest comes
// from a Secret too.
type Material struct {
	// Certificate is the chain in PEM, the NF's own first.
	Certificate []byte
	// PrivateKey in PEM.
	PrivateKey []byte
	// CA in PEM; empty where the issuer does not tell it.
	CA []byte

	// NotBefore and NotAfter bound the validity of the NF's certificate.
	NotBefore, NotAfter time.Time
	// SerialNumber in upper-case hexadecimal.
	SerialNumber string
	// Issuer is the distinguished name of who signed.
	Issuer string
}

// Ready gives the material of a Certificate once it can be used. secret is the
// one it names, nil where there is none. requests are CertificateRequests of
// the namespace: where cert-manager waits for something it says so in them, and
// that is passed on. Errors are *Error of reason NotReady or IssuerNotFound.
func Ready(cert *cmv1.Certificate, secret *corev1.Secret, requests ...cmv1.CertificateRequest) (Material, error) {
	if err := issued(cert, latest(cert, requests)); err != nil {
		return Material{}, err
	}
	if secret == nil {
		return Material{}, notReady(cert.Name, "cert-manager says it is ready, but the Secret %s does not exist (yet)", cert.Spec.SecretName)
	}
	m, leaf, err := parse(secret)
	if err != nil {
		return Material{}, notReady(cert.Name, "Secret %s: %v; cert-manager is expected to issue it again", secret.Name, err)
	}
	if missing := unnamed(cert.Spec, leaf); len(missing) > 0 {
		return Material{}, notReady(cert.Name, "Secret %s: the certificate is not for %s, it is being issued again", secret.Name, strings.Join(missing, ", "))
	}
	return m, nil
}

// issued: cert-manager says Ready of the present spec.
func issued(cert *cmv1.Certificate, req *cmv1.CertificateRequest) error {
	i := slices.IndexFunc(cert.Status.Conditions, func(c cmv1.CertificateCondition) bool { return c.Type == cmv1.CertificateConditionReady })
	if i < 0 {
		return waiting(cert, req, "cert-manager has not looked at it yet")
	}
	ready := cert.Status.Conditions[i]
	if ready.ObservedGeneration < cert.Generation {
		return waiting(cert, req, "cert-manager has not looked at the present request yet")
	}
	if ready.Status == cmmeta.ConditionTrue {
		return nil
	}
	message := ready.Message
	for _, c := range cert.Status.Conditions {
		if c.Type == cmv1.CertificateConditionIssuing && c.Status == cmmeta.ConditionFalse && c.Reason != "Issued" && c.Message != "" {
			message = c.Message // the last attempt failed, and this says why
		}
	}
	if message == "" {
		message = ready.Reason
	}
	return waiting(cert, req, message)
}

// waiting prefers what the CertificateRequest says: it knows the cause.
func waiting(cert *cmv1.Certificate, req *cmv1.CertificateRequest, message string) error {
	err := notReady(cert.Name, "%s", message)
	if req == nil {
		return err
	}
	for _, c := range req.Status.Conditions {
		if c.Message == "" || (c.Type == cmv1.CertificateRequestConditionReady) == (c.Status == cmmeta.ConditionTrue) {
			continue
		}
		switch c.Type {
		case cmv1.CertificateRequestConditionReady:
			err.Message = c.Message
			if c.Reason == cmv1.CertificateRequestReasonPending && strings.HasPrefix(c.Message, "Referenced ") && strings.Contains(c.Message, "not found") {
				err.Reason = IssuerNotFound
				err.Message += "; create it or correct issuerRef"
			}
			err.Terminal = c.Reason == cmv1.CertificateRequestReasonDenied // Failed is tried again by cert-manager
		case cmv1.CertificateRequestConditionDenied, cmv1.CertificateRequestConditionInvalidRequest:
			err.Message, err.Terminal = fmt.Sprintf("%s: %s", c.Type, c.Message), true
			return err
		}
	}
	return err
}

// latest is the Certificate's newest CertificateRequest.
func latest(cert *cmv1.Certificate, requests []cmv1.CertificateRequest) *cmv1.CertificateRequest {
	var found *cmv1.CertificateRequest
	newest := -1
	for i := range requests {
		r := &requests[i]
		if r.Namespace != cert.Namespace || !metav1.IsControlledBy(r, cert) {
			continue
		}
		if rev, _ := strconv.Atoi(r.Annotations[cmv1.CertificateRequestRevisionAnnotationKey]); rev > newest {
			found, newest = r, rev
		}
	}
	return found
}

// parse reads the Secret; the key must belong to the certificate.
func parse(secret *corev1.Secret) (Material, *x509.Certificate, error) {
	m := Material{
		Certificate: secret.Data[corev1.TLSCertKey],
		PrivateKey:  secret.Data[corev1.TLSPrivateKeyKey],
		CA:          secret.Data[cmmeta.TLSCAKey],
	}
	if len(m.Certificate) == 0 || len(m.PrivateKey) == 0 {
		return m, nil, fmt.Errorf("it lacks %s or %s", corev1.TLSCertKey, corev1.TLSPrivateKeyKey)
	}
	pair, err := tls.X509KeyPair(m.Certificate, m.PrivateKey)
	if err != nil {
		// The error names what does not fit, never the key.
		return m, nil, fmt.Errorf("%s and %s do not fit together: %w", corev1.TLSCertKey, corev1.TLSPrivateKeyKey, err)
	}
	if err := checkCA(m.CA); err != nil {
		return m, nil, err
	}
	leaf := pair.Leaf
	m.NotBefore, m.NotAfter = leaf.NotBefore, leaf.NotAfter
	m.SerialNumber = fmt.Sprintf("%X", leaf.SerialNumber.Bytes())
	m.Issuer = leaf.Issuer.String()
	return m, leaf, nil
}

func checkCA(ca []byte) error {
	for rest := bytes.TrimSpace(ca); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return fmt.Errorf("%s is not PEM", cmmeta.TLSCAKey)
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return fmt.Errorf("%s: %w", cmmeta.TLSCAKey, err)
		}
	}
	return nil
}

// unnamed gives the requested names the certificate is not for. Issuers may add
// names of their own.
func unnamed(want cmv1.CertificateSpec, got *x509.Certificate) []string {
	var missing []string
	hasDNS := func(n string) bool {
		return slices.ContainsFunc(got.DNSNames, func(d string) bool { return strings.EqualFold(d, n) })
	}
	if cn := want.CommonName; cn != "" && got.Subject.CommonName != cn && !hasDNS(cn) {
		missing = append(missing, cn)
	}
	for _, n := range want.DNSNames {
		if !hasDNS(n) {
			missing = append(missing, n)
		}
	}
	for _, s := range want.IPAddresses {
		ip, _ := netip.ParseAddr(s)
		if !slices.ContainsFunc(got.IPAddresses, func(g net.IP) bool {
			a, ok := netip.AddrFromSlice(g)
			return ok && a.Unmap() == ip.Unmap()
		}) {
			missing = append(missing, s)
		}
	}
	for _, u := range want.URIs {
		found := false
		for _, g := range got.URIs {
			found = found || g.String() == u
		}
		if !found {
			missing = append(missing, u)
		}
	}
	return missing
}

// IssuerReady passes on why cert-manager's Issuer or ClusterIssuer cannot issue
// the named certificate yet; nil where it can.
func IssuerReady(certificate string, issuer cmv1.GenericIssuer, kind Issuer) error {
	for _, c := range issuer.GetStatus().Conditions {
		if c.Type != cmv1.IssuerConditionReady {
			continue
		}
		if c.Status == cmmeta.ConditionTrue {
			return nil
		}
		return notReady(certificate, "%s is not ready: %s", kind, c.Message)
	}
	return notReady(certificate, "%s is not ready: cert-manager has not looked at it yet", kind)
}
