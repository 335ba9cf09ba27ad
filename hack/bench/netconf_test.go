// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/hack/bench/client"
)

// startTestServers is startServers without netconfd and what others wrote.
func startTestServers(t *testing.T) servers {
	t.Helper()
	ours, old, stop, err := startOurs()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	all := servers{Netconfd: ours, Ours: ours, Old: old}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(serversEnv, string(text))
	return all
}

// TestClients: each client does what it is told, and says what it cannot do, with both
// framings.
func TestClients(t *testing.T) {
	all := startTestServers(t)
	common := []string{"open", "small", "large", "each", "connect", "settle"}
	for name, commands := range map[string][]string{
		"ours":     append(common, "pipelined", "digest", "decode"),
		"raw":      common,
		"ncclient": common,
	} {
		t.Run(name, func(t *testing.T) {
			if name == "ncclient" && exec.Command("/usr/bin/python3", "-c", "import ncclient").Run() != nil {
				t.Skip("ncclient is not installed: make deps")
			}
			for _, server := range []client.Server{all.Ours, all.Old} {
				p, err := startClient(t.Context(), name, server)
				if err != nil {
					t.Fatal(err)
				}
				defer p.stop()
				for _, command := range commands {
					if took, err := p.do(command, 1); err != nil || took.wall <= 0 || took.cpu <= 0 {
						t.Errorf("%s: %+v, %v", command, took, err)
					}
				}
				if _, err := p.do("close", 1); err != nil {
					t.Error(err)
				}
				if _, err := p.do("dance", 1); err == nil || err.Error() != "cannot dance" && !strings.Contains(err.Error(), "ValueError cannot dance") {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

// TestRefused: what a client cannot do is a figure that there is not, with its reason.
func TestRefused(t *testing.T) {
	startTestServers(t)
	wrong := func(s servers) client.Server { s.Ours.Password = "wrong"; return s.Ours }
	f, err := of("ours", wrong, connected)(t.Context(), 1)
	if err != nil || !strings.Contains(f.Missing, "log in") {
		t.Errorf("%+v, %v", f, err)
	}
	f, err = of("raw", netconftestd, task{measure: func(p *clientProcess, _ int) (figure, error) {
		p.stop()
		_, err := p.do("open", 1)
		return figure{}, err
	}})(t.Context(), 1)
	if err != nil || f.Missing != "it ended" {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestTasks: what is measured of one client is there, and plausible.
func TestTasks(t *testing.T) {
	startTestServers(t)
	for name, tc := range map[string]struct {
		task task
		ok   func(figure) bool
	}{
		"rate":      {rateOf("small", 10), func(f figure) bool { return f.Time > 0 && f.Units == 10 && f.Kind == rate }},
		"cpu":       {cpuOf("large", 1), func(f figure) bool { return f.Time > 0 }},
		"connected": {connected, func(f figure) bool { return f.Time > 0 }},
		"memory":    {idleMemory, func(f figure) bool { return f.Live > 10_000 && f.Live < 1_000_000 }},
	} {
		f, err := of("ours", netconftestd, tc.task)(t.Context(), 1)
		if err != nil || f.Missing != "" || !tc.ok(f) {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

func TestShorten(t *testing.T) {
	if got := shorten("a|b " + strings.Repeat("x", 100)); len(got) != 63 || strings.Contains(got, "|") {
		t.Errorf("got %q", got)
	}
}

// TestSlowLink: what goes through is late, whole and in order.
func TestSlowLink(t *testing.T) {
	all := startTestServers(t)
	link, err := newSlowLink(t.Context(), all.Ours.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer link.listener.Close()
	through := all.Ours
	through.Addr = link.listener.Addr().String()
	s, err := dialRaw(t.Context(), through)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const delay = 20 * time.Millisecond
	link.delay.Store(int64(delay))
	began := time.Now()
	if n, err := s.GetConfig(through.Large); err != nil || n < 1_000_000 || time.Since(began) < 2*delay {
		t.Errorf("%d bytes in %s, %v", n, time.Since(began), err)
	}
}
