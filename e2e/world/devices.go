// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/strowger/strowger/e2e/stack"
)

// simulatedDevice is a device of the example that `strowger simulate` serves.
type simulatedDevice struct {
	// name is that of its NetworkFunction.
	name string
	// target is the address that its Target names; none if it calls home.
	target string
	// module it implements beside strowger-5gc-common, in the form of --module.
	module string
	// profile, in the form of --profile.
	profile string
	// tls says that the operator reaches it over TLS, callsHome that it calls the operator.
	tls, callsHome bool
}

// simulated are the simulated devices of the example. Each listens for SSH too, for the foreign client.
var simulated = []simulatedDevice{
	{name: "amf-zrh-1", target: "127.0.0.1:8830", module: "strowger-5gc-amf:"}, // without its features
	{name: "smf-zrh-1", target: "127.0.0.1:8831", module: "strowger-5gc-smf", tls: true},
	{name: "upf-zrh-1", target: "127.0.0.1:8832", module: "strowger-5gc-upf", profile: "notifications"},
	{name: "upf-zrh-2", module: "strowger-5gc-upf", callsHome: true},
}

const commonModule = "strowger-5gc-common"

// startDevices runs a simulator for each network function; the router is the stack's netconfd.
func (w *World) startDevices(ctx context.Context) error {
	password := rand.Text()
	for _, s := range simulated {
		addrs, err := stack.FreeAddrs(3)
		if err != nil {
			return err
		}
		device := &Device{
			Name: s.name, Kind: "strowger simulate", Addr: addrs[0], control: addrs[1], exampleAddr: s.target, targetAddr: addrs[0],
			User: "strowger", Password: password,
		}
		if s.tls {
			device.targetAddr = addrs[2]
		}
		if err := w.simulate(ctx, device, s); err != nil {
			return err
		}
		w.Devices[s.name] = device
	}
	w.Devices["n6-router-1"] = &Device{
		Name: "n6-router-1", Kind: "netconfd", Addr: w.Netconfd.Addr, exampleAddr: "127.0.0.1:8834", targetAddr: w.Netconfd.Addr,
		User: w.Netconfd.User, Password: w.Netconfd.Password, KnownHosts: w.Netconfd.KnownHosts,
	}
	return nil
}

// simulate runs one simulated NF and reads its host key. It keeps its key and its configuration in files, so that it
// can be started again as the same.
func (w *World) simulate(ctx context.Context, device *Device, s simulatedDevice) error {
	dir := filepath.Join(w.Dir, "devices", device.Name)
	password, knownHosts := filepath.Join(dir, "password"), filepath.Join(dir, "known_hosts")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the folder of %s: %w", device.Name, err)
	}
	if err := os.WriteFile(password, []byte(device.Password), 0o600); err != nil {
		return fmt.Errorf("writing the password of %s: %w", device.Name, err)
	}
	args := []string{
		"simulate", "--name", device.Name, "--listen", device.Addr, "--user", device.User, "--password-file", password,
		"--host-key", filepath.Join(dir, "host_key"), "--known-hosts", knownHosts, "--state", dir, "--control", device.control,
		"--yang", filepath.Join(w.root, "examples", "5g-core", "yang"), "--module", commonModule, "--module", s.module,
	}
	if s.profile != "" {
		args = append(args, "--profile", s.profile)
	}
	if s.callsHome {
		args = append(args, "--call-home", w.CallHome)
	}
	if s.tls {
		certificates := filepath.Join(dir, "tls")
		if err := w.enrol(ctx, device.Name+netconfSuffix, certificates); err != nil {
			return err
		}
		args = append(args, "--tls-listen", device.targetAddr, "--tls-dir", certificates)
	}
	var err error
	device.Service, err = w.Run(ctx, stack.Program{
		Name: "simulate-" + device.Name, Path: w.binary, Args: args,
		Ready: func(ctx context.Context) error { return listens(ctx, device.Addr) },
	})
	if err != nil {
		return err
	}
	// The file is written once the device listens, which is a moment before.
	return w.Wait(ctx, "the host key of "+device.Name, func(context.Context) (string, error) {
		content, err := os.ReadFile(knownHosts)
		if err != nil {
			return err.Error(), nil
		}
		device.KnownHosts = string(content)
		return "", nil
	})
}

// listens tells whether a server takes connections.
func listens(ctx context.Context, addr string) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	return conn.Close()
}

// Operations returns how often a simulated NF received each operation since it was started, by its log.
func (w *World) Operations(name string) (map[string]int, error) {
	content, err := os.ReadFile(w.Devices[name].LogPath())
	if err != nil {
		return nil, fmt.Errorf("reading the log of %s: %w", name, err)
	}
	counts := map[string]int{}
	for line := range strings.Lines(string(content)) {
		if _, rest, ok := strings.Cut(line, "rpc="); ok {
			counts[strings.Fields(rest)[0]]++
		}
	}
	return counts, nil
}

// simulatedRequests counts the requests of all simulated NFs.
func (w *World) simulatedRequests() (map[string]int, error) {
	total := map[string]int{}
	for _, s := range simulated {
		counts, err := w.Operations(s.name)
		if err != nil {
			return nil, err
		}
		for operation, n := range counts {
			total[operation] += n
		}
	}
	return total, nil
}
