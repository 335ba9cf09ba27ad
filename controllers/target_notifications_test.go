// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// announcing makes the world's device one of a profile that announces changes.
func announcing(p netconftest.Profile) func(*world) {
	return func(w *world) {
		w.device.Close()
		p.Notifications = true
		w.device = w.serve(netconftest.Options{Profile: p})
		w.knownHosts.StringData = map[string]string{"known_hosts": w.device.KnownHosts()}
		w.router.Spec.Address = w.device.Addr
	}
}

// TestAnnouncedDrift is corrected at once, not at the next interval, and it is told who caused it.
func TestAnnouncedDrift(t *testing.T) {
	for name, profile := range map[string]netconftest.Profile{
		"on one session":  {},
		"on two sessions": {NoInterleave: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, announcing(profile))
			nf := w.nf(hostname("edge-1"))
			nf.Spec.Drift.Report.Mode = "None"
			w.apply(nf)
			w.expectSubscription("Active")

			w.colleague("rogue")
			w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-1"))
			w.Eventually(func() string { return w.report(nf).Status.ChangedBy }).
				Should(MatchRegexp(`^user netconf, session \d+ from 127\.0\.0\.1, at `))

			// Our own corrections are no news, and nothing is asked that nobody needs.
			w.Eventually(w.get(nf)).Should(BeReady())
			w.reconcile(nf)
			w.device.ResetRequests()
			w.reconcile(nf)
			w.Consistently(w.device.Requests).Should(Equal([]string{"get-config"}))
		})
	}
}

// TestNotificationsOff: nobody listens, and nothing is done before the interval.
func TestNotificationsOff(t *testing.T) {
	w := newWorld(t, announcing(netconftest.Profile{}))
	nf := w.nf(hostname("edge-1"))
	w.apply(nf)
	w.expectSubscription("Active")

	w.edit(w.router, func() { w.router.Spec.Notifications = v1alpha1.NotificationsOff })
	w.expectSubscription("Off")
	w.Eventually(w.device.Subscriptions).Should(BeZero())
	w.idle() // the Target became ready again, which wakes its users
	w.drift(hostnamePath, "rogue")
	w.Consistently(func() string { return w.running(hostnamePath) }).Should(Equal("rogue"))
}

// TestSubscriptionIsKept: it comes back with the NF, which may have been changed meanwhile.
func TestSubscriptionIsKept(t *testing.T) {
	w := newWorld(t, announcing(netconftest.Profile{}))
	nf := w.nf(hostname("edge-1"))
	w.apply(nf)
	w.expectSubscription("Active")

	w.device.DropSessions()
	w.drift(hostnamePath, "rogue")
	w.Eventually(func() string { return w.running(hostnamePath) }).Should(Equal("edge-1"))
	w.expectSubscription("Active")
}

// TestNFThatAnnouncesNothing says so, and why.
func TestNFThatAnnouncesNothing(t *testing.T) {
	w := newWorld(t)
	w.expectSubscription("Unsupported: ")
}

func (w *world) expectSubscription(state string) {
	w.t.Helper()
	w.Eventually(func() string {
		w.get(w.router)()
		return w.router.Status.Subscription
	}).Should(HavePrefix(state))
}

// colleague sets the hostname on a session of their own, with a client that does just that.
func (w *world) colleague(hostname string) {
	w.t.Helper()
	client, err := ssh.Dial("tcp", w.device.Addr, &ssh.ClientConfig{
		User: w.device.User, Auth: []ssh.AuthMethod{ssh.Password(w.device.Password)},
		HostKeyCallback: ssh.FixedHostKey(w.hostKey.PublicKey()), Timeout: 10 * time.Second,
	})
	w.Expect(err).NotTo(HaveOccurred())
	defer client.Close()
	session, err := client.NewSession()
	w.Expect(err).NotTo(HaveOccurred())
	in, err := session.StdinPipe()
	w.Expect(err).NotTo(HaveOccurred())
	out, err := session.StdoutPipe()
	w.Expect(err).NotTo(HaveOccurred())
	w.Expect(session.RequestSubsystem("netconf")).To(Succeed())

	const end, base = "]]>]]>", ` xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"`
	replies := bufio.NewReader(out)
	for _, message := range []string{
		`<hello` + base + `><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability></capabilities></hello>`,
		fmt.Sprintf(`<rpc message-id="1"%s><edit-config><target><candidate/></target><config>`+
			`<system xmlns="urn:strowger:test:router"><hostname>%s</hostname></system></config></edit-config></rpc>`, base, hostname),
		`<rpc message-id="2"` + base + `><commit/></rpc>`,
	} {
		_, err := io.WriteString(in, message+end)
		w.Expect(err).NotTo(HaveOccurred())
		var reply strings.Builder
		for !strings.HasSuffix(reply.String(), end) {
			part, err := replies.ReadString('>')
			w.Expect(err).NotTo(HaveOccurred())
			reply.WriteString(part)
		}
		w.Expect(reply.String()).NotTo(ContainSubstring("rpc-error"))
	}
}
