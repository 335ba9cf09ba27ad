// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"context"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// ncclient is a client that nobody here wrote: python3-ncclient. run calls a script with arguments.
func ncclient(t *testing.T) (run func(script string, args ...string)) {
	t.Helper()
	const python = "/usr/bin/python3" // Debian's, for which the package is
	if err := exec.Command(python, "-c", "import ncclient").Run(); err != nil {
		t.Skipf("ncclient is not installed: make deps (%v)", err)
	}
	return func(script string, args ...string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // no test hangs
		defer cancel()
		out, err := exec.CommandContext(ctx, python, append([]string{"testdata/" + script}, args...)...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "all done") {
			t.Fatalf("%v\n%s", err, out)
		}
	}
}

func TestNcclient(t *testing.T) {
	run := ncclient(t)
	for name, profile := range map[string]Profile{
		"candidate, startup, base:1.1": {Startup: true},
		"running, base:1.0":            {NoCandidate: true, Base10Only: true, Modules: InHello},
		"all in its own way":           {Startup: true, Reorders: true, RewritesPrefixes: true, ChunkBytes: 7, Modules: InLibrary10},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := device(t, Options{Profile: profile, Running: tree(t, base)})
			host, port, err := net.SplitHostPort(s.Addr)
			if err != nil {
				t.Fatal(err)
			}
			run("ncclient_session.py", host, port, s.User, s.Password)
			if got := s.Running().Get("/acme-router:system/hostname").Value(); got != "by-ncclient" {
				t.Errorf("hostname %q", got)
			}
		})
	}
}

func TestNcclientMore(t *testing.T) {
	run := ncclient(t)
	home, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := home.Addr().String()
	home.Close() // ncclient listens there when it comes to that
	s, _ := device(t, Options{Profile: Profile{Notifications: true}, Running: tree(t, base), CallHome: []CallHome{{Addr: addr, Retry: 50 * time.Millisecond}}})
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	_, homePort, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	run("ncclient_more.py", host, port, homePort, s.User, s.Password)
	if s.CandidateDirty() || s.CommitPending() {
		t.Error("something is left")
	}
}
