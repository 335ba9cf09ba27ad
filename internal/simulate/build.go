// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// builder starts devices, group by group.
type builder struct {
	fleet
	log    *requestLog
	models map[string]*netconftest.Model // by what they were made from
}

// group starts the devices of one kind.
func (b *builder) group(s settings) error {
	names, err := s.deviceNames()
	if err != nil {
		return err
	}
	if s.Listen == netconftest.NoListener && s.tlsListen() == netconftest.NoListener && len(s.CallHome)+len(s.CallHomeTLS) == 0 {
		return fmt.Errorf("--listen %s: nobody could reach the devices without --tls-listen, --call-home or --call-home-tls", s.Listen)
	}
	options, err := b.options(s)
	if err != nil {
		return err
	}
	addrs, err := addresses("--listen", s.Listen, len(names))
	if err != nil {
		return err
	}
	tlsAddrs, err := addresses("--tls-listen", s.tlsListen(), len(names))
	if err != nil {
		return err
	}
	for i, name := range names {
		if len(b.find(name)) > 0 {
			return fmt.Errorf("--name: there are two devices %s", name)
		}
		o := options
		o.Addr = addrs[i]
		d, err := b.device(name, s, o, tlsAddrs[i])
		if err != nil {
			return fmt.Errorf("device %s: %w", name, err)
		}
		b.devices = append(b.devices, d)
	}
	return nil
}

func (s settings) tlsListen() string {
	if s.TLSListen == "" {
		return netconftest.NoListener
	}
	return s.TLSListen
}

// device starts one.
func (b *builder) device(name string, s settings, o netconftest.Options, tlsAddr string) (*device, error) {
	var err error
	if o.HostKey == nil {
		if o.HostKey, err = hostKey(named(s.HostKey, name)); err != nil {
			return nil, err
		}
	}
	if s.TLSListen != "" || len(s.CallHomeTLS) > 0 {
		if o.TLS, err = tlsOptions(named(s.TLSDir, name), name, tlsAddr); err != nil {
			return nil, err
		}
	}
	o.OnFailed = func(c netconftest.FailedConnection) { b.log.failed(name, c) }
	o.OnRequest = func(r netconftest.Request) { b.log.request(name, r) }
	if s.State != "" {
		state := &stateFile{path: filepath.Join(s.State, name+".xml")}
		saved, err := state.load(o.Model.Schema())
		if err != nil {
			return nil, err
		}
		if saved != nil {
			o.Running = saved
		}
		o.OnChange = func(t *yang.Tree) {
			if err := state.save(t); err != nil {
				b.log.message(name, err.Error())
			}
		}
	}
	server, err := netconftest.Start(o)
	return &device{name: name, server: server}, err
}

// options are those that all devices of a group share.
func (b *builder) options(s settings) (netconftest.Options, error) {
	o := netconftest.Options{User: s.User, Password: s.Password}
	var err error
	if o.Profile, err = s.profile(); err != nil {
		return o, err
	}
	if o.Model, err = b.model(s); err != nil {
		return o, err
	}
	for _, path := range s.Drops {
		if _, err := o.Model.Schema().Find(path); err != nil {
			return o, fmt.Errorf("--drop: %w", err)
		}
	}
	if !strings.Contains(s.HostKey, "{name}") {
		if o.HostKey, err = hostKey(s.HostKey); err != nil {
			return o, err
		}
	}
	if s.PasswordFile != "" {
		data, err := os.ReadFile(s.PasswordFile)
		if err != nil {
			return o, fmt.Errorf("--password-file: %w", err)
		}
		o.Password = strings.TrimRight(string(data), "\r\n")
	}
	if o.AuthorizedKeys, err = authorizedKeys(s.AuthorizedKeys); err != nil {
		return o, err
	}
	for _, addr := range s.CallHome {
		o.CallHome = append(o.CallHome, netconftest.CallHome{Addr: addr})
	}
	for _, addr := range s.CallHomeTLS {
		o.CallHome = append(o.CallHome, netconftest.CallHome{Addr: addr, TLS: true})
	}
	return o, s.data(&o)
}

// data reads what the devices begin with.
func (s settings) data(o *netconftest.Options) error {
	var err error
	if s.Running != "" {
		if o.Running, err = readTree(o.Model.Schema(), s.Running, true); err != nil {
			return fmt.Errorf("--running: %w", err)
		}
	}
	if s.Operational != "" {
		if o.State, err = readTree(o.Model.Schema(), s.Operational, false); err != nil {
			return fmt.Errorf("--operational: %w", err)
		}
	}
	o.Handlers = make(map[string]netconftest.Handler)
	for _, reply := range s.Replies {
		name, file, ok := strings.Cut(reply, "=")
		if !ok {
			return fmt.Errorf("--reply: %q is not NAME=FILE", reply)
		}
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("--reply: %w", err)
		}
		o.Handlers[name] = func(netconftest.Invocation) ([]byte, error) { return os.ReadFile(file) }
	}
	return nil
}

// model compiles the modules, or takes those of an earlier group.
func (b *builder) model(s settings) (*netconftest.Model, error) {
	key := strings.Join(slices.Concat(s.YANG, []string{"\n"}, s.Modules), "\n")
	if known := b.models[key]; known != nil {
		return known, nil
	}
	model, err := s.model()
	if err == nil {
		b.models[key] = model
	}
	return model, err
}
