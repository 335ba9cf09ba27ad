// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"crypto/tls"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// Each connection that does not become a session leaves one line in the log.
func TestFailedConnections(t *testing.T) {
	out, log, _ := simulation(t, "--yang", yangFolder, "--listen", "127.0.0.1:0", "--name", "upf",
		"--tls-listen", "127.0.0.1:0", "--tls-dir", filepath.Join(t.TempDir(), "tls"), "--call-home", "127.0.0.1:1")
	addr := listening(out)["upf"]
	_, tlsAddr, _ := strings.Cut(out.String(), " tls=")

	login := func(password string) (*ssh.Client, error) {
		return ssh.Dial("tcp", addr, &ssh.ClientConfig{User: "netconf", Auth: []ssh.AuthMethod{ssh.Password(password)},
			HostKeyCallback: ssh.InsecureIgnoreHostKey()}) //nolint:gosec // it is our own device
	}
	if _, err := login("wrong"); err == nil {
		t.Fatal("logged in with a wrong password")
	}
	client, err := login("netconf")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, hello := range []string{"<hello><capabilities/></hello>", "<hallo/>", "<hello"} {
		greet(t, client, hello)
	}
	conn, err := tls.Dial("tcp", strings.TrimSpace(strings.Split(tlsAddr, "\n")[0]), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // it is our own device
	if err == nil {
		_, _ = io.ReadAll(conn)
		_ = conn.Close()
	}

	const line = "connection=failed device=upf remote=127.0.0.1:"
	for _, reason := range []string{`reason="SSH: wrong user or password"`, "namespace of element hello is missing", "the first message is hallo",
		"hello: XML syntax error", "TLS: tls: client didn't provide a certificate", `1 reason="call home: `} {
		if !logged(log, line, reason) {
			t.Errorf("%s is missing in the log:\n%s", reason, log)
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 6 {
		t.Errorf("%d lines in the log:\n%s", n, log)
	}
}

// greet sends a hello and waits until the device ends the session.
func greet(t *testing.T, client *ssh.Client, hello string) {
	t.Helper()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	in, inErr := session.StdinPipe()
	out, outErr := session.StdoutPipe()
	if err := errors.Join(inErr, outErr, session.RequestSubsystem("netconf")); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(in, hello+"]]>]]>")
	_, _ = io.ReadAll(out)
}

func logged(log *buffer, line, reason string) bool {
	for range 500 {
		for found := range strings.Lines(log.String()) {
			if strings.HasPrefix(found, line) && strings.Contains(found, reason) {
				return true
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}
