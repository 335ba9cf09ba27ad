// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

// powerDNSSchema creates PowerDNS's tables; Debian's pdns-backend-sqlite3 brings it.
const powerDNSSchema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"

// PowerDNS is an authoritative name server whose records ExternalDNS writes.
type PowerDNS struct {
	*Service
	// Addr is host:port of DNS, over UDP and TCP.
	Addr string

	api string
	key string
}

// addDNS runs PowerDNS and, against its API, ExternalDNS for DNSEndpoints.
func (e *environment) addDNS(s *Stack, _ Options) (starter, error) {
	dns, err := e.powerDNS()
	if err != nil {
		return nil, err
	}
	addrs, err := freeAddrs(1)
	if err != nil {
		return nil, err
	}
	s.PowerDNS = dns
	s.ExternalDNS = e.supervisor.add(&Service{
		name: "external-dns",
		path: s.Tools[ToolExternalDNS],
		env:  []string{"KUBECONFIG=" + s.KubeconfigPath},
		args: append([]string{
			"--kubeconfig", s.KubeconfigPath,
			"--source=crd", "--crd-source-apiversion=externaldns.k8s.io/v1alpha1", "--crd-source-kind=DNSEndpoint",
			"--provider=pdns", "--pdns-server=" + dns.api, "--pdns-api-key=" + dns.key,
			"--registry=txt", "--txt-owner-id=strowger-stack", "--txt-prefix=_ed.",
			"--interval=2s", "--events",
			"--metrics-address=" + addrs[0],
		}, managedRecordTypes()...),
		ready: httpReady(http.DefaultClient, "http://"+addrs[0]+"/healthz", nil),
	})
	return func(ctx context.Context) error {
		if err := dns.Start(ctx); err != nil {
			return err
		}
		return s.ExternalDNS.Start(ctx)
	}, nil
}

// managedRecordTypes are those of network functions: SRV and NAPTR select 3GPP nodes (TS 29.303).
func managedRecordTypes() []string {
	var flags []string
	for _, recordType := range []string{"A", "AAAA", "CNAME", "SRV", "NAPTR"} {
		flags = append(flags, "--managed-record-types="+recordType)
	}
	return flags
}

// powerDNS prepares a server with an empty database. Its caches are off, so that an answer is never older than
// the database.
func (e *environment) powerDNS() (*PowerDNS, error) {
	dir, err := e.folder("pdns")
	if err != nil {
		return nil, err
	}
	database := filepath.Join(dir, "pdns.sqlite3")
	if err := createDatabase(database); err != nil {
		return nil, err
	}
	addrs, err := freeAddrs(2)
	if err != nil {
		return nil, err
	}
	_, dnsPort, err := net.SplitHostPort(addrs[0])
	if err != nil {
		return nil, fmt.Errorf("splitting the DNS address: %w", err)
	}
	_, apiPort, err := net.SplitHostPort(addrs[1])
	if err != nil {
		return nil, fmt.Errorf("splitting the API address: %w", err)
	}
	dns := &PowerDNS{Addr: addrs[0], api: "http://" + addrs[1], key: rand.Text()}
	dns.Service = e.supervisor.add(&Service{
		name: "pdns",
		path: "/usr/sbin/pdns_server",
		args: []string{
			"--config-dir=" + dir, "--socket-dir=" + dir, "--daemon=no", "--guardian=no", "--write-pid=no",
			"--launch=gsqlite3", "--gsqlite3-database=" + database,
			"--local-address=127.0.0.1", "--local-port=" + dnsPort,
			"--webserver=yes", "--webserver-address=127.0.0.1", "--webserver-port=" + apiPort,
			"--api=yes", "--api-key=" + dns.key,
			"--cache-ttl=0", "--query-cache-ttl=0", "--negquery-cache-ttl=0", "--zone-cache-refresh-interval=0",
		},
		ready: httpReady(http.DefaultClient, dns.api+"/api/v1/servers/localhost", dns.header()),
	})
	return dns, nil
}

// createDatabase makes an empty database unless there is one.
func createDatabase(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	schema, err := os.Open(powerDNSSchema)
	if err != nil {
		return fmt.Errorf("opening PowerDNS's schema (`make deps` installs it): %w", err)
	}
	defer func() { _ = schema.Close() }()
	cmd := exec.Command("sqlite3", path)
	cmd.Stdin = schema
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("creating PowerDNS's database: %w\n%s", err, output)
	}
	return nil
}

func (p *PowerDNS) header() http.Header {
	return http.Header{"X-Api-Key": {p.key}, "Content-Type": {"application/json"}}
}

// CreateZone makes the server authoritative for a zone, such as "5gc.mnc001.mcc228.3gppnetwork.org". ExternalDNS
// sees it at its next interval, two seconds later at most.
func (p *PowerDNS) CreateZone(ctx context.Context, zone string) error {
	body, err := json.Marshal(map[string]any{
		"name": zone + ".", "kind": "Native", "nameservers": []string{"ns1." + zone + "."},
	})
	if err != nil {
		return fmt.Errorf("encoding zone %s: %w", zone, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost,
		p.api+"/api/v1/servers/localhost/zones", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("composing the request for zone %s: %w", zone, err)
	}
	request.Header = p.header()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("creating zone %s: %w", zone, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusCreated {
		reason, _ := io.ReadAll(response.Body)
		return fmt.Errorf("creating zone %s: %s: %s", zone, response.Status, reason)
	}
	return nil
}
