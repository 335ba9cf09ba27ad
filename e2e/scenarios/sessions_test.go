// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"context"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/e2e/world"
)

// The operator's certificate is replaced while it works: the next connection shows the new one, by whose name the NF
// knows the operator then.
func TestClientCertificateIsReplaced(t *testing.T) {
	g, ctx := scenario(t)
	const name, first, second = "smf-zrh-1", "strowger@oam." + world.Zone, "strowger-2@oam." + world.Zone
	g.Expect(users(ctx, g, name, overTLS)).To(ConsistOf(first))

	commit := edit(ctx, g, "infra/netconf.yaml", "[strowger@", "[strowger-2@")
	known := func(as string) {
		g.THelper()
		eventually(ctx, g, func(g Gomega) {
			certificate, err := w.Certificate(ctx, world.ClientSecret)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(certificate.EmailAddresses).To(ConsistOf(as), "issued again")
		})
		g.Expect(w.Devices[name].DropSessions(ctx)).To(Succeed())
		eventually(ctx, g, func(g Gomega) {
			g.Expect(users(ctx, g, name, overTLS)).To(ConsistOf(as))
		})
	}
	known(second)
	revert(ctx, g, commit)
	known(first)
}

// An NF that called home calls again when its connection is lost, and when it was away: what changed in Git meanwhile
// is brought to it then.
func TestCallsHomeAgain(t *testing.T) {
	g, ctx := scenario(t)
	const name = "upf-zrh-2"
	device := w.Devices[name]
	before := newest(ctx, g, name)
	g.Expect(device.DropSessions(ctx)).To(Succeed())
	eventually(ctx, g, func(g Gomega) {
		g.Expect(newest(ctx, g, name)).To(BeTemporally(">", before), "the latest session")
	})

	device.Stop()
	commit := edit(ctx, g, "nf/upf-zrh-2.yaml", "maximum-sessions: 100000", "maximum-sessions: 120000")
	g.Expect(w.WaitForArtifact(ctx, commit)).To(Succeed())
	g.Expect(device.Start(ctx)).To(Succeed())
	g.Expect(w.WaitReady(ctx, commit, name)).To(Succeed())
	g.Expect(running(ctx, g, name, upfFilter).Value("upf-function", "maximum-sessions")).To(Equal("120000"))
	revert(ctx, g, commit)
}

// An NF that announces its changes is looked at when it does, and not at its next interval. After its connection was
// lost it announces again.
func TestAnnouncedDriftIsCorrectedAtOnce(t *testing.T) {
	g, ctx := scenario(t)
	const name = world.Announcing
	nf, err := w.NetworkFunction(ctx, name)
	g.Expect(err).NotTo(HaveOccurred())
	for _, sessions := range []string{"3", "5"} {
		eventually(ctx, g, func(g Gomega) {
			g.Expect(w.Devices[name].Subscriptions(ctx)).To(Equal(1), "subscriptions")
		})
		drift, err := w.DriftByHand(ctx, name, fmt.Sprintf(upf, "<maximum-sessions>"+sessions+"</maximum-sessions>"))
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(drift.Seen.Sub(drift.Sent)).To(BeNumerically("<", nf.Spec.Interval.Duration/4))
		t.Logf("seen after %s, corrected after %s", drift.Seen.Sub(drift.Sent), drift.Corrected.Sub(drift.Sent))
		g.Expect(running(ctx, g, name, upfFilter).Value("upf-function", "maximum-sessions")).To(Equal("200000"))
		g.Expect(w.Devices[name].DropSessions(ctx)).To(Succeed())
	}
}

// Transports as NFs name them (RFC 6022).
const overTLS = "netconf-tls"

// users are those whose sessions over a transport an NF has open.
func users(ctx context.Context, g Gomega, name, transport string) []string {
	sessions, err := w.Devices[name].Sessions(ctx)
	g.Expect(err).NotTo(HaveOccurred())
	var all []string
	for _, s := range sessions {
		if s.Transport == transport {
			all = append(all, s.User)
		}
	}
	return all
}

// newest is when the latest of an NF's open sessions began.
func newest(ctx context.Context, g Gomega, name string) (login time.Time) {
	sessions, err := w.Devices[name].Sessions(ctx)
	g.Expect(err).NotTo(HaveOccurred())
	for _, s := range sessions {
		if s.Login.After(login) {
			login = s.Login
		}
	}
	return login
}
