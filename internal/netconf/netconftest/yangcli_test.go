// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"net"
	"os/exec"
	"strings"
	"testing"
)

// TestYangcli runs another client that nobody here wrote against the server: Yuma's yangcli.
func TestYangcli(t *testing.T) {
	yangcli, err := exec.LookPath("yangcli")
	if err != nil {
		t.Skip("yangcli is not installed: apt-get install yangcli")
	}
	s, _ := device(t, Options{Running: tree(t, base), Profile: Profile{Modules: InHello}})
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]string{
		"get-config source=running":  "hostname r1",
		"lock target=candidate":      "OK",
		"validate source=candidate":  "OK",
		"discard-changes":            "OK",
		"commit":                     "OK",
		"lock target=nonsense":       "Error",
		"get-schema identifier=none": "there is no schema none",
	} {
		t.Run(command, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), yangcli, "--server="+host, "--ncport="+port, "--user="+s.User, "--password="+s.Password,
				"--batch-mode", "--run-command="+command)
			cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=/usr/bin:/bin"}
			out, err := cmd.CombinedOutput()
			if !strings.Contains(string(out), want) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
