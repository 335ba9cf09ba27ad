// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

const yangFolder = "../netconf/netconftest/testdata"

// buffer may be written to and read at the same time.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// simulation runs the command until stop, and returns what it prints.
func simulation(t *testing.T, args ...string) (out, log *buffer, stop func()) {
	t.Helper()
	out, log = &buffer{}, &buffer{}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := NewCommand()
	cmd.SetArgs(args)
	cmd.SetOut(out)
	cmd.SetErr(log)
	ended := make(chan error, 1)
	go func() { ended <- cmd.ExecuteContext(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	for range 500 {
		if strings.Contains(out.String(), "listening") {
			return out, log, stop
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the devices do not listen")
	return nil, nil, nil
}

// addresses of the devices by name.
func listening(out *buffer) map[string]string {
	found := make(map[string]string)
	for line := range strings.Lines(out.String()) {
		if fields := strings.Fields(line); len(fields) >= 3 && fields[0] == "listening" {
			_, found[strings.TrimPrefix(fields[1], "name=")], _ = strings.Cut(fields[2], "=")
		}
	}
	return found
}

func TestSimulate(t *testing.T) {
	dir := t.TempDir()
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--yang", yangFolder, "--listen", "127.0.0.1:0", "--count", "2", "--name", "upf", "--user", "admin", "--password-file", password,
		"--host-key", filepath.Join(dir, "host_key"), "--known-hosts", filepath.Join(dir, "known_hosts"), "--state", filepath.Join(dir, "state")}

	out, log, stop := simulation(t, args...)
	devices := listening(out)
	if len(devices) != 2 || devices["upf-1"] == devices["upf-2"] {
		t.Fatalf("output:\n%s", out)
	}
	session := func(addr string) *netconf.Session {
		t.Helper()
		known, err := os.ReadFile(filepath.Join(dir, "known_hosts"))
		if err != nil {
			t.Fatal(err)
		}
		s, err := netconf.DialSSH(t.Context(), addr, netconf.SSHConfig{User: "admin", Password: "secret", KnownHosts: known})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := session(devices["upf-2"])
	for _, operation := range []string{
		`<edit-config><target><candidate/></target><config><system xmlns="urn:acme:router"><hostname>kept</hostname></system></config></edit-config>`,
		`<commit/>`,
	} {
		if _, err := s.Exec(t.Context(), netconf.RawMethod(operation)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Exec(t.Context(), netconf.RawMethod(`<lock><target><startup/></target></lock>`)); err == nil {
		t.Error("there is no startup")
	}
	for _, line := range []string{"rpc=edit-config session=1 device=upf-2\n", "rpc=lock session=1 device=upf-2 error=bad-element\n"} {
		if !strings.Contains(log.String(), line) {
			t.Errorf("%q is missing in the log:\n%s", line, log)
		}
	}
	s.Abort()
	stop()

	out, _, _ = simulation(t, args...) // the configuration was kept, and so was the host key
	s = session(listening(out)["upf-2"])
	defer s.Abort()
	data, err := s.GetConfig(t.Context(), netconf.Running, nil)
	if err != nil || !strings.Contains(string(data), "kept") {
		t.Errorf("got %s, %v", data, err)
	}
}

func TestProfileAndModules(t *testing.T) {
	out, _, _ := simulation(t, "--yang", yangFolder, "--listen", "127.0.0.1:0", "--quiet",
		"--module", "acme-router:", "--profile", "running-only,startup,base-1.0", "--profile", "no-validate,modules-in-hello")
	s, err := netconf.DialSSH(t.Context(), listening(out)["device"], netconf.SSHConfig{User: "netconf", Password: "netconf", InsecureSkipHostKeyVerification: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Abort()
	c := s.Capabilities()
	if c.Has(netconf.Candidate, netconf.Base11, netconf.YANGLibrary11) || c.CanValidate() || !c.Has(netconf.Startup) || !c.Has(netconf.WritableRunning) {
		t.Errorf("capabilities %v", c.Names())
	}
	for _, m := range c.Modules() {
		if m.Name == "acme-router" && len(m.Features) > 0 {
			t.Errorf("features %v", m.Features)
		}
	}
}

func TestMistakes(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.yang")
	if err := os.WriteFile(broken, []byte("module broken { namespace urn:b; prefix b; leaf a { type nothing; } }"), 0o600); err != nil {
		t.Fatal(err)
	}
	typo := filepath.Join(t.TempDir(), "faults.yaml")
	if err := os.WriteFile(typo, []byte("faults: [{operation: hello, do: drop-before}, {operation: restart, do: ignore}, {operation: edit-confg, do: ignore}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		says string
	}{
		"no modules":       {[]string{}, "yang"},
		"no such folder":   {[]string{"--yang", "nowhere"}, "nowhere"},
		"no YANG":          {[]string{"--yang", t.TempDir()}, "no .yang files"},
		"broken YANG":      {[]string{"--yang", broken}, "broken.yang:1"},
		"no such module":   {[]string{"--yang", yangFolder, "--module", "other"}, "other"},
		"unknown trait":    {[]string{"--yang", yangFolder, "--profile", "telepathy"}, "telepathy"},
		"no candidate":     {[]string{"--yang", yangFolder, "--profile", "running-only,confirmed-commit-1.0"}, "needs a candidate"},
		"no such path":     {[]string{"--yang", yangFolder, "--drop", "/acme-router:nothing"}, "--drop"},
		"no certificates":  {[]string{"--yang", yangFolder, "--tls-listen", "127.0.0.1:0"}, "--tls-dir"},
		"no reply":         {[]string{"--yang", yangFolder, "--reply", "acme:reboot"}, "NAME=FILE"},
		"open control":     {[]string{"--yang", yangFolder, "--listen", "127.0.0.1:0", "--control", "0.0.0.0:0"}, "loopback"},
		"no faults":        {[]string{"--yang", yangFolder, "--faults", broken}, "--faults"},
		"fault of nothing": {[]string{"--yang", yangFolder, "--listen", "127.0.0.1:0", "--faults", typo}, "faults[2]: operation: there is no operation edit-confg"},
		"no device":        {[]string{"--yang", yangFolder, "--count", "0"}, "--count"},
		"less than none":   {[]string{"--yang", yangFolder, "--name", "a,b", "--count", "-1"}, "--count"},
		"no transport":     {[]string{"--yang", yangFolder, "--listen", "none"}, "--listen none"},
		"no config":        {[]string{"--config", broken}, "--config"},
		"no port":          {[]string{"--yang", yangFolder, "--listen", "127.0.0.1"}, "--listen"},
		"too many":         {[]string{"--yang", yangFolder, "--listen", "127.0.0.1:65535", "--count", "2"}, "65535"},
		"names":            {[]string{"--yang", yangFolder, "--name", "a,b", "--count", "3"}, "--name"},
		"no key":           {[]string{"--yang", yangFolder, "--authorized-keys", broken}, "no key"},
		"initial":          {[]string{"--yang", yangFolder, "--running", broken}, "--running"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := NewCommand()
			cmd.SetArgs(tt.args)
			cmd.SetOut(&buffer{})
			cmd.SetErr(&buffer{})
			if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}
