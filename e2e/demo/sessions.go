// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// transports shows how the operator reaches each NF, from the Target's status and from the NF's own list of sessions.
func (d *demo) transports(ctx context.Context) error {
	columns := "TARGET:.metadata.name,ADDRESS:.spec.address,TRANSPORT:.status.transport,SUBSCRIPTION:.status.subscription"
	if err := d.kubectl(ctx, "get", "targets", "-n", world.Namespace, "-o", "custom-columns="+columns); err != nil {
		return err
	}
	for _, nf := range []struct{ name, target, transport, session string }{
		{"amf-zrh-1", "amf-1", "SSH", "netconf-ssh"},
		{"smf-zrh-1", "smf-1", "TLS", "netconf-tls"},
		{"upf-zrh-2", "upf-2", "CallHomeSSH", "netconf-ssh"},
	} {
		target, err := d.target(ctx, nf.target)
		if err != nil {
			return err
		}
		if target.Status.Transport != nf.transport {
			return fmt.Errorf("target %s is reached over %q, and was to be over %s", nf.target, target.Status.Transport, nf.transport)
		}
		if err := d.showSession(ctx, nf.name, nf.session); err != nil {
			return err
		}
	}
	d.tell("upf-2 has no address: the NF called %s, the operator's listener for calls over SSH (RFC 8071)", d.CallHome)
	return d.showClientCertificate(ctx)
}

func (d *demo) target(ctx context.Context, name string) (*v1alpha1.Target, error) {
	target := &v1alpha1.Target{}
	if err := d.Client.Get(ctx, client.ObjectKey{Namespace: world.Namespace, Name: name}, target); err != nil {
		return nil, fmt.Errorf("reading Target %s: %w", name, err)
	}
	return target, nil
}

// showSession finds the operator's session among those that the NF has open.
func (d *demo) showSession(ctx context.Context, name, transport string) error {
	sessions, err := d.Devices[name].Sessions(ctx)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		if s.Transport == transport {
			d.tell("%s says: session %d of user %s over %s, since %s", name, s.ID, s.User, s.Transport, s.Login.Local().Format(time.TimeOnly))
			return nil
		}
	}
	return fmt.Errorf("%s has no session over %s open: %+v", name, transport, sessions)
}

// showClientCertificate shows both certificates of the session over TLS.
func (d *demo) showClientCertificate(ctx context.Context) error {
	for _, c := range []struct {
		whose, secret string
		names         func(*x509.Certificate) []string
	}{
		{"the operator's", world.ClientSecret, func(c *x509.Certificate) []string { return c.EmailAddresses }},
		{"the SMF's", "smf-zrh-1-netconf", func(c *x509.Certificate) []string { return c.DNSNames }},
	} {
		certificate, err := d.Certificate(ctx, c.secret)
		if err != nil {
			return err
		}
		d.tell("%s certificate in Secret %s: subject %q, for %s, serial %X, issued by %s, until %s", c.whose, c.secret,
			certificate.Subject, strings.Join(c.names(certificate), ", "), certificate.SerialNumber, certificate.Issuer, certificate.NotAfter.Format("2006-01-02 15:04"))
	}
	return nil
}

// atOnce is the most that may pass between a change and its report where the NF announces it: far more than it takes
// on a machine at rest, far less than any interval.
const atOnce = 3 * time.Second

// announced changes the NF that announces it, whose interval is far away, and takes the times.
func (d *demo) announced(ctx context.Context) error {
	const name = world.Announcing
	nf, err := d.NetworkFunction(ctx, name)
	if err != nil {
		return err
	}
	target, err := d.target(ctx, nf.Spec.TargetRef.Name)
	if err != nil {
		return err
	}
	d.tell("%s is looked at each %s; its subscription to the NF's announcements: %s", name, nf.Spec.Interval.Duration, target.Status.Subscription)
	drift, err := d.DriftByHand(ctx, name, fmt.Sprintf(upfEdit, "<maximum-sessions>7</maximum-sessions>"))
	if err != nil {
		return err
	}
	d.tell("%s  session %d of ncclient commits maximum-sessions 7 on %s", stamp(drift.Sent), drift.Session, name)
	d.tell("%s  the DriftReport is open, %s later", stamp(drift.Seen), milliseconds(drift.Seen.Sub(drift.Sent)))
	d.tell("%s  the NF is as Git says again, %s after the change", stamp(drift.Corrected), milliseconds(drift.Corrected.Sub(drift.Sent)))
	running, err := d.Devices[name].Read(ctx, upfFilter)
	if err != nil {
		return err
	}
	if value := running.Value("upf-function", "maximum-sessions"); value != "200000" {
		return fmt.Errorf("%s has maximum-sessions %s after the correction", name, value)
	}
	if took := drift.Seen.Sub(drift.Sent); took > atOnce {
		return fmt.Errorf("the change of %s was announced, and seen only after %s", name, took)
	}
	return nil
}

func stamp(t time.Time) string { return t.Format("15:04:05.000") }

func milliseconds(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
