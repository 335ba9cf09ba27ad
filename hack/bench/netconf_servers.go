// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/hack/bench/client"
	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// servers are what all clients talk to during a run: Netconfd is Yuma123 behind OpenSSH,
// Ours is netconftest, which serves a large configuration and any number of sessions;
// Old is the same, for clients that know no chunks.
type servers struct{ Netconfd, Ours, Old client.Server }

// serversEnv passes servers on to the processes that measure.
const serversEnv = "STROWGER_BENCH_NETCONF"

// theServers returns what startServers started.
func theServers() (s servers, err error) {
	return s, json.Unmarshal([]byte(os.Getenv(serversEnv)), &s)
}

// largeLeafs makes the large part of the configuration a little more than 1 MB.
const largeLeafs = 26_000

// startServers starts the servers and builds the clients.
func startServers(ctx context.Context) (stop func(), err error) {
	if err := buildPeers(ctx); err != nil {
		return nil, err
	}
	n, stopNetconfd, err := stack.StartNetconfd(ctx, stack.Options{})
	if err != nil {
		return nil, err
	}
	ours, old, stopOurs, err := startOurs()
	if err != nil {
		stopNetconfd()
		return nil, err
	}
	stop = func() { stopOurs(); stopNetconfd() }
	all := servers{Ours: ours, Old: old, Netconfd: client.Server{Addr: n.Addr, User: n.User, Password: n.Password, KnownHosts: n.KnownHosts,
		Small: `<system xmlns="urn:ietf:params:xml:ns:yang:ietf-system"><hostname/></system>`,
		Large: `<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"/>`}}
	text, err := json.Marshal(all)
	if err == nil {
		err = os.Setenv(serversEnv, string(text))
	}
	if err == nil {
		err = fill(ctx, all.Netconfd)
	}
	if err != nil {
		stop()
	}
	return stop, err
}

// ports is how many interfaces netconfd has: it reports them in a little more than 1 MB.
const ports = 4_000

// fill gives netconfd its interfaces.
func fill(ctx context.Context, server client.Server) error {
	opened, err := dialOurs(ctx, server)
	if err != nil {
		return err
	}
	defer opened.Close()
	var b strings.Builder
	b.WriteString(`<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">`)
	for i := range ports {
		fmt.Fprintf(&b, `<interface><name>eth%[1]d</name><description>interface number %[1]d</description>`+
			`<type xmlns:t="urn:ietf:params:xml:ns:yang:iana-if-type">t:ethernetCsmacd</type><enabled>true</enabled></interface>`, i)
	}
	b.WriteString("</interfaces>")
	for _, m := range []netconf.Method{netconf.EditConfig{Target: netconf.CandidateStore, Config: []byte(b.String())}, netconf.Commit{}} {
		if _, err := opened.(ourSession).Exec(ctx, m); err != nil {
			return fmt.Errorf("filling netconfd: %w", err)
		}
	}
	return nil
}

// startOurs starts netconftest, twice.
func startOurs() (ours, old client.Server, stop func(), err error) {
	sources := []yang.Source{{Name: "bench-interfaces.yang", Data: benchInterfaces}}
	model, err := netconftest.NewModel(sources)
	if err != nil {
		return ours, old, nil, err
	}
	running, err := decode(model.Schema(), embedded().document(largeLeafs))
	if err != nil {
		return ours, old, nil, err
	}
	start := func(profile netconftest.Profile) (*netconftest.Server, client.Server, error) {
		s, err := netconftest.Start(netconftest.Options{Model: model, Running: running, Profile: profile})
		if err != nil {
			return nil, client.Server{}, err
		}
		const of = `<interfaces xmlns="urn:example:bench-interfaces"`
		return s, client.Server{Addr: s.Addr, User: s.User, Password: s.Password, KnownHosts: s.KnownHosts(), Large: of + `/>`,
			Small: of + `><interface><name>eth7</name></interface></interfaces>`}, nil
	}
	first, ours, err := start(netconftest.Profile{})
	if err != nil {
		return ours, old, nil, err
	}
	second, old, err := start(netconftest.Profile{Base10Only: true})
	if err != nil {
		first.Close()
		return ours, old, nil, err
	}
	return ours, old, func() { first.Close(); second.Close() }, nil
}

// peersProgram is where the clients in Go that others wrote are built.
func peersProgram() (string, error) {
	dir, err := moduleDir()
	return filepath.Join(dir, "bin", "netconf-peers"), err
}

func buildPeers(ctx context.Context) error {
	dir, err := moduleDir()
	if err != nil {
		return err
	}
	program, err := peersProgram()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", program, ".")
	cmd.Dir = filepath.Join(dir, "hack", "bench", "peers")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the other clients in %s: %w: %s", cmd.Dir, err, out)
	}
	return nil
}

// moduleDir is the project's folder, from the working directory upwards.
func moduleDir() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "hack", "bench", "peers", "go.mod")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("not within the project: no folder above has hack/bench/peers")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
