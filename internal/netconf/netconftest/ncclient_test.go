// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"net"
	"os/exec"
	"strings"
	"testing"
)

// TestNcclient runs a client that nobody here wrote against the server: python3-ncclient.
func TestNcclient(t *testing.T) {
	const python = "/usr/bin/python3" // Debian's, for which the package is
	if err := exec.Command(python, "-c", "import ncclient").Run(); err != nil {
		t.Skipf("ncclient is not installed: apt-get install python3-ncclient (%v)", err)
	}
	for name, profile := range map[string]Profile{
		"candidate, startup, base:1.1": {Startup: true},
		"running, base:1.0":            {NoCandidate: true, Base10Only: true, Modules: InHello},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := device(t, Options{Profile: profile, Running: tree(t, base)})
			host, port, err := net.SplitHostPort(s.Addr)
			if err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), python, "testdata/ncclient_session.py", host, port, s.User, s.Password).CombinedOutput()
			t.Logf("%s", out)
			if err != nil || !strings.Contains(string(out), "all done") {
				t.Fatal(err)
			}
			if got := s.Running().Get("/acme-router:system/hostname").Value(); got != "by-ncclient" {
				t.Errorf("hostname %q", got)
			}
		})
	}
}
