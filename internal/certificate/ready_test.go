// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// authority issues certificates.
type authority struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Telco CA"},
		NotBefore: time.Unix(1, 0), NotAfter: time.Unix(1<<33, 0), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{t, key, cert}
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// issue gives the Secret cert-manager would write.
func (a *authority) issue(key crypto.Signer, change func(*x509.Certificate)) *corev1.Secret {
	a.t.Helper()
	uri, _ := url.Parse("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6")
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(0xabcdef), Subject: pkix.Name{CommonName: "upf"},
		NotBefore: time.Unix(1000, 0), NotAfter: time.Unix(5000, 0),
		DNSNames: []string{"UPF-zrh-1.example.org", "added.example.org"}, IPAddresses: []net.IP{net.ParseIP("192.0.2.1"), net.ParseIP("2001:db8::1")},
		URIs: []*url.URL{uri},
	}
	if change != nil {
		change(tmpl)
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, key.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "core5g", Name: "upf-zrh-1-n4"}, Data: map[string][]byte{
		"tls.crt": append(pemOf("CERTIFICATE", der), pemOf("CERTIFICATE", a.cert.Raw)...),
		"tls.key": pemOf("PRIVATE KEY", keyDER),
		"ca.crt":  pemOf("CERTIFICATE", a.cert.Raw),
	}}
}

func ecdsaKey(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// live is the Certificate as cert-manager leaves it when it is ready.
func live(t *testing.T) *cmv1.Certificate {
	t.Helper()
	r := request()
	r.CommonName = "upf"
	c, err := Build(networkFunction(), r, []string{"192.0.2.1", "2001:db8::1"})
	if err != nil {
		t.Fatal(err)
	}
	c.UID, c.Generation = "c-1", 2
	c.Status.Conditions = []cmv1.CertificateCondition{{Type: "Ready", Status: "True", ObservedGeneration: 2, Message: "up to date"}}
	return c
}

func TestReady(t *testing.T) {
	a := newAuthority(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	for name, key := range map[string]crypto.Signer{"ECDSA": ecdsaKey(t), "RSA": rsaKey, "Ed25519": edKey} {
		t.Run(name, func(t *testing.T) {
			secret := a.issue(key, nil)
			m, err := Ready(live(t), secret)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(m.Certificate, secret.Data["tls.crt"]) || !bytes.Equal(m.PrivateKey, secret.Data["tls.key"]) || !bytes.Equal(m.CA, secret.Data["ca.crt"]) {
				t.Error("not the Secret's data")
			}
			if m.SerialNumber != "ABCDEF" || m.NotBefore.Unix() != 1000 || m.NotAfter.Unix() != 5000 || m.Issuer != "CN=Telco CA" {
				t.Errorf("%s %s %s %s", m.SerialNumber, m.NotBefore, m.NotAfter, m.Issuer)
			}
		})
	}
}

func TestReadyWithoutCA(t *testing.T) {
	secret := newAuthority(t).issue(ecdsaKey(t), nil)
	delete(secret.Data, "ca.crt")
	if m, err := Ready(live(t), secret); err != nil || m.CA != nil {
		t.Errorf("%q, %v", m.CA, err)
	}
}

func condition(kind cmv1.CertificateConditionType, status, reason, message string, generation int64) cmv1.CertificateCondition {
	return cmv1.CertificateCondition{Type: kind, Status: cmmeta.ConditionStatus(status), Reason: reason, Message: message, ObservedGeneration: generation}
}

func TestNotReady(t *testing.T) {
	a := newAuthority(t)
	good := a.issue(ecdsaKey(t), nil)
	with := func(key, value string) *corev1.Secret {
		s := good.DeepCopy()
		s.Data[key] = []byte(value)
		return s
	}
	conditions := func(c ...cmv1.CertificateCondition) func(*cmv1.Certificate) {
		return func(cert *cmv1.Certificate) { cert.Status.Conditions = c }
	}
	for name, tc := range map[string]struct {
		change func(*cmv1.Certificate)
		secret *corev1.Secret
		says   string
	}{
		"not looked at":      {change: conditions(), says: "has not looked at it yet"},
		"changed since":      {change: func(c *cmv1.Certificate) { c.Generation = 3 }, says: "the present request"},
		"issuing":            {change: conditions(condition("Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist", 2)), says: "upf-zrh-1-n4: Issuing certificate as Secret does not exist"},
		"failed":             {change: conditions(condition("Ready", "False", "DoesNotExist", "x", 2), condition("Issuing", "False", "Failed", "the CA said no", 2)), says: "the CA said no"},
		"issued before":      {change: conditions(condition("Ready", "False", "Expired", "expired", 2), condition("Issuing", "False", "Issued", "fine", 2)), says: "expired"},
		"silent":             {change: conditions(condition("Ready", "False", "DoesNotExist", "", 2)), says: "DoesNotExist"},
		"no Secret":          {says: "Secret upf-zrh-1-n4 does not exist"},
		"empty Secret":       {secret: &corev1.Secret{ObjectMeta: good.ObjectMeta}, says: "lacks tls.crt or tls.key"},
		"no key":             {secret: with("tls.key", ""), says: "lacks"},
		"broken certificate": {secret: with("tls.crt", "x"), says: "do not fit together"},
		"other key":          {secret: with("tls.key", string(a.issue(ecdsaKey(t), nil).Data["tls.key"])), says: "do not fit together"},
		"broken CA":          {secret: with("ca.crt", "x"), says: "ca.crt is not PEM"},
		"CA of nonsense":     {secret: with("ca.crt", string(pemOf("CERTIFICATE", []byte("x")))), says: "ca.crt"},
		"other DNS name":     {secret: a.issue(ecdsaKey(t), func(c *x509.Certificate) { c.DNSNames = []string{"smf.example.org"} }), says: "not for upf-zrh-1.example.org"},
		"other address":      {secret: a.issue(ecdsaKey(t), func(c *x509.Certificate) { c.IPAddresses = c.IPAddresses[:1] }), says: "not for 2001:db8::1"},
		"other URI":          {secret: a.issue(ecdsaKey(t), func(c *x509.Certificate) { c.URIs = nil }), says: "not for urn:uuid:"},
		"other common name":  {secret: a.issue(ecdsaKey(t), func(c *x509.Certificate) { c.Subject.CommonName = "smf" }), says: "not for upf"},
	} {
		t.Run(name, func(t *testing.T) {
			cert := live(t)
			if tc.change != nil {
				tc.change(cert)
			}
			m, err := Ready(cert, tc.secret)
			var typed *Error
			if !errors.As(err, &typed) || typed.Reason != NotReady || typed.Terminal || !strings.Contains(err.Error(), tc.says) || m.PrivateKey != nil {
				t.Errorf("%v, want %q", err, tc.says)
			}
			if err != nil && strings.Contains(err.Error(), "PRIVATE KEY") {
				t.Errorf("the key is in: %v", err)
			}
		})
	}
}

func TestNotReadyByItsRequest(t *testing.T) {
	owned := func(revision string, conditions ...cmv1.CertificateRequestCondition) cmv1.CertificateRequest {
		yes := true
		return cmv1.CertificateRequest{
			ObjectMeta: metav1.ObjectMeta{Namespace: "core5g", Name: "r" + revision, Annotations: map[string]string{"cert-manager.io/certificate-revision": revision},
				OwnerReferences: []metav1.OwnerReference{{UID: "c-1", Controller: &yes}}},
			Status: cmv1.CertificateRequestStatus{Conditions: conditions},
		}
	}
	approved := cmv1.CertificateRequestCondition{Type: "Approved", Status: "True", Message: "by the approver"}
	missing := cmv1.CertificateRequestCondition{Type: "Ready", Status: "False", Reason: "Pending",
		Message: `Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "telco-pki" not found`}
	other := owned("9", missing)
	other.OwnerReferences[0].UID = "c-2"

	for name, tc := range map[string]struct {
		requests []cmv1.CertificateRequest
		reason   Reason
		terminal bool
		says     string
	}{
		"none":           {reason: NotReady, says: "Issuing certificate"},
		"issuer missing": {requests: []cmv1.CertificateRequest{owned("2", approved, missing), owned("1")}, reason: IssuerNotFound, says: `"telco-pki" not found; create it`},
		"pending":        {requests: []cmv1.CertificateRequest{owned("1", approved, cmv1.CertificateRequestCondition{Type: "Ready", Status: "False", Reason: "Pending", Message: "Waiting on order"})}, reason: NotReady, says: "Waiting on order"},
		"failed":         {requests: []cmv1.CertificateRequest{owned("1", cmv1.CertificateRequestCondition{Type: "Ready", Status: "False", Reason: "Failed", Message: "CA said no"})}, reason: NotReady, says: "CA said no"},
		"denied":         {requests: []cmv1.CertificateRequest{owned("1", cmv1.CertificateRequestCondition{Type: "Denied", Status: "True", Message: "policy"})}, reason: NotReady, terminal: true, says: "Denied: policy"},
		"invalid":        {requests: []cmv1.CertificateRequest{owned("1", cmv1.CertificateRequestCondition{Type: "InvalidRequest", Status: "True", Message: "usages"})}, reason: NotReady, terminal: true, says: "usages"},
		"of another":     {requests: []cmv1.CertificateRequest{other}, reason: NotReady, says: "Issuing certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			cert := live(t)
			cert.Status.Conditions = []cmv1.CertificateCondition{condition("Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist", 2)}
			_, err := Ready(cert, nil, tc.requests...)
			var typed *Error
			if !errors.As(err, &typed) || typed.Reason != tc.reason || typed.Terminal != tc.terminal || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%+v", err)
			}
		})
	}
}

func TestIssuerReady(t *testing.T) {
	key := IssuerKey(request().IssuerRef, "core5g")
	issuer := &cmv1.ClusterIssuer{}
	if err := IssuerReady("c", issuer, key); err == nil || !strings.Contains(err.Error(), "ClusterIssuer telco-pki is not ready: cert-manager has not looked") {
		t.Error(err)
	}
	issuer.Status.Conditions = []cmv1.IssuerCondition{{Type: "Ready", Status: "False", Message: "no CA key"}}
	if err := IssuerReady("c", issuer, key); err == nil || !strings.Contains(err.Error(), "no CA key") {
		t.Error(err)
	}
	issuer.Status.Conditions[0].Status = "True"
	if err := IssuerReady("c", issuer, key); err != nil {
		t.Error(err)
	}
}
