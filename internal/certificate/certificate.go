// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package certificate builds the cert-manager Certificates of a NetworkFunction
// and tells whether what was issued can be used: its key belongs to it and it
// is for the names that were asked for.
//
// It is pure: it reads no cluster and no clock, and must not know what becomes
// of the material on the NF. Whatever it returns as Material is secret.
package certificate

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/api/v1alpha1"
)

const (
	// ManagedByLabel marks Certificates and their Secrets.
	ManagedByLabel = "app.kubernetes.io/managed-by"
	// ManagedBy is the label's value.
	ManagedBy = "strowger"

	maxName = 253
)

// Name of the Certificate, and of its Secret, for a request of an NF.
func Name(nf, request string) string { return nf + "-" + request }

// Build gives the Certificate for one request, owned by the NF. ipAddresses are
// the request's with its expressions resolved. The result is complete for a
// server-side apply. An error is an *Error of reason InvalidSpec.
//
// The key is PKCS#8, which ietf-crypto-types calls one-asymmetric-key-format
// (RFC 9640), and is made anew at each issuance.
func Build(nf *v1alpha1.NetworkFunction, req v1alpha1.CertificateRequest, ipAddresses []string) (*cmv1.Certificate, error) {
	name := Name(nf.Name, req.Name)
	ips, err := checkNames(name, req, ipAddresses)
	if err != nil {
		return nil, err
	}
	usages, err := usages(req.Usages)
	if err != nil {
		return nil, invalid(name, "%v", err)
	}
	key, err := privateKey(req.PrivateKeyAlgorithm)
	if err != nil {
		return nil, invalid(name, "%v", err)
	}
	labels := func() map[string]string { return map[string]string{ManagedByLabel: ManagedBy} }
	return &cmv1.Certificate{
		TypeMeta: metav1.TypeMeta{APIVersion: cmv1.SchemeGroupVersion.String(), Kind: cmv1.CertificateKind},
		ObjectMeta: metav1.ObjectMeta{
			Namespace:       nf.Namespace,
			Name:            name,
			Labels:          labels(),
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(nf, v1alpha1.GroupVersion.WithKind("NetworkFunction"))},
		},
		Spec: cmv1.CertificateSpec{
			SecretName:     name,
			SecretTemplate: &cmv1.CertificateSecretTemplate{Labels: labels()},
			IssuerRef:      issuerRef(req.IssuerRef),
			CommonName:     req.CommonName,
			DNSNames:       slices.Clone(req.DNSNames),
			IPAddresses:    ips,
			URIs:           slices.Clone(req.URIs),
			Duration:       req.Duration.DeepCopy(),
			RenewBefore:    req.RenewBefore.DeepCopy(),
			Usages:         usages,
			PrivateKey:     key,
		},
	}, nil
}

// checkNames gives the IP addresses in canonical form.
func checkNames(name string, req v1alpha1.CertificateRequest, ipAddresses []string) ([]string, error) {
	if len(name) > maxName {
		return nil, invalid(name, "its name has more than %d characters; shorten the name of the NetworkFunction or of the certificate", maxName)
	}
	if req.IssuerRef.Name == "" {
		return nil, invalid(name, "issuerRef.name is missing")
	}
	if req.CommonName == "" && len(req.DNSNames)+len(req.URIs)+len(ipAddresses) == 0 {
		return nil, invalid(name, "it needs one of commonName, dnsNames, ipAddresses and uris")
	}
	for _, n := range req.DNSNames {
		if n == "" || strings.HasSuffix(n, ".") || strings.ContainsAny(n, " /:@$") {
			return nil, invalid(name, "%q is not a DNS name", n)
		}
	}
	for _, u := range req.URIs {
		if p, err := url.Parse(u); err != nil || p.Scheme == "" {
			return nil, invalid(name, "%q is not a URI", u)
		}
	}
	var ips []string
	for _, s := range ipAddresses {
		ip, err := netip.ParseAddr(s)
		if err != nil || ip.Zone() != "" {
			return nil, invalid(name, "%q is not an IP address", s)
		}
		if c := ip.Unmap().String(); !slices.Contains(ips, c) {
			ips = append(ips, c)
		}
	}
	return ips, nil
}

// usages gives the requested ones, or those TS 33.310 asks of SBA certificates.
func usages(requested []string) ([]cmv1.KeyUsage, error) {
	if len(requested) == 0 {
		return []cmv1.KeyUsage{cmv1.UsageDigitalSignature, cmv1.UsageKeyEncipherment, cmv1.UsageServerAuth, cmv1.UsageClientAuth}, nil
	}
	var out []cmv1.KeyUsage
	for _, s := range requested {
		if !slices.Contains(knownUsages(), cmv1.KeyUsage(s)) {
			return nil, fmt.Errorf("%q is not a usage cert-manager knows, such as %q", s, cmv1.UsageServerAuth)
		}
		out = append(out, cmv1.KeyUsage(s))
	}
	return out, nil
}

func knownUsages() []cmv1.KeyUsage {
	return []cmv1.KeyUsage{
		cmv1.UsageSigning, cmv1.UsageDigitalSignature, cmv1.UsageContentCommitment, cmv1.UsageKeyEncipherment,
		cmv1.UsageKeyAgreement, cmv1.UsageDataEncipherment, cmv1.UsageCertSign, cmv1.UsageCRLSign,
		cmv1.UsageEncipherOnly, cmv1.UsageDecipherOnly, cmv1.UsageAny, cmv1.UsageServerAuth, cmv1.UsageClientAuth,
		cmv1.UsageCodeSigning, cmv1.UsageEmailProtection, cmv1.UsageSMIME, cmv1.UsageIPsecEndSystem,
		cmv1.UsageIPsecTunnel, cmv1.UsageIPsecUser, cmv1.UsageTimestamping, cmv1.UsageOCSPSigning,
		cmv1.UsageMicrosoftSGC, cmv1.UsageNetscapeSGC,
	}
}

// privateKey gives the key's kind; sizes as TS 33.310 recommends.
func privateKey(algorithm string) (*cmv1.CertificatePrivateKey, error) {
	key := &cmv1.CertificatePrivateKey{
		Algorithm:      cmv1.PrivateKeyAlgorithm(algorithm),
		Encoding:       cmv1.PKCS8,
		RotationPolicy: cmv1.RotationPolicyAlways,
	}
	switch key.Algorithm {
	case "":
		key.Algorithm, key.Size = cmv1.ECDSAKeyAlgorithm, 256
	case cmv1.ECDSAKeyAlgorithm:
		key.Size = 256
	case cmv1.RSAKeyAlgorithm:
		key.Size = 3072
	case cmv1.Ed25519KeyAlgorithm:
	default:
		return nil, fmt.Errorf("privateKeyAlgorithm %q is none of ECDSA, RSA and Ed25519", algorithm)
	}
	return key, nil
}

// issuerRef fills in what cert-manager's API server would, so that an apply of
// the same request is never a change.
func issuerRef(ref cmmeta.IssuerReference) cmmeta.IssuerReference {
	if ref.Kind == "" {
		ref.Kind = cmv1.IssuerKind
	}
	if ref.Group == "" {
		ref.Group = cmv1.SchemeGroupVersion.Group
	}
	return ref
}

// Issuer says which object issues a certificate.
type Issuer struct {
	schema.GroupKind
	types.NamespacedName
	// External issuers are not cert-manager's own kinds: the version of their
	// API and their scope have to be looked up, Namespace is set as if they were
	// namespaced.
	External bool
}

// String is "Kind name" or "Kind namespace/name".
func (i Issuer) String() string {
	kind := i.Kind
	if i.External {
		kind = i.GroupKind.String()
	}
	if i.Namespace == "" {
		return kind + " " + i.Name
	}
	return kind + " " + i.NamespacedName.String()
}

// IssuerKey reads an issuerRef of a Certificate in namespace: kind Issuer and
// group cert-manager.io where not said otherwise, ClusterIssuers without a
// namespace.
func IssuerKey(ref cmmeta.IssuerReference, namespace string) Issuer {
	ref = issuerRef(ref)
	i := Issuer{
		GroupKind:      schema.GroupKind{Group: ref.Group, Kind: ref.Kind},
		NamespacedName: types.NamespacedName{Namespace: namespace, Name: ref.Name},
	}
	switch {
	case ref.Group != cmv1.SchemeGroupVersion.Group:
		i.External = true
	case ref.Kind == cmv1.ClusterIssuerKind:
		i.Namespace = ""
	case ref.Kind != cmv1.IssuerKind:
		i.External = true
	}
	return i
}
