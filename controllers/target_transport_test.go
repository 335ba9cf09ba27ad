// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"maps"
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// pki is an authority with the certificates of one device and of us.
type pki struct {
	authority      *netconftest.Authority
	device, client netconftest.KeyPair
}

func newPKI(w *world, names ...string) *pki {
	w.t.Helper()
	p := &pki{}
	var err error
	p.authority, err = netconftest.NewAuthority("lab")
	w.Expect(err).NotTo(HaveOccurred())
	p.device, err = p.authority.Issue("device", names...)
	w.Expect(err).NotTo(HaveOccurred())
	p.client, err = p.authority.Issue("netconf")
	w.Expect(err).NotTo(HaveOccurred())
	return p
}

// options are those of a device of this authority.
func (p *pki) options(w *world) *netconftest.TLSOptions {
	pair, err := p.device.TLS()
	w.Expect(err).NotTo(HaveOccurred())
	return &netconftest.TLSOptions{Certificate: pair, ClientCAs: p.authority.Pool()}
}

// secret is the client's, as cert-manager writes it.
func (p *pki) secret(w *world, pair netconftest.KeyPair) *corev1.Secret {
	secret := w.secret("client", map[string]string{
		corev1.TLSCertKey: string(pair.Certificate), corev1.TLSPrivateKeyKey: string(pair.Key), "ca.crt": string(p.authority.PEM),
	})
	secret.Type = corev1.SecretTypeTLS
	return secret
}

// overTLS makes the world's device one that speaks TLS only.
func (p *pki) overTLS(w *world) {
	w.device.Close()
	w.device = w.serve(netconftest.Options{Addr: netconftest.NoListener, TLS: p.options(w)})
	w.credentials = p.secret(w, p.client)
	w.knownHosts = nil
	w.router.Spec.Address = w.device.TLSAddr
	w.router.Spec.SSH = nil
	w.router.Spec.TLS = &v1alpha1.TargetTLS{ClientCertificateSecretRef: v1alpha1.LocalReference{Name: "client"}}
}

// TestTLS: a certificate of cert-manager is all that it takes, and its renewal is noticed.
func TestTLS(t *testing.T) {
	var p *pki
	w := newWorld(t, func(w *world) {
		p = newPKI(w, "127.0.0.1")
		p.overTLS(w)
	})
	nf := w.nf(hostname("edge-1"))
	w.apply(nf)
	w.Expect(w.running(hostnamePath)).To(Equal("edge-1"))
	w.Expect(w.router.Status.Transport).To(Equal("TLS"))
	w.Expect(w.router.Status.ClientCertificateNotAfter).NotTo(BeNil())
	sessions := w.device.SessionInfos()

	renewed, err := p.authority.IssueUntil(time.Now().Add(time.Hour), "netconf")
	w.Expect(err).NotTo(HaveOccurred())
	w.edit(w.credentials, func() { maps.Copy(w.credentials.Data, secretData(p.secret(w, renewed))) })
	w.reconcile(nf)
	w.Expect(nf).To(BeReady())
	w.Eventually(w.device.SessionInfos).Should(And(HaveLen(1), Not(Equal(sessions))))
	w.Eventually(func() time.Time {
		w.get(w.router)()
		return w.router.Status.ClientCertificateNotAfter.Time
	}).Should(BeTemporally("~", time.Now().Add(time.Hour), 10*time.Minute))
}

func secretData(s *corev1.Secret) map[string][]byte {
	data := map[string][]byte{}
	for key, value := range s.StringData {
		data[key] = []byte(value)
	}
	return data
}

// TestCertificatesThatAreRefused: what is wrong with them is told, and nothing is sent.
func TestCertificatesThatAreRefused(t *testing.T) { testRefusals(t, certificateRefusals) }

// tlsRefusal breaks one key of the client's Secret, or more of the world; mending the Secret cures it.
func tlsRefusal(name, reason string, says []string, break_ func(*world, *pki)) refusal {
	var good *corev1.Secret
	var pkiOf *pki
	return refusal{
		name: name,
		world: func(w *world) {
			pkiOf = newPKI(w, "127.0.0.1", "nf.example.net")
			pkiOf.overTLS(w)
			good = w.credentials.DeepCopy()
			break_(w, pkiOf)
		},
		reason: reason, says: says, status: status.InProgressStatus,
		cure: func(w *world, _ *v1alpha1.NetworkFunction) {
			w.edit(w.credentials, func() { w.credentials.Data = secretData(good) })
			w.edit(w.router, func() { w.router.Spec.TLS.ServerName = "nf.example.net" })
		},
	}
}

var certificateRefusals = []refusal{
	tlsRefusal("no authority", v1alpha1.SecretInvalidReason, []string{"/client", "ca.crt", "spec.tls.caSecretRef"}, func(w *world, _ *pki) {
		delete(w.credentials.StringData, "ca.crt")
	}),
	tlsRefusal("authority that is no certificate", v1alpha1.SecretInvalidReason, []string{"/client", "ca.crt", "PEM"}, func(w *world, _ *pki) {
		w.credentials.StringData["ca.crt"] = "a certificate"
	}),
	tlsRefusal("expired certificate", v1alpha1.SecretInvalidReason, []string{"/client", "expired at", "renew it"}, func(w *world, p *pki) {
		old, err := p.authority.IssueUntil(time.Now().Add(-time.Minute), "netconf")
		w.Expect(err).NotTo(HaveOccurred())
		w.credentials.StringData = p.secret(w, old).StringData
	}),
	tlsRefusal("key of another certificate", v1alpha1.SecretInvalidReason, []string{"/client", "cannot be used", "private key"}, func(w *world, p *pki) {
		other, err := p.authority.Issue("netconf")
		w.Expect(err).NotTo(HaveOccurred())
		w.credentials.StringData[corev1.TLSPrivateKeyKey] = string(other.Key)
	}),
	tlsRefusal("certificate of the NF by another authority", v1alpha1.CertificateMismatchReason, []string{"127.0.0.1:", "unknown authority", "ca.crt"}, func(w *world, _ *pki) {
		w.credentials.StringData["ca.crt"] = string(newPKI(w).authority.PEM)
	}),
	tlsRefusal("certificate of the NF for another name", v1alpha1.CertificateMismatchReason, []string{"127.0.0.1:", "other.example.net", "spec.tls.serverName"}, func(w *world, _ *pki) {
		w.router.Spec.TLS.ServerName = "other.example.net"
	}),
	tlsRefusal("certificate of ours by another authority", v1alpha1.AuthenticationFailedReason, []string{"127.0.0.1:", "does not accept"}, func(w *world, p *pki) {
		stranger := newPKI(w)
		w.credentials.StringData = stranger.secret(w, stranger.client).StringData
		w.credentials.StringData["ca.crt"] = string(p.authority.PEM)
	}),
}

// TestCertificateThatExpiresSoon is told while there is time.
func TestCertificateThatExpiresSoon(t *testing.T) {
	w := newWorld(t, func(w *world) {
		p := newPKI(w, "127.0.0.1")
		var err error
		p.client, err = p.authority.IssueUntil(time.Now().Add(time.Minute), "netconf")
		w.Expect(err).NotTo(HaveOccurred())
		p.overTLS(w)
	})
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.Expect(message(w.router, meta.ReadyCondition)).To(ContainSubstring("/client expires soon"))
}

// TestCallHome: an NF that nobody can reach is managed as soon as it calls, and again when it calls again.
func TestCallHome(t *testing.T) {
	for name, c := range map[string]struct {
		transport string
		// device returns what calls, and prepares its Target.
		device func(*world) netconftest.Options
	}{
		"SSH": {"CallHomeSSH", func(w *world) netconftest.Options {
			return netconftest.Options{HostKey: w.hostKey, CallHome: []netconftest.CallHome{{Addr: home.SSHAddr}}}
		}},
		"TLS": {"CallHomeTLS", func(w *world) netconftest.Options {
			p := newPKI(w, w.namespace+".example.net")
			p.overTLS(w)
			w.router.Spec.TLS.ServerName = w.namespace + ".example.net"
			tls := p.options(w)
			tls.Addr = netconftest.NoListener
			return netconftest.Options{TLS: tls, CallHome: []netconftest.CallHome{{Addr: home.TLSAddr, TLS: true}}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var options netconftest.Options
			w := newWorld(t, func(w *world) {
				options = c.device(w)
				w.device.Close()
				w.router.Spec.Address, w.router.Spec.CallHome = "", &v1alpha1.TargetCallHome{}
				w.router.Spec.RetryInterval = w.router.Spec.Interval // nothing but the call wakes it
			})
			options.Model, options.Addr = routerModel(), netconftest.NoListener
			nf := w.nf(hostname("edge-1"))
			nf.Spec.RetryInterval = nf.Spec.Interval
			w.create(nf)
			w.Eventually(w.get(w.router)).Should(BeRefused(v1alpha1.NotCalledReason))
			w.Expect(message(w.router, v1alpha1.ReachableCondition)).To(ContainSubstring("Target " + w.namespace + "/router: the NF has not called home"))
			w.expectStatus(w.router, status.InProgressStatus)

			w.device = w.serve(options)
			w.Eventually(w.get(nf)).Should(BeReady())
			w.Expect(w.get(w.router)()).To(BeReady())
			w.Expect(w.router.Status.Transport).To(Equal(c.transport))

			w.device.DropSessions()
			w.drift(hostnamePath, "rogue")
			w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-1"))
		})
	}
}
