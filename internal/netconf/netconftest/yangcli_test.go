// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestYangcli runs another client that nobody here wrote against the server: Yuma's yangcli. It reads the
// modules from the server, and the values in replies by them.
func TestYangcli(t *testing.T) {
	yangcli, err := exec.LookPath("yangcli")
	if err != nil {
		t.Skip("yangcli is not installed: apt-get install yangcli")
	}
	s, _ := device(t, Options{Running: tree(t, base), Profile: Profile{Modules: InHello, Startup: true, Notifications: true}})
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	for name, config := range map[string]string{"edit.xml": system("<hostname>by-yangcli</hostname>"), "bad.xml": system("<nonsense/>")} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(t *testing.T, what string) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // no test hangs
		defer cancel()
		cmd := exec.CommandContext(ctx, yangcli, "--server="+host, "--ncport="+port, "--user="+s.User, "--password="+s.Password, "--batch-mode", what)
		cmd.Env = []string{"HOME=" + home, "PATH=/usr/bin:/bin"}
		cmd.Dir = home
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Logf("yangcli: %v", err)
		}
		return string(out)
	}
	script := []string{
		"get-config source=running", "lock target=candidate", "edit-config target=candidate default-operation=merge config=@edit.xml",
		"validate source=candidate", "commit confirmed confirm-timeout=60", "commit", "unlock target=candidate",
		"copy-config source=running target=startup",
	}
	if err := os.WriteFile(filepath.Join(home, "script"), []byte(strings.Join(script, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := run(t, "--run-script="+filepath.Join(home, "script"))
	if !strings.Contains(out, "type ar:ethernet") || strings.Count(out, "RPC OK Reply") != len(script)-1 {
		t.Errorf("a session of %d commands:\n%s", len(script), out)
	}
	if got := s.Startup().Get("/acme-router:system/hostname").Value(); got != "by-yangcli" || s.CommitPending() {
		t.Errorf("hostname %q, commit pending %t", got, s.CommitPending())
	}
	for command, want := range map[string]string{
		"get-config source=running":                    "hostname by-yangcli",
		"discard-changes":                              "OK",
		"lock target=nonsense":                         "Error",
		"get-schema identifier=none":                   "there is no schema none",
		"get-schema identifier=acme-router":            "module acme-router",
		"commit confirmed persist=me":                  "OK",
		"edit-config target=candidate config=@bad.xml": "error-path /acme-router:system/acme-router:nonsense",
		"kill-session session-id=99":                   "there is no such session",
		"restart delay=5":                              "OK",
		"restart":                                      "missing-element",
	} {
		t.Run(command, func(t *testing.T) {
			if out := run(t, "--run-command="+command); !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		})
	}
}
