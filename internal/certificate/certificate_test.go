// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"errors"
	"strings"
	"testing"
	"time"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/strowger/strowger/api/v1alpha1"
)

func networkFunction() *v1alpha1.NetworkFunction {
	return &v1alpha1.NetworkFunction{ObjectMeta: metav1.ObjectMeta{Namespace: "core5g", Name: "upf-zrh-1", UID: "u-1"}}
}

func request() v1alpha1.CertificateRequest {
	return v1alpha1.CertificateRequest{
		Name:        "n4",
		IssuerRef:   cmmeta.IssuerReference{Kind: "ClusterIssuer", Name: "telco-pki"},
		DNSNames:    []string{"upf-zrh-1.example.org"},
		IPAddresses: []string{"${inputs.n3.status.ipAddress}"},
		URIs:        []string{"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
		Duration:    &metav1.Duration{Duration: time.Hour},
	}
}

func TestBuild(t *testing.T) {
	got, err := Build(networkFunction(), request(), []string{"2001:DB8::1", "192.0.2.1", "2001:db8:0::1"})
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{"app.kubernetes.io/managed-by": "strowger"}
	want := &cmv1.Certificate{
		TypeMeta: metav1.TypeMeta{APIVersion: "cert-manager.io/v1", Kind: "Certificate"},
		ObjectMeta: metav1.ObjectMeta{Namespace: "core5g", Name: "upf-zrh-1-n4", Labels: labels,
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "nf.strowger.dev/v1alpha1", Kind: "NetworkFunction",
				Name: "upf-zrh-1", UID: "u-1", Controller: ptr.To(true), BlockOwnerDeletion: ptr.To(true)}}},
		Spec: cmv1.CertificateSpec{
			SecretName:     "upf-zrh-1-n4",
			SecretTemplate: &cmv1.CertificateSecretTemplate{Labels: labels},
			IssuerRef:      cmmeta.IssuerReference{Kind: "ClusterIssuer", Name: "telco-pki", Group: "cert-manager.io"},
			DNSNames:       []string{"upf-zrh-1.example.org"},
			IPAddresses:    []string{"2001:db8::1", "192.0.2.1"},
			URIs:           []string{"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
			Duration:       &metav1.Duration{Duration: time.Hour},
			Usages:         []cmv1.KeyUsage{"digital signature", "key encipherment", "server auth", "client auth"},
			PrivateKey: &cmv1.CertificatePrivateKey{Algorithm: "ECDSA", Size: 256, Encoding: "PKCS8",
				RotationPolicy: "Always"},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestBuildKeysAndUsages(t *testing.T) {
	for algorithm, size := range map[string]int{"RSA": 3072, "ECDSA": 256, "Ed25519": 0} {
		r := request()
		r.PrivateKeyAlgorithm, r.Usages = algorithm, []string{"server auth", "ocsp signing"}
		got, err := Build(networkFunction(), r, nil)
		if err != nil || string(got.Spec.PrivateKey.Algorithm) != algorithm || got.Spec.PrivateKey.Size != size {
			t.Errorf("%s: %+v, %v", algorithm, got, err)
		}
		if d := cmp.Diff([]cmv1.KeyUsage{"server auth", "ocsp signing"}, got.Spec.Usages); d != "" {
			t.Error(d)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*v1alpha1.CertificateRequest)
		ips    []string
		says   string
	}{
		"no name at all":  {change: func(r *v1alpha1.CertificateRequest) { r.DNSNames, r.URIs = nil, nil }, says: "one of commonName, dnsNames"},
		"no issuer":       {change: func(r *v1alpha1.CertificateRequest) { r.IssuerRef.Name = "" }, says: "issuerRef.name"},
		"bad address":     {ips: []string{"192.0.2.1/24"}, says: `"192.0.2.1/24" is not an IP address`},
		"zone":            {ips: []string{"fe80::1%eth0"}, says: "is not an IP address"},
		"bad DNS name":    {change: func(r *v1alpha1.CertificateRequest) { r.DNSNames = []string{"a b"} }, says: "is not a DNS name"},
		"expression left": {change: func(r *v1alpha1.CertificateRequest) { r.DNSNames = []string{"${x}"} }, says: "is not a DNS name"},
		"bad URI":         {change: func(r *v1alpha1.CertificateRequest) { r.URIs = []string{"nf-1"} }, says: "is not a URI"},
		"bad usage":       {change: func(r *v1alpha1.CertificateRequest) { r.Usages = []string{"serverAuth"} }, says: `such as "server auth"`},
		"bad algorithm":   {change: func(r *v1alpha1.CertificateRequest) { r.PrivateKeyAlgorithm = "DSA" }, says: "none of ECDSA"},
		"long name":       {change: func(r *v1alpha1.CertificateRequest) { r.Name = strings.Repeat("a", 250) }, says: "more than 253"},
	} {
		t.Run(name, func(t *testing.T) {
			r := request()
			if tc.change != nil {
				tc.change(&r)
			}
			_, err := Build(networkFunction(), r, tc.ips)
			var typed *Error
			if !errors.As(err, &typed) || typed.Reason != InvalidSpec || !typed.Terminal || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestIssuerKey(t *testing.T) {
	for _, tc := range []struct {
		ref      cmmeta.IssuerReference
		want     string
		external bool
	}{
		{cmmeta.IssuerReference{Name: "a"}, "Issuer ns/a", false},
		{cmmeta.IssuerReference{Name: "a", Kind: "ClusterIssuer"}, "ClusterIssuer a", false},
		{cmmeta.IssuerReference{Name: "a", Kind: "ClusterIssuer", Group: "cert-manager.io"}, "ClusterIssuer a", false},
		{cmmeta.IssuerReference{Name: "a", Kind: "ClusterIssuer", Group: "pki.example.org"}, "ClusterIssuer.pki.example.org ns/a", true},
		{cmmeta.IssuerReference{Name: "a", Kind: "Vault"}, "Vault.cert-manager.io ns/a", true},
	} {
		got := IssuerKey(tc.ref, "ns")
		if got.String() != tc.want || got.External != tc.external {
			t.Errorf("%+v: %s, external %v", tc.ref, got, got.External)
		}
	}
	if err := IssuerMissing("c", IssuerKey(cmmeta.IssuerReference{Name: "a"}, "ns")); err.Reason != IssuerNotFound ||
		err.Error() != "certificate c: Issuer ns/a does not exist; create it or correct issuerRef" {
		t.Error(err)
	}
}
