// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"net"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"golang.org/x/crypto/ssh"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// TestOldAlgorithms: an NF of another age is told from one that is away, and can be allowed.
func TestOldAlgorithms(t *testing.T) {
	const old = "diffie-hellman-group1-sha1"
	w := newWorld(t, func(w *world) {
		w.device.Close()
		w.device = w.serve(netconftest.Options{SSH: func(c *ssh.ServerConfig) {
			c.KeyExchanges = []string{old}
		}})
		w.knownHosts.StringData = map[string]string{"known_hosts": w.device.KnownHosts()}
		w.router.Spec.Address = w.device.Addr
	})
	w.Eventually(w.get(w.router)).Should(BeRefused(v1alpha1.UnreachableReason))
	w.Expect(message(w.router, v1alpha1.ReachableCondition)).To(And(ContainSubstring(old), ContainSubstring("legacy")))

	w.edit(w.router, func() { w.router.Spec.SSH.LegacyAlgorithms = []string{old} })
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.Expect(w.router.Status.Transport).To(Equal("SSH"))
}

// TestUserCertificate: an authority vouches for the key, which the NF does not know.
func TestUserCertificate(t *testing.T) {
	var identity string
	w := newWorld(t, func(w *world) {
		authority, err := netconftest.NewHostKey()
		w.Expect(err).NotTo(HaveOccurred())
		var certificate string
		identity, certificate = certified(w, authority)
		w.device.Close()
		w.device = w.serve(netconftest.Options{UserAuthorities: []ssh.PublicKey{authority.PublicKey()}})
		w.credentials.StringData = map[string]string{"username": w.device.User, "identity-cert.pub": certificate}
		w.knownHosts.StringData = map[string]string{"known_hosts": w.device.KnownHosts()}
		w.router.Spec.Address = w.device.Addr
	})
	w.Eventually(w.get(w.router)).Should(BeRefused(v1alpha1.SecretInvalidReason))
	w.Expect(message(w.router, v1alpha1.ReachableCondition)).To(And(ContainSubstring("/credentials"), ContainSubstring(`add it as "identity"`)))

	w.edit(w.credentials, func() { w.credentials.StringData = map[string]string{"identity": identity} })
	w.Eventually(w.get(w.router)).Should(BeReady())
}

// certified makes a private key and its certificate for the device's user.
func certified(w *world, authority ssh.Signer) (identity, certificate string) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	w.Expect(err).NotTo(HaveOccurred())
	block, err := ssh.MarshalPrivateKey(private, "")
	w.Expect(err).NotTo(HaveOccurred())
	key, err := ssh.NewPublicKey(public)
	w.Expect(err).NotTo(HaveOccurred())
	c := &ssh.Certificate{Key: key, CertType: ssh.UserCert, KeyId: "strowger", ValidPrincipals: []string{w.device.User}, ValidBefore: ssh.CertTimeInfinity}
	w.Expect(c.SignCert(rand.Reader, authority)).To(Succeed())
	return string(pem.EncodeToMemory(block)), string(ssh.MarshalAuthorizedKey(c))
}

// TestStrangersThatCall are hung up on and counted; they cannot fill the log.
func TestStrangersThatCall(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	const calls = 30
	before, lines := refusedCalls(g), refusedLines()
	for range calls {
		var conn net.Conn
		g.Eventually(func() (err error) { // the manager may just be starting
			conn, err = net.Dial("tcp", home.SSHAddr)
			return err
		}).Should(Succeed())
		_, err := conn.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
		g.Expect(err).NotTo(HaveOccurred())
		conn.Close()
	}
	g.Eventually(func() float64 { return refusedCalls(g) }).Should(BeNumerically(">=", before+calls))
	g.Eventually(refusedLines).Should(BeNumerically(">", 0))
	g.Expect(refusedLines() - lines).To(BeNumerically("<", calls))
}

func refusedCalls(g Gomega) float64 {
	family := metric(g, "strowger_call_home_refused_total")
	g.Expect(family).NotTo(BeNil())
	return family.GetMetric()[0].GetCounter().GetValue()
}

// TestMetrics: the manager's endpoint shows those of the session pool.
func TestMetrics(t *testing.T) {
	w := newWorld(t)
	w.Eventually(w.get(w.router)).Should(BeReady())
	w.Expect(metric(w, "strowger_netconf_sessions")).NotTo(BeNil())
}

// metric is nil if there is none of the name.
func metric(g Gomega, name string) *dto.MetricFamily {
	families, err := metrics.Registry.(prometheus.Gatherer).Gather()
	g.Expect(err).NotTo(HaveOccurred())
	for _, family := range families {
		if family.GetName() == name {
			return family
		}
	}
	return nil
}

func refusedLines() int { return strings.Count(logs.String(), "refused a call") }
