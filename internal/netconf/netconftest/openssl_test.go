// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A TLS peer that nobody here wrote: openssl s_client, with both versions of TLS.
func TestOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: make deps")
	}
	dir := t.TempDir()
	p := newPKI(t)
	client, err := p.authority.Issue("somebody", "client.example")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"ca.crt": p.authority.PEM, "client.crt": client.Certificate, "client.key": client.Key} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := device(t, Options{Addr: NoListener, TLS: p.options(), Running: tree(t, base)})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // no test hangs
	defer cancel()
	for _, version := range []string{"-tls1_2", "-tls1_3"} {
		cmd := exec.CommandContext(ctx, openssl, "s_client", "-quiet", "-verify_return_error", "-verify_hostname", "localhost", version, "-connect", s.TLSAddr,
			"-CAfile", filepath.Join(dir, "ca.crt"), "-cert", filepath.Join(dir, "client.crt"), "-key", filepath.Join(dir, "client.key"))
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		session := bufio.NewReader(out)
		hello, err := readUntil(session, endOfMessage)
		if err != nil || !strings.Contains(hello, "<hello ") {
			t.Fatalf("%s: %s, %v", version, hello, err)
		}
		const ours = `<hello xmlns="` + netconfNamespace + `"><capabilities><capability>urn:ietf:params:netconf:base:1.1</capability></capabilities></hello>` + endOfMessage
		const rpc = `<rpc message-id="1" xmlns="` + netconfNamespace + `"><get/></rpc>`
		if _, err := io.WriteString(in, ours+string(frames([]byte(rpc), true, 0)[0])); err != nil {
			t.Fatal(err)
		}
		reply, err := readUntil(session, endOfChunks)
		if err != nil || !strings.Contains(reply, "<hostname>r1</hostname>") {
			t.Fatalf("%s: %s, %v", version, reply, err)
		}
		if infos := s.SessionInfos(); infos[len(infos)-1].User != "client.example" {
			t.Errorf("%+v", infos)
		}
		_ = cmd.Process.Kill() // it does not end with its input
		_ = cmd.Wait()
	}
}
