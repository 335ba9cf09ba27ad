// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/e2e/world"
)

// showStack says what runs.
func (d *demo) showStack(ctx context.Context) error {
	version, err := d.Kubectl(ctx, "version")
	if err != nil {
		return err
	}
	for line := range strings.Lines(version) {
		if server, ok := strings.CutPrefix(line, "Server Version: "); ok {
			d.tell("Kubernetes %s at %s", strings.TrimSpace(server), d.Config.Host)
		}
	}
	for _, part := range []struct{ name, tool string }{
		{"Flux source-controller", stack.ToolSourceController},
		{"Flux kustomize-controller", stack.ToolKustomizeController},
		{"Flux notification-controller", stack.ToolNotification},
		{"cert-manager", stack.ToolCertManager},
		{"ExternalDNS", stack.ToolExternalDNS},
		{"Gitea", stack.ToolGitea},
	} {
		if path := d.Tools[part.tool]; path != "" {
			name := strings.TrimPrefix(filepath.Base(path), part.tool+"-")
			version, _, _ := strings.Cut(name, "-")
			d.tell("%s %s", part.name, version)
		}
	}
	if d.PowerDNS != nil {
		d.tell("PowerDNS at %s, authoritative for %s", d.PowerDNS.Addr, world.Zone)
	}
	d.tell("Gitea at %s", d.Git.URL)
	for _, name := range world.Functions() {
		device := d.Devices[name]
		d.tell("NETCONF server of %-11s at %s (%s)", name, device.Addr, device.Kind)
	}
	d.tell("Strowger (pid %d), with the rights of config/rbac", d.Operator.PID())
	return nil
}

// commitExample makes the first commit and waits until Flux applied it.
func (d *demo) commitExample(ctx context.Context) (err error) {
	if d.commit, err = d.CommitExample(ctx); err != nil {
		return err
	}
	log, err := d.GitLog(ctx, "log", "--shortstat", "--format=commit %H%n%n    %s%n", "-1", world.Branch)
	if err != nil {
		return err
	}
	d.command("git log --shortstat -1 "+world.Branch, log)
	if err := d.Apply(ctx, d.commit); err != nil {
		return err
	}
	d.tell("Flux made an artifact of %s and applied ./infra and ./clusters/demo", world.Short(d.commit))
	return nil
}

// becomeReady waits for all NFs and shows them.
func (d *demo) becomeReady(ctx context.Context) error {
	if err := d.WaitReady(ctx, d.commit, world.Functions()...); err != nil {
		return err
	}
	if err := d.WaitForKustomization(ctx, world.Source, d.commit, true); err != nil {
		return err
	}
	d.tell("Kustomization %s, which waits for its objects, is Ready too", world.Source)
	if err := d.kubectl(ctx, "get", "networkfunctions,targets,yanglibraries", "-n", world.Namespace); err != nil {
		return err
	}
	return d.describe(ctx, "smf-zrh-1", "healthy")
}

// kubectl runs and quotes a command.
func (d *demo) kubectl(ctx context.Context, args ...string) error {
	output, err := d.Kubectl(ctx, args...)
	if err != nil {
		return err
	}
	d.command("kubectl "+strings.Join(args, " "), output)
	return nil
}

const router = "n6-router-1"

// routerFilter selects what the router's layers speak of.
const routerFilter = `<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"/>` +
	`<system xmlns="urn:ietf:params:xml:ns:yang:ietf-system"/>`

// readRouter reads the configuration of the server that nobody here wrote.
func (d *demo) readRouter(ctx context.Context) error {
	running, err := d.Devices[router].Read(ctx, routerFilter)
	if err != nil {
		return err
	}
	d.tell("netconfd at %s, <get-config> of running through ncclient:", d.Devices[router].Addr)
	d.block(running.String())
	n6 := running.Find("interfaces", "interface[name=n6]")
	for what, seen := range map[string]bool{
		"the host name":          running.Value("system", "hostname") == router,
		"the address from input": n6.Value("ipv4", "address", "ip") == "10.20.6.1",
		"the prefix from CEL":    n6.Value("ipv4", "address", "prefix-length") == "24",
	} {
		if !seen {
			return fmt.Errorf("%s is not what Git says", what)
		}
	}
	d.tell("hostname, and 10.20.6.1/24 of n6 from the ConfigMap site-zrh, are what Git says")
	return nil
}

// showCertificate compares what cert-manager issued with what the SMF runs. No private key is read.
func (d *demo) showCertificate(ctx context.Context) error {
	issued, err := d.IssuedCertificate(ctx)
	if err != nil {
		return err
	}
	used, err := d.UsedCertificate(ctx)
	if err != nil {
		return err
	}
	if !issued.Equal(used) {
		return fmt.Errorf("the SMF uses the certificate with serial %X, issued was %X", used.SerialNumber, issued.SerialNumber)
	}
	if err := d.kubectl(ctx, "get", "certificates", "-n", world.Namespace); err != nil {
		return err
	}
	d.tell("subject     %s (empty: the names below count)", used.Subject)
	d.tell("DNS name    %s", strings.Join(used.DNSNames, ", "))
	d.tell("address     %s", used.IPAddresses)
	d.tell("URI         %s", used.URIs)
	d.tell("issuer      %s", used.Issuer)
	d.tell("valid       %s to %s", used.NotBefore.Format("2006-01-02 15:04"), used.NotAfter.Format("2006-01-02 15:04"))
	d.tell("serial      %X in Secret smf-zrh-1-sbi", issued.SerialNumber)
	d.tell("serial      %X in running of smf-zrh-1, over NETCONF", used.SerialNumber)
	return nil
}

// askDNS asks the authoritative server for one record of each type.
func (d *demo) askDNS(ctx context.Context) error {
	server, err := d.Resolver()
	if err != nil {
		return err
	}
	host, port, _ := strings.Cut(server, ":")
	for _, q := range []struct{ name, recordType, want string }{
		{"amf-zrh-1.amf." + world.Zone, "A", "10.20.2.11"},
		{"upf-zrh-2.n3." + world.Zone, "AAAA", "2001:db8:3::32"},
		{"gw.n6." + world.Zone, "CNAME", router},
		{"_nsmf-pdusession._tcp." + world.Zone, "SRV", "443 smf-zrh-1"},
		{"set001.region02.amfset." + world.Zone, "NAPTR", "x-3gpp-amf:x-n2"},
	} {
		records, err := d.Lookup(ctx, q.name, q.recordType)
		if err != nil {
			return err
		}
		answer := strings.Join(records, "\n")
		d.command(fmt.Sprintf("dig +short @%s -p %s %s %s", host, port, q.recordType, q.name), answer)
		if !strings.Contains(answer, q.want) {
			return fmt.Errorf("%s %s is answered with %q and not with %s", q.recordType, q.name, answer, q.want)
		}
	}
	nf, err := d.NetworkFunction(ctx, "amf-zrh-1")
	if err != nil {
		return err
	}
	d.tell("DNSReady of amf-zrh-1: %s", world.Condition(nf, v1alpha1.DNSReadyCondition).Message)
	return nil
}
