// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/netconf"
)

// clientTLS is what a client needs that trusts the certificates in a folder.
func clientTLS(t *testing.T, dir string) *tls.Config {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "client.crt"), filepath.Join(dir, "client.key"))
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}
}

func TestTLSAndCallHome(t *testing.T) {
	dir := t.TempDir()
	home, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	out, _, stop := simulation(t, "--yang", yangFolder, "--listen", "none", "--quiet", "--name", "amf", "--host-key", filepath.Join(dir, "{name}", "key"),
		"--tls-listen", "127.0.0.1:0", "--tls-dir", filepath.Join(dir, "{name}"), "--call-home-tls", home.Addr().String())
	certificates := filepath.Join(dir, "amf")
	if _, err := os.Stat(filepath.Join(certificates, "key")); err != nil {
		t.Error(err)
	}

	addr := listening(out)["amf"]
	called, err := tls.Dial("tcp", addr, clientTLS(t, certificates))
	if err != nil {
		t.Fatal(err)
	}
	calling, err := home.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for name, conn := range map[string]net.Conn{"called": called, "calling": tls.Client(calling, clientTLS(t, certificates))} {
		session, err := netconf.NewSession(t.Context(), conn, netconf.Options{Peer: name})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := session.GetConfig(t.Context(), netconf.Running, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		session.Abort()
	}
	stop()

	// What was made once is used again.
	before, err := os.ReadFile(filepath.Join(certificates, "tls.crt"))
	if err != nil {
		t.Fatal(err)
	}
	simulation(t, "--yang", yangFolder, "--listen", "none", "--quiet", "--name", "amf", "--tls-listen", "127.0.0.1:0", "--tls-dir", certificates)
	if after, err := os.ReadFile(filepath.Join(certificates, "tls.crt")); err != nil || string(after) != string(before) {
		t.Errorf("the certificate was replaced: %v", err)
	}
}

// A file describes several kinds of devices; flags are what they begin with.
func TestConfigFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	running := write("running.json", `{"acme-router:system": {"hostname": "first"}}`)
	state := write("state.xml", `<system xmlns="urn:acme:router"><uptime>42</uptime></system>`)
	reply := write("reply.xml", `<when xmlns="urn:acme:router">now</when>`)
	config := write("fleet.yaml", `
devices:
- names: [amf]
  profile: [startup, notifications]
  running: `+running+`
  operational: `+state+`
  replies: ["acme-router:restart=`+reply+`"]
- names: [upf]
  count: 3
  profile: [running-only]
  latency: 1ms
`)
	out, _, _ := simulation(t, "--config", config, "--yang", yangFolder, "--listen", "127.0.0.1:0", "--password", "pw", "--quiet")
	devices := listening(out)
	if len(devices) != 4 {
		t.Fatalf("output:\n%s", out)
	}
	session := func(name string) *netconf.Session {
		s, err := netconf.DialSSH(t.Context(), devices[name], netconf.SSHConfig{User: "netconf", Password: "pw", InsecureSkipHostKeyVerification: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Abort)
		return s
	}
	amf, upf := session("amf"), session("upf-3")
	if c := amf.Capabilities(); !c.Has(netconf.Startup) || !c.Has(netconf.Candidate) || !c.Has(netconf.Notification) {
		t.Errorf("amf: %v", c.Names())
	}
	if c := upf.Capabilities(); c.Has(netconf.Startup) || c.Has(netconf.Candidate) || c.Has(netconf.Notification) {
		t.Errorf("upf: %v", c.Names())
	}
	data, err := amf.Get(t.Context(), []byte(`<system xmlns="urn:acme:router"/>`))
	if err != nil || !strings.Contains(string(data), "<hostname>first</hostname>") || !strings.Contains(string(data), "<uptime>42</uptime>") {
		t.Errorf("%s, %v", data, err)
	}
	answer, err := amf.Exec(t.Context(), netconf.RawMethod(`<restart xmlns="urn:acme:router"><delay>5</delay></restart>`))
	if err != nil || answer == nil {
		t.Error(err)
	}
	for content, says := range map[string]string{
		"devices: []":                          "no devices",
		"devices: [{colour: red}]":             "devices[0]",
		"devices: [{names: [a, a], count: 2}]": "two devices a",
	} {
		cmd := NewCommand()
		cmd.SetArgs([]string{"--config", write("wrong.yaml", content), "--yang", yangFolder, "--listen", "127.0.0.1:0"})
		if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", content, err)
		}
	}
}
