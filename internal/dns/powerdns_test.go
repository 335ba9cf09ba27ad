// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/api/v1alpha1"
)

// TestCheckAgainstPowerDNS writes the targets of a DNSEndpoint into a real
// PowerDNS the way ExternalDNS does, and checks what it answers.
func TestCheckAgainstPowerDNS(t *testing.T) {
	const schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"
	for _, needed := range []string{"pdns_server", "sqlite3"} {
		if _, err := exec.LookPath(needed); err != nil {
			t.Skipf("%s is not installed: not checked against PowerDNS", needed)
		}
	}
	in, err := os.Open(schema)
	if err != nil {
		t.Skipf("pdns-backend-sqlite3 is not installed: not checked against PowerDNS")
	}
	defer in.Close()
	dir := t.TempDir()
	database := filepath.Join(dir, "pdns.sqlite3")
	create := exec.Command("sqlite3", database)
	create.Stdin = in
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	resolver, api := startPowerDNS(t, dir, database)

	records := []v1alpha1.DNSRecord{
		record("UPF.example.org", "A", "192.0.2.1", "192.0.2.2"),
		record("upf.example.org", "AAAA", "2001:db8::1"),
		record("alias.example.org", "CNAME", "upf.example.org."),
		record("_nsmf._tcp.example.org", "SRV", "10 5 8080 smf.example.org."),
		record("example.org", "NAPTR", `10 100 "a" "x-3gpp-upf:x-n4:x-n9" "" topon.n4.upf.example.org.`,
			`20 0 u "SIP+D2U" "!^(.*)$!sip:\\1@example.org!" .`, `30 0 "s" "x" "!a!b\"c!" .`),
	}
	s := sets(t, records...)
	if got := (Checker{Resolver: resolver}).Check(t.Context(), s); len(got) != len(s) {
		t.Errorf("before they are there: %v", got)
	}
	publish(t, api, s)
	if got := (Checker{Resolver: resolver}).Check(t.Context(), s); len(got) > 0 {
		t.Errorf("missing %v", got)
	}
	wrong := sets(t, record("upf.example.org", "A", "192.0.2.1"))
	if got := (Checker{Resolver: resolver}).Check(t.Context(), wrong); len(got) != 1 {
		t.Errorf("one address too many was not seen: %v", got)
	}
}

func startPowerDNS(t *testing.T, dir, database string) (resolver, api string) {
	t.Helper()
	var ports [2]string
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, ports[i], _ = net.SplitHostPort(l.Addr().String())
		_ = l.Close()
	}
	cmd := exec.Command("pdns_server", "--config-dir="+dir, "--socket-dir="+dir, "--daemon=no", "--guardian=no", "--write-pid=no",
		"--launch=gsqlite3", "--gsqlite3-database="+database, "--local-address=127.0.0.1", "--local-port="+ports[0],
		"--webserver=yes", "--webserver-address=127.0.0.1", "--webserver-port="+ports[1], "--api=yes", "--api-key=k",
		"--cache-ttl=0", "--query-cache-ttl=0", "--negquery-cache-ttl=0", "--zone-cache-refresh-interval=0")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
	api = "http://127.0.0.1:" + ports[1] + "/api/v1/servers/localhost/zones"
	for range 300 {
		if status, _ := call(http.MethodGet, api, nil); status == http.StatusOK {
			return "127.0.0.1:" + ports[0], api
		}
		select {
		case <-ended:
			t.Fatalf("PowerDNS ended:\n%s", log.String())
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Fatal("PowerDNS does not answer")
	return "", ""
}

// publish makes the zone and its record sets; CNAME and SRV get the trailing
// dot from ExternalDNS's provider.
func publish(t *testing.T, api string, sets []RecordSet) {
	t.Helper()
	var rrsets []map[string]any
	for _, s := range sets {
		var contents []map[string]any
		for _, target := range s.Targets() {
			if s.Type == typeCNAME || s.Type == typeSRV {
				target += "."
			}
			contents = append(contents, map[string]any{"content": target})
		}
		rrsets = append(rrsets, map[string]any{"name": s.Name + ".", "type": s.Type, "ttl": 300, "changetype": "REPLACE", "records": contents})
	}
	zone := map[string]any{"name": "example.org.", "kind": "Native", "nameservers": []string{"ns.example.org."}, "soa_edit_api": "NONE"}
	if status, body := call(http.MethodPost, api, zone); status != http.StatusCreated {
		t.Fatalf("zone: %d %s", status, body)
	}
	if status, body := call(http.MethodPatch, api+"/example.org.", map[string]any{"rrsets": rrsets}); status != http.StatusNoContent {
		t.Fatalf("records: %d %s", status, body)
	}
}

func call(method, url string, body any) (int, string) {
	data, err := json.Marshal(body)
	if err != nil {
		return 0, err.Error()
	}
	req, err := http.NewRequest(method, url, strings.NewReader(string(data)))
	if err != nil {
		return 0, err.Error()
	}
	req.Header.Set("X-API-Key", "k")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Sprint(err)
	}
	defer res.Body.Close()
	out, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(out)
}
